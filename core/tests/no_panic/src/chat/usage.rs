use choreoai_core::chat::{Count, Usage};

use crate::opaque::{consume, opaque};

pub(crate) const EXERCISES: &[fn()] = &[usage, count];

fn usage() {
    let usage = opaque(Usage::with(opaque(Usage::default()), opaque(Count::Total), opaque(0)));
    consume(Usage::prompt_tokens(&usage));
    consume(Usage::completion_tokens(&usage));
    consume(Usage::total_tokens(&usage));
    consume(Usage::count(&usage, opaque(Count::Total)));
    consume(Usage::is_empty(&usage));
    Usage::iter(&usage).for_each(consume);
}

fn count() {
    consume(Count::name(opaque(Count::Total)));
}
