//! The other end, and how it is asked.

use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use choreoai_embedded::chat::{ChatRequest, Event, Message, Verdict};
use choreoai_embedded::{Answer, Endpoint, Error, Session};
use choreoai_testkit::tls::{Authority, Identity, der};
use choreoai_testkit::{Gateway, Script};
use embedded_tls::{Aes128GcmSha256, TlsClock, TlsConnection, TlsError};
use futures_lite::future::block_on;
use rand_core::OsRng;

use crate::connector::open;
use crate::tcp::{Attack, Tcp};

type Tls<'b> = TlsConnection<'b, Tcp, Aes128GcmSha256>;

/// What came of an answer: its text, and how it ended.
pub(crate) type Outcome = (String, Result<Verdict, Error<TlsError>>);

const ENDPOINT: Endpoint<'_> = Endpoint::new("localhost").with_key("sk-1");
const REQUEST: ChatRequest<'_> = ChatRequest::new("gpt-4", &[Message::user("Hello?")]);

/// A gateway, and what is to be known to connect to it.
pub(crate) struct Server {
    pub(crate) gateway: Gateway,
    pub(crate) root: Vec<u8>,
}

impl Server {
    pub(crate) fn start(script: impl Into<Script>) -> Self {
        let authority = Authority::new().expect("an authority");
        let identity = authority.identity(None).expect("an identity");
        Self::start_as(script, &identity, &authority.pem())
    }

    pub(crate) fn start_as(script: impl Into<Script>, identity: &Identity, root: &str) -> Self {
        let gateway = Gateway::start_tls(script, identity).expect("a gateway");
        Self { gateway, root: der(root).expect("a certificate") }
    }

    async fn open<'b, C: TlsClock>(
        &self,
        name: &str,
        read_record: &'b mut [u8],
        write_record: &'b mut [u8],
        attack: &Rc<Attack>,
    ) -> Result<Tls<'b>, TlsError> {
        let socket = Tcp::connect(self.gateway.addr(), attack);
        open::<C, 4096, _>(socket, name, &self.root, OsRng, read_record, write_record).await
    }

    /// A session, and what may be done to its connection.
    pub(crate) async fn connect<'b>(&self, buffers: &'b mut Buffers) -> (Session<'b, Tls<'b>>, Rc<Attack>) {
        let Buffers { read_record, write_record, session } = buffers;
        let attack = Rc::default();
        let tls =
            self.open::<Now>("localhost", read_record, write_record, &attack).await.expect("a handshake");
        (Session::new(tls, session).with_endpoint(ENDPOINT), attack)
    }

    /// Asks over a connection of its own, on which the attack begins with what follows the head.
    pub(crate) fn ask(&self, buffers: &mut Buffers, attack: Attack) -> Outcome {
        block_on(async {
            let (mut session, under_way) = self.connect(buffers).await;
            match session.stream(&REQUEST).await {
                Ok(answer) => {
                    under_way.begin(attack);
                    read(answer).await
                }
                Err(error) => (String::new(), Err(error)),
            }
        })
    }

    /// Whether a client that looks for `name` accepts it.
    pub(crate) fn is_accepted<C: TlsClock>(&self, name: &str) -> bool {
        let Buffers { mut read_record, mut write_record, .. } = Buffers::new();
        match block_on(self.open::<C>(name, &mut read_record, &mut write_record, &Rc::default())) {
            Ok(_) => true,
            Err(TlsError::InvalidCertificate) => false,
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// What a session over TLS borrows.
pub(crate) struct Buffers {
    read_record: Vec<u8>,
    write_record: [u8; 1024],
    session: [u8; 256],
}

impl Buffers {
    pub(crate) fn new() -> Self {
        Self::with_room_for(16_640)
    }

    pub(crate) fn with_room_for(read_record: usize) -> Self {
        Self { read_record: vec![0; read_record], write_record: [0; 1024], session: [0; 256] }
    }
}

pub(crate) struct Now;

impl TlsClock for Now {
    fn now() -> Option<u64> {
        let time = SystemTime::now().duration_since(UNIX_EPOCH);
        Some(time.expect("a clock").as_secs())
    }
}

/// A day within the year 2000, for which the testkit's expired certificates were.
pub(crate) struct Then;

impl TlsClock for Then {
    fn now() -> Option<u64> {
        Some(962_409_600) // 2000-07-01
    }
}

/// Reads an answer to its end.
pub(crate) async fn read(mut answer: Answer<'_, '_, Tls<'_>>) -> Outcome {
    let mut text = String::new();
    loop {
        match answer.next().await {
            Ok(Some(Event::Content(fragment))) => text.push_str(fragment),
            Ok(Some(_)) => {}
            Ok(None) => return (text, Ok(answer.verdict().expect("a verdict"))),
            Err(error) => {
                assert_eq!(answer.verdict(), None, "{error:?}");
                return (text, Err(error));
            }
        }
    }
}
