//! The table of tool calls, row by row, in both assemblers.

use std::string::String;
use std::vec::Vec;

use super::{Fragment, assemble, call, chunk};
use crate::chat::Event;
use crate::chat::assemble::{FixedAssembler, FixedToolCall};

struct Case {
    row: &'static str,
    fragments: &'static [Fragment],
    calls: &'static [Fragment],
}

const fn case(row: &'static str, fragments: &'static [Fragment], calls: &'static [Fragment]) -> Case {
    Case { row, fragments, calls }
}

const CASES: &[Case] = &[
    case("no call yet", &[(None, "", "", "{")], &[(None, "", "", "{")]),
    case(
        "the usual: labels once, then arguments by index",
        &[(Some(0), "a", "f", ""), (Some(0), "", "", "{\"x\":"), (Some(0), "", "", "1}")],
        &[(Some(0), "a", "f", "{\"x\":1}")],
    ),
    case(
        "two calls, interleaved by index",
        &[(Some(0), "a", "f", "{"), (Some(1), "b", "g", "["), (Some(0), "", "", "}"), (Some(1), "", "", "]")],
        &[(Some(0), "a", "f", "{}"), (Some(1), "b", "g", "[]")],
    ),
    case(
        "index 1 first",
        &[(Some(1), "b", "g", "[]"), (Some(0), "a", "f", "{}")],
        &[(Some(1), "b", "g", "[]"), (Some(0), "a", "f", "{}")],
    ),
    case(
        "id and name repeated on each fragment",
        &[(Some(0), "a", "f", "{"), (Some(0), "a", "f", "}"), (Some(0), "a", "f", "")],
        &[(Some(0), "a", "f", "{}")],
    ),
    case(
        "a known id beats the newest call of the same index",
        &[
            (Some(0), "a", "f", "{"),
            (Some(0), "b", "g", "["),
            (Some(0), "a", "", "}"),
            (Some(0), "b", "", "]"),
        ],
        &[(Some(0), "a", "f", "{}"), (Some(0), "b", "g", "[]")],
    ),
    case(
        "the index alone means the newest call of that index",
        &[(Some(0), "a", "f", "{}"), (Some(0), "b", "g", "["), (Some(0), "", "", "]")],
        &[(Some(0), "a", "f", "{}"), (Some(0), "b", "g", "[]")],
    ),
    case(
        "a known id with no index",
        &[(None, "a", "f", "{"), (None, "b", "g", "["), (None, "a", "", "}"), (None, "", "", " ")],
        &[(None, "a", "f", "{} "), (None, "b", "g", "[")],
    ),
    case(
        "the same id under different indices",
        &[(Some(0), "a", "f", "{}"), (Some(1), "a", "g", "[]")],
        &[(Some(0), "a", "f", "{}"), (Some(1), "a", "g", "[]")],
    ),
    case(
        "the same id and complete arguments: what follows is still its own",
        &[(Some(0), "a", "f", "{}"), (Some(0), "a", "f", "{}")],
        &[(Some(0), "a", "f", "{}{}")],
    ),
    case(
        "whole calls that share index 0, with different ids",
        &[(Some(0), "a", "f", "{}"), (Some(0), "b", "f", "{}")],
        &[(Some(0), "a", "f", "{}"), (Some(0), "b", "f", "{}")],
    ),
    case(
        "the same, without names",
        &[(Some(0), "a", "", "{}"), (Some(0), "b", "", "{}")],
        &[(Some(0), "a", "", "{}"), (Some(0), "b", "", "{}")],
    ),
    case(
        "an id made up for each fragment",
        &[(Some(0), "a", "f", ""), (Some(0), "b", "", "{"), (Some(0), "c", "", "}"), (Some(0), "d", "", "")],
        &[(Some(0), "a", "f", "{}")],
    ),
    case(
        "whole calls that share index 0, with empty ids",
        &[(Some(0), "", "f", "{\"x\":1}"), (Some(0), "", "f", "{\"x\":2}"), (Some(0), "", "g", "{}")],
        &[(Some(0), "", "f", "{\"x\":1}"), (Some(0), "", "f", "{\"x\":2}"), (Some(0), "", "g", "{}")],
    ),
    case(
        "another name on the same index once arguments have begun",
        &[(Some(0), "", "f", "{"), (Some(0), "", "g", "{}")],
        &[(Some(0), "", "f", "{"), (Some(0), "", "g", "{}")],
    ),
    case(
        "a name that is split",
        &[(Some(0), "a", "edit_ex", ""), (Some(0), "", "isting", ""), (Some(0), "", "_file", "{}")],
        &[(Some(0), "a", "edit_existing_file", "{}")],
    ),
    case(
        "a name that grows",
        &[(Some(0), "a", "edit", ""), (Some(0), "a", "edit_file", "{}")],
        &[(Some(0), "a", "edit_file", "{}")],
    ),
    case(
        "another name for the same id after the arguments have begun",
        &[(Some(0), "a", "f", "{"), (Some(0), "a", "g", "}")],
        &[(Some(0), "a", "f", "{}")],
    ),
    case(
        "no index, no id: whole calls with a name each",
        &[(None, "", "f", "{}"), (None, "", "g", "{}"), (None, "", "g", "{\"x\":1}")],
        &[(None, "", "f", "{}"), (None, "", "g", "{}"), (None, "", "g", "{\"x\":1}")],
    ),
    case(
        "no index, no id: a name without arguments, then another",
        &[(None, "", "f", ""), (None, "", "g", "{}")],
        &[(None, "", "f", ""), (None, "", "g", "{}")],
    ),
    case(
        "no index, no id: the name repeated while the arguments are unfinished, and at the end without any",
        &[(None, "", "f", ""), (None, "", "f", "{"), (None, "", "f", "}"), (None, "", "f", "")],
        &[(None, "", "f", "{}")],
    ),
    case(
        "no index: a new id",
        &[(None, "a", "f", "{"), (None, "b", "", "[")],
        &[(None, "a", "f", "{"), (None, "b", "", "[")],
    ),
    case(
        "no index: a new id after a complete call without one",
        &[(None, "", "f", "{}"), (None, "b", "", "[]")],
        &[(None, "", "f", "{}"), (None, "b", "", "[]")],
    ),
    case(
        "no labels at all go on with the call of the fragment before",
        &[(Some(0), "a", "f", "{"), (Some(1), "b", "g", "["), (None, "", "", "]")],
        &[(Some(0), "a", "f", "{"), (Some(1), "b", "g", "[]")],
    ),
    case(
        "an index and an id that come late",
        &[(None, "", "f", "{"), (Some(0), "", "", "\"x\":"), (Some(0), "a", "", "1}"), (None, "a", "", " ")],
        &[(Some(0), "a", "f", "{\"x\":1} ")],
    ),
    case(
        "an index that comes late with another name",
        &[(None, "", "f", "{}"), (Some(1), "", "g", "[]")],
        &[(None, "", "f", "{}"), (Some(1), "", "g", "[]")],
    ),
    case(
        "a name that comes late",
        &[(Some(0), "a", "", "{"), (Some(0), "", "f", "}")],
        &[(Some(0), "a", "f", "{}")],
    ),
    case(
        "empty labels never erase",
        &[(Some(0), "a", "f", "{"), (Some(0), "", "", "}"), (None, "", "", "")],
        &[(Some(0), "a", "f", "{}")],
    ),
    case(
        "brackets inside strings complete nothing",
        &[(None, "", "f", "{\"x\": \"}\\\""), (None, "", "f", "\"}")],
        &[(None, "", "f", "{\"x\": \"}\\\"\"}")],
    ),
];

