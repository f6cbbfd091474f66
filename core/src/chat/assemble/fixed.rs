//! Whole answers in memory of fixed size.

use super::fixed_call::{CallFragment, CallSlot, FixedToolCall};
use super::fixed_text::{FixedText, FixedValue, Kept, Mark, Overflow};
use super::report::Excerpt;
use crate::chat::Event;

/// Builds one choice of an answer without an allocator: its text of at most `TEXT` bytes, its finish reason, and at most `CALLS`
/// tool calls with arguments of at most `ARGS` bytes each. Ids, names and the finish reason have at most `LABEL` bytes
/// each.
///
/// Give it every event, in order; those of other choices, and those that are not kept, change nothing. Events that come
/// out of order are ignored, or end what they interrupt.
///
/// ```
/// use choreoai_core::chat::{Decoder, assemble::FixedAssembler};
///
/// let mut input: &[u8] = br#"data: {"choices": [{"delta": {"content": "It is 21 degrees in "}, "index": 0}]}
///
/// data: {"choices": [{"delta": {"content": "Paris."}, "finish_reason": "stop", "index": 0}]}
///
/// "#;
/// let mut decoder = Decoder::new();
/// let mut answer = FixedAssembler::<24, 0, 0>::new();
/// while let Some(event) = decoder.next_event(&mut input) {
///     if let Err(overflow) = answer.push(&event?) {
///         assert_eq!(overflow.to_string(), "the answer's text is longer than its capacity of 24 bytes");
///     }
/// }
/// assert!(answer.content().whole().is_err());
/// assert_eq!(answer.content().beginning(), "It is 21 degrees in Pari");
/// # Ok::<_, choreoai_core::Error>(())
/// ```
///
/// **Late indices**: text is gathered where it will stay, and taken back when the choice turns out to be another one. The accessors
/// show what is certain; [`unbound_content`](Self::unbound_content) is the rest.
///
/// **Overflow**: each value that is too long keeps its beginning, and says so whenever it is read: see [`Kept`].
/// Ids and names are told apart by what is kept of them; where a single fragment is longer than `ARGS` and continues a call, that call
/// may count as unfinished.
///
/// **Memory**: `TEXT + (CALLS + 1) * (ARGS + 2 * LABEL) + 2 * LABEL` bytes and some 100 more for each call (on a 32-bit machine); the one call more
/// is the fragment that has not ended. **Time**: linear in the bytes given, times `CALLS` for fragments of tool calls.
#[derive(Clone, Debug)]
pub struct FixedAssembler<const TEXT: usize, const CALLS: usize, const ARGS: usize, const LABEL: usize = 64> {
    index: u32,
    content: FixedText<TEXT>,
    finish_reason: FixedText<LABEL>,
    calls: heapless::Vec<CallSlot<ARGS, LABEL>, CALLS>,
    /// What the calls and the content were when the choice was last certain.
    certain: Certain,
    progress: Progress,
    scope: Scope<ARGS, LABEL>,
}

