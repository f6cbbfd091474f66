//! Ctrl-C.

use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use smol::channel::{Receiver, Sender, bounded};

use crate::progress;

/// What a shell reports for a command that was interrupted: 128 and the number of `SIGINT`.
pub(crate) const INTERRUPTED: u8 = 130;

/// Who is told first.
static TOLD_FIRST: OnceLock<Sender<()>> = OnceLock::new();
static IS_TOLD: AtomicBool = AtomicBool::new(false);

/// Ends the process at once when it is interrupted, whatever it waits for: a name to be resolved, bytes of the
/// answer, standard input, or a reader of its own output that has stopped reading.
///
/// With the process its connections are closed, and that is how HTTP/1.1 cancels an answer. Nothing more is written; a
/// line that is drawn is taken away.
pub(crate) fn install() {
    // It fails only if a handler is there already. Then, and without one, the signal ends the process by itself.
    let _ = ctrlc::set_handler(|| {
        if let Some(first) = TOLD_FIRST.get()
            && !IS_TOLD.swap(true, Ordering::Relaxed)
            && first.try_send(()).is_ok()
        {
            return;
        }
        progress::clear();
        process::exit(INTERRUPTED.into())
    });
}

/// From now on the first Ctrl-C is told here, to a command that has something to bring to its end. The second one ends the
/// process.
pub(crate) fn told_first() -> Receiver<()> {
    let (told, interrupted) = bounded(1);
    // A command asks once.
    let _ = TOLD_FIRST.set(told);
    interrupted
}
