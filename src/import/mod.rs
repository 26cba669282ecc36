//! Publishers' files become rows. Every layout is recognised by its content; its name only helps to date it.

mod container;
mod embed;
mod icd10cm;

pub(crate) use embed::build as build_embedded;
