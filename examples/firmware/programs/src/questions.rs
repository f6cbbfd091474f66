//! The questions that `uart_full` and `ethernet` ask, each over its own connector.

use board::console::Console;
use choreoai_embedded::chat::assemble::FixedAssembler;
use choreoai_embedded::chat::{Event, ToolCall, Verdict};
use choreoai_embedded::connect::Connect;
use choreoai_embedded::time::Timer;
use choreoai_embedded::{Client, Endpoint, Error, ErrorKind, ErrorReport};

use crate::requests::{Requests, Turn};

/// The gateway, wherever the connector leads.
pub const GATEWAY: Endpoint<'_> = Endpoint::new("gateway").with_key("key");

/// What is asked besides, and how the answers should end.
const QUESTIONS: [(&str, Ending); 5] = [
    // A server error in the middle of the answer.
    ("What is a lobster?", Ending::Failed),
    // A connection that is cut before the first event: the client asks again by itself.
    ("What is a shrimp?", Ending::Finished),
    // One that is cut later: what was printed cannot be taken back, so it is the program that decides.
    ("What is a crab?", Ending::Truncated),
    ("What is a crab?", Ending::Finished),
    // A refusal.
    ("What is a krill?", Ending::Failed),
];

/// One call, with arguments of at most 48 bytes; its id and its name have at most 32. The text is not kept.
type Gathered = FixedAssembler<0, 1, 48, 32>;
/// A message of at most 96 bytes; the type, the code and the member have at most 32 each.
pub type Report = ErrorReport<96, 32>;

/// Who asks, in which way, and where the answers are printed.
pub struct Questions<'q, 'b, C, T, N, Q> {
    requests: Q,
    client: &'q mut Client<'b, C, T, N, Report>,
    console: &'q mut Console,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// It is complete.
    Finished,
    /// The connection was cut: on a UART that shows by its silence.
    Truncated,
    /// Asking again would not help.
    Failed,
}

impl<'q, 'b, C: Connect, T: Timer, N: FnMut() -> u32, Q: Requests> Questions<'q, 'b, C, T, N, Q> {
    /// Questions that this client asks by these requests.
    pub fn new(requests: Q, client: &'q mut Client<'b, C, T, N, Report>, console: &'q mut Console) -> Self {
        Self { requests, client, console }
    }

    /// Asks all of them; whether each ended as it should.
    pub async fn ask_all(&mut self, thermometer: fn(&str) -> &'static str) -> bool {
        if self.ask_with_tool(thermometer).await != Ending::Finished {
            return false;
        }
        for (question, ending) in QUESTIONS {
            if self.ask_for(Turn::Question(question)).await != ending {
                return false;
            }
        }
        true
    }

    /// Prints the answer, and how it ended.
    async fn ask_for(&mut self, turn: Turn<'_>) -> Ending {
        let mut tokens = None;
        let end = self.print_answer(turn, &mut tokens).await;
        self.tell(end, tokens)
    }

    /// Prints the answer as it comes.
    async fn print_answer(
        &mut self,
        turn: Turn<'_>,
        tokens: &mut Option<u64>,
    ) -> Result<Option<Verdict>, Error<C::Error>> {
        let mut answer = self.requests.ask(self.client, turn).await?;
        while let Some(event) = answer.next().await? {
            match event {
                Event::Content(text) => self.console.print(text),
                Event::Usage(usage) => *tokens = usage.total_tokens(),
                _ => {}
            }
        }
        Ok(answer.verdict())
    }

    /// Has the model call a tool, and prints what it makes of the result.
    async fn ask_with_tool(&mut self, thermometer: fn(&str) -> &'static str) -> Ending {
        let mut gathered = Gathered::new();
        if let Err(error) = self.gather_call(&mut gathered).await {
            return self.tell(Err(error), None);
        }
        let Some(call) = whole_call(&gathered) else { return Ending::Failed };
        for text in ["[", call.name, " ", call.arguments, "]\n"] {
            self.console.print(text);
        }
        let result = thermometer(call.arguments);
        self.ask_for(Turn::ToolResult(call, result)).await
    }

    /// Keeps the call that the model makes.
    async fn gather_call(&mut self, gathered: &mut Gathered) -> Result<Verdict, Error<C::Error>> {
        self.requests.ask(self.client, Turn::ToolQuestion).await?.assemble(gathered).await
    }

    /// Prints how an answer ended.
    fn tell(&mut self, end: Result<Option<Verdict>, Error<C::Error>>, tokens: Option<u64>) -> Ending {
        let Self { client, console, .. } = self;
        console.print("\n[");
        let ending = match end {
            Ok(_) => {
                console.print("finished, requests: ");
                console.print_number(client.attempts());
                if let Some(tokens) = tokens {
                    console.print(", tokens: ");
                    console.print_number(u32::try_from(tokens).unwrap_or(u32::MAX));
                }
                Ending::Finished
            }
            Err(error) => match error.kind() {
                ErrorKind::Truncated | ErrorKind::Io | ErrorKind::Deadline => {
                    console.print("truncated");
                    Ending::Truncated
                }
                ErrorKind::Refused | ErrorKind::Server => {
                    console.print("the server says: ");
                    console.print(client.report().message().map_or("", |message| message.beginning()));
                    Ending::Failed
                }
                _ => {
                    console.print("failed");
                    Ending::Failed
                }
            },
        };
        console.print("]\n");
        ending
    }
}

/// The call that was gathered, if all of it fitted.
fn whole_call(gathered: &Gathered) -> Option<ToolCall<'_>> {
    let call = gathered.tool_calls().ok()?.next()?;
    Some(ToolCall::new(call.id.whole().ok()?, call.name.whole().ok()?, call.arguments.whole().ok()?))
}
