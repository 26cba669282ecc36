//! Is there anything between two codes: NCCI's pair edits (2.5 million made-up ones), Excludes1.

use std::hint::black_box;

use cleanclaim::code::Icd10Cm;
use cleanclaim::table::Rank;
use cleanclaim::{Date, Tables};
use criterion::{Criterion, Throughput};

use crate::setup;

pub(crate) fn edits(c: &mut Criterion) {
    let mut group = c.benchmark_group("pairs/ptp");
    let tables = setup::practice().tables();
    let (codes, table) = (tables.procedures.expect("an index"), tables.ptp_practitioner.expect("edits"));
    // Procedures as they come on claims, each with the procedure of another claim.
    let ranks: Vec<Rank> = (setup::practice().claims.iter().flat_map(|claim| &claim.lines))
        .filter_map(|line| codes.rank(line.code()?))
        .filter(|r| table.degree(*r) > 0)
        .take(1 << 16)
        .collect();
    let others = ranks.iter().cycle().skip(ranks.len() / 2);
    let misses: Vec<(Rank, Rank)> = (ranks.iter().copied().zip(others.copied()))
        .filter(|&(a, b)| a != b && table.edits(a, b).next().is_none())
        .collect();
    let hits: Vec<(Rank, Rank)> = (ranks.iter())
        .filter_map(|&a| table.edits_of_first(a).map(|edit| (edit.column1, edit.column2)))
        .collect();
    assert!(misses.len() > 1_000 && hits.len() > 500, "{} and {}", misses.len(), hits.len());
    let day = Date::constant(2024, 7, 2);
    for (name, list) in [("miss", &misses), ("hit", &hits)] {
        group.throughput(Throughput::Elements(list.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| list.iter().filter(|(x, y)| table.in_force(black_box(*x), *y, day).is_some()).count());
        });
    }
    group.finish();
}

pub(crate) fn notes(c: &mut Criterion) {
    let tables = Tables::embedded();
    let icd = &tables.icd10cm;
    let day = Date::constant(2026, 3, 2);
    let ranked = |text: &str| {
        let code: Icd10Cm = text.parse().expect("a code");
        (code, icd.rank(code).expect("in the table"))
    };
    let (yes, no) = ((ranked("M54.50"), ranked("S39.012A")), (ranked("E11.65"), ranked("I10")));
    c.bench_function("pairs/excludes1/hit", |b| {
        b.iter(|| icd.excludes1(black_box(yes.0), yes.1, day).expect("an Excludes1 note"));
    });
    c.bench_function("pairs/excludes1/miss", |b| {
        b.iter(|| assert!(icd.excludes1(black_box(no.0), no.1, day).is_none()));
    });
}
