//! Rows as text.

mod best;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod plot;
pub(crate) mod table;
