//! Who writes the API key into the log.

#![cfg(feature = "surf")]

mod support;

use std::sync::Mutex;

use choreoai_async_std::AsyncStdTransport;
use choreoai_testkit::{Answer, Gateway};
use http::Request;
use log::{LevelFilter, Log, Metadata, Record};
use support::{read_ok, send};

const KEY: &str = "sk-0123456789";

/// The modules that have written the key.
struct Tellers(Mutex<Vec<String>>);

impl Log for Tellers {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if record.args().to_string().contains(KEY) {
            self.0.lock().unwrap().push(format!("{} {}", record.level(), record.target()));
        }
    }

    fn flush(&self) {}
}

static TELLERS: Tellers = Tellers(Mutex::new(Vec::new()));

#[test]
fn surfs_own_backend_logs_the_key_at_the_trace_level() {
    log::set_logger(&TELLERS).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let tellers = |transport: AsyncStdTransport| {
        let request = Request::post(gateway.base_url()).header("authorization", format!("Bearer {KEY}"));
        assert_eq!(read_ok(send(&transport, request.body(b"{}".to_vec()).unwrap()).unwrap()), "{}");
        std::mem::take(&mut *TELLERS.0.lock().unwrap())
    };
    for transport in support::both_ways() {
        assert_eq!(tellers(transport), [""; 0]);
    }
    assert_eq!(tellers(AsyncStdTransport::with_surf(surf::Client::new())), ["TRACE async_h1::client"]);
}
