//! What is traced: alone in its process, for whether anyone listens to an event is kept for all threads together.

#![cfg(feature = "tracing")]

#[allow(dead_code)]
#[path = "client/support.rs"]
mod support;

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::*;

/// Writes down spans and events, one line each.
#[derive(Clone, Default)]
struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<AtomicU64>,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Log {
    fn write(&self, start: String, record: impl FnOnce(&mut Line)) {
        let mut line = Line(start);
        record(&mut line);
        self.lines.lock().unwrap().push(line.0);
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "choreoai"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.spans.fetch_add(1, Ordering::Relaxed) + 1;
        self.write(format!("{} #{id}:", span.metadata().name()), |line| span.record(line));
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.write(format!("#{}:", span.into_u64()), |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let span = event.parent().map_or(0, Id::into_u64);
        self.write(format!("#{span} {}:", event.metadata().level()), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn a_call_is_a_span_with_its_events() {
    let refusal = format!("{{\"error\": {{\"message\": \"no {KEY}\", \"code\": \"overloaded\"}}}}");
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        let script = Script::new([
            Reply::status(503).header("retry-after", "2").header("x-request-id", "first").data(refusal),
            Reply::body(answer()).after(seconds(1)),
            Reply::status(400),
        ]);
        let client = script.builder().base_url("http://gateway.example").build().unwrap();
        assert!(stream(&script, &client).1.is_none());
        script.run(client.chat().create(&request())).unwrap_err();
    });
    let lines = log.lines.lock().unwrap();
    let length = request_length();
    let expected = [
        "#0 WARN: message=http://gateway.example is reached without encryption: whoever is on the way can read \
         the API key and all that is said; use https",
        "choreoai.call #1: id=1 method=\"POST\" path=\"/v1/chat/completions\" streamed=true",
        "#1: model=\"gpt-4\"",
        &format!("#1 DEBUG: message=request sent attempt=1 body_length={length}"),
        "#1: status=503",
        "#1: request_id=\"first\"",
        "#1 DEBUG: message=response status=503 request_id=\"first\" attempts=1 elapsed=0ns",
        "#1 WARN: message=the request will be sent again error=\"http\" status=503 code=\"overloaded\" attempts=1 \
         wait=2s",
        &format!("#1 DEBUG: message=request sent attempt=2 body_length={length}"),
        "#1: status=200",
        "#1 DEBUG: message=response status=200 attempts=2 elapsed=1s",
        "#1 DEBUG: message=the answer has begun elapsed=3s",
        "#1: attempts=2",
        "#1: outcome=\"finished\"",
        "#1 DEBUG: message=the call has ended outcome=\"finished\" attempts=2 elapsed=3s",
        "choreoai.call #2: id=2 method=\"POST\" path=\"/v1/chat/completions\" streamed=false",
    ];
    assert_eq!(lines[..expected.len()], expected);
    assert_eq!(
        lines.last().unwrap(),
        "#2 DEBUG: message=the call has ended outcome=\"failed\" error=\"http\" attempts=1 elapsed=0ns"
    );
    for line in &*lines {
        assert!(!line.contains(KEY) && !line.contains("Hello") && !line.contains("\"Hi\""), "{line}");
    }
}

/// How long the body of the request of [`request`] is, as a stream.
fn request_length() -> usize {
    let script = Script::new([Reply::body(answer())]);
    assert!(stream(&script, &script.client()).1.is_none());
    script.played().requests[0].body().len()
}
