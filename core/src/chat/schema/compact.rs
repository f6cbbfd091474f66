//! The schema in few bytes, for small machines: a tenth of the code that the same comparisons take when they are compiled.
#![expect(
    clippy::indexing_slicing,
    reason = "in constants alone: an index that is out of bounds does not compile"
)]

use super::actions::ACTIONS;
use super::{Action, Member, Node, Shape};

/// What members mean to a decoder that wants some of them.
#[derive(Debug)]
pub(in crate::chat) struct CompactSchema {
    /// The names that mean something, one behind the other, the shorter ones first.
    names: &'static [u8],
    /// What they mean, in the same order.
    meanings: &'static [Member],
    /// Where the names of each length begin.
    lengths: &'static [Place],
    /// What to do with the values, by their members.
    rules: &'static [Rule],
    /// Where the rules for each member begin.
    members: &'static [u8; Member::COUNT + 1],
}

/// The lengths that names have, the length behind the last one, and 0.
const LENGTHS: usize = Member::LONGEST_NAME + 2;

/// Where the names of some length begin.
#[derive(Clone, Copy, Debug)]
struct Place {
    byte: u16,
    meaning: u8,
}

/// What to do with the values of a member.
#[derive(Clone, Copy, Debug)]
struct Rule {
    node: Node,
    /// One bit for each shape that the value may have.
    shapes: u8,
    action: Action,
}

/// All that the decoder knows.
pub(in crate::chat) static ALL: CompactSchema = CompactSchema {
    names: &names::<{ name_bytes(true) }>(true),
    meanings: &meanings::<{ name_count(true) }>(true),
    lengths: lengths(true).split_at(longest(true) + 2).0,
    rules: &rules::<{ rule_count(true) }>(true),
    members: &members(true),
};

/// What leads to text, to the verdict and to the index of a choice.
pub(in crate::chat) static TEXT: CompactSchema = CompactSchema {
    names: &names::<{ name_bytes(false) }>(false),
    meanings: &meanings::<{ name_count(false) }>(false),
    lengths: lengths(false).split_at(longest(false) + 2).0,
    rules: &rules::<{ rule_count(false) }>(false),
    members: &members(false),
};

impl CompactSchema {
    /// The member of this name. Compares with the names of the same length.
    pub(in crate::chat) fn member(&self, name: &[u8]) -> Member {
        self.find(name).unwrap_or(Member::Unknown)
    }

    fn find(&self, name: &[u8]) -> Option<Member> {
        let place = self.lengths.get(name.len())?;
        let end = self.lengths.get(name.len().wrapping_add(1))?;
        let mut known = self.names.get(usize::from(place.byte)..)?;
        for member in self.meanings.get(usize::from(place.meaning)..usize::from(end.meaning))? {
            let (front, rest) = known.split_at_checked(name.len())?;
            // Most differ in the first byte.
            if front.first() == name.first() && front == name {
                return Some(*member);
            }
            known = rest;
        }
        None
    }

    /// What to do with the value of `member`, or with an element if `node` is an array.
    pub(in crate::chat) fn action(&self, node: Node, member: Member, shape: Shape) -> Action {
        let found =
            self.rules_of(member).iter().find(|rule| rule.node == node && rule.shapes & bit(shape) != 0);
        found.map_or(Action::Skip, |rule| rule.action)
    }

    /// Whether `node` knows `member`, whatever its value.
    pub(in crate::chat) fn knows(&self, node: Node, member: Member) -> bool {
        self.rules_of(member).iter().any(|rule| rule.node == node)
    }

    fn rules_of(&self, member: Member) -> &'static [Rule] {
        let place = |member: usize| self.members.get(member).copied().map_or(0, usize::from);
        let start = member as usize;
        self.rules.get(place(start)..place(start.wrapping_add(1))).unwrap_or_default()
    }
}

/// The bit of the shape.
const fn bit(shape: Shape) -> u8 {
    1 << shape as u8
}

/// How many rules there are for each member: of those for text, and of all.
const RULE_COUNTS: [[u8; Member::COUNT]; 2] = [rule_counts(false), rule_counts(true)];

const fn rule_counts(all: bool) -> [u8; Member::COUNT] {
    let mut counts = [0; Member::COUNT];
    let mut member = 0;
    while member < Member::COUNT {
        counts[member] = rules_for(member, all, &mut []) as u8;
        member += 1;
    }
    counts
}

