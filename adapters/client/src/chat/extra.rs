//! Members of an answer that the schema does not know.

use std::collections::BTreeMap;

use choreoai_core::chat::Scope;

use super::chunk::ExtraMember;

/// Members of one object of an answer that the schema does not know, as JSON text by name.
///
/// A stream may bring a member again and again, as it does with pieces of `audio`: all its values are kept, in their
/// order, but for a value that repeats the one before it, and for a `null` after another value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtraMembers(BTreeMap<String, Vec<String>>);

impl ExtraMembers {
    /// The last value of the member, as JSON text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values(name).last()
    }

    /// All values of the member, in the order in which they came.
    pub fn values(&self, name: &str) -> impl DoubleEndedIterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(String::as_str)
    }

    /// The members, ordered by name, each with its last value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str())))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps a value; how much memory that takes.
    fn push(&mut self, name: &str, value: &str) -> usize {
        if let Some(values) = self.0.get_mut(name) {
            if value == "null" || values.last().is_some_and(|last| last == value) {
                return 0;
            }
            values.push(value.to_owned());
            return value.len() + size_of::<String>();
        }
        self.0.insert(name.to_owned(), vec![value.to_owned()]);
        name.len() + value.len() + 4 * size_of::<String>()
    }
}

/// What an answer holds of them, but for those of tool calls, which stay with their call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AnswerExtras {
    answer: ExtraMembers,
    choices: BTreeMap<u32, ChoiceExtras>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ChoiceExtras {
    choice: ExtraMembers,
    message: ExtraMembers,
}

static NONE: ExtraMembers = ExtraMembers(BTreeMap::new());

impl AnswerExtras {
    pub(super) fn of_answer(&self) -> &ExtraMembers {
        &self.answer
    }

    pub(super) fn of_choice(&self, index: u32) -> &ExtraMembers {
        self.choices.get(&index).map_or(&NONE, |extras| &extras.choice)
    }

    pub(super) fn of_message(&self, index: u32) -> &ExtraMembers {
        self.choices.get(&index).map_or(&NONE, |extras| &extras.message)
    }

    /// Keeps a member; how much memory that takes. One of a choice that was cut before its index is left out.
    pub(super) fn push(&mut self, choice: Option<u32>, member: &ExtraMember<'_>) -> usize {
        let members = match (member.scope, choice) {
            (Scope::Chunk, _) => &mut self.answer,
            (Scope::Choice, Some(index)) => &mut self.choices.entry(index).or_default().choice,
            (Scope::Delta, Some(index)) => &mut self.choices.entry(index).or_default().message,
            _ => return 0,
        };
        members.push(member.name, member.value)
    }
}
