//! One chat call, for a page in a browser: its request is encoded, and the bytes of its answer become events.
//!
//! A module's instance serves one call and is then thrown away; calls at the same time have an instance each. It imports
//! nothing. `web/core.js` is its other side.
//!
//! ```text
//! the request, as `request` has it --room--> encode --text--> the body to be sent
//! a piece of the answer --room--> push;  next, next, ... 0 --kind, text--> events
//! the answer's end --> end;  next, next, ... 0;  verdict
//! ```
//!
//! Text is lent from `text_at` on for `text_length` bytes, until the next call.
#![no_std]
#![expect(unsafe_code, reason = "names are exported")]

mod answer;
mod request;
mod told;
mod utf8;
mod words;

use boundary::{Exclusive, Lent};

use self::answer::Answer;
use self::words::Words;

boundary::panics_are_imports!();

/// The longest request as it comes in, and the longest piece of an answer.
const ROOM: usize = 1 << 20;
/// The longest request as it is sent.
const BODY: usize = 2 << 20;

static IN: Exclusive<[u8; ROOM]> = Exclusive::new([0; ROOM]);
static OUT: Exclusive<[u8; BODY]> = Exclusive::new([0; BODY]);
static ANSWER: Exclusive<Answer> = Exclusive::new(Answer::new());
static WORDS: Exclusive<Words> = Exclusive::new(Words::new());
static TEXT: Lent = Lent::new();

/// Where the host puts what it hands over.
#[unsafe(no_mangle)]
extern "C" fn room() -> *mut u8 {
    IN.at().cast()
}

/// How many bytes it may put there at a time.
#[unsafe(no_mangle)]
extern "C" fn room_length() -> usize {
    ROOM
}

#[unsafe(no_mangle)]
extern "C" fn text_at() -> usize {
    TEXT.at()
}

#[unsafe(no_mangle)]
extern "C" fn text_length() -> usize {
    TEXT.length()
}

/// Encodes the request in the first `length` bytes of the room. 1: the text is the body; 0: it says why there is none.
#[unsafe(no_mangle)]
extern "C" fn encode(length: usize) -> u32 {
    #[cfg(feature = "control")]
    TEXT.lend(&[0; 4][length..]);
    let is_encoded = IN.with(|room| {
        OUT.with(|body| match request::encode(room.get(..length).unwrap_or_default(), body) {
            Ok(written) => {
                TEXT.lend(written);
                true
            }
            Err(refusal) => {
                say(&refusal);
                false
            }
        })
    });
    u32::from(is_encoded.flatten() == Some(true))
}

/// The answer's status was no success: its body is an error report. To be said before the first `push`.
#[unsafe(no_mangle)]
extern "C" fn expect_error() {
    ANSWER.with(Answer::expect_error);
}

/// The next piece of the answer's body lies in the first `length` bytes of the room. The last one must have been read:
/// `next` must have given 0.
#[unsafe(no_mangle)]
extern "C" fn push(length: usize) {
    ANSWER.with(|answer| answer.push(length.min(ROOM)));
}

/// The next event, as `told::Told` numbers them; its text is lent. 0: all bytes are read.
#[unsafe(no_mangle)]
extern "C" fn next() -> u32 {
    IN.with(|room| ANSWER.with(|answer| answer.next(room, &TEXT))).flatten().unwrap_or(0)
}

/// The index of the tool call that `next` told of last; -1: the server did not say.
#[unsafe(no_mangle)]
extern "C" fn tool_call_index() -> i32 {
    ANSWER
        .with(|answer| answer.tool_call_index())
        .flatten()
        .and_then(|index| index.try_into().ok())
        .unwrap_or(-1)
}

/// The body has ended. `next` may have something yet.
#[unsafe(no_mangle)]
extern "C" fn end() {
    ANSWER.with(Answer::end);
}

/// How the answer ended, as `answer::Ending` numbers it; the text says what is wrong with it.
#[unsafe(no_mangle)]
extern "C" fn verdict() -> u32 {
    ANSWER
        .with(|answer| {
            let (ending, error) = answer.ending();
            error.iter().for_each(say);
            ending as u32
        })
        .unwrap_or_default()
}

/// Lends what it says.
fn say(what: &impl core::fmt::Display) {
    WORDS.with(|words| TEXT.lend(words.write(what).as_bytes()));
}
