//! Why a request is not sent.

use core::fmt;

use crate::json::RawObject;

/// Why a request is not sent: it would be refused for sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    field: &'static str,
    index: Option<usize>,
    kind: InvalidRequestKind,
}

impl InvalidRequest {
    /// The member of the request that is wrong, such as `temperature`.
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// Which element of it is wrong, where it is a list.
    pub const fn index(&self) -> Option<usize> {
        self.index
    }

    /// What is wrong with it.
    pub const fn kind(&self) -> InvalidRequestKind {
        self.kind
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        f.write_str(self.field)?;
        if let Some(index) = self.index {
            write!(f, "[{index}]")?;
        }
        write!(f, "` {}", self.kind)
    }
}

impl core::error::Error for InvalidRequest {}

/// What is wrong with a member of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidRequestKind {
    /// It is empty and must not be.
    Empty,
    /// Its function has no name.
    Unnamed,
    /// Its role is empty.
    Roleless,
    /// It holds a control character.
    ControlCharacter,
    /// It is not within its bounds, or no number at all.
    OutOfRange {
        /// The least value allowed.
        min: i32,
        /// The greatest value allowed.
        max: i32,
    },
    /// It is 0 and must be 1 or more.
    Zero,
    /// It is infinite or no number, for which JSON has no form.
    NotFinite,
    /// It is allowed only together with another member that is not set.
    Requires(&'static str),
}

impl fmt::Display for InvalidRequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty: it must not be"),
            Self::Unnamed => f.write_str("names no function: the name must not be empty"),
            Self::Roleless => f.write_str("has an empty role: it must be user, assistant or the like"),
            Self::ControlCharacter => f.write_str("holds a control character: remove it"),
            Self::OutOfRange { min, max } => {
                write!(f, "is out of range: it must be a number from {min} to {max}")
            }
            Self::Zero => f.write_str("is 0: it must be 1 or more"),
            Self::NotFinite => f.write_str("is infinite or not a number: JSON has no form for it"),
            Self::Requires(other) => write!(f, "is set without `{other}`: set that as well"),
        }
    }
}

/// Checks the members of a request that has these additional members. What they override is not sent, so it may be
/// anything.
#[derive(Clone, Copy)]
pub(crate) struct Check<'a> {
    pub(crate) extra: Option<RawObject<'a>>,
}

impl Check<'_> {
    pub(crate) fn refuse(
        self,
        refused: bool,
        field: &'static str,
        kind: InvalidRequestKind,
    ) -> Result<(), InvalidRequest> {
        if refused { self.fail(field, None, kind) } else { Ok(()) }
    }

    /// Refuses the first element that is refused.
    pub(crate) fn refuse_any<T>(
        self,
        list: impl IntoIterator<Item = T>,
        refused: impl Fn(T) -> bool,
        field: &'static str,
        kind: InvalidRequestKind,
    ) -> Result<(), InvalidRequest> {
        match list.into_iter().position(refused) {
            Some(index) => self.fail(field, Some(index), kind),
            None => Ok(()),
        }
    }

    #[inline(never)] // One of many members is checked so, by the arithmetic of floats.
    pub(crate) fn range(
        self,
        value: Option<f64>,
        field: &'static str,
        min: i32,
        max: i32,
    ) -> Result<(), InvalidRequest> {
        let inside = value.is_none_or(|value| (f64::from(min)..=f64::from(max)).contains(&value));
        self.refuse(!inside, field, InvalidRequestKind::OutOfRange { min, max })
    }

    pub(crate) fn model(self, model: &str) -> Result<(), InvalidRequest> {
        self.refuse(model.is_empty(), "model", InvalidRequestKind::Empty)?;
        let control = model.bytes().any(|byte| byte.is_ascii_control());
        self.refuse(control, "model", InvalidRequestKind::ControlCharacter)
    }

    fn fail(
        self,
        field: &'static str,
        index: Option<usize>,
        kind: InvalidRequestKind,
    ) -> Result<(), InvalidRequest> {
        if self.extra.is_some_and(|extra| extra.contains(field)) {
            return Ok(());
        }
        Err(InvalidRequest { field, index, kind })
    }
}
