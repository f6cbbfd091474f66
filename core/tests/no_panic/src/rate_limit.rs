use choreoai_core::rate_limit::RateLimit;

use crate::opaque::{bytes, consume, opaque, text};

pub(crate) const EXERCISES: &[fn()] = &[rate_limit];

fn rate_limit() {
    let mut rate_limit = opaque(RateLimit::default());
    consume(RateLimit::header(&mut rate_limit, text(), bytes()));
    consume(rate_limit == opaque(rate_limit));
}
