//! Look-ups in the ICD-10-CM table: one code, all codes below a category, a mistyped code, and Excludes1 for a pair.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use cleanclaim::code::Icd10Cm;
use cleanclaim::{Date, Tables};
use criterion::{Criterion, criterion_group, criterion_main};

fn lookups(c: &mut Criterion) {
    let tables = Tables::embedded();
    let icd = &tables.icd10cm;
    let day = Date::constant(2026, 3, 2);
    let code = |text: &str| text.parse::<Icd10Cm>().unwrap();
    let ranked = |text: &str| (code(text), icd.rank(code(text)).unwrap());

    c.bench_function("icd10cm/rank/hit", |b| b.iter(|| icd.rank(black_box(code("S72.001A"))).unwrap()));
    c.bench_function("icd10cm/rank/miss", |b| b.iter(|| icd.rank(black_box(code("S72.001Z")))));
    let (_, rank) = ranked("S72.001A");
    c.bench_function("icd10cm/standing", |b| b.iter(|| icd.standing(black_box(rank), day)));
    c.bench_function("icd10cm/title", |b| b.iter(|| icd.title(black_box(rank)).unwrap()));
    let (_, category) = ranked("S72");
    c.bench_function("icd10cm/below/S72", |b| b.iter(|| icd.below(black_box(category)).len()));
    let (yes, no) = ((ranked("M54.50"), ranked("S39.012A")), (ranked("E11.65"), ranked("I10")));
    c.bench_function("excludes1/hit", |b| b.iter(|| icd.excludes1(black_box(yes.0), yes.1, day).unwrap()));
    c.bench_function("excludes1/miss", |b| {
        b.iter(|| assert!(icd.excludes1(black_box(no.0), no.1, day).is_none()))
    });
}

criterion_group!(benches, lookups);
criterion_main!(benches);
