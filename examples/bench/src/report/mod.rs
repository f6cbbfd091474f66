//! Rows as text.

pub(crate) mod json;
pub(crate) mod table;
