//! The gateways of the browser's test, which it drives by lines.
//!
//! It begins with a line for each: `page URL` (the page, and the scenes behind the same address), `allowing URL` (the scenes for
//! pages of that origin, by CORS), `refusing URL` (the scenes, without). Then each line on standard input is answered by one:
//!
//! ```text
//! open GATE              lets a scene go on; answers `opened`
//! outcome GATEWAY        how the answer to the last chat request ended; waits until it has
//! request GATEWAY        the last request for a chat, as JSON
//! preflights GATEWAY     how often a browser asked whether it may ask
//! ```

use std::io::{self, BufRead};
use std::sync::Arc;

use choreoai_testkit::wire::Json;
use choreoai_testkit::{Answer, Gateway, RecordedRequest, Script};

use crate::files::Files;
use crate::scenes::Scenes;

/// Serves until standard input ends.
pub(crate) fn run(files: Files) -> io::Result<()> {
    let scenes = Arc::new(Scenes::default());
    let page = Gateway::start(script(&scenes, move |request, scenes| {
        files.answer(request).unwrap_or_else(|| scenes.answer(request))
    }))?;
    let origin = page.base_url();
    let allowing =
        Gateway::start(script(&scenes, move |request, scenes| allowing(request, scenes, &origin)))?;
    let refusing = Gateway::start(script(&scenes, |request, scenes| match &*request.method {
        "OPTIONS" => Answer::new(405),
        _ => scenes.answer(request),
    }))?;
    let gateways = [("page", page), ("allowing", allowing), ("refusing", refusing)];
    for (name, gateway) in &gateways {
        println!("{name} {}", gateway.base_url());
    }
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (command, name) = line.split_once(' ').unwrap_or((&line, ""));
        let gateway = || {
            let found = gateways.iter().find(|(known, _)| *known == name);
            found
                .map(|(_, gateway)| gateway)
                .ok_or_else(|| io::Error::other(format!("{line}: no such gateway")))
        };
        match command {
            "open" => {
                scenes.open(name);
                println!("opened");
            }
            "outcome" => println!("{:?}", gateway()?.wait_for_outcome(last(gateway()?)?)),
            "request" => println!("{}", json(&gateway()?.requests()[last(gateway()?)?])),
            "preflights" => {
                let requests = gateway()?.requests();
                println!("{}", requests.iter().filter(|request| request.method == "OPTIONS").count());
            }
            _ => return Err(io::Error::other(format!("{line}: no such command"))),
        }
    }
    Ok(())
}

fn script(
    scenes: &Arc<Scenes>,
    answer: impl Fn(&RecordedRequest, &Scenes) -> Answer + Send + Sync + 'static,
) -> Script {
    let scenes = Arc::clone(scenes);
    Script::new(move |request| answer(request, &scenes))
}

/// What a gateway must answer so that pages of `origin` may ask it: see README.md.
fn allowing(request: &RecordedRequest, scenes: &Scenes, origin: &str) -> Answer {
    let answer = match &*request.method {
        "OPTIONS" => Answer::new(204)
            .header("access-control-allow-methods", "POST")
            .header("access-control-allow-headers", "authorization, content-type")
            .header("access-control-max-age", "600"),
        _ => scenes.answer(request),
    };
    answer.header("access-control-allow-origin", origin).header("vary", "origin")
}

/// Where the last request for a chat stands among all.
fn last(gateway: &Gateway) -> io::Result<usize> {
    let is_chat = |request: &RecordedRequest| request.method == "POST";
    gateway.requests().iter().rposition(is_chat).ok_or_else(|| io::Error::other("nothing was asked yet"))
}

fn json(request: &RecordedRequest) -> String {
    let text = |text: Option<&str>| Json::from(text);
    let body = String::from_utf8_lossy(&request.body);
    Json::object([
        ("target", text(Some(&request.target))),
        ("authorization", text(request.header("authorization"))),
        ("type", text(request.header("content-type"))),
        ("referer", text(request.header("referer"))),
        ("body", text(Some(&body))),
    ])
    .compact()
}
