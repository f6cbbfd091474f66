//! The rules as one table, from which those that programs hold are made at compile time.
#![expect(
    clippy::indexing_slicing,
    reason = "in constants alone: an index that is out of bounds does not compile"
)]

use super::{Action, Member, Node, Shape};

/// What to do with a value of each shape.
pub(super) type Row = [Action; Shape::ALL.len()];

/// What each node does with each member's value of each shape.
pub(super) const ACTIONS: [[Row; Member::COUNT]; Node::ALL.len()] = {
    let mut actions = [[[Action::Skip; Shape::ALL.len()]; Member::COUNT]; Node::ALL.len()];
    let mut at = 0;
    while at < Node::ALL.len() * Member::COUNT * Shape::ALL.len() {
        let (shape, member) = (at % Shape::ALL.len(), at / Shape::ALL.len() % Member::COUNT);
        let node = at / Shape::ALL.len() / Member::COUNT;
        let is_element = matches!(Member::ALL[member], Member::Element);
        // An element is none of an object, and everything else is none of an array.
        if is_element == Node::ALL[node].is_array() {
            actions[node][member][shape] = Node::ALL[node].action(Member::ALL[member], Shape::ALL[shape]);
        }
        at += 1;
    }
    actions
};
