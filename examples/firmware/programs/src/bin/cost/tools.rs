//! The same as `cost_events` with the whole message and its tool calls, which are kept.
#![no_std]
#![no_main]

use choreoai_embedded::Session;
use choreoai_embedded::chat::Verdict;
use choreoai_embedded::chat::assemble::FixedAssembler;
use programs::GATEWAY;
use programs::text::{QUESTION, run};

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    run(async |uart, _, console| {
        let mut buffer = [0; 256];
        let mut session = Session::new(uart, &mut buffer).with_endpoint(GATEWAY);
        let mut assembler = FixedAssembler::<64, 1, 48, 32>::new();
        let Ok(mut answer) = session.send(QUESTION).await else { return false };
        let verdict = answer.assemble(&mut assembler).await;
        console.print(assembler.content().beginning());
        for call in assembler.tool_calls().into_iter().flatten() {
            console.print(call.name.beginning());
            console.print(call.arguments.beginning());
        }
        verdict == Ok(Verdict::Finished)
    })
}
