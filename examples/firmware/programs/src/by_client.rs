//! How a client asks.

use board::console::Console;
use choreoai_embedded::chat::Event;
use choreoai_embedded::connect::Connect;
use choreoai_embedded::time::Timer;
use choreoai_embedded::{Client, Error, ErrorKind, ErrorReport};

use crate::questions::{Asker, Fault, Gathered};
use crate::requests::{Requests, Turn};

/// A message of at most 96 bytes; the type, the code and the member have at most 32 each.
pub type Report = ErrorReport<96, 32>;

/// Asks by a client, and by requests of one kind.
pub struct ByClient<'q, 'b, C, T, N, Q> {
    requests: Q,
    client: &'q mut Client<'b, C, T, N, Report>,
}

impl<'q, 'b, C: Connect, T: Timer, N: FnMut() -> u32, Q: Requests> ByClient<'q, 'b, C, T, N, Q> {
    /// Asks by this client and by these requests.
    pub fn new(requests: Q, client: &'q mut Client<'b, C, T, N, Report>) -> Self {
        Self { requests, client }
    }
}

impl<C: Connect, T: Timer, N: FnMut() -> u32, Q: Requests> Asker for ByClient<'_, '_, C, T, N, Q> {
    async fn print(&mut self, turn: Turn<'_>, console: &mut Console) -> Result<Option<u64>, Fault> {
        let mut answer = self.requests.ask(self.client, turn).await.map_err(fault)?;
        let mut tokens = None;
        while let Some(event) = answer.next().await.map_err(fault)? {
            match event {
                Event::Content(text) => console.print(text),
                Event::Usage(usage) => tokens = usage.total_tokens(),
                _ => {}
            }
        }
        Ok(tokens)
    }

    async fn gather(&mut self, turn: Turn<'_>, gathered: &mut Gathered) -> Result<(), Fault> {
        let mut answer = self.requests.ask(self.client, turn).await.map_err(fault)?;
        answer.assemble(gathered).await.map(drop).map_err(fault)
    }

    fn attempts(&self) -> u32 {
        self.client.attempts()
    }

    fn message(&self) -> &str {
        self.client.report().message().map_or("", |message| message.beginning())
    }
}

#[inline(never)] // In several places.
fn fault<E>(error: Error<E>) -> Fault {
    match error.kind() {
        ErrorKind::Truncated | ErrorKind::Io | ErrorKind::Deadline => Fault::Truncated,
        ErrorKind::Refused | ErrorKind::Server => Fault::Reported,
        _ => Fault::Other,
    }
}
