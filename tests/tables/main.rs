//! Tables: right on every date, rebuilt byte for byte, brought up to date by the user's own files, unharmed by broken ones.

mod broken;
mod edits;
mod icd10cm;
mod procedures;
mod search;
mod support;
