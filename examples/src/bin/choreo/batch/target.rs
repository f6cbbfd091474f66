//! Where the answers go: standard output, or a file that loses none it has.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use smol::channel::{Receiver, Sender, bounded, unbounded};

use super::kept::{self, Kept};
use crate::failure::Failure;

/// What is written to, opened.
pub(super) struct Target {
    out: Box<dyn Write + Send>,
    /// `None`: standard output.
    path: Option<PathBuf>,
}

impl Target {
    /// Opens what is written to, and the answers it has, if those are to be kept. One that has any, which are not, is
    /// refused.
    pub(super) fn open(path: Option<&Path>, resume: bool) -> Result<(Self, Kept), Failure> {
        let Some(path) = path else {
            return Ok((Self { out: Box::new(io::stdout()), path: None }, Kept::none()));
        };
        let beside = kept::path_beside(path);
        let is_regular = fs::metadata(path).map_or(true, |metadata| metadata.is_file());
        let has_answers = |path: &Path| fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() > 0);
        let answers = match (resume, is_regular) {
            (true, true) => Kept::take_over(path).map_err(Failure::Other)?,
            (true, false) => {
                let message = format!("{} is no file that could be resumed", path.display());
                return Err(Failure::Other(message));
            }
            (false, _) => match [path, &beside].into_iter().find(|path| has_answers(path)) {
                Some(found) => {
                    let found = found.display();
                    let message =
                        format!("{found} is there already; --resume keeps its answers, else remove it");
                    return Err(Failure::Other(message));
                }
                None => Kept::none(),
            },
        };
        let out = OpenOptions::new().write(true).create(true).truncate(true).open(path);
        let out = out.map_err(|error| cannot_write(path, &error))?;
        Ok((Self { out: Box::new(out), path: Some(path.to_owned()) }, answers))
    }
}

/// Writes records on a thread of its own: whoever reads them slowly holds up no call.
pub(super) struct Writer {
    pub(super) records: Sender<Vec<u8>>,
    /// Told once for each record that has been written; closed when one could not be.
    pub(super) written: Receiver<()>,
    thread: JoinHandle<io::Result<()>>,
    path: Option<PathBuf>,
}

impl Writer {
    /// Takes `ahead` records without waiting.
    pub(super) fn start(target: Target, ahead: usize) -> Self {
        let (records, waiting) = bounded(ahead);
        let (done, written) = unbounded();
        let Target { out, path } = target;
        let thread = thread::spawn(move || write(out, &waiting, &done));
        Self { records, written, thread, path }
    }

    /// Appends the answers that are kept still, and ends.
    pub(super) fn finish(self, mut kept: Kept) -> Result<(), Failure> {
        let unread = loop {
            match kept.pop() {
                Ok(Some(record)) => {
                    // When it cannot be written, the thread has ended, and tells below why.
                    if self.records.send_blocking(record).is_err() {
                        break None;
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(Failure::Other(error)),
            }
        };
        drop(self.records);
        let outcome = self.thread.join().unwrap_or_else(|_| Err(io::Error::other("its thread has panicked")));
        let outcome = outcome.and_then(|()| self.path.as_deref().map_or(Ok(()), sync));
        match (outcome, &self.path) {
            (Err(error), None) => return Err(Failure::Output(error)),
            (Err(error), Some(path)) => return Err(cannot_write(path, &error)),
            (Ok(()), _) => {}
        }
        if let Some(unread) = unread {
            return Err(unread);
        }
        // The output has all of them now.
        match self.path.map(|path| fs::remove_file(kept::path_beside(&path))) {
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::Other(format!("cannot remove what was kept: {error}")))
            }
            _ => Ok(()),
        }
    }
}

fn write(mut out: Box<dyn Write + Send>, records: &Receiver<Vec<u8>>, done: &Sender<()>) -> io::Result<()> {
    while let Ok(record) = records.recv_blocking() {
        // A whole line at once: whoever kills this finds at most one that is not.
        out.write_all(&record)?;
        out.flush()?;
        let _ = done.try_send(());
    }
    Ok(())
}

/// What replaces the kept answers is to be on the disk before those are removed.
fn sync(path: &Path) -> io::Result<()> {
    let is_regular = fs::metadata(path)?.is_file();
    if is_regular { File::open(path)?.sync_all() } else { Ok(()) }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::Other(format!("cannot write {}: {error}", path.display()))
}
