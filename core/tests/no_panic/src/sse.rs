use choreoai_core::sse::Framer;

use crate::opaque::{bytes, consume, opaque};

pub(crate) const EXERCISES: &[fn()] = &[framer];

fn framer() {
    consume(Framer::default());
    let mut framer = opaque(Framer::new());
    let mut input = bytes();
    while let Some(item) = Framer::next_item(&mut framer, &mut input) {
        consume(item);
    }
    consume(Framer::end(&mut framer));
    consume(Framer::field(&framer));
    consume(Framer::is_in_name(&framer));
}
