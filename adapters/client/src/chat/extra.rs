//! Members of an answer that the schema does not know.

use std::collections::BTreeMap;

use choreoai_core::chat::Scope;
use serde_json::value::RawValue;

use super::chunk::ExtraMember;
use crate::members::{Members, elements};

/// Members of one object of an answer that have no accessor, as JSON text by name.
///
/// A stream may bring a member again and again, as it does with pieces of `audio`: all its values are kept, in their
/// order, but for a `null` after another value; and outside messages, where nothing comes in pieces, for a value that
/// repeats the one before it.
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

    /// Of one object, whose members come once.
    pub(crate) fn of_object(members: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(members.into_iter().map(|(name, value)| (name, vec![value])).collect())
    }

    /// The members of an answer's message as they go back to the server with it, JSON text by name.
    ///
    /// Arrays that came in pieces are put together. What else came in pieces is left out, and what says nothing; a recording
    /// goes back by its id alone.
    pub(super) fn to_send_back(&self) -> BTreeMap<String, String> {
        let member = |(name, values): (&String, &Vec<String>)| {
            let values =
                values.iter().map(String::as_str).filter(|&value| value != "null").collect::<Vec<_>>();
            let value = match (&**name, &*values) {
                ("audio", values) => values.iter().find_map(|value| id_alone(value))?,
                (_, [value]) if !value.starts_with('[') => (*value).to_owned(),
                (_, values) => join(values)?,
            };
            Some((name.clone(), value))
        };
        self.0.iter().filter_map(member).collect()
    }

    /// Keeps a value; how much memory that takes.
    fn push(&mut self, name: &str, value: &str, may_be_piece: bool) -> usize {
        if let Some(values) = self.0.get_mut(name) {
            let repeats = !may_be_piece && values.last().is_some_and(|last| last == value);
            if value == "null" || repeats {
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
        members.push(member.name, member.value, member.scope == Scope::Delta)
    }
}

/// The object with its `id` and nothing else.
fn id_alone(value: &str) -> Option<String> {
    let id = Members::parse(value).ok()?.take("id")?;
    Some(format!("{{\"id\":{}}}", id.get()))
}

/// One array of the elements of several; `None` if they have none, or not all are arrays.
fn join(arrays: &[&str]) -> Option<String> {
    let mut all = Vec::new();
    for array in arrays {
        let array = serde_json::from_str(array).ok()?;
        all.extend(elements(array, usize::MAX)?.into_iter().map(RawValue::get));
    }
    (!all.is_empty()).then(|| format!("[{}]", all.join(",")))
}
