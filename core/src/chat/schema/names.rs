//! Names of members by a hash that has no collisions, for machines that have room for its tables: two kilobytes.
#![expect(
    clippy::indexing_slicing,
    reason = "in constants alone: an index that is out of bounds does not compile"
)]

use super::Member;
use crate::json::Name;

/// The member of this name.
#[inline(always)]
pub(super) fn member(name: Name<'_>) -> Member {
    let slot = SLOTS.get(hash(name)).copied().unwrap_or_default();
    match KNOWN.get(usize::from(slot)) {
        Some((known, member)) if is_same(name, *known) => *member,
        _ => Member::Unknown,
    }
}

/// How many bits of the hash there are.
const BITS: u32 = 7;
/// Found by trial: with it no two names hash alike, which is checked where the table is made.
const FACTOR: u64 = 0x65d0_54ad_f451_9bab;

static KNOWN: [(Name<'_>, Member); Member::NAMES.len()] = {
    let mut all = [(Name::of(b""), Member::Unknown); Member::NAMES.len()];
    let mut at = 0;
    while at < all.len() {
        let (name, member) = Member::NAMES[at];
        all[at] = (Name::of(name.as_bytes()), member);
        at += 1;
    }
    all
};

/// The place of the name with each hash; beyond all places where there is none.
static SLOTS: [u8; 1 << BITS] = {
    let mut slots = [u8::MAX; 1 << BITS];
    let mut at = 0;
    while at < Member::NAMES.len() {
        let slot = hash(Name::of(Member::NAMES[at].0.as_bytes()));
        assert!(slots[slot] == u8::MAX, "two names hash alike: another factor is needed");
        slots[slot] = at as u8;
        at += 1;
    }
    slots
};

const fn hash(name: Name<'_>) -> usize {
    let [first, second] = name.words;
    let mixed = first ^ second.rotate_left(29) ^ name.bytes.len() as u64;
    (mixed.wrapping_mul(FACTOR) >> (u64::BITS - BITS)) as usize
}

#[inline(always)]
fn is_same(name: Name<'_>, known: Name<'_>) -> bool {
    // The words of a name of up to 16 bytes are all of it.
    name.words == known.words
        && name.bytes.len() == known.bytes.len()
        && (known.bytes.len() <= 16 || name.bytes == known.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    #[cfg_attr(miri, ignore = "about tables alone, all of which it looks at")]
    fn each_name_is_found_and_none_that_resembles_it() {
        for (name, expected) in Member::NAMES {
            assert_eq!(member(Name::of(name.as_bytes())), expected, "{name}");
            for place in 0..name.len() {
                let mut other = Vec::from(name);
                other[place] ^= 1;
                assert_eq!(member(Name::of(&other)), Member::Unknown, "{name}, another byte at {place}");
                let shorter = &name.as_bytes()[..place];
                let is_known = Member::NAMES.iter().any(|(known, _)| known.as_bytes() == shorter);
                assert_eq!(member(Name::of(shorter)) != Member::Unknown, is_known, "{name} cut at {place}");
            }
            let mut longer = Vec::from(name);
            longer.push(b's');
            let is_known = Member::NAMES.iter().any(|(known, _)| known.as_bytes() == longer);
            assert_eq!(member(Name::of(&longer)) != Member::Unknown, is_known, "{name}s");
        }
    }
}
