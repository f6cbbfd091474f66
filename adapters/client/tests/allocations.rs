//! What a chunk costs.

use choreoai::ChunkDecoder;

/// An event of the gateway, all its members in place.
fn event(text: &str) -> String {
    format!(
        "data: {{\"id\": \"chatcmpl-9f2c1b7a6d5e4f3a2b1c0d9e8f7a6b5c\", \"choices\": [{{\"delta\": {{\"content\": \"{text}\", \
         \"function_call\": null, \"refusal\": null, \"role\": null, \"tool_calls\": null}}, \"finish_reason\": null, \
         \"index\": 0, \"logprobs\": null}}], \"created\": 1750000000, \"model\": \"gpt-4o-mini-2024-07-18\", \
         \"object\": \"chat.completion.chunk\", \"service_tier\": null, \"system_fingerprint\": \"fp_44709d6fcb\", \
         \"usage\": null}}\n\n"
    )
}

#[test]
fn a_chunk_costs_one_allocation() {
    for text in ["Hello", "Gr\\u00fc\\u00dfe \\ud83d\\ude00", "a much longer piece of text"] {
        let mut decoder = ChunkDecoder::new();
        let event = event(text);
        let mut decode = || {
            let mut input = event.as_bytes();
            while let Some(chunk) = decoder.next_chunk(&mut input) {
                assert_eq!(chunk.unwrap().model(), Some("gpt-4o-mini-2024-07-18"));
            }
        };
        // The first chunk is of unknown size.
        decode();
        let counted = allocation_counter::measure(|| (0..100).for_each(|_| decode()));
        assert_eq!(counted.count_total, 100, "{text}");
    }
}