/// Whether the member means something anywhere.
const fn is_wanted(member: Member, all: bool) -> bool {
    RULE_COUNTS[all as usize][member as usize] > 0
}

const fn name_count(all: bool) -> usize {
    lengths(all)[LENGTHS - 1].meaning as usize
}

const fn name_bytes(all: bool) -> usize {
    lengths(all)[LENGTHS - 1].byte as usize
}

const fn names<const N: usize>(all: bool) -> [u8; N] {
    let mut bytes = [0; N];
    let (mut end, mut at) = (0, 0);
    while at < Member::NAMES.len() {
        let (name, member) = Member::NAMES[at];
        let mut from = 0;
        while from < name.len() && is_wanted(member, all) {
            bytes[end] = name.as_bytes()[from];
            end += 1;
            from += 1;
        }
        at += 1;
    }
    bytes
}

const fn meanings<const N: usize>(all: bool) -> [Member; N] {
    let mut found = [Member::Unknown; N];
    let (mut end, mut at) = (0, 0);
    while at < Member::NAMES.len() {
        let member = Member::NAMES[at].1;
        if is_wanted(member, all) {
            found[end] = member;
            end += 1;
        }
        at += 1;
    }
    found
}

const fn lengths(all: bool) -> [Place; LENGTHS] {
    let mut places = [Place { byte: 0, meaning: 0 }; LENGTHS];
    let mut at = 0;
    while at < Member::NAMES.len() {
        let (name, member) = Member::NAMES[at];
        assert!(at == 0 || Member::NAMES[at - 1].0.len() <= name.len(), "the shorter names come first");
        let mut longer = name.len() + 1;
        while longer < LENGTHS && is_wanted(member, all) {
            places[longer].byte += name.len() as u16;
            places[longer].meaning += 1;
            longer += 1;
        }
        at += 1;
    }
    places
}

/// The length of the longest name that means something.
const fn longest(all: bool) -> usize {
    let (mut longest, mut at) = (0, 0);
    while at < Member::NAMES.len() {
        let (name, member) = Member::NAMES[at];
        if is_wanted(member, all) {
            longest = name.len();
        }
        at += 1;
    }
    longest
}

const fn rule_count(all: bool) -> usize {
    members(all)[Member::COUNT] as usize
}

const fn rules<const N: usize>(all: bool) -> [Rule; N] {
    let mut found = [Rule { node: Node::Root, shapes: 0, action: Action::Skip }; N];
    let mut rest: &mut [Rule] = &mut found;
    let mut member = 0;
    while member < Member::COUNT {
        let count = rules_for(member, all, rest);
        rest = rest.split_at_mut(count).1;
        member += 1;
    }
    found
}

const fn members(all: bool) -> [u8; Member::COUNT + 1] {
    let mut places = [0; Member::COUNT + 1];
    let mut member = 0;
    while member < Member::COUNT {
        places[member + 1] = places[member] + RULE_COUNTS[all as usize][member];
        member += 1;
    }
    places
}

/// Writes the rules for `member` to the front of `to`, as far as there is room, and says how many there are.
const fn rules_for(member: usize, all: bool, to: &mut [Rule]) -> usize {
    let (mut count, mut node, mut seen) = (0, 0, 0);
    let mut shape = 0;
    while node < Node::ALL.len() {
        let rule = rule(Node::ALL[node], &ACTIONS[node][member], shape, all);
        if rule.shapes & !seen != 0 {
            if count < to.len() {
                to[count] = rule;
            }
            count += 1;
        }
        seen |= rule.shapes;
        shape += 1;
        if shape == Shape::ALL.len() {
            (shape, seen) = (0, 0);
            node += 1;
        }
    }
    count
}

/// The rule for a value of the shape, and for others with which the same is to be done; of no shape if that is nothing.
const fn rule(node: Node, actions: &[Action; Shape::ALL.len()], shape: usize, all: bool) -> Rule {
    let action = actions[shape];
    let (mut shapes, mut other) = (0, 0);
    while other < Shape::ALL.len() && !action.is(Action::Skip) && (all || action.is_for_text(node)) {
        if actions[other].is(action) {
            shapes |= bit(Shape::ALL[other]);
        }
        other += 1;
    }
    Rule { node, shapes, action }
}
