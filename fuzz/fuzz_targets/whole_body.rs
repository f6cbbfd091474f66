//! A body that is one JSON document gives the same for every cut, and what the model expects; the text of it also from the
//! decoder for that.
#![no_main]

use choreoai_fuzz::{Wants, check_cuts, check_text, of_document};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|body: &[u8]| -> Corpus {
    let first = body.iter().find(|byte| !b" \t\r\n".contains(byte));
    if !matches!(first, Some(b'{' | b'[')) {
        return Corpus::Reject;
    }
    let outcome = check_cuts(Wants::default(), body);
    let all = check_cuts(Wants { all: true, ..Wants::default() }, body);
    assert_eq!(all.without_extra(), outcome, "asking for more changes what else there is");
    check_text(body);
    if let Some(expected) = of_document(body) {
        expected.check(&outcome);
    }
    Corpus::Keep
});
