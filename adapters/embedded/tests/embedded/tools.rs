//! Whole answers in memory of fixed size: text, tool calls, and what is made of them.

use choreoai_embedded::chat::Verdict;
use choreoai_embedded::chat::assemble::FixedAssembler;
use choreoai_embedded::{Error, Session};

use crate::support::*;

const CALLS: &str = concat!(
    "data: {\"choices\": [{\"delta\": {\"tool_calls\": [{\"index\": 0, \"id\": \"call_1\", \"function\": ",
    "{\"name\": \"lamp\", \"arguments\": \"{\\\"room\\\": \\\"ha\"}}]}, \"index\": 0}]}\n\n",
    "data: {\"choices\": [{\"delta\": {\"tool_calls\": [{\"index\": 0, \"function\": ",
    "{\"arguments\": \"ll\\\", \\\"level\\\": 3}\"}}]}, \"finish_reason\": \"tool_calls\", \"index\": 0}]}\n\n",
    "data: [DONE]\n\n",
);

fn assemble<const TEXT: usize, const N: usize, const ARGS: usize>(
    response: &str,
    buffer: usize,
) -> (FixedAssembler<TEXT, N, ARGS>, Result<Verdict, Error<Broken>>) {
    let world = World::default();
    let mut buffer = vec![0; buffer];
    let mut session = Session::new(Script::new(&world, [bytes(response)]), &mut buffer);
    let mut assembler = FixedAssembler::new();
    let verdict = world.run(async {
        let mut answer = session.stream(&REQUEST).await?;
        answer.assemble(&mut assembler).await
    });
    (assembler, verdict.expect("it does not hang"))
}

#[test]
fn an_answer_is_kept_as_far_as_there_is_room() {
    for size in [1, 20, 500] {
        let (answer, verdict) = assemble::<64, 0, 0>(&chunked(STREAM, 11), size);
        assert_eq!((answer.content().whole(), verdict), (Ok(TEXT), Ok(Verdict::Finished)));
        let (answer, verdict) = assemble::<4, 0, 0>(&chunked(STREAM, 11), size);
        assert_eq!((answer.content().beginning(), verdict), ("Gr\u{fc}", Ok(Verdict::Finished)));
        assert!(answer.content().whole().is_err());
        let cut = &response("200 OK", "", STREAM)[..150];
        let (answer, verdict) = assemble::<64, 0, 0>(cut, size);
        assert_eq!(answer.content().whole(), Ok("Gr\u{fc}\u{df}"));
        assert!(verdict.is_err());
    }
}

#[test]
fn tool_calls_are_kept_as_far_as_there_is_room() {
    for size in [1, 20, 500] {
        let (answer, verdict) = assemble::<8, 2, 64>(&chunked(CALLS, 11), size);
        assert_eq!(verdict, Ok(Verdict::Finished));
        let calls: Vec<_> = answer.tool_calls().expect("room for all").collect();
        let [call] = calls[..] else { panic!("one call") };
        assert_eq!((call.id.whole(), call.name.whole()), (Ok("call_1"), Ok("lamp")));
        assert_eq!(call.arguments.whole(), Ok("{\"room\": \"hall\", \"level\": 3}"));

        let (answer, _) = assemble::<8, 2, 10>(&chunked(CALLS, 11), size);
        assert!(answer.tool_calls().expect("room for all").all(|call| call.arguments.whole().is_err()));
        let (answer, _) = assemble::<8, 0, 64>(&chunked(CALLS, 11), size);
        assert!(answer.tool_calls().is_err());
    }
}

#[cfg(feature = "serde-json-core")]
#[test]
fn arguments_are_typed() {
    use choreoai_embedded::json::{self, JsonError};

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Lamp<'a> {
        room: &'a str,
        level: u8,
    }
    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Nothing {}

    let (answer, _) = assemble::<8, 2, 64>(&chunked(CALLS, 11), 64);
    let call = answer.tool_calls().expect("room for all").next().expect("a call");
    assert_eq!(json::arguments(&call, &mut []), Ok(Lamp { room: "hall", level: 3 }));
    assert!(matches!(json::arguments::<u8>(&call, &mut []), Err(JsonError::Invalid(_))));

    let (answer, _) = assemble::<8, 2, 10>(&chunked(CALLS, 11), 64);
    let call = answer.tool_calls().expect("room for all").next().expect("a call");
    assert!(matches!(json::arguments::<Lamp<'_>>(&call, &mut []), Err(JsonError::Overflow(_))));

    let bare = CALLS.replace("{\\\"room\\\": \\\"ha", "").replace("ll\\\", \\\"level\\\": 3}", " ");
    let (answer, _) = assemble::<8, 2, 64>(&chunked(&bare, 11), 64);
    let call = answer.tool_calls().expect("room for all").next().expect("a call");
    assert_eq!(json::arguments(&call, &mut []), Ok(Nothing {}));

    assert!(matches!(json::parse_str::<u8>("3 4", &mut []), Err(JsonError::Invalid(_))));
    assert_eq!(json::parse_str::<u8>(" 3 ", &mut []), Ok(3));
    assert_eq!(
        json::parse(answer.content(), &mut []),
        Err::<u8, _>(json::parse_str::<u8>("", &mut []).unwrap_err())
    );
}
