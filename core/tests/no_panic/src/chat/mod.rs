pub(crate) mod assemble;
pub(crate) mod decoder;
pub(crate) mod message;
pub(crate) mod request;
pub(crate) mod usage;
