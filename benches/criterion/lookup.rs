//! One code: exact by the FST, by a session's memory of codes, all below a category, mistyped; and the whole card of a code.

use std::hint::black_box;

use cleanclaim::code::Icd10Cm;
use cleanclaim::lookup::look_up;
use cleanclaim::{Claim, Line, Tables};
use criterion::{Criterion, Throughput};

use crate::setup;
use crate::workload::TODAY;

/// Straight in the table.
pub(crate) fn exact(c: &mut Criterion) {
    let tables = Tables::embedded();
    let icd = &tables.icd10cm;
    let code = |text: &str| text.parse::<Icd10Cm>().expect("a code");
    let rank = |text: &str| icd.rank(code(text)).expect("in the table");
    let (hit, miss) = (code("S72.001A"), code("S72.001Z"));
    c.bench_function("lookup/exact/hit", |b| b.iter(|| icd.rank(black_box(hit)).expect("in the table")));
    c.bench_function("lookup/exact/miss", |b| b.iter(|| assert!(icd.rank(black_box(miss)).is_none())));
    let (leaf, category) = (rank("S72.001A"), rank("S72"));
    c.bench_function("lookup/standing", |b| b.iter(|| icd.standing(black_box(leaf), TODAY)));
    c.bench_function("lookup/title", |b| b.iter(|| icd.title(black_box(leaf)).expect("a title")));
    let below = icd.below(category).len();
    assert!(below > 1_000, "{below} codes below S72");
    c.bench_function("lookup/prefix/S72", |b| {
        b.iter(|| assert_eq!(icd.below(black_box(category)).len(), below))
    });
}

/// As `cleanclaim lookup` answers.
pub(crate) fn cards(c: &mut Criterion) {
    let tables = Tables::embedded();
    c.bench_function("lookup/card", |b| {
        b.iter(|| assert_eq!(look_up(&tables, black_box("E11.65"), TODAY).cards.len(), 1));
    });
    // Two characters exchanged by the typist: the codes within two errors, by an automaton over the FST.
    c.bench_function("lookup/fuzzy", |b| {
        b.iter(|| {
            let answer = look_up(&tables, black_box("E11.56"), TODAY);
            assert!(answer.cards.is_empty() && !answer.nearest.is_empty());
        });
    });
}

/// The codes of claims, resolved by a session without rules: those it saw before, and ever new ones.
pub(crate) fn memo(c: &mut Criterion) {
    const EACH: usize = 12;
    let checker = setup::embedded().rules([]);
    let icd = &checker.tables().icd10cm;
    let category = |text: &str| icd.rank(text.parse().expect("a category")).expect("in the table");
    // Injuries have most codes: more than the memory has places.
    let all: Vec<String> = [
        "S02", "S12", "S22", "S32", "S42", "S52", "S62", "S72", "S82", "S92", "M80", "M84", "T36", "T50",
        "V43",
    ]
    .iter()
    .flat_map(|c| icd.below(category(c)))
    .filter_map(|rank| icd.code(rank).map(|code| code.to_string()))
    .collect();
    let claims: Vec<Claim> = all
        .chunks_exact(EACH)
        .map(|codes| {
            let mut claim = Claim::new("X");
            codes.iter().for_each(|code| claim.add_diagnosis(code));
            let mut line = Line::new(1);
            line.from = Some(TODAY);
            claim.lines.push(line);
            claim
        })
        .collect();
    let mut group = c.benchmark_group("lookup/memo");
    group.throughput(Throughput::Elements(EACH as u64));
    for (name, of) in [("known", &claims[..1]), ("many", &claims[..])] {
        group.bench_function(name, |b| {
            let mut session = checker.session();
            let mut claims = of.iter().cycle();
            b.iter(|| session.check(black_box(claims.next().expect("they begin again"))).len());
        });
    }
    group.bench_function("new", |b| {
        // A session that has seen nothing: what its making takes is left out.
        b.iter_batched_ref(
            || checker.session(),
            |session| session.check(black_box(&claims[0])).len(),
            criterion::BatchSize::LargeInput,
        );
    });
    group.finish();
}
