//! Plays behaviours and looks at both sides.

use std::any::Any;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use choreoai::{Assembly, ChatRequest, ChatStream, Client, Error, Timer, Transport, Verdict};
use futures_core::Stream;

use super::behaviour::{Act, Behaviour, Case, Moves, Place, Replies};
use super::deaf::{Deaf, nowhere};
use super::expect::{Came, Expect};
use super::hurried::Hurried;
use super::subject::Able;
use super::{Ability, Fate, Report, Run, Subject, Theme, bodies};
use crate::{Answer, Gate, Gateway, Outcome, RecordedRequest, Script};

/// The key of all calls.
pub(super) const KEY: &str = "sk-conformance-0123456789";
/// What the call says that tries whether the transport is still in order.
const PROBE: &str = "Are you still there?";

/// Runs the behaviours of a theme.
///
/// It takes seconds. A behaviour that does not end is given up after the subject's
/// [patience](Subject::patience), and its thread left alone.
pub fn run<S: Subject>(subject: S, theme: Theme) -> Report {
    let subject = Arc::new(subject);
    let mut report = Report::default();
    for behaviour in theme.behaviours() {
        let missing = missing(&*subject, &behaviour);
        report.push(if missing.is_empty() {
            perform(&subject, theme, behaviour)
        } else {
            let Behaviour { name, needs, .. } = behaviour;
            Run { theme, name, needs, calls: 0, fate: Fate::LeftOut(missing) }
        });
    }
    report
}

/// Runs those behaviours of a theme that [`run`] leaves out, as if the subject could do what they need: what does not fail
/// need not be left out.
pub fn run_left_out<S: Subject>(subject: S, theme: Theme) -> Report {
    let mut behaviours = theme.behaviours();
    behaviours.retain(|behaviour| !missing(&subject, behaviour).is_empty());
    let subject = Arc::new(Able(subject));
    let mut report = Report::default();
    for behaviour in behaviours {
        report.push(perform(&subject, theme, behaviour));
    }
    report
}

/// What the behaviour needs and the subject cannot do.
fn missing(subject: &impl Subject, behaviour: &Behaviour) -> Vec<Ability> {
    behaviour.needs.iter().copied().filter(|need| !subject.is_able(*need)).collect()
}

fn perform<S: Subject>(subject: &Arc<S>, theme: Theme, behaviour: Behaviour) -> Run {
    let Behaviour { name, needs, cases } = behaviour;
    let patience = subject.patience();
    let (sender, receiver) = mpsc::channel();
    let subject = Arc::clone(subject);
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(move || {
        let mut calls = 0;
        let mut failures = Vec::new();
        for case in cases() {
            calls += case.acts.iter().filter(|act| matches!(act, Act::Create(_) | Act::Stream(..))).count();
            failures.extend(play(&*subject, case));
        }
        // Nobody listens any more if it took too long.
        let _ = sender.send((calls, failures));
    });
    let (calls, failures) = match spawned {
        Err(error) => (0, vec![format!("no thread could be started: {error}")]),
        Ok(thread) => match receiver.recv_timeout(patience) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout) => (0, vec![format!("it has not ended within {patience:?}")]),
            Err(RecvTimeoutError::Disconnected) => {
                (0, vec![thread.join().err().map_or_else(String::new, |panic| panic_text(&*panic))])
            }
        },
    };
    let fate = if failures.is_empty() { Fate::Passed } else { Fate::Failed(failures) };
    Run { theme, name, needs, calls, fate }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("it panicked: {}", text.unwrap_or("with something other than text"))
}

