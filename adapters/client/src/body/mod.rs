//! From the bytes of a response's body to what they mean: the content coding, the charset, pages for browsers.

mod charset;
mod coding;
mod gzip;
mod page;

pub(crate) use charset::to_utf8;
pub(crate) use coding::{Coding, Decoded};
pub(crate) use page::gist;
