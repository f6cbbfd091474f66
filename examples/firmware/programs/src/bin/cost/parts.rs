//! The same as `cost_text` with a request in parts.
#![no_std]
#![no_main]

use choreoai_embedded::Session;
use choreoai_embedded::chat::TextDecoder;
use choreoai_embedded::raw_json::writer::Part;
use programs::GATEWAY;
use programs::text::{print, run};

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    run(async |uart, _, console| {
        let mut buffer = [0; 256];
        let mut session =
            Session::new(uart, &mut buffer).with_endpoint(GATEWAY).with_decoder(TextDecoder::new);
        let parts = [
            Part::Raw(r#"{"model":"gpt-4","messages":[{"role":"user","content":"#),
            Part::Str("What is a crab?"),
            Part::Raw(r#"}],"stream":true}"#),
        ];
        print(session.send_parts(parts.iter().copied()).await, console).await
    })
}
