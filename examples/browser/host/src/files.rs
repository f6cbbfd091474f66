//! The page's files.

use std::fs;
use std::io;
use std::path::Path;

use choreoai_testkit::{Answer, RecordedRequest};

/// The files of the page, and what each is: its path, its name, its type.
const FILES: [(&str, &str, &str); 5] = [
    ("/", "index.html", "text/html; charset=utf-8"),
    ("/page.css", "page.css", "text/css; charset=utf-8"),
    ("/page.js", "page.js", "text/javascript; charset=utf-8"),
    ("/choreo.js", "choreo.js", "text/javascript; charset=utf-8"),
    ("/core.js", "core.js", "text/javascript; charset=utf-8"),
];

/// What is served, by path.
#[derive(Debug)]
pub(crate) struct Files(Vec<(&'static str, Answer)>);

impl Files {
    /// Reads the files of the folder `web`, and the module.
    pub(crate) fn read(web: &Path, wasm: &Path) -> io::Result<Self> {
        let answer = |path: &Path, kind: &str| {
            let bytes = fs::read(path)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
            let answer =
                Answer::new(200).header("content-type", kind).header("cache-control", "no-cache").body(bytes);
            io::Result::Ok(answer)
        };
        let mut files = vec![("/choreo.wasm", answer(wasm, "application/wasm")?)];
        for (path, name, kind) in FILES {
            files.push((path, answer(&web.join(name), kind)?));
        }
        Ok(Self(files))
    }

    /// The file that is asked for; `None`: it is none of them.
    pub(crate) fn answer(&self, request: &RecordedRequest) -> Option<Answer> {
        let (_, answer) =
            self.0.iter().find(|(path, _)| request.method == "GET" && *path == request.path())?;
        Some(answer.clone())
    }
}
