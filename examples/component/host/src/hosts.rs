//! The hosts of components.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A host, what the component uses of it, and where both are.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) kind: Kind,
    /// `wasi:sockets` instead of `wasi:http`.
    pub(crate) sockets: bool,
    folder: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Wasmtime,
    Jco,
}

impl Host {
    /// All that give the component a network.
    pub(crate) fn all(folder: &Path) -> [Self; 3] {
        let host = |(kind, sockets)| Self { kind, sockets, folder: folder.to_owned() };
        [(Kind::Wasmtime, false), (Kind::Jco, false), (Kind::Jco, true)].map(host)
    }

    /// Whether it closes the connection of a response that is dropped. jco's `wasi:http` forgets the response, and no more.
    pub(crate) fn cancels(&self) -> bool {
        self.kind != Kind::Jco || self.sockets
    }

    /// Whether there is a network besides `wasi:http`: PyPI's wasmtime has no way to give it.
    pub(crate) fn gives_sockets(&self) -> bool {
        self.kind != Kind::Wasmtime
    }

    /// The same host without `wasi:http`.
    pub(crate) fn by_sockets(&self) -> Self {
        Self { sockets: true, ..self.clone() }
    }

    /// Runs a component with these arguments first.
    pub(crate) fn command(&self, component: &str, arguments: &[&str]) -> Command {
        let mut command = match self.kind {
            Kind::Wasmtime => {
                let mut command = Command::new(self.folder.join("python/bin/python"));
                command.args(["-B", "wasmtime_host.py", "run"]).arg(format!("{component}.cwasm"));
                command
            }
            Kind::Jco => {
                let mut command = Command::new("node");
                command.args(["jco.mjs", "run", component]);
                command
            }
        };
        command.arg(component).args(arguments).args(self.sockets.then_some("--sockets"));
        command.current_dir(&self.folder);
        command
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Wasmtime => "wasmtime",
            Kind::Jco => "jco",
        })?;
        f.write_str(if self.sockets { " by sockets" } else { "" })
    }
}
