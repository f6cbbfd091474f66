//! The schema by direct look-up, for machines that have room for the tables: three kilobytes for each of both.
#![expect(
    clippy::indexing_slicing,
    reason = "in constants alone: an index that is out of bounds does not compile"
)]

use super::actions::{ACTIONS, Row};
use super::{Action, Care, Member, Node, Shape, names};
use crate::json::Name;

/// What members mean to a decoder that wants some of them.
#[derive(Debug)]
pub(in crate::chat) struct Schema {
    /// The number of the row, by node and member.
    places: [[u8; Member::COUNT]; Node::ALL.len()],
    /// Those that differ.
    rows: [[Rule; Shape::ALL.len()]; MOST],
}

/// What to do, and on what that depends.
#[derive(Clone, Copy, Debug)]
pub(in crate::chat) struct Rule {
    pub(in crate::chat) action: Action,
    pub(in crate::chat) care: Care,
}

/// All that the decoder knows.
pub(in crate::chat) static ALL: Schema = Schema::new(true);

/// What leads to text, to the verdict and to the index of a choice.
pub(in crate::chat) static TEXT: Schema = Schema::new(false);

/// There are no more rows that differ, which is checked where the table is made.
const MOST: usize = 64;

/// The row that skips everything.
const SKIP_ALL: u8 = 0;

impl Schema {
    /// The member of this name. It may mean nothing to this decoder.
    pub(in crate::chat) fn member(&self, name: &[u8]) -> Member {
        names::member(Name::of(name))
    }

    /// The member of this name, which was looked at already.
    #[inline(always)]
    pub(in crate::chat) fn member_named(&self, name: Name<'_>) -> Member {
        names::member(name)
    }

    /// What to do with the value of `member`, or with an element if `node` is an array.
    #[inline]
    pub(in crate::chat) fn action(&self, node: Node, member: Member, shape: Shape) -> Action {
        self.rule(node, member, shape).action
    }

    /// The same, for a value that starts with this byte, and on what it depends.
    #[inline(always)]
    pub(in crate::chat) fn rule_for(&self, node: Node, member: Member, first: u8) -> Rule {
        let shape = SHAPES.get(usize::from(first)).copied().unwrap_or(Shape::Null);
        self.rule(node, member, shape)
    }

    #[inline(always)]
    fn rule(&self, node: Node, member: Member, shape: Shape) -> Rule {
        let row = self.rows.get(usize::from(self.place(node, member)));
        row.and_then(|row| row.get(shape as usize)).copied().unwrap_or(Rule::SKIP)
    }

    /// Whether `node` knows `member`, whatever its value.
    pub(in crate::chat) fn knows(&self, node: Node, member: Member) -> bool {
        self.place(node, member) != SKIP_ALL
    }

    #[inline]
    fn place(&self, node: Node, member: Member) -> u8 {
        let members = self.places.get(node as usize);
        members.and_then(|members| members.get(member as usize)).copied().unwrap_or(SKIP_ALL)
    }

    const fn new(all: bool) -> Self {
        let mut made = Self {
            places: [[SKIP_ALL; Member::COUNT]; Node::ALL.len()],
            rows: [[Rule::SKIP; Shape::ALL.len()]; MOST],
        };
        let mut count = SKIP_ALL as usize + 1;
        let mut at = 0;
        while at < Node::ALL.len() * Member::COUNT {
            let (node, member) = (at / Member::COUNT, at % Member::COUNT);
            let row = row(Node::ALL[node], &ACTIONS[node][member], all);
            let mut place = 0;
            while place < count && !is_same(&made.rows[place], &row) {
                place += 1;
            }
            if place == count {
                made.rows[count] = row;
                count += 1;
            }
            made.places[node][member] = place as u8;
            at += 1;
        }
        made
    }
}

impl Rule {
    const SKIP: Self = Self::of(Action::Skip);

    const fn of(action: Action) -> Self {
        Self { action, care: Care::of(action) }
    }
}

/// By the first byte of a value: here a look at a table takes less than a branch for each.
static SHAPES: [Shape; 256] = {
    let mut shapes = [Shape::Number; 256];
    let mut byte = 0;
    while byte < shapes.len() {
        shapes[byte] = Shape::starting_with(byte as u8);
        byte += 1;
    }
    shapes
};

/// What of these actions is wanted.
const fn row(node: Node, actions: &Row, all: bool) -> [Rule; Shape::ALL.len()] {
    let mut row = [Rule::SKIP; Shape::ALL.len()];
    let mut shape = 0;
    while shape < row.len() {
        if all || actions[shape].is_for_text(node) {
            row[shape] = Rule::of(actions[shape]);
        }
        shape += 1;
    }
    row
}

const fn is_same(one: &[Rule; Shape::ALL.len()], other: &[Rule; Shape::ALL.len()]) -> bool {
    let mut shape = 0;
    while shape < one.len() && one[shape].action.is(other[shape].action) {
        shape += 1;
    }
    shape == one.len()
}
