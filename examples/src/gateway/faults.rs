//! Models that fail.

use std::sync::atomic::{AtomicUsize, Ordering};

use choreoai_testkit::{Answer, RecordedRequest, Script, wire};

/// How often the flaky model fails before it answers.
const FLAWS: usize = 2;

/// `script`, but for the models that fail.
pub(super) fn script(script: Script) -> Script {
    let flaky = AtomicUsize::new(0);
    Script::new(move |request| fault(request, &flaky).unwrap_or_else(|| script.answer(request)))
}

fn fault(request: &RecordedRequest, flaky: &AtomicUsize) -> Option<Answer> {
    let body = request.json().ok()?;
    let model = body["model"].as_str()?;
    Some(match model {
        "no-such-model" => {
            refusal(404, "there is no model \"no-such-model\"", "not_found_error", "model_not_found")
        }
        "forbidden-model" => {
            let message = "this key may not use the model \"forbidden-model\"";
            Answer::json(403, wire::error(message, "permission_error", None, None))
        }
        "spent-model" => refusal(429, "the credit is used up", "rate_limit_error", "insufficient_quota"),
        "busy-model" => refusal(429, "too many requests", "rate_limit_error", "rate_limit_exceeded")
            .header("retry-after", "1"),
        "broken-model" => {
            refusal(502, "the provider's answer made no sense", "provider_error", "provider_api_error")
        }
        "flaky-model" if flaky.fetch_add(1, Ordering::Relaxed) % (FLAWS + 1) < FLAWS => refusal(
            503,
            "the provider is not there right now",
            "provider_error",
            "provider_service_unavailable",
        ),
        "silent-model" => Answer::raw([]).stall(),
        _ => return None,
    })
}

fn refusal(status: u16, message: &str, kind: &str, code: &str) -> Answer {
    Answer::json(status, wire::error(message, kind, Some(code), None))
}
