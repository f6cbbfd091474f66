//! Text over TLS: the UART leads to a gateway that speaks nothing else.
//!
//! Its arguments, in hexadecimal, stand in for what a product has: 32 bytes from its source of entropy, new at each start (with the
//! same ones the keys of the connection are the same again), and the certificate that has signed the gateway's.
#![no_std]
#![no_main]

/// The one that the page of `choreoai-embedded` shows.
#[path = "../../../../../adapters/embedded/tests/tls/connector.rs"]
mod connector;

use core::pin::pin;
use core::time::Duration;

use board::console::{Console, arguments, exit, time_of_day};
use choreoai_embedded::chat::TextDecoder;
use choreoai_embedded::time::{Deadlines, DelayTimer};
use choreoai_embedded::{Error, Session};
use embassy_futures::select::{Either, select};
use embedded_hal_async::delay::DelayNs;
use embedded_tls::{TlsClock, TlsError};
use programs::GATEWAY;
use programs::text::{QUESTION, print, run};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// embedded-tls does it on some messages of a server.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    Console::open().print("\npanicked\n");
    exit(false)
}

/// Whom the gateway's certificate is for.
const NAME: &str = "localhost";
/// The gateway's certificate and those that lead to the root have so many bytes together, at most.
const CHAIN: usize = 1024;
const HANDSHAKE_MS: u32 = 10_000;
const DEADLINES: Deadlines = Deadlines {
    connect: None,
    first_event: Some(Duration::from_secs(3)),
    idle: Some(Duration::from_secs(2)),
    total: Some(Duration::from_secs(60)),
};

#[board::entry]
fn main() -> ! {
    run(async |uart, mut clock, console| {
        // Without it embedded-tls would take an expired certificate.
        if time_of_day().is_none() {
            return explain("nobody knows the time of day", console);
        }
        let mut own = Own { entropy: [0; 32], root: [0; 512], root_length: 0 };
        if !own.read() {
            return explain(
                "the arguments are to be hexadecimal: 32 bytes of entropy, a certificate of up to 512",
                console,
            );
        }
        let root = own.root.get(..own.root_length).unwrap_or_default();
        let rng = ChaCha20Rng::from_seed(own.entropy);
        // The longest record there is; a request that is longer than `sent` goes out in several.
        let (mut received, mut sent) = ([0; 16_640], [0; 1024]);
        let tls = {
            let handshake =
                connector::open::<TimeOfDay, CHAIN, _>(uart, NAME, root, rng, &mut received, &mut sent);
            match select(pin!(handshake), pin!(clock.delay_ms(HANDSHAKE_MS))).await {
                Either::First(Ok(tls)) => tls,
                Either::First(Err(TlsError::InvalidCertificate | TlsError::InvalidSignature)) => {
                    return explain("this server is not the gateway", console);
                }
                Either::First(Err(_)) => return explain("there is no handshake", console),
                Either::Second(()) => return explain("the handshake takes too long", console),
            }
        };
        let mut buffer = [0; 256];
        let mut session = Session::new(tls, &mut buffer)
            .with_endpoint(GATEWAY)
            .with_decoder(TextDecoder::new)
            .with_timer(DelayTimer::new(clock, move || clock.now()), DEADLINES);
        match session.send(QUESTION).await {
            Err(Error::Refused(status)) => {
                console.print_number(status.into());
                explain(": the gateway refuses the question", console)
            }
            Err(_) => explain("there is no answer", console),
            answer => print(answer, console).await,
        }
    })
}

fn explain(why: &str, console: &mut Console) -> bool {
    console.print(why);
    false
}

/// The days of certificates are looked at by the clock of whoever listens to the console.
struct TimeOfDay;

impl TlsClock for TimeOfDay {
    fn now() -> Option<u64> {
        time_of_day().map(u64::from)
    }
}

/// What the arguments say.
struct Own {
    entropy: [u8; 32],
    root: [u8; 512],
    root_length: usize,
}

impl Own {
    /// Whether they could be read.
    #[inline(never)] // What it needs of the stack is free again for the handshake.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 1200];
        let Some((entropy, root)) = arguments(&mut buffer).split_once(' ') else { return false };
        let Some(length) = decode(root, &mut self.root) else { return false };
        self.root_length = length;
        length > 0 && decode(entropy, &mut self.entropy) == Some(self.entropy.len())
    }
}

/// How many bytes the hexadecimal `text` has put into `bytes`; `None` if it is something else, or more.
fn decode(text: &str, bytes: &mut [u8]) -> Option<usize> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    for (place, pair) in pairs.iter().enumerate() {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        *bytes.get_mut(place)? = (high? << 4 | low?) as u8;
    }
    Some(pairs.len())
}
