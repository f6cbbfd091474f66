//! Numbers that look random and are the same on each run.

use super::vocabulary::WORDS;

/// Xorshift, as in Marsaglia, "Xorshift RNGs", 2003.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: &str) -> Self {
        // FNV-1a, which is never 0 for the letters here.
        let seed = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut random = Self(seed);
        (0..16).for_each(|_| _ = random.next());
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// One of `0..bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 16) as usize % bound
    }

    pub(super) fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// 4 KiB, as of a listing: to be escaped once in 30 bytes or so.
    pub(super) fn long_text(&mut self) -> String {
        let mut text = String::new();
        while text.len() < 4096 {
            match self.below(24) {
                0 | 1 => text.push('\n'),
                2 => text.push_str("\n\t"),
                3 => text.push('"'),
                _ => text.push_str(self.pick(&WORDS)),
            }
        }
        text
    }

    /// Letters and digits.
    pub(super) fn name(&mut self, length: usize) -> String {
        const SIGNS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|_| char::from(SIGNS[self.below(SIGNS.len())])).collect()
    }
}
