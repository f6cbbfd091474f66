//! The programs of which each takes one thing more than another, and the one that the README shows.

use std::path::Path;

use choreoai_testkit::wire::{self, Chunks, Dialect, ToolPiece};
use choreoai_testkit::{Answer, Gateway, Script};

use super::text::{TEXT, finished};
use super::{Stacks, same, stack};
use crate::qemu::{self, Wire};

const PROGRAMS: [&str; 9] = [
    "cost_text",
    "cost_events",
    "cost_parts",
    "cost_request",
    "cost_deadlines",
    "cost_report",
    "cost_retries",
    "cost_tools",
    "cost_readme",
];

pub(super) fn text(folder: &Path) -> Result<Stacks, String> {
    let mut stacks = Stacks::new();
    for program in PROGRAMS {
        stacks.extend(finished(folder, program).map_err(|wrong| format!("{program}: {wrong}"))?);
    }
    Ok(stacks)
}

/// What some of them do with other answers: their stacks are as deep as that takes.
pub(super) fn others(folder: &Path) -> Result<Stacks, String> {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let arguments = "{\"city\":\"K\u{f6}ln\"}";
    let piece = ToolPiece {
        id: Some("call_1"),
        name: Some("thermometer"),
        arguments: Some(arguments),
        ..ToolPiece::default()
    };
    let call = [chunks.tool_call(0, piece), chunks.finish(0, "tool_calls")];
    let refusal = |status| Answer::json(status, wire::error("no questions", "server_error", None, None));
    let mut stacks = Stacks::new();
    for (program, answers, printed) in [
        ("cost_report", vec![refusal(403)], "no questions\nnot finished\n".to_owned()),
        ("cost_tools", vec![Answer::sse(call).done()], format!("thermometer{arguments}\nfinished\n")),
        (
            "cost_retries",
            vec![refusal(503), Answer::sse(chunks.text(&TEXT, "stop")).done()],
            TEXT.concat() + "\nfinished\n",
        ),
    ] {
        let requests = answers.len();
        let gateway = Gateway::start(Script::sequence(answers)).map_err(|error| error.to_string())?;
        let run = qemu::run(&folder.join(program), Wire::Uart(gateway.addr()), &[])?;
        same("printed", &*run.printed, &*printed)?;
        same("success", run.success, printed.ends_with("\nfinished\n"))?;
        same("violations", gateway.violations(), Vec::<String>::new())?;
        same("requests", gateway.requests().len(), requests)?;
        stacks.extend(stack(program, &run)?);
    }
    Ok(stacks)
}
