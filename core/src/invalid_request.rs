//! Why a request is not sent.

use core::fmt;

use crate::body::MemberName;
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

/// From a number that is not above 0 to one that is not below it.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// How far down.
    pub(crate) down: u8,
    /// How far up.
    pub(crate) up: u8,
}

impl Bounds {
    /// Whether the number lies within; what is no number does not. By integers: comparing floats takes a quarter of a kilobyte
    /// where the hardware has none.
    fn contain(self, number: f64) -> bool {
        let distance = number.abs().to_bits();
        let limit = if number.is_sign_negative() { self.down } else { self.up };
        // The numbers that are not negative are in the order of their bits, and those that are none are behind them.
        distance <= bits_of(limit)
    }

    fn min(self) -> i32 {
        i32::from(self.down).wrapping_neg()
    }

    fn max(self) -> i32 {
        self.up.into()
    }
}

/// The bits of `f64::from(n)`.
const fn bits_of(n: u8) -> u64 {
    match n.checked_ilog2() {
        None => 0,
        Some(power) => (1023 + power as u64) << 52 | ((n as u64) << (52 - power)) & ((1 << 52) - 1),
    }
}

/// Checks the members of a request that has these additional members. What they override is not sent, so it may be
/// anything.
pub(crate) struct Check<'a> {
    extra: Option<RawObject<'a>>,
    /// The first refusal counts.
    outcome: Result<(), InvalidRequest>,
}

impl<'a> Check<'a> {
    pub(crate) const fn new(extra: Option<RawObject<'a>>) -> Self {
        Self { extra, outcome: Ok(()) }
    }

    pub(crate) const fn outcome(self) -> Result<(), InvalidRequest> {
        self.outcome
    }

    pub(crate) fn refuse(&mut self, refused: bool, member: MemberName, kind: InvalidRequestKind) {
        if refused {
            self.fail(member, None, kind);
        }
    }

    /// Refuses the first element that is refused.
    pub(crate) fn refuse_any<T>(
        &mut self,
        list: impl IntoIterator<Item = T>,
        refused: impl FnMut(T) -> bool,
        member: MemberName,
        kind: InvalidRequestKind,
    ) {
        if let Some(index) = list.into_iter().position(refused) {
            self.fail(member, Some(index), kind);
        }
    }

    // Many members are checked by these.

    #[inline(never)]
    pub(crate) fn range(&mut self, value: &Option<f64>, member: MemberName, bounds: Bounds) {
        let kind = InvalidRequestKind::OutOfRange { min: bounds.min(), max: bounds.max() };
        self.refuse(value.is_some_and(|value| !bounds.contain(value)), member, kind);
    }

    #[inline(never)]
    pub(crate) fn count(&mut self, value: Option<u32>, member: MemberName, min: u8, max: u8) {
        let kind = InvalidRequestKind::OutOfRange { min: min.into(), max: max.into() };
        let is_within = |value: u32| value >= min.into() && value <= max.into();
        self.refuse(value.is_some_and(|value| !is_within(value)), member, kind);
    }

    pub(crate) fn model(&mut self, model: &str) {
        self.refuse(model.is_empty(), MemberName::Model, InvalidRequestKind::Empty);
        let control = model.bytes().any(|byte| byte.is_ascii_control());
        self.refuse(control, MemberName::Model, InvalidRequestKind::ControlCharacter);
    }

    #[cold]
    #[inline(never)]
    fn fail(&mut self, member: MemberName, index: Option<usize>, kind: InvalidRequestKind) {
        let field = member.as_str();
        if self.outcome.is_ok() && !self.extra.is_some_and(|extra| extra.contains(field)) {
            self.outcome = Err(InvalidRequest { field, index, kind });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_arithmetic_of_floats() {
        for n in 0..=u8::MAX {
            assert_eq!(f64::from_bits(bits_of(n)), f64::from(n));
        }
        let numbers = [0.0, f64::MIN_POSITIVE, 0.5, 1.0, 1.0_f64.next_up(), 1.5, 2.0, 2.0_f64.next_up(), 3.0];
        for (down, up) in [(0, 1), (0, 2), (2, 2)] {
            for number in numbers.into_iter().chain([5e-324, f64::MAX, f64::INFINITY, f64::NAN]) {
                for number in [number, -number] {
                    let expected = (-f64::from(down)..=f64::from(up)).contains(&number);
                    assert_eq!(
                        Bounds { down, up }.contain(number),
                        expected,
                        "{number} from -{down} to {up}"
                    );
                }
            }
        }
    }
}
