use choreoai_core::chat::assemble::{
    ArgumentsProgress, FixedAssembler, FixedErrorReport, FixedToolCall, FixedValue, Kept, Overflow,
    ToolCallLabels,
};

use super::decoder::event;
use crate::opaque::{consume, display, opaque, text};

pub(crate) const EXERCISES: &[fn()] =
    &[arguments_progress, tool_call_labels, assembler, tool_calls, kept, overflow, error_report];

fn arguments_progress() {
    let mut progress = opaque(ArgumentsProgress::new());
    ArgumentsProgress::push(&mut progress, text());
    consume(ArgumentsProgress::is_blank(&opaque(progress)));
    consume(ArgumentsProgress::is_complete(&opaque(progress)));
}

fn tool_call_labels() {
    let labels = || opaque(ToolCallLabels::default());
    consume(ToolCallLabels::bind(&labels(), opaque([labels(), labels()]), opaque(Some(0))));
    consume(ToolCallLabels::name_growth(&labels(), text(), opaque(ArgumentsProgress::new())));
}

type Assembler = FixedAssembler<64, 2, 64, 16>;

fn assembled() -> Assembler {
    let mut assembler = opaque(FixedAssembler::of_choice(opaque(0)));
    consume(FixedAssembler::push(&mut assembler, &event()));
    opaque(assembler)
}

fn assembler() {
    consume::<Assembler>(FixedAssembler::new());
    consume(Assembler::default());
    let assembler = assembled();
    consume(FixedAssembler::content(&assembler));
    consume(FixedAssembler::unbound_content(&assembler));
    consume(FixedAssembler::finish_reason(&assembler));
}

fn tool_calls() {
    let assembler = assembled();
    let call = |call: FixedToolCall<'_>| consume(call);
    match FixedAssembler::tool_calls(&assembler) {
        Ok(calls) => calls.for_each(call),
        Err(overflow) => consume(overflow),
    }
    FixedAssembler::kept_tool_calls(&assembler).for_each(call);
}

fn kept() {
    let assembler = assembled();
    consume(Kept::whole(opaque(assembler.content())));
    consume(Kept::beginning(opaque(assembler.content())));
}

fn overflow() {
    display::<Overflow>(Overflow { value: opaque(FixedValue::Content), capacity: opaque(0) });
}

fn error_report() {
    let mut report = opaque(FixedErrorReport::<64, 16>::new());
    FixedErrorReport::push(&mut report, &event());
    let report = opaque(report);
    consume(FixedErrorReport::is_confirmed(&report));
    consume(FixedErrorReport::message(&report));
    consume(FixedErrorReport::error_type(&report));
    consume(FixedErrorReport::code(&report));
    consume(FixedErrorReport::param(&report));
}
