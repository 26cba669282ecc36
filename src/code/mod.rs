//! Code types: parsed once at the reader's edge, packed, `Copy`, printed in their official form.
//!
//! A value of these types has the *shape* of a code. Whether the code exists, and on which date, is for the
//! tables to say (see [`crate::Tables`]): shape alone rejects valid codes or accepts invalid ones.

mod digits;
mod facility;
mod icd10;
mod modifier;
mod procedure;
mod provider;
mod text;

pub(crate) use digits::eight_digits;
pub use facility::{BillType, DischargeStatus, PlaceOfService, Revenue, Sex};
pub use icd10::{Icd10Cm, Icd10Pcs};
pub use modifier::{Modifier, Side};
pub use procedure::{Procedure, ProcedureKind};
pub use provider::{Npi, Taxonomy};
pub use text::CodeText;
pub(crate) use text::{is_blank, is_unseen, joined, pack};

/// Why a text is not a code of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CodeError {
    /// Nothing but blanks.
    #[error("is empty")]
    Empty,
    /// Too short or too long.
    #[error("has {got} characters, expected {expected}")]
    Length {
        /// The lengths that are right.
        expected: &'static str,
        /// The length of the text, blanks and dot not counted.
        got: usize,
    },
    /// A character that cannot stand at its place.
    #[error("has a wrong character at position {at}, expected {expected}")]
    Character {
        /// What may stand there.
        expected: &'static str,
        /// Position, from 1, blanks and dot not counted.
        at: usize,
    },
    /// The shape of an ICD-9-CM code, in use until 2015-09-30.
    #[error("has the shape of an ICD-9-CM code")]
    Icd9,
    /// The check digit does not fit.
    #[error("fails its check digit: expected {expected}, got {got}")]
    CheckDigit {
        /// The digit that would fit.
        expected: u8,
        /// The digit that stands there.
        got: u8,
    },
    /// Not one of the values that there are.
    #[error("is none of {expected}")]
    Value {
        /// The values that there are.
        expected: &'static str,
    },
}

/// Serialises a code type as its official text, and reads it back through `FromStr`.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(|e| serde::de::Error::custom(format_args!("{}: {e}", stringify!($type))))
            }
        }
    };
}
pub(crate) use serde_as_text;

/// `FromStr`, `Debug` and serde for a code type that has `parse(&[u8])` and `Display`.
macro_rules! text_traits {
    ($type:ty) => {
        impl std::str::FromStr for $type {
            type Err = $crate::code::CodeError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                <$type>::parse(s.as_bytes())
            }
        }
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
        $crate::code::serde_as_text!($type);
    };
}
pub(crate) use text_traits;
