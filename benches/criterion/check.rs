//! One claim of four diagnoses and three lines with all default rules; and the synthetic sample through every report format.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;
use std::path::Path;

use cleanclaim::engine::{Options, check_files};
use cleanclaim::read::{Input, csv_claims};
use cleanclaim::report::Format;
use cleanclaim::{Checker, Date, Tables, rules};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const CLEAN: &str = "\
claim_id,claim_type,patient_dob,patient_sex,dos_from,pos,procedure,mod1,units,charge,total_charge,dx1,dx2,dx3,dx4,dx_pointers,rendering_npi,billing_npi
A,P,1958-04-11,F,2026-03-02,11,99214,25,1,180.00,265.00,E11.22,N18.31,I10,Z79.4,ABCD,1234567893,1234567893
A,P,1958-04-11,F,2026-03-02,11,36415,,1,10.00,265.00,E11.22,N18.31,I10,Z79.4,A,1234567893,1234567893
A,P,1958-04-11,F,2026-03-02,11,93000,,1,75.00,265.00,E11.22,N18.31,I10,Z79.4,C,1234567893,1234567893
";

fn checker() -> Checker {
    Checker::new(Tables::embedded()).as_of(Date::constant(2026, 3, 31))
}

fn one_claim(c: &mut Criterion) {
    let claim = csv_claims(CLEAN).unwrap().remove(0);
    let all = checker();
    let mut session = all.session();
    let mut group = c.benchmark_group("claim");
    group.throughput(Throughput::Elements(1));
    group.bench_function("all rules", |b| b.iter(|| session.check(black_box(&claim)).len()));
    let mut families: Vec<&str> = rules::all().map(|r| r.family()).collect();
    families.dedup();
    for family in families {
        let of = rules::all().filter(|r| r.family() == family && r.is_default()).map(|r| (r, r.severity));
        let checker = checker().rules(of);
        let mut session = checker.session();
        group.bench_function(family, |b| b.iter(|| session.check(black_box(&claim)).len()));
    }
    group.finish();
}

fn reports(c: &mut Criterion) {
    let checker = checker();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample/claims.csv");
    let inputs = [Input::from_argument(&sample)];
    let options = Options { threads: 1, ..Options::default() };
    let mut group = c.benchmark_group("sample");
    group.throughput(Throughput::Bytes(std::fs::metadata(&sample).unwrap().len()));
    for format in Format::ALL {
        let reporter = format.reporter(false);
        group.bench_function(format.name(), |b| {
            b.iter_batched(
                Vec::new,
                |mut out| {
                    let done =
                        check_files(&checker, &inputs, &options, &*reporter, &mut out, &mut |_| {}).unwrap();
                    assert!(done.failed.is_empty() && !out.is_empty());
                    out.len()
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, one_claim, reports);
criterion_main!(benches);
