//! What is asked.

use choreoai::ChatRequest;
use serde::Deserialize;

use super::failure::Failure;

/// As JSON, or in a query.
#[derive(Deserialize)]
pub(super) struct Question {
    message: String,
    #[serde(default = "default_model")]
    model: String,
}

fn default_model() -> String {
    "gpt-4".to_owned()
}

impl Question {
    /// A request of the gateway, where there is something to ask.
    pub(super) fn into_request(self) -> Result<ChatRequest, Failure> {
        if self.message.trim().is_empty() {
            return Err(Failure::invalid("message is empty"));
        }
        Ok(ChatRequest::new(self.model).user(self.message))
    }
}
