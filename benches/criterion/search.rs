//! Search over all titles and inclusion terms of ICD-10-CM: exact words, the beginning of a word, a typing error.

use std::hint::black_box;

use cleanclaim::search::Query;
use cleanclaim::{Date, Tables};
use criterion::Criterion;

pub(crate) fn searches(c: &mut Criterion) {
    let tables = Tables::embedded();
    let day = Date::constant(2026, 3, 2);
    let mut bench = |name: &str, text: &str| {
        let query = Query::new(text, day);
        assert!(!tables.search(&query).hits.is_empty(), "{text}");
        c.bench_function(&format!("search/{name}"), |b| b.iter(|| tables.search(black_box(&query))));
    };
    bench("exact/hyperglycemia", "hyperglycemia ");
    bench("exact/diabetes", "diabetes ");
    bench("exact/low back pain", "low back pain ");
    bench("exact/fracture", "fracture ");
    bench("exact/type 2 diabetes with hyperglycemia", "type 2 diabetes mellitus with hyperglycemia ");
    bench("exact/fracture lower end of right radius", "fracture lower end of right radius ");
    bench("synonym/dm2 w hyperglycemia", "dm2 w hyperglycemia ");
    bench("synonym/fx distal radius rt closed initial", "fx distal radius rt closed initial ");
    bench("prefix/hyperg", "hyperg");
    bench("prefix/diabetes mell", "diabetes mell");
    bench("prefix/fr", "fr");
    bench("prefix/co", "co");
    bench("typo/hypertesion", "hypertesion ");
    bench("typo/pnuemonia", "pnuemonia ");
    bench("typo/pnuemnoia", "pnuemnoia ");
    bench("typo/fracture of clavcle", "fracture of clavcle ");
    bench("code/e1165", "e1165");
}
