//! TCP by `wasi:sockets`, for the client's own HTTP/1.1.

mod connect;
mod failure;
mod stream;

pub use self::connect::{WasiConnecting, WasiConnector};
pub use self::stream::WasiStream;