/// Plays a case and says what was not as it must be.
fn play<S: Subject>(subject: &S, case: Case) -> Vec<String> {
    let Case { label, place, replies, greeting, early, settings, acts } = case;
    let other = start(Script::from(Answer::json(500, "{}")));
    let mut script = script(replies, other.base_url());
    if let Some(greeting) = greeting {
        script = script.on_connect(move |connection| greeting(connection));
    }
    if let Some(early) = early {
        script = script.on_head(move |head| (head.connection == 0).then(|| early.clone()));
    }
    let gateway = start(script);
    let deaf = (place == Place::Deaf).then(|| Deaf::new().expect("a loopback port can be bound"));
    let base_url = match (&deaf, place) {
        (Some(deaf), _) => deaf.base_url(),
        (None, Place::Nobody) => nowhere().expect("a loopback port can be bound"),
        (None, _) => gateway.base_url(),
    };
    let transport = subject.transport();
    let timer = Hurried::new(subject.timer());
    let mut builder = Client::builder_with(transport.clone(), timer.clone())
        .base_url(base_url)
        .api_key(KEY)
        .connect_timeout(settings.connect.unwrap_or(Duration::from_secs(10)))
        .first_event_timeout(settings.first_event)
        .idle_timeout(settings.idle)
        .total_timeout(settings.total);
    if let Some(retries) = settings.max_retries {
        builder = builder.max_retries(retries);
    }
    let client = builder.build().expect("the settings are valid");
    let prompt = if settings.prompt == 0 { "Hi".to_owned() } else { "x".repeat(settings.prompt) };
    let stage =
        Stage { subject, gateway: &gateway, client, timer, request: ChatRequest::new("gpt-4").user(prompt) };

    let mut failures = Vec::new();
    let mut last = None;
    for (number, act) in acts.into_iter().enumerate() {
        let found = match act {
            Act::Create(expect) => {
                let found = stage.call(&expect, |stage| stage.create());
                last = Some(expect);
                found
            }
            Act::Stream(expect, moves) => {
                let found = stage.call(&expect, |stage| stage.stream(&moves));
                last = Some(expect);
                found
            }
            Act::Abandon { streamed, at } => {
                last = Some(Expect::dropped());
                stage.abandon(streamed, &at)
            }
            Act::Await(request, outcome) => {
                let came = gateway.wait_for_outcome(request);
                (came != outcome).then(|| format!("answer {request} ended as {came:?}")).into_iter().collect()
            }
            Act::AwaitClosed => {
                gateway.wait_for_open_connections(0);
                Vec::new()
            }
            Act::Check(check) => check(&gateway, &other).err().into_iter().collect(),
        };
        failures.extend(found.into_iter().map(|failure| format!("act {number}: {failure}")));
    }
    if let Some(expect) = last {
        let found = probe(subject, &gateway, transport, &expect);
        failures.extend(found.into_iter().map(|failure| format!("afterwards: {failure}")));
    }
    failures
        .extend(gateway.violations().into_iter().map(|breach| format!("the client broke HTTP: {breach}")));
    if other.connections() > 0 {
        failures.push("the client went to another origin".to_owned());
    }
    failures.into_iter().map(|failure| format!("{label}: {failure}")).collect()
}

fn start(script: Script) -> Gateway {
    Gateway::start(script).expect("a loopback port can be bound")
}

/// Answers as the case says, and the probe as any server does.
fn script(replies: Replies, other: String) -> Script {
    let reply: Box<dyn Fn(&RecordedRequest) -> Answer + Send + Sync> = match replies {
        Replies::By(reply) => Box::new(move |request| reply(request, &other)),
        Replies::InOrder(answers) => {
            let answers = Mutex::new(VecDeque::from(answers));
            Box::new(move |_| {
                let answer = answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                answer
                    .unwrap_or_else(|| Answer::json(418, crate::wire::detail("a request more than expected")))
            })
        }
    };
    Script::new(move |request| if is_probe(request) { bodies::answer() } else { reply(request) })
}

fn is_probe(request: &RecordedRequest) -> bool {
    request.body.windows(PROBE.len()).any(|window| window == PROBE.as_bytes())
}

/// A client and its server.
struct Stage<'s, S: Subject> {
    subject: &'s S,
    gateway: &'s Gateway,
    client: Client<S::Transport, Hurried<S::Timer>>,
    timer: Hurried<S::Timer>,
    request: ChatRequest,
}

impl<S: Subject> Stage<'_, S> {
    /// Makes a call and checks what came of it, on both sides.
    fn call(&self, expect: &Expect, make: impl FnOnce(&Self) -> Came) -> Vec<String> {
        let before = self.gateway.requests().len();
        self.timer.expect(&expect.waits);
        let mut came = None;
        let memory = allocation_counter::measure(|| came = Some(make(self)));
        let mut failures = came.map_or_else(Vec::new, |came| expect.check(&came));
        if memory.bytes_max > expect.memory {
            failures
                .push(format!("it took {} bytes of memory, more than {}", memory.bytes_max, expect.memory));
        }
        let missing = self.timer.expect(&[]);
        if !missing.is_empty() {
            failures.push(format!("these waits did not come: {missing:?}"));
        }
        if let Some(expected) = expect.requests {
            // A client that does not wait may be done before the server has read what it sent.
            self.gateway.wait_for_requests(before + expected);
        }
        let seen = self.gateway.requests().len() - before;
        if expect.requests.is_some_and(|expected| expected != seen) {
            failures.push(format!("expected {:?} requests, the server saw {seen}", expect.requests));
        }
        if let Some(limit) = expect.sent {
            let last = (before + seen).saturating_sub(1);
            let outcome = self.gateway.wait_for_outcome(last);
            let sent = self.gateway.requests().get(last).map_or(0, |request| request.bytes_sent);
            if outcome != Outcome::PeerClosed || sent > limit {
                failures.push(format!("the server ended as {outcome:?} after {sent} bytes"));
            }
        }
        failures
    }

    fn create(&self) -> Came {
        let outcome = self.subject.block_on(self.client.chat().create(&self.request));
        match outcome {
            Ok(completion) => Came {
                attempts: completion.response().map(|head| head.attempts()),
                end: Ok(completion.verdict()),
                completion,
                breaches: Vec::new(),
            },
            Err(mut error) => Came {
                completion: error.take_partial().unwrap_or_default(),
                end: Err(error),
                attempts: None,
                breaches: Vec::new(),
            },
        }
    }

    /// Makes a call and drops it when the server has come to the gate.
    fn abandon(&self, streamed: bool, gate: &Gate) -> Vec<String> {
        let chat = self.client.chat();
        let ended = self.subject.block_on(async {
            let mut arrival = pin!(arrival(gate));
            let mut call = pin!(async {
                if streamed {
                    chat.stream(&self.request).await.map(drop)
                } else {
                    chat.create(&self.request).await.map(drop)
                }
            });
            poll_fn(|cx| match call.as_mut().poll(cx) {
                Poll::Ready(ended) => Poll::Ready(Some(ended)),
                Poll::Pending => arrival.as_mut().poll(cx).map(|()| None),
            })
            .await
        });
        ended.map(|ended| format!("it ended before it was dropped: {ended:?}")).into_iter().collect()
    }

    fn stream(&self, moves: &Moves) -> Came {
        self.subject.block_on(async {
            match self.client.chat().stream(&self.request).await {
                Ok(stream) => read(stream, moves).await,
                Err(error) => Came {
                    completion: Assembly::new().finish(),
                    end: Err(error),
                    attempts: None,
                    breaches: Vec::new(),
                },
            }
        })
    }
}

