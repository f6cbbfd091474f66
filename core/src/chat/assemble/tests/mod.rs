//! Both assemblers, on events made by hand and on decoded bytes.

mod answers;
mod binding;
mod decoded;
mod fixed;
mod hostile;
mod report;

use std::vec;
use std::vec::Vec;

use super::{Assembler, Completion};
use crate::chat::{Event, Piece};

fn whole(text: &str) -> Piece<'_> {
    Piece { text, first: true, last: true }
}

/// The pieces of a value, cut at each of the given bytes.
fn pieces<'e>(text: &'e str, cuts: &[usize]) -> Vec<Piece<'e>> {
    let mut bounds = vec![0];
    bounds.extend(cuts);
    bounds.push(text.len());
    let last = bounds.len() - 2;
    let piece = |(position, bound): (usize, &[usize])| Piece {
        text: &text[bound[0]..bound[1]],
        first: position == 0,
        last: position == last,
    };
    bounds.windows(2).enumerate().map(piece).collect()
}

/// A fragment of a tool call: index, id, name, arguments.
type Fragment = (Option<u32>, &'static str, &'static str, &'static str);

/// The events of a fragment; what is empty is sent as `""`.
fn call((index, id, name, arguments): Fragment) -> Vec<Event<'static>> {
    let mut events =
        vec![Event::ToolCallStart, Event::ToolCallId(whole(id)), Event::ToolCallName(whole(name))];
    if !arguments.is_empty() {
        events.push(Event::ToolCallArguments(arguments));
    }
    events.push(Event::ToolCallEnd { index });
    events
}

/// A chunk with one choice.
fn chunk<'e>(index: u32, inner: &[Event<'e>]) -> Vec<Event<'e>> {
    let mut events = vec![Event::ChoiceStart];
    events.extend(inner);
    events.extend([Event::ChoiceEnd { index }, Event::ChunkEnd]);
    events
}

fn assemble(events: &[Event<'_>]) -> Completion {
    let mut assembler = Assembler::default();
    for event in events {
        assembler.push(event).unwrap();
    }
    assembler.into_completion()
}