impl<const TEXT: usize, const CALLS: usize, const ARGS: usize, const LABEL: usize> Default
    for FixedAssembler<TEXT, CALLS, ARGS, LABEL>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<const TEXT: usize, const CALLS: usize, const ARGS: usize, const LABEL: usize>
    FixedAssembler<TEXT, CALLS, ARGS, LABEL>
{
    /// An assembler of choice 0.
    pub const fn new() -> Self {
        Self::of_choice(0)
    }

    /// An assembler of the choice with this index.
    pub const fn of_choice(index: u32) -> Self {
        Self {
            index,
            content: FixedText::new(),
            finish_reason: FixedText::new(),
            calls: heapless::Vec::new(),
            certain: Certain { content: Mark::START, calls: 0, progress: Progress::START },
            progress: Progress::START,
            scope: Scope::new(),
        }
    }

    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// Something of a piece of the choice did not fit; the first that did not, if there are several. It is reported by the event
    /// that ends the piece ([`Event::ChoiceEnd`]), once for each piece. It is not sticky: what fits elsewhere is still taken.
    pub fn push(&mut self, event: &Event<'_>) -> Result<(), Overflow> {
        match event {
            Event::ChoiceStart => {
                self.roll_back();
                self.scope.open = true;
            }
            Event::ChoiceEnd { index } if self.scope.open => {
                self.end_fragment(None);
                if *index == self.index {
                    return self.commit();
                }
                self.roll_back();
            }
            Event::ChunkEnd => self.roll_back(),
            _ if self.scope.open => self.push_to_choice(event),
            _ => {}
        }
        Ok(())
    }

    /// The text of the choice.
    pub fn content(&self) -> Kept<'_> {
        self.content.kept_until(self.certain.content, FixedValue::Content)
    }

    /// Text of a choice that has not ended, so that nobody knows which one it is: what is left of a stream that was cut.
    pub fn unbound_content(&self) -> Kept<'_> {
        self.content.kept_since(self.certain.content, FixedValue::Content)
    }

    /// Why the choice ended; the last reason that is not empty.
    pub fn finish_reason(&self) -> Option<Kept<'_>> {
        (!self.finish_reason.is_empty()).then(|| self.finish_reason.kept(FixedValue::FinishReason))
    }

    /// The tool calls, in the order in which they began.
    ///
    /// # Errors
    ///
    /// There were more than `CALLS`; the first are still to be had from [`kept_tool_calls`](Self::kept_tool_calls).
    pub fn tool_calls(&self) -> Result<impl Iterator<Item = FixedToolCall<'_>>, Overflow> {
        if self.certain.progress.lost_calls { Err(Self::TOO_MANY_CALLS) } else { Ok(self.kept_tool_calls()) }
    }

    /// The tool calls that there was room for, in the order in which they began.
    pub fn kept_tool_calls(&self) -> impl Iterator<Item = FixedToolCall<'_>> {
        self.calls.iter().take(self.certain.calls).map(CallSlot::kept)
    }

    const TOO_MANY_CALLS: Overflow = Overflow { value: FixedValue::ToolCalls, capacity: CALLS };

    fn push_to_choice(&mut self, event: &Event<'_>) {
        let Scope { finish_reason, fragment, .. } = &mut self.scope;
        match (event, fragment) {
            (Event::Content(text), _) => {
                self.content.push(text);
                if self.content.overflowed() {
                    self.scope.overflow(FixedValue::Content, TEXT);
                }
            }
            (Event::FinishReason(piece), _) => finish_reason.gather(piece),
            (Event::ToolCallStart, _) => {
                self.end_fragment(None);
                self.scope.fragment = Some(CallFragment::new());
            }
            (Event::ToolCallEnd { index }, _) => self.end_fragment(*index),
            (Event::ToolCallId(piece), Some(fragment)) => fragment.id.gather(piece),
            (Event::ToolCallName(piece), Some(fragment)) => fragment.name.gather(piece),
            (Event::ToolCallArguments(text), Some(fragment)) => fragment.push_arguments(text),
            _ => {}
        }
    }

    /// Binds the open fragment of a tool call, if there is one.
    fn end_fragment(&mut self, index: Option<u32>) {
        let Some(fragment) = &mut self.scope.fragment else { return };
        fragment.index = index;
        let calls = self.calls.iter().map(CallSlot::labels);
        let position = fragment.labels().bind(calls, self.progress.current).unwrap_or_else(|| {
            let position = self.calls.len();
            // If there is no room, no call will be there.
            let _ = self.calls.push(CallSlot::new());
            position
        });
        let overflow = match self.calls.get_mut(position) {
            Some(call) => {
                self.progress.current = Some(position);
                call.continue_with(fragment);
                call.overflow(fragment)
            }
            None => {
                // What continues the lost call must not end up in another one.
                self.progress = Progress { current: None, lost_calls: true };
                Some(Self::TOO_MANY_CALLS)
            }
        };
        self.scope.fragment = None;
        self.scope.overflow = self.scope.overflow.or(overflow);
    }

    /// The open choice is this one.
    fn commit(&mut self) -> Result<(), Overflow> {
        if !self.scope.finish_reason.is_empty() {
            self.finish_reason.clear();
            self.finish_reason.join(&self.scope.finish_reason);
            if self.finish_reason.overflowed() {
                self.scope.overflow(FixedValue::FinishReason, LABEL);
            }
        }
        for call in &mut self.calls {
            call.commit();
        }
        self.certain =
            Certain { content: self.content.mark(), calls: self.calls.len(), progress: self.progress };
        let overflow = self.scope.overflow;
        self.scope.clear();
        overflow.map_or(Ok(()), Err)
    }

    /// The open choice, if there is one, is another, or nobody knows.
    fn roll_back(&mut self) {
        if !self.scope.open {
            return;
        }
        self.content.roll_back(self.certain.content);
        self.calls.truncate(self.certain.calls);
        for call in &mut self.calls {
            call.roll_back();
        }
        self.progress = self.certain.progress;
        self.scope.clear();
    }
}

/// What is known for sure of the choice, that is, up to the last piece of it that has ended.
#[derive(Clone, Copy, Debug)]
struct Certain {
    content: Mark,
    calls: usize,
    progress: Progress,
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    /// The position of the call that the last fragment belonged to.
    current: Option<usize>,
    /// There were more calls than there is room for.
    lost_calls: bool,
}

impl Progress {
    const START: Self = Self { current: None, lost_calls: false };
}

/// The piece of a choice that has begun and not ended.
#[derive(Clone, Debug)]
struct Scope<const ARGS: usize, const LABEL: usize> {
    open: bool,
    finish_reason: FixedText<LABEL>,
    fragment: Option<CallFragment<ARGS, LABEL>>,
    /// The first thing in it that did not fit.
    overflow: Option<Overflow>,
}

impl<const ARGS: usize, const LABEL: usize> Scope<ARGS, LABEL> {
    const fn new() -> Self {
        Self { open: false, finish_reason: FixedText::new(), fragment: None, overflow: None }
    }

    fn overflow(&mut self, value: FixedValue, capacity: usize) {
        self.overflow.get_or_insert(Overflow { value, capacity });
    }

    fn clear(&mut self) {
        self.open = false;
        self.finish_reason.clear();
        self.fragment = None;
        self.overflow = None;
    }
}
