//! Events that come again and again, some of them changed: the decoder with a template gives what the one without gives, for
//! every cut.
#![no_main]

use choreoai_fuzz::{Wants, check_template, check_text};
use libfuzzer_sys::fuzz_target;

/// Stands between two kinds of events; no UTF-8 has it.
const SEPARATOR: u8 = 0xff;
/// In which order they come. The first ones are kept, the others are compared with them.
const ORDER: [usize; 9] = [0, 0, 0, 1, 0, 2, 0, 1, 2];

fuzz_target!(|input: &[u8]| {
    let mut kinds = input.splitn(3, |&byte| byte == SEPARATOR);
    let kinds = [(); 3].map(|()| kinds.next().unwrap_or_default());
    let body = ORDER.map(|kind| kinds[kind]).concat();
    check_template(Wants::default(), &body);
    check_text(&body);
    check_template(Wants { all: true, ..Wants::default() }, &body);
    check_template(Wants { metadata_once: true, ..Wants::default() }, &body);
});
