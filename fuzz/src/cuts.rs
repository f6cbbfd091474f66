//! Ways to cut an input.

/// Inputs up to this length are cut in two at every place.
const SHORT: usize = 40;

/// Gives `check` the input cut in several ways: byte by byte, in two, and in pieces of many sizes, empty ones among
/// them. Where the cuts are follows from the input's bytes alone, so that a finding is the input and nothing else.
pub fn each_cut(input: &[u8], mut check: impl FnMut(&[&[u8]])) {
    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    check(&bytes);

    let mut dice = Dice::new(input);
    for most in [4, 64] {
        let mut pieces = Vec::new();
        let mut rest = input;
        while !rest.is_empty() {
            let (piece, left) = rest.split_at(dice.roll(most).min(rest.len()));
            pieces.push(piece);
            rest = left;
        }
        check(&pieces);
    }

    if input.len() <= SHORT {
        for cut in 0..=input.len() {
            check(&[&input[..cut], &input[cut..]]);
        }
    } else {
        for _ in 0..2 {
            let (head, tail) = input.split_at(dice.roll(input.len()));
            check(&[head, tail]);
        }
    }
}

/// Numbers that follow from an input: xorshift64, from its FNV-1a hash.
struct Dice(u64);

impl Dice {
    fn new(input: &[u8]) -> Self {
        let hash = input.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // The one state that xorshift never leaves.
        Self(hash.max(1))
    }

    /// A number from 0 to `most`.
    fn roll(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % (most as u64 + 1)) as usize
    }
}