/// Resolves when somebody comes to the gate.
fn arrival(gate: &Gate) -> impl Future<Output = ()> + use<> {
    let arrived = Arc::new((AtomicBool::new(false), Mutex::new(None::<Waker>)));
    let (gate, sender) = (gate.clone(), Arc::clone(&arrived));
    let mut thread = Some(move || {
        gate.wait_for_arrivals(1);
        sender.0.store(true, Ordering::SeqCst);
        if let Some(waker) = sender.1.lock().unwrap_or_else(PoisonError::into_inner).take() {
            waker.wake();
        }
    });
    poll_fn(move |cx| {
        *arrived.1.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        if let Some(thread) = thread.take() {
            thread::spawn(thread);
        }
        if arrived.0.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Reads a stream to its end, or to where it is to be dropped.
async fn read<T: Transport, R: Timer>(stream: ChatStream<T, R>, moves: &Moves) -> Came {
    let mut stream = pin!(stream);
    let mut assembly = Assembly::new();
    let mut text = String::new();
    let mut breaches = Vec::new();
    let attempts = stream.response().map(|head| head.attempts());
    let end: Result<Option<Verdict>, Error> = loop {
        if moves.drop.is_some_and(|at| text == at) {
            break Ok(None);
        }
        if let Some((_, gate)) = moves.open.as_ref().filter(|(at, _)| text == *at) {
            gate.open();
        }
        match next(stream.as_mut()).await {
            Some(Ok(chunk)) => {
                text.push_str(&chunk.text());
                breaches.extend(assembly.push(&chunk).err().map(|error| error.to_string()));
            }
            Some(Err(error)) => {
                if stream.verdict().is_some() {
                    breaches.push("a verdict beside an error".to_owned());
                }
                break Err(error);
            }
            None => break Ok(stream.verdict()),
        }
    };
    if !matches!(end, Ok(None)) && next(stream.as_mut()).await.is_some() {
        breaches.push("something came after the end".to_owned());
    }
    Came { completion: assembly.finish(), end, attempts, breaches }
}

async fn next<S: Stream>(mut stream: Pin<&mut S>) -> Option<S::Item> {
    poll_fn(|cx| stream.as_mut().poll_next(cx)).await
}

/// Tries whether the transport is in order, and whether it kept the connection.
fn probe<S: Subject>(
    subject: &S,
    gateway: &Gateway,
    transport: S::Transport,
    expect: &Expect,
) -> Vec<String> {
    let seen = gateway.requests();
    let used = seen.last().map(|request| request.connection);
    if expect.kept && !seen.is_empty() {
        // All of it has been sent by then, so that what is left of it can be drained.
        gateway.wait_for_outcome(seen.len() - 1);
    }
    let client = Client::builder_with(transport, subject.timer()).base_url(gateway.base_url()).api_key(KEY);
    let client = client.build().expect("the settings are valid");
    let answer = subject.block_on(client.chat().create(&ChatRequest::new("gpt-4").user(PROBE)));
    let mut failures = Vec::new();
    match answer {
        Ok(answer) if answer.text() == bodies::TEXT => {}
        Ok(answer) => failures.push(format!("the next call was answered {:?}", answer.text())),
        Err(error) => failures.push(format!("the next call failed: {error}")),
    }
    let requests = gateway.requests();
    if subject.is_able(Ability::Reuse)
        && let Some(probe) = requests.iter().find(|request| is_probe(request))
    {
        if (Some(probe.connection) == used) != expect.kept {
            failures.push(format!("the connection was {}kept", if expect.kept { "not " } else { "" }));
        }
        // All but the one that the probe was sent over.
        gateway.wait_for_open_connections(1);
    }
    failures
}
