//! The least that a page needs to hand bytes to a decoder and take text from it.

/// Exports a decoder: bytes go into `room`, and `next` gives 1 while there is text to be read, 0 when more bytes are needed.
macro_rules! export {
    ($decoder:ty) => {
        use boundary::{Exclusive, Lent};
        use choreoai_core::chat::Event;

        boundary::panics_are_imports!();

        const ROOM: usize = 64 * 1024;

        struct Reading {
            decoder: $decoder,
            unread: core::ops::Range<usize>,
        }

        static BYTES: Exclusive<[u8; ROOM]> = Exclusive::new([0; ROOM]);
        static READING: Exclusive<Reading> =
            Exclusive::new(Reading { decoder: <$decoder>::new(), unread: 0..0 });
        static TEXT: Lent = Lent::new();

        #[unsafe(no_mangle)]
        extern "C" fn room() -> *mut u8 {
            BYTES.at().cast()
        }

        #[unsafe(no_mangle)]
        extern "C" fn push(length: usize) {
            READING.with(|reading| reading.unread = 0..length);
        }

        #[unsafe(no_mangle)]
        extern "C" fn next() -> u32 {
            let found = BYTES.with(|bytes| READING.with(|reading| find(bytes, reading)));
            u32::from(found.flatten() == Some(true))
        }

        fn find(bytes: &[u8], Reading { decoder, unread }: &mut Reading) -> bool {
            let mut input = bytes.get(unread.clone()).unwrap_or_default();
            while let Some(event) = decoder.next_event(&mut input) {
                if let Ok(Event::Content(text)) = event {
                    TEXT.lend(text.as_bytes());
                    unread.start = unread.end.saturating_sub(input.len());
                    return true;
                }
            }
            unread.start = unread.end;
            false
        }

        #[unsafe(no_mangle)]
        extern "C" fn text_at() -> usize {
            TEXT.at()
        }

        #[unsafe(no_mangle)]
        extern "C" fn text_length() -> usize {
            TEXT.length()
        }

        #[unsafe(no_mangle)]
        extern "C" fn end() {
            READING.with(|reading| reading.decoder.end());
        }

        /// 0: the answer is complete; otherwise what is wrong with it.
        #[unsafe(no_mangle)]
        extern "C" fn verdict() -> u32 {
            let error = READING.with(|reading| reading.decoder.verdict().err()).flatten();
            error.map_or(0, |error| 1 + error.kind() as u32)
        }
    };
}
