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

/// What a fault is about. Each topic belongs to one rule, so that no fault is lost and none is said twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A row with the wrong number of fields, or with an open quotation mark.
    FieldCount,
    /// A row without a claim id.
    ClaimId,
    /// A claim id that came before.
    Scattered,
    /// A row that differs from the claim's first one.
    Differs,
    /// Bytes that are no text.
    Control,
    /// A diagnosis or a procedure: the claim keeps what stood there, and the rules about codes look at that.
    Kept,
    /// The patient's birth date or sex.
    Patient,
    /// Another date.
    Date,
    /// Units or money.
    Amount,
    /// A place of service.
    Place,
    /// A modifier.
    Modifier,
    /// Pointers to diagnoses.
    Pointer,
    /// A provider's number.
    Npi,
    /// A provider's taxonomy code.
    Taxonomy,
    /// Everything else.
    Field,
}

impl Fault {
    /// What it is about.
    pub(crate) fn topic(&self) -> Topic {
        match (self.reason, self.field) {
            (Reason::FieldCount { .. } | Reason::OpenQuote { .. }, _) => Topic::FieldCount,
            (Reason::NoClaimId, _) => Topic::ClaimId,
            (Reason::Scattered, _) => Topic::Scattered,
            (Reason::Differs, _) => Topic::Differs,
            (Reason::ControlCharacters, _) => Topic::Control,
            (Reason::Code(_), Field::Diagnosis(_) | Field::Diagnoses | Field::Procedure) => Topic::Kept,
            (_, Field::PatientDob | Field::PatientSex) => Topic::Patient,
            (_, field) if field.is_claim_date() => Topic::Date,
            (_, Field::Units | Field::Charge | Field::TotalCharge) => Topic::Amount,
            (_, Field::Place) => Topic::Place,
            (_, Field::Modifier(_) | Field::Modifiers) => Topic::Modifier,
            (_, Field::Pointers) => Topic::Pointer,
            (_, Field::RenderingNpi | Field::BillingNpi | Field::ReferringNpi) => Topic::Npi,
            (_, Field::Taxonomy) => Topic::Taxonomy,
            _ => Topic::Field,
        }
    }

    /// What is wrong, with the text where it may be shown.
    pub(crate) fn message(&self) -> String {
        let shown = self.code().map(|text| format!(" {text}")).unwrap_or_default();
        match self.reason {
            Reason::Code(e) => format!("{}{shown} {e}", self.field),
            reason => format!("{}{shown} cannot be read: {reason}", self.field),
        }
    }

    /// The text, unless it tells of the patient.
    pub(crate) fn code(&self) -> Option<CodeText> {
        let of_patient = matches!(self.field, Field::PatientId | Field::PatientDob | Field::PatientSex);
        self.shown.filter(|_| !of_patient)
    }
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
    /// A date before any that a claim can have.
    #[error("before 1996, too early for a claim; perhaps a birth date in the wrong column")]
    TooEarly,
    /// Not an amount.
    #[error("{0}")]
    Amount(#[from] AmountError),
    /// A line number that is not a whole number.
    #[error("expected a whole number of at most five digits")]
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
    /// A quotation mark that is not closed on its row, so that it swallows the ones after it.
    #[error("a quotation mark that is never closed: it runs over {rows} rows")]
    OpenQuote {
        /// Rows that became one.
        rows: usize,
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
