//! Whole messages, assembled from events.
//!
//! With the feature `alloc`, [`Assembler`] builds a [`Completion`] of all choices in growable memory, up to a limit. With the feature
//! `heapless`, [`FixedAssembler`] builds one choice in memory of fixed size, and [`FixedErrorReport`] keeps an error report. Both
//! take every [`Event`](super::Event) of the [`Decoder`](super::Decoder), keep all that came before a failure, and
//! never panic. Without either, [`ToolCallLabels`] and [`ArgumentsProgress`] serve an assembly of one's own.
//!
//! # What is kept
//!
//! | value | of several |
//! |---|---|
//! | content, reasoning, refusal, arguments of a tool call | concatenated |
//! | id, model, creation time | the first that is not empty (or 0) |
//! | fingerprint, tier, role, finish reason | the last that is not empty |
//! | usage | the last |
//! | log probabilities | one value for each chunk |
//! | id and name of a tool call | the first that is not empty; see below |
//! | unknown members of a tool call | the last of each name |
//! | unknown members of other objects | none |
//! | error reports | the first that was confirmed by its end |
//!
//! Text of a choice is bound when the choice ends, since only then its index is known. What came of a choice that never ended is
//! kept apart, as unbound, and never taken for part of choice 0. Events out of place are harmless: what belongs to no
//! choice or tool call, and an end without a start, are ignored; a start or the end of the chunk inside an open choice leaves that
//! choice unbound; a tool call's start or the choice's end inside an open tool call ends it, without an index.
//!
//! # Which tool call a fragment belongs to
//!
//! Servers leave out the index, repeat one index or the name, send empty ids, or make up an id for each fragment. A fragment
//! is therefore bound, within its choice, by all its labels together. `""` counts as missing everywhere. The
//! first row that fits decides:
//!
//! | the fragment has | and | then it |
//! |---|---|---|
//! | the id of a call | their indices do not differ | continues that call |
//! | the index of a call (of the newest such) and another id | it has a name, or it *calls again* | is a new call |
//! | | otherwise | continues that call, whose id stands |
//! | the index of a call (of the newest such) | another name, and the call's arguments have begun | is a new call |
//! | | another name, and they have not | continues that call: it is the rest of a split name |
//! | | it *calls again* | is a new call |
//! | | otherwise | continues that call |
//! | neither | another index, id or name than the call of the fragment before it | is a new call |
//! | | it *calls again* | is a new call |
//! | | otherwise, if there is a call before it | continues that call |
//! | | otherwise | is a new call |
//!
//! It *calls again* if it has an id or a name and brings arguments, while the arguments of the call are complete JSON already. Only two
//! labels that are both there differ: a call without an id or an index takes it over from a fragment that continues it.
//!
//! Some servers repeat the whole name on each fragment, few split it. A name that is repeated adds nothing; one that begins with
//! the known name adds its rest; another one is appended while no arguments have come, and ignored afterwards.

// The docs name what the features bring.
#![cfg_attr(not(all(feature = "alloc", feature = "heapless")), allow(rustdoc::broken_intra_doc_links))]

mod arguments;
#[cfg(feature = "alloc")]
mod assembler;
mod binding;
#[cfg(feature = "alloc")]
mod completion;
#[cfg(feature = "heapless")]
mod fixed;
#[cfg(feature = "heapless")]
mod fixed_call;
#[cfg(feature = "heapless")]
mod fixed_report;
#[cfg(feature = "heapless")]
mod fixed_text;
#[cfg(feature = "alloc")]
mod limit;
#[cfg(any(feature = "alloc", feature = "heapless"))]
mod report;
#[cfg(feature = "alloc")]
mod scope;
#[cfg(test)]
#[cfg(all(feature = "alloc", feature = "heapless"))]
mod tests;
#[cfg(feature = "alloc")]
mod text;

pub use arguments::ArgumentsProgress;
#[cfg(feature = "alloc")]
pub use assembler::Assembler;
pub use binding::ToolCallLabels;
#[cfg(feature = "alloc")]
pub use completion::{Choice, Completion, ToolCall};
#[cfg(feature = "heapless")]
pub use fixed::FixedAssembler;
#[cfg(feature = "heapless")]
pub use fixed_call::FixedToolCall;
#[cfg(feature = "heapless")]
pub use fixed_report::FixedErrorReport;
#[cfg(feature = "heapless")]
pub use fixed_text::{FixedValue, Kept, Overflow};
#[cfg(feature = "alloc")]
pub use limit::{Limit, MAX_CHOICES, MAX_TOOL_CALLS};
#[cfg(feature = "alloc")]
pub use report::{ErrorAssembler, ErrorReport};