#[test]
fn fragments_find_their_call() {
    for Case { row, fragments, calls } in CASES {
        let apart: Vec<_> = fragments.iter().flat_map(|fragment| chunk(0, &call(*fragment))).collect();
        let together: Vec<_> = fragments.iter().flat_map(|fragment| call(*fragment)).collect();
        let calls: Vec<_> = calls.iter().copied().map(owned).collect();
        for events in [apart, chunk(0, &together)] {
            assert_eq!(grown(&events), calls, "{row}");
            assert_eq!(fixed(&events), calls, "{row}, in fixed memory");
        }
    }
}

/// A call: its index, id, name and arguments.
type Owned = (Option<u32>, String, String, String);

fn owned((index, id, name, arguments): (Option<u32>, &str, &str, &str)) -> Owned {
    (index, id.into(), name.into(), arguments.into())
}

/// Calls in their order.
fn grown(events: &[Event<'_>]) -> Vec<Owned> {
    let calls = assemble(events).choices.remove(0).tool_calls;
    calls.into_iter().map(|call| (call.index, call.id, call.name, call.arguments)).collect()
}

fn fixed(events: &[Event<'_>]) -> Vec<Owned> {
    let mut assembler = FixedAssembler::<0, 3, 32, 32>::new();
    for event in events {
        assembler.push(event).unwrap();
    }
    let whole = |call: FixedToolCall<'_>| {
        let [id, name, arguments] = [call.id, call.name, call.arguments].map(|text| text.whole().unwrap());
        owned((call.index, id, name, arguments))
    };
    assembler.tool_calls().unwrap().map(whole).collect()
}
