//! The decoder gives the same for every cut, the same whatever else it is asked for, and what the model expects; so does the
//! decoder for text, as far as it goes.
#![no_main]

use choreoai_fuzz::{Wants, check_cuts, check_text, of_stream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let plain = check_cuts(Wants::default(), body);
    let all = check_cuts(Wants { all: true, ..Wants::default() }, body);
    assert_eq!(all.without_extra(), plain, "asking for more changes what else there is");
    check_text(body);
    if let Some(expected) = of_stream(body) {
        expected.check(&plain);
    }
});
