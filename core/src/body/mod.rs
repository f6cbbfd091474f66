//! The JSON bodies of requests, as trees that are walked without being built.
//!
//! Each object and array of a request is a [`Node`]: something that names its n-th child. [`Walk`] turns the tree
//! into the parts of its text; `serde::Serialize` (with the feature) walks the same tree.

mod name;
mod node;
#[cfg(feature = "serde")]
mod serialize;
mod walk;

pub(crate) use name::MemberName;
pub(crate) use node::{Node, nth_member};
pub(crate) use walk::{Document, Walk};

use crate::json::{RawJson, RawObject};

/// A member of an object or an element of an array.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Child<'a> {
    pub(crate) key: Key,
    pub(crate) value: Value<'a>,
}

impl<'a> Child<'a> {
    pub(crate) fn element(value: impl Into<Value<'a>>) -> Self {
        Self { key: Key::Element, value: value.into() }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    /// None: an element of an array, or a value that has its name with it.
    Element,
    /// A member of the schema.
    Name(MemberName),
}

impl Key {
    /// The name of a member of the schema.
    pub(crate) fn name(&self) -> Option<&'static str> {
        match self {
            Self::Name(name) => Some(name.as_str()),
            Self::Element => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// The member is not written.
    Absent,
    Bool(bool),
    Unsigned(u64),
    Integer(i64),
    Float(f64),
    Str(&'a str),
    Raw(&'a str),
    Node(Node<'a>),
    /// Under a name that the caller chose.
    Label(&'a (&'a str, &'a str)),
    /// Under a number in quotes.
    Bias(&'a (u32, f64)),
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Self::Unsigned(value.into())
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Str(value)
    }
}

impl<'a> From<RawJson<'a>> for Value<'a> {
    fn from(value: RawJson<'a>) -> Self {
        Self::Raw(value.as_str())
    }
}

impl<'a> From<RawObject<'a>> for Value<'a> {
    fn from(value: RawObject<'a>) -> Self {
        Self::Raw(value.as_str())
    }
}

impl<'a> From<Node<'a>> for Value<'a> {
    fn from(value: Node<'a>) -> Self {
        Self::Node(value)
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, T::into)
    }
}

/// Which of an object's members, by their number, its additional members override.
///
/// One pass over the additional members, each of whose names is compared with those of the schema (32 at most).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Overridden(u32);

impl Overridden {
    #[inline]
    pub(crate) fn find<'a>(
        extra: Option<RawObject<'_>>,
        member: impl FnMut(usize) -> Option<Child<'a>>,
    ) -> Self {
        extra.map_or(Self(0), |extra| Self::find_in(extra, member))
    }

    #[inline(never)] // It needs much of the stack, and mostly it is not needed.
    fn find_in<'a>(extra: RawObject<'_>, mut member: impl FnMut(usize) -> Option<Child<'a>>) -> Self {
        let mut overridden = 0_u32;
        extra.any_key(&mut |key| {
            let mut bit = 1_u32;
            // As far as there are bits.
            for child in (0..32).map_while(&mut member) {
                if child.key.name().is_some_and(|name| key.is(name)) {
                    overridden |= bit;
                }
                bit = bit.wrapping_shl(1);
            }
            false
        });
        Self(overridden)
    }

    pub(crate) fn contains(self, index: usize) -> bool {
        u32::try_from(index)
            .ok()
            .and_then(|index| self.0.checked_shr(index))
            .is_some_and(|bits| bits & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{ChatRequest, Message};
    use crate::embedding::{EmbeddingInput, EmbeddingRequest};

    #[test]
    fn there_is_a_bit_for_each_member() {
        let bits = u32::BITS as usize;
        assert!(ChatRequest::new("m", &[Message::user("")]).member(bits, None).is_none());
        assert!(Message::user("").member(bits).is_none());
        assert!(EmbeddingRequest::new("m", EmbeddingInput::One("")).member(bits).is_none());
        let bit = Overridden(1 << 31);
        assert!(bit.contains(31) && !bit.contains(30) && !bit.contains(32));
    }
}
