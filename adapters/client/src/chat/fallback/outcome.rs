//! What comes of asking several models.

use std::error::Error as StdError;
use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::Error;

/// An answer, a [`ChatCompletion`](crate::ChatCompletion) or a [`ChatStream`](crate::ChatStream), and which of several models gave it. It dereferences to the answer.
#[derive(Debug)]
pub struct Answered<A> {
    pub(super) answer: A,
    pub(super) model: String,
    pub(super) failures: Vec<ModelFailure>,
}

impl<A> Answered<A> {
    /// The model that was asked, by the name it was asked by. (The server may call it otherwise:
    /// [`ChatCompletion::model`](crate::ChatCompletion::model).)
    pub fn asked_model(&self) -> &str {
        &self.model
    }

    /// What the models met that were asked before, in that order.
    pub fn failures(&self) -> &[ModelFailure] {
        &self.failures
    }

    /// The answer alone.
    pub fn into_answer(self) -> A {
        self.answer
    }
}

impl<A> Deref for Answered<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.answer
    }
}

impl<A> DerefMut for Answered<A> {
    fn deref_mut(&mut self) -> &mut A {
        &mut self.answer
    }
}

/// What a model met that was asked in vain.
#[derive(Debug)]
#[non_exhaustive]
pub struct ModelFailure {
    /// The model, by the name it was asked by.
    pub model: String,
    /// Why it did not answer.
    pub error: Error,
}

impl fmt::Display for ModelFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.model, self.error)
    }
}

/// What each model met: all were asked in vain, or one met what no other could help with. With `?` it becomes
/// the [`Error`] of the last one.
#[derive(Debug)]
pub struct FallbackError {
    pub(super) earlier: Vec<ModelFailure>,
    pub(super) last: ModelFailure,
}

impl FallbackError {
    /// What each model met that was asked, in that order; at least one.
    pub fn failures(&self) -> impl Iterator<Item = &ModelFailure> {
        self.earlier.iter().chain([&self.last])
    }

    /// What the last model met.
    pub fn last(&self) -> &ModelFailure {
        &self.last
    }
}

impl fmt::Display for FallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.earlier.is_empty() {
            return self.last.fmt(f);
        }
        f.write_str("no model answered: ")?;
        for failure in &self.earlier {
            write!(f, "{failure}; then ")?;
        }
        self.last.fmt(f)
    }
}

impl StdError for FallbackError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.last.error)
    }
}

impl From<FallbackError> for Error {
    /// What the last model met; what the others did is lost.
    fn from(error: FallbackError) -> Self {
        error.last.error
    }
}
