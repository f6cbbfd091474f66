//! What a good engineer would write in an afternoon: lines by `memchr`, and the data of each into a crate for JSON.

mod jiter;
mod lines;
mod seed;
mod serde_json;
mod simd_json;
mod sonic_rs;

pub(super) use self::jiter::Jiter;
pub(super) use self::serde_json::SerdeJson;
pub(super) use self::simd_json::SimdJson;
pub(super) use self::sonic_rs::SonicRs;
