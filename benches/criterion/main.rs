//! All benches, one program: a part by its name, as `cargo bench -- lookup` or `cargo bench -- 'rules/COD'`.
#![allow(missing_docs, reason = "criterion's macros make public items")]

#[path = "../workload/mod.rs"]
mod workload;

mod check;
mod claim;
mod lookup;
mod pairs;
mod read;
mod report;
mod rules;
mod search;
mod setup;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    benches,
    lookup::exact,
    lookup::cards,
    lookup::memo,
    search::searches,
    pairs::edits,
    pairs::notes,
    read::rows,
    claim::one_claim,
    rules::families,
    report::formats,
    check::files,
);
criterion_main!(benches);
