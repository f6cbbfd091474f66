//! Which tool call a fragment belongs to: [`ToolCallLabels::bind`], by the table in the [module's docs](super).

use super::ArgumentsProgress;

/// What tells tool calls apart; of a call as known so far, or of a fragment that has just ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToolCallLabels<'a> {
    /// The index the server gave.
    pub index: Option<u32>,
    /// The id; empty if the server gave none.
    pub id: &'a str,
    /// The function's name; empty if the server gave none.
    pub name: &'a str,
    /// How far the arguments are: those of the call so far, or those of the fragment alone.
    pub arguments: ArgumentsProgress,
}

impl<'a> ToolCallLabels<'a> {
    /// The position in `calls` of the call that this fragment continues; `None` if it begins a new one.
    ///
    /// `calls` are the calls of the fragment's choice in the order in which they began, and `current` is the position of the one
    /// that the choice's last fragment belonged to. Looks at each call once.
    pub fn bind<'c>(
        &self,
        calls: impl IntoIterator<Item = ToolCallLabels<'c>>,
        current: Option<usize>,
    ) -> Option<usize> {
        let mut by_id = None;
        let mut by_index = None;
        let mut by_order = None;
        for (position, call) in calls.into_iter().enumerate() {
            if self.shares_id(&call) && !self.differs_in_index(&call) {
                by_id = Some(position);
            }
            if self.index.is_some() && self.index == call.index {
                by_index = Some((position, self.continues_by_index(&call)));
            }
            if Some(position) == current {
                by_order = Some((position, self.continues_by_order(&call)));
            }
        }
        if by_id.is_some() {
            return by_id;
        }
        let (position, continues) = by_index.or(by_order)?;
        continues.then_some(position)
    }

    /// What this fragment adds to `name`, the name of the call it was bound to, of which `arguments` are known; often nothing.
    ///
    /// A repeated name adds nothing, and a name that begins with the known one adds its rest. Any other is the rest of a
    /// split name and added whole. Once arguments have begun the name stands.
    pub fn name_growth(&self, name: &str, arguments: ArgumentsProgress) -> &'a str {
        if name.is_empty() || self.name.is_empty() {
            return self.name;
        }
        if !arguments.is_blank() {
            return "";
        }
        self.name.strip_prefix(name).unwrap_or(self.name)
    }

    /// Both have the same index and not the same id.
    fn continues_by_index(&self, call: &ToolCallLabels<'_>) -> bool {
        if self.differs_in_id(call) {
            // Some servers make up an id for each fragment; but a call of its own names its function.
            return self.name.is_empty() && !self.calls_again(call);
        }
        if self.differs_in_name(call) {
            return call.arguments.is_blank();
        }
        !self.calls_again(call)
    }

    /// They share neither index nor id.
    fn continues_by_order(&self, call: &ToolCallLabels<'_>) -> bool {
        !(self.differs_in_index(call)
            || self.differs_in_id(call)
            || self.differs_in_name(call)
            || self.calls_again(call))
    }

    /// It says which call it is and brings arguments, after those of the call are complete.
    fn calls_again(&self, call: &ToolCallLabels<'_>) -> bool {
        let labelled = !self.name.is_empty() || !self.id.is_empty();
        labelled && call.arguments.is_complete() && !self.arguments.is_blank()
    }

    fn shares_id(&self, call: &ToolCallLabels<'_>) -> bool {
        !self.id.is_empty() && self.id == call.id
    }

    fn differs_in_id(&self, call: &ToolCallLabels<'_>) -> bool {
        !self.id.is_empty() && !call.id.is_empty() && self.id != call.id
    }

    fn differs_in_index(&self, call: &ToolCallLabels<'_>) -> bool {
        matches!((self.index, call.index), (Some(own), Some(other)) if own != other)
    }

    fn differs_in_name(&self, call: &ToolCallLabels<'_>) -> bool {
        !self.name.is_empty() && !call.name.is_empty() && self.name != call.name
    }
}
