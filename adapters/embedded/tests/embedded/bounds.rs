//! What a call takes: no allocation, and memory of a known size.

use choreoai_embedded::chat::Event;
use choreoai_embedded::connect::connect_with;
use choreoai_embedded::raw_json::writer::Part;
use choreoai_embedded::{Answer, Client, Endpoint, Error, ErrorReport, Session};
use embedded_io_async::{ErrorType, Read, Write};

use crate::support::*;

/// A transport without any memory of its own.
struct Still<'a> {
    response: &'a [u8],
    sent: usize,
}

impl ErrorType for Still<'_> {
    type Error = Broken;
}

impl Read for Still<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Broken> {
        Read::read(&mut self.response, buffer).await.map_err(|never| match never {})
    }
}

impl Write for Still<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Broken> {
        self.sent += bytes.len();
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Broken> {
        Ok(())
    }
}

async fn count<R: choreoai_embedded::Report>(
    session: &mut Session<'_, Still<'_>, choreoai_embedded::time::Untimed, R>,
) -> Result<usize, Error<Broken>> {
    let mut answer = session.stream(&REQUEST).await?;
    let mut length = 0;
    while let Some(event) = answer.next().await? {
        if let Event::Content(text) = event {
            length += text.len();
        }
    }
    Ok(length)
}

#[test]
fn nothing_is_allocated() {
    let good = chunked(STREAM, 30);
    let bad = response("429 Too Many", "Retry-After: 2\r\n", r#"{"error": {"message": "no", "code": "x"}}"#);
    let world = World::default();
    let mut buffer = [0; 64];
    let allocations = allocation_counter::measure(|| {
        let mut session = Session::new(Still { response: good.as_bytes(), sent: 0 }, &mut buffer)
            .with_endpoint(ENDPOINT)
            .with_report(ErrorReport::<64>::new());
        assert_eq!(world.run(count(&mut session)), Some(Ok(TEXT.len())));
        session.reconnect(Still { response: bad.as_bytes(), sent: 0 });
        assert_eq!(world.run(count(&mut session)), Some(Err(Error::Refused(429))));
    });
    assert_eq!(allocations.count_total, 0);
}

/// In words, so that the ceilings hold for 32 bits as for 64, or nearly so: what is counted in 64 bits weighs more there.
#[test]
fn the_types_are_small() {
    const WORD: usize = size_of::<usize>();
    let decoder = size_of::<choreoai_embedded::chat::Decoder>();
    let session = size_of::<Session<'_, ()>>() - decoder;
    let answer = size_of::<Answer<'_, '_, Still<'_>>>();
    let report = size_of::<ErrorReport<0, 0>>();
    println!("session {session} + decoder {decoder}, answer {answer}, report {report}");
    println!("endpoint {}, error {}", size_of::<Endpoint<'_>>(), size_of::<Error<u8>>());
    assert!(session <= 36 * WORD, "{session}");
    assert!(answer <= 6 * WORD, "{answer}");
    assert!(report <= 30 * WORD, "{report}");
    assert!(size_of::<Endpoint<'_>>() <= 8 * WORD);
    assert!(size_of::<Error<u8>>() <= 7 * WORD);
}

#[test]
fn the_futures_are_small() {
    let world = World::default();
    let mut buffer = [0; 64];
    let mut session = Session::new(Still { response: &[], sent: 0 }, &mut buffer);
    let stream = size_of_val(&session.stream(&REQUEST));
    let parts = size_of_val(&session.send_parts([Part::Str("")].iter().copied()));
    let whole = size_of_val(&count(&mut session));
    let mut session = session.with_report(ErrorReport::<64>::new());
    let with_report = size_of_val(&session.stream(&REQUEST));
    let mut session = session.with_timer(world.clone(), choreoai_embedded::time::Deadlines::stream());
    let with_timer = size_of_val(&session.stream(&REQUEST));
    let mut buffer = [0; 64];
    let connector = connect_with(async || Ok::<_, Broken>(Still { response: &[], sent: 0 }));
    let mut client = Client::new(connector, &mut buffer, world, || 0);
    let by_client = size_of_val(&client.stream(&REQUEST));
    let parts_by_client = size_of_val(&client.send_parts([Part::Str("")].iter().copied()));
    println!(
        "stream {stream}, parts {parts}, with report {with_report}, and timer {with_timer}, by client {by_client}, in parts \
         {parts_by_client}, whole {whole}"
    );
    assert!(stream <= 1030, "{stream}");
    assert!(parts <= 560, "{parts}");
    assert!(whole <= 1050, "{whole}");
    assert!(with_report <= 1030, "{with_report}");
    assert!(with_timer <= 1220, "{with_timer}");
    assert!(by_client <= 1260, "{by_client}");
    assert!(parts_by_client <= 1020, "{parts_by_client}");
}

#[test]
fn futures_may_go_to_another_thread_if_the_transport_may() {
    fn is_send<T: Send>(_: &T) {}
    let mut buffer = [0; 64];
    let mut session = Session::new(Still { response: &[], sent: 0 }, &mut buffer);
    is_send(&count(&mut session));
}
