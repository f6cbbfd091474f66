//! Ctrl-C.

use std::process;

use crate::progress;

/// What a shell reports for a command that was interrupted: 128 and the number of `SIGINT`.
const INTERRUPTED: i32 = 130;

/// Ends the process at once when it is interrupted, whatever it waits for: a name to be resolved, bytes of the
/// answer, standard input, or a reader of its own output that has stopped reading.
///
/// With the process its connections are closed, and that is how HTTP/1.1 cancels an answer. Nothing more is written; a
/// line that is drawn is taken away.
pub(crate) fn install() {
    // It fails only if a handler is there already. Then, and without one, the signal ends the process by itself.
    let _ = ctrlc::set_handler(|| {
        progress::clear();
        process::exit(INTERRUPTED)
    });
}
