//! Each family of rules by itself on the same thousand claims, some with faults, with all tables. `none` is what resolving the codes takes,
//! which is part of each of the others.

use std::hint::black_box;

use cleanclaim::{Checker, rules};
use criterion::{Criterion, Throughput};

use crate::setup;

pub(crate) fn families(c: &mut Criterion) {
    let mut group = c.benchmark_group("rules");
    group.sample_size(30);
    let practice = setup::practice();
    let claims = practice.some_claims();
    group.throughput(Throughput::Elements(claims.len() as u64));
    let mut bench = |name: &str, checker: &Checker| {
        let mut session = checker.session();
        group.bench_function(name, |b| {
            b.iter(|| claims.iter().map(|claim| session.check(black_box(claim)).len()).sum::<usize>());
        });
    };
    bench("none", &practice.checker().rules([]));
    let mut families: Vec<&str> = rules::all().filter(|r| r.is_default()).map(|r| r.family()).collect();
    families.dedup();
    for family in families {
        bench(family, &practice.checker_of(&[family]));
    }
    bench("all", &practice.checker());
}
