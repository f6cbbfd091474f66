//! The questions that `uart_full` and `ethernet` ask, each over its own connector, and what is printed of the answers.

use board::console::Console;
use choreoai_embedded::chat::ToolCall;
use choreoai_embedded::chat::assemble::FixedAssembler;

use crate::requests::Turn;

/// What is asked besides the question for the tool, and how the answers should end.
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
pub type Gathered = FixedAssembler<0, 1, 48, 32>;

/// Who asks, again where that is allowed.
#[expect(async_fn_in_trait, reason = "there is one thread")]
pub trait Asker {
    /// Prints the answer as it comes; how many tokens it took, if the server says so.
    ///
    /// # Errors
    /// It is not complete.
    async fn print(&mut self, turn: Turn<'_>, console: &mut Console) -> Result<Option<u64>, Fault>;

    /// Keeps the call that the model makes.
    ///
    /// # Errors
    /// The answer is not complete.
    async fn gather(&mut self, turn: Turn<'_>, gathered: &mut Gathered) -> Result<(), Fault>;

    /// How many attempts the last question took.
    fn attempts(&self) -> u32;

    /// What the server said of an error.
    fn message(&self) -> &str;
}

/// Why an answer is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection was cut: on a UART that shows by its silence.
    Truncated,
    /// The server says that it failed, or refuses the question.
    Reported,
    /// Something else.
    Other,
}

/// How an answer ended, and what that means for asking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// It is complete.
    Finished,
    /// It may be asked for again.
    Truncated,
    /// Asking again would not help.
    Failed,
}

/// Who asks, and where the answers are printed.
pub struct Questions<'q, A> {
    asker: A,
    console: &'q mut Console,
}

impl<'q, A: Asker> Questions<'q, A> {
    /// Questions that `asker` asks.
    pub fn new(asker: A, console: &'q mut Console) -> Self {
        Self { asker, console }
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
        let end = self.asker.print(turn, self.console).await;
        self.tell(end)
    }

    /// Has the model call a tool, and prints what it makes of the result.
    async fn ask_with_tool(&mut self, thermometer: fn(&str) -> &'static str) -> Ending {
        let mut gathered = Gathered::new();
        if let Err(fault) = self.asker.gather(Turn::ToolQuestion, &mut gathered).await {
            return self.tell(Err(fault));
        }
        let Some(call) = whole_call(&gathered) else { return Ending::Failed };
        for text in ["[", call.name, " ", call.arguments, "]\n"] {
            self.console.print(text);
        }
        let result = thermometer(call.arguments);
        self.ask_for(Turn::ToolResult(call, result)).await
    }

    /// Prints how an answer ended.
    fn tell(&mut self, end: Result<Option<u64>, Fault>) -> Ending {
        let Self { asker, console } = self;
        console.print("\n[");
        let ending = match end {
            Ok(tokens) => {
                console.print("finished, requests: ");
                console.print_number(asker.attempts());
                if let Some(tokens) = tokens {
                    console.print(", tokens: ");
                    console.print_number(u32::try_from(tokens).unwrap_or(u32::MAX));
                }
                Ending::Finished
            }
            Err(Fault::Truncated) => {
                console.print("truncated");
                Ending::Truncated
            }
            Err(Fault::Reported) => {
                console.print("the server says: ");
                console.print(asker.message());
                Ending::Failed
            }
            Err(Fault::Other) => {
                console.print("failed");
                Ending::Failed
            }
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
