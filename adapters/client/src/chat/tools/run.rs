//! The loop: ask, call what the model wants called, ask again.

use super::join::try_join_all;
use super::{Calling, Failure, Function, Toolbox};
use crate::Error;
use crate::chat::conversation::{Conversation, Turn};
use crate::chat::parse::check_whole;
use crate::chat::{Ask, ChatCompletion, Message, ToolCall};
use crate::error::ErrorKind;

impl Conversation {
    /// Asks, calls the functions that the model wants called, tells it their results, and asks again, until an answer
    /// calls none; that one is given.
    ///
    /// All calls of one answer run at the same time, on the task that awaits this, and the results are sent in the order of the
    /// calls. The client's timeouts and retries are for each request; how long a function takes is the function's matter. The tools
    /// are offered besides those of the [request](Conversation::request). A [`ToolChoice`](crate::ToolChoice) that forces a call
    /// counts for the first answer only: it would force one for ever.
    ///
    /// A call that comes without an id, as from some servers that follow Gemini, is given one (`call_1_0`): its result has to
    /// name it.
    ///
    /// **The history** gets each answer with its results at once, when all are there, and what it got stays: after an error in
    /// the third round, the first two have been appended with the question, and
    /// [`send_with_tools`](Self::send_with_tools) goes on from there, without calling their functions again. When nothing has
    /// been appended yet, the question is not either. The same holds when the future is dropped, which cancels the
    /// request or the functions that run.
    ///
    /// # Errors
    ///
    /// As [`Chat::create`](crate::Chat::create). Class `length` or `content_filter` when an answer that calls functions was cut:
    /// none of them is called, and [`Error::partial`] has it. `limit` when the model still calls functions after as many rounds as the toolbox
    /// allows; [`Error::partial`] has its last answer, whose calls were not made. `tool` when a function failed and the toolbox
    /// says to [abort](Toolbox::abort_on_error); the results of that round are lost, and the partial is the answer that called.
    pub async fn ask_with_tools<A: Ask>(
        &mut self,
        asker: &A,
        toolbox: &Toolbox<'_>,
        question: impl Into<Message>,
    ) -> Result<ChatCompletion, Error> {
        toolbox.run(asker, Turn::asking(self, question.into())).await
    }

    /// Sends the history as it is, and goes on as [`ask_with_tools`](Self::ask_with_tools) does.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn send_with_tools<A: Ask>(
        &mut self,
        asker: &A,
        toolbox: &Toolbox<'_>,
    ) -> Result<ChatCompletion, Error> {
        toolbox.run(asker, Turn::new(self)).await
    }
}

impl Toolbox<'_> {
    async fn run<A: Ask>(&self, asker: &A, mut turn: Turn<'_>) -> Result<ChatCompletion, Error> {
        turn.offer(self.functions.iter().map(|function| function.tool.clone()));
        let mut rounds = 0;
        loop {
            let mut answer = turn.ask(asker).await?;
            answer.name_calls(turn.request().messages.len());
            let calls = answer.tool_calls();
            if calls.is_empty() {
                turn.answered(&answer);
                return Ok(answer);
            }
            if rounds == self.max_rounds {
                let message = format!("the model still calls tools after {rounds} rounds");
                return Err(answer.blamed(
                    Error::new(ErrorKind::Limit, message)
                        .with_hint("allow more with `max_rounds`, or go on from the history"),
                ));
            }
            // Its last call may lack arguments, and none at all would count as `{}`.
            if let Some(Err(error)) = answer.choice(0).map(check_whole) {
                return Err(answer.blamed(error));
            }
            rounds += 1;
            let running = calls.iter().map(|call| Box::pin(self.call(call))).collect();
            let results = match try_join_all(running).await {
                Ok(results) => results,
                Err(error) => return Err(answer.blamed(error)),
            };
            turn.push(Message::from(&answer));
            for (call, result) in calls.iter().zip(results) {
                turn.push(Message::tool(&call.id, result));
            }
            turn.keep();
            turn.free_choice();
        }
    }

    /// What to tell the model of this call.
    async fn call(&self, call: &ToolCall) -> Result<String, Error> {
        let Some(function) = self.functions.iter().find(|function| function.name == call.name) else {
            return Ok(self.unknown(&call.name));
        };
        let calling: Calling<'_> = (function.call)(call);
        match calling.await {
            Ok(result) => Ok(result),
            Err(Failure::Arguments(error)) => Ok(format!("error: {error}; call it again with others")),
            Err(Failure::Function(error)) if self.aborts => {
                let message = format!("the function `{}` failed: {error}", call.name);
                Err(Error::new(ErrorKind::Tool, message).with_source(error))
            }
            Err(Failure::Function(error)) => Ok(format!("error: {error}")),
        }
    }

    fn unknown(&self, name: &str) -> String {
        let names =
            self.functions.iter().map(|Function { name, .. }| format!("`{name}`")).collect::<Vec<_>>();
        match &*names {
            [] => format!("error: there is no function `{name}`, nor any other"),
            _ => format!("error: there is no function `{name}`, only {}", names.join(", ")),
        }
    }
}
