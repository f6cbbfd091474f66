//! Brackets that a report begins with.

/// The bracket, and whether white space followed it, until the next byte tells whether the report is JSON or just
/// begins so: `[503] busy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Bracket,
    SpacedBracket,
    Brace,
    SpacedBrace,
}

impl Opening {
    /// The opening that `byte` is, if it is one.
    pub(super) const fn of(byte: u8) -> Option<Self> {
        match byte {
            b'[' => Some(Self::Bracket),
            b'{' => Some(Self::Brace),
            _ => None,
        }
    }

    /// The same, with white space behind it.
    pub(super) const fn spaced(self) -> Self {
        match self {
            Self::Bracket | Self::SpacedBracket => Self::SpacedBracket,
            Self::Brace | Self::SpacedBrace => Self::SpacedBrace,
        }
    }

    /// Whether a report that is JSON may go on with `byte`, which is no white space: with a name in an object, with an object or
    /// a string in an array, or with the end of either.
    pub(super) const fn is_json(self, byte: u8) -> bool {
        match self {
            Self::Bracket | Self::SpacedBracket => matches!(byte, b'{' | b'"' | b']'),
            Self::Brace | Self::SpacedBrace => matches!(byte, b'"' | b'}'),
        }
    }

    /// What was read so far, the white space as one space.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Bracket => "[",
            Self::SpacedBracket => "[ ",
            Self::Brace => "{",
            Self::SpacedBrace => "{ ",
        }
    }
}
