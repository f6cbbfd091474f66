//! `choreo batch`.
//!
//! Memory does not grow with the file: under way are at most [`AHEAD`] lines for each that is asked at once, of 1 MiB
//! each, and their answers, of at most 64 MiB each.

mod asking;
mod kept;
mod lines;
mod question;
mod record;
mod source;
mod target;
mod window;

use std::io::{self, IsTerminal};

pub(crate) use question::Format;

use crate::adapter;
use crate::cli::BatchArgs;
use crate::failure::{AnswerFailure, Failure};
use crate::progress::{self, Progress};
use crate::server::count;
use asking::{Asking, Tally};
use question::Common;
use source::Source;
use target::{Target, Writer};

/// How many lines may be under way for each that is asked at once: answers wait for slower ones before them.
const AHEAD: usize = 8;

pub(crate) fn run(args: &BatchArgs) -> Result<(), Failure> {
    let common = common(args)?;
    let concurrency = count("--concurrency", args.concurrency, 1..=1000)? as usize;
    let source = Source::open(&args.file)?;
    let (target, mut kept) = Target::open(args.output.as_deref(), args.resume)?;
    let ahead = concurrency * AHEAD;
    let writer = Writer::start(target, ahead);
    let asking = Asking {
        questions: source.start(common),
        kept: &mut kept,
        writer: &writer,
        concurrency,
        ahead,
        progress: shown(args),
    };
    let outcome = adapter::run(&args.server, asking);
    // Whatever has happened, no answer is lost that there is.
    writer.finish(kept)?;
    conclude(&outcome?, args.output.is_some())
}

/// On a terminal to which the answers go, they are what is to be seen.
fn shown(args: &BatchArgs) -> Progress {
    if !progress::is_wanted() || (args.output.is_none() && io::stdout().is_terminal()) {
        return Progress::hidden();
    }
    Progress::counting(source::count(&args.file), "lines")
}

fn common(args: &BatchArgs) -> Result<Common, AnswerFailure> {
    Ok(Common {
        format: source::format(&args.file, args.format),
        model: args.model.clone(),
        system: args.system.clone(),
        temperature: args.temperature,
        max_tokens: args.max_tokens.map(|tokens| count("--max-tokens", tokens, 1..=u32::MAX)).transpose()?,
        extra: args.extra.as_ref().map(|members| members.0.clone()),
    })
}

fn conclude(tally: &Tally, can_resume: bool) -> Result<(), Failure> {
    let Tally { answered, kept, failed, .. } = tally;
    let (done, all) = (answered + kept, answered + kept + failed);
    let before = if *kept > 0 { format!(", {kept} of them before") } else { String::new() };
    let first_failure = match &tally.first_failure {
        Some(failure) => format!("; the first failure is of {failure}"),
        None => String::new(),
    };
    if tally.is_interrupted {
        let hint = if can_resume { "; --resume goes on from here" } else { "" };
        let asked = answered + failed;
        return Err(Failure::Interrupted(format!(
            "interrupted: {answered} of {asked} lines were answered{hint}"
        )));
    }
    let summary = format!("{done} of {all} lines are answered{before}{first_failure}");
    match &tally.trouble {
        Some(trouble) => Err(Failure::Other(format!("{trouble}; {summary}"))),
        None if *failed > 0 => Err(Failure::Other(summary)),
        None => {
            if progress::is_wanted() {
                progress::note(format_args!("choreo: {summary}"));
            }
            Ok(())
        }
    }
}
