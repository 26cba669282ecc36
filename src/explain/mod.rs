//! What the tables say about one code, or about two together: for people who want to know before they bill.

mod diagnoses;
mod procedures;

pub use diagnoses::{DiagnosisPair, PairNote, PairVerdict, diagnoses};
pub use procedures::{
    AddOnLink, Edit, FeeIndicators, PairExplanation, ProcedureExplanation, UnitLimit, associated_modifiers,
    pair, procedure,
};
