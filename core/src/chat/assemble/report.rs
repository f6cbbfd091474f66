//! Error reports, gathered from their pieces.

#[cfg(feature = "alloc")]
use alloc::string::String;

use crate::chat::{ErrorMember, Event, Piece};

/// What the server reported to have gone wrong, inside a response that began well.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorReport {
    /// What happened, for a person. At most 16 KiB.
    pub message: Option<String>,
    /// The type, such as `rate_limit_error`. At most 1 KiB.
    pub error_type: Option<String>,
    /// The code, such as `quota_exceeded`. At most 1 KiB.
    pub code: Option<String>,
    /// The request's member that was refused. At most 1 KiB.
    pub param: Option<String>,
    /// Whether one of these was longer, and only its beginning is here.
    pub truncated: bool,
}

/// Gathers the error report of a stream.
///
/// Give it every event; those that are no part of a report are ignored. A report counts once
/// [`Event::ErrorEnd`] confirms it: what was not confirmed is forgotten at [`Event::ChunkEnd`]. The first report that
/// was confirmed is kept. Holds at most 19 KiB.
///
/// Of a report that the end of the body cut (the verdict is [`ErrorKind::Server`](crate::ErrorKind::Server), and none was
/// confirmed), an [`Event::ErrorEnd`] of one's own confirms what came.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default)]
pub struct ErrorAssembler {
    gathered: Gathered<Bounded<MESSAGE>, Bounded<LABEL>>,
}

#[cfg(feature = "alloc")]
const MESSAGE: usize = 16 * 1024;
#[cfg(feature = "alloc")]
const LABEL: usize = 1024;

#[cfg(feature = "alloc")]
impl ErrorAssembler {
    /// Nothing gathered yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next event.
    pub fn push(&mut self, event: &Event<'_>) {
        self.gathered.push(event);
    }

    /// The report, if one was confirmed.
    pub fn into_report(self) -> Option<ErrorReport> {
        let Gathered { message, error_type, code, param, confirmed } = self.gathered;
        confirmed.then_some(ErrorReport {
            truncated: message.shortened || error_type.shortened || code.shortened || param.shortened,
            message: message.text,
            error_type: error_type.text,
            code: code.text,
            param: param.text,
        })
    }
}

/// The members of a report, kept in `M` and `L` of whatever storage.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered<M, L> {
    pub(super) message: M,
    pub(super) error_type: L,
    pub(super) code: L,
    pub(super) param: L,
    pub(super) confirmed: bool,
}

/// A text of which the beginning is kept.
pub(super) trait Excerpt {
    /// Forgets everything.
    fn clear(&mut self);
    /// Adds as much as there is room for, and remembers whether that was all.
    fn push(&mut self, text: &str);
}

impl<M: Excerpt, L: Excerpt> Gathered<M, L> {
    pub(super) fn push(&mut self, event: &Event<'_>) {
        if self.confirmed {
            return;
        }
        match event {
            Event::Error(ErrorMember::Message, piece) => gather(&mut self.message, piece),
            Event::Error(ErrorMember::Type, piece) => gather(&mut self.error_type, piece),
            Event::Error(ErrorMember::Code, piece) => gather(&mut self.code, piece),
            Event::Error(ErrorMember::Param, piece) => gather(&mut self.param, piece),
            Event::ErrorEnd => self.confirmed = true,
            Event::ChunkEnd => {
                self.message.clear();
                self.error_type.clear();
                self.code.clear();
                self.param.clear();
            }
            _ => {}
        }
    }
}

fn gather(member: &mut impl Excerpt, piece: &Piece<'_>) {
    if piece.first {
        member.clear();
    }
    member.push(piece.text);
}

/// The first `N` bytes of a text.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default)]
struct Bounded<const N: usize> {
    text: Option<String>,
    shortened: bool,
}

#[cfg(feature = "alloc")]
impl<const N: usize> Excerpt for Bounded<N> {
    fn clear(&mut self) {
        *self = Self::default();
    }

    fn push(&mut self, text: &str) {
        // Nothing may follow a gap.
        if self.shortened {
            return;
        }
        let kept = self.text.get_or_insert_default();
        let fitting = fitting(text, N.saturating_sub(kept.len()));
        kept.push_str(fitting);
        self.shortened = fitting.len() < text.len();
    }
}

/// The longest beginning of `text` that takes at most `room` bytes.
pub(super) fn fitting(text: &str, room: usize) -> &str {
    if text.len() <= room {
        return text;
    }
    // A scalar takes at most 4 bytes, so one of these is a boundary.
    (0..4).find_map(|back| text.get(..room.checked_sub(back)?)).unwrap_or("")
}
