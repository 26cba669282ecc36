//! What a reader could not make sense of: part of the claim, so that rules report it with its place.

use super::Field;
use crate::code::{CodeError, CodeText};
use crate::{AmountError, DateError};

/// A field that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field.
    pub field: Field,
    /// Index into [`super::Claim::lines`] of the line whose row it stands in.
    pub line: Option<usize>,
    /// Row of the source, from 1.
    pub row: u64,
    /// Why it could not be read.
    pub reason: Reason,
    /// The text, where it can be a mistyped code and nothing else.
    pub shown: Option<CodeText>,
}

/// Why a field could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Not a code of its kind.
    #[error("{0}")]
    Code(#[from] CodeError),
    /// Not a date.
    #[error("{0}")]
    Date(#[from] DateError),
    /// Not an amount.
    #[error("{0}")]
    Amount(#[from] AmountError),
    /// A line number that is not a whole number.
    #[error("expected a whole number")]
    LineNumber,
    /// A pointer that is neither a letter nor a number.
    #[error("expected letters A to L or numbers 1 to 12")]
    Pointer,
    /// Not a claim type.
    #[error("expected professional, institutional or dental")]
    ClaimType,
    /// Not a present-on-admission indicator.
    #[error("expected Y, N, U, W or 1")]
    PresentOnAdmission,
    /// More values than the claim form holds.
    #[error("more than {most} values")]
    TooMany {
        /// Most values that there can be.
        most: usize,
    },
    /// A row with more or fewer fields than the header.
    #[error("{got} fields, expected {expected} as in the header")]
    FieldCount {
        /// Fields in the header.
        expected: usize,
        /// Fields in the row.
        got: usize,
    },
    /// A row without a claim id.
    #[error("no claim id")]
    NoClaimId,
    /// A row differs from the claim's first row in a field that belongs to the claim.
    #[error("differs from the claim's first row")]
    Differs,
    /// The claim's id stood on earlier rows, with other claims between.
    #[error("the claim id came before, with other claims between")]
    Scattered,
    /// Bytes that are neither UTF-8 nor Latin-1 text.
    #[error("contains control characters")]
    ControlCharacters,
}
