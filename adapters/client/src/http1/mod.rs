//! HTTP/1.1 over any byte stream.

mod connect;
mod pool;
mod target;

pub use connect::Connect;
pub use pool::PoolLimits;
pub use target::Target;
