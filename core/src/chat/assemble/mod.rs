//! Whole messages, assembled from events.

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
#[cfg(all(test, feature = "alloc"))]
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
