//! What the fuzz targets share: ways to cut an input, the decoder's events in a comparable form, and the plain
//! implementations that the core is compared with.

mod cuts;
mod decoded;
pub mod event_stream;
mod model;
pub mod plain_json;
mod steps;
mod tree;

pub use cuts::each_cut;
pub use decoded::{Decode, Merged, Outcome, Wants, check_cuts, check_template, check_text, decode};
pub use model::{Expected, Fault, of_document, of_stream};
pub use steps::Steps;
pub use tree::Tree;
