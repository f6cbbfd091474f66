//! Names of members by a hash that has no collisions, for machines that have room for its tables: two and a half kilobytes.
#![expect(
    clippy::indexing_slicing,
    reason = "in constants alone: an index that is out of bounds does not compile"
)]

use super::Member;

/// The member of this name.
pub(super) fn member(name: &[u8]) -> Member {
    let ends = Ends::of(name);
    let slot = SLOTS.get(ends.hash()).copied().unwrap_or_default();
    match KNOWN.get(usize::from(slot)) {
        // The ends of a name of up to 16 bytes are all of it.
        Some(known) if known.ends.is(ends) && (name.len() <= 16 || known.name == name) => known.member,
        _ => Member::Unknown,
    }
}

/// The first and the last eight bytes of a name (which may overlap), and its length.
#[derive(Clone, Copy, Debug)]
struct Ends {
    first: u64,
    last: u64,
    length: usize,
}

struct Known {
    ends: Ends,
    name: &'static [u8],
    member: Member,
}

/// How many bits of the hash there are.
const BITS: u32 = 7;
/// Found by trial: with it no two names hash alike, which is checked where the table is made.
const FACTOR: u64 = 0xb4b6_48c4_16e8_51dd;

static KNOWN: [Known; Member::NAMES.len()] = {
    let mut all =
        [const { Known { ends: Ends::of(b""), name: b"", member: Member::Unknown } }; Member::NAMES.len()];
    let mut at = 0;
    while at < all.len() {
        let (name, member) = Member::NAMES[at];
        all[at] = Known { ends: Ends::of(name.as_bytes()), name: name.as_bytes(), member };
        at += 1;
    }
    all
};

/// The place of the name with each hash; beyond all places where there is none.
static SLOTS: [u8; 1 << BITS] = {
    let mut slots = [u8::MAX; 1 << BITS];
    let mut at = 0;
    while at < Member::NAMES.len() {
        let slot = Ends::of(Member::NAMES[at].0.as_bytes()).hash();
        assert!(slots[slot] == u8::MAX, "two names hash alike: another factor is needed");
        slots[slot] = at as u8;
        at += 1;
    }
    slots
};

impl Ends {
    const fn of(name: &[u8]) -> Self {
        let (first, last) = if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
            (u32::from_le_bytes(*first) as u64, u32::from_le_bytes(*last) as u64)
        } else if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
            (u16::from_le_bytes(*first) as u64, u16::from_le_bytes(*last) as u64)
        } else {
            // No name is as short.
            (0, 0)
        };
        Self { first, last, length: name.len() }
    }

    const fn hash(self) -> usize {
        let mixed = self.first ^ self.last.rotate_left(29) ^ self.length as u64;
        (mixed.wrapping_mul(FACTOR) >> (u64::BITS - BITS)) as usize
    }

    const fn is(self, other: Self) -> bool {
        self.first == other.first && self.last == other.last && self.length == other.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    #[cfg_attr(miri, ignore = "about tables alone, all of which it looks at")]
    fn each_name_is_found_and_none_that_resembles_it() {
        for (name, expected) in Member::NAMES {
            assert_eq!(member(name.as_bytes()), expected, "{name}");
            for place in 0..name.len() {
                let mut other = Vec::from(name);
                other[place] ^= 1;
                assert_eq!(member(&other), Member::Unknown, "{name}, another byte at {place}");
                let shorter = &name.as_bytes()[..place];
                let is_known = Member::NAMES.iter().any(|(known, _)| known.as_bytes() == shorter);
                assert_eq!(member(shorter) != Member::Unknown, is_known, "{name} cut at {place}");
            }
            let mut longer = Vec::from(name);
            longer.push(b's');
            let is_known = Member::NAMES.iter().any(|(known, _)| known.as_bytes() == longer);
            assert_eq!(member(&longer) != Member::Unknown, is_known, "{name}s");
        }
    }
}
