//! One claim in process, as linked programs check them: clean, four diagnoses, three lines, all default rules. Target: 5 µs, median.

use std::hint::black_box;

use cleanclaim::{Claim, read};
use criterion::{Criterion, Throughput};

use crate::setup;

const CLEAN: &str = "\
claim_id,claim_type,patient_dob,patient_sex,dos_from,pos,procedure,mod1,units,charge,total_charge,dx1,dx2,dx3,dx4,dx_pointers,rendering_npi,billing_npi
A,P,1958-04-11,F,2026-03-02,11,99214,25,1,180.00,265.00,E11.22,N18.31,I10,Z79.4,ABCD,1234567893,1234567893
A,P,1958-04-11,F,2026-03-02,11,36415,,1,10.00,265.00,E11.22,N18.31,I10,Z79.4,A,1234567893,1234567893
A,P,1958-04-11,F,2026-03-02,11,93000,,1,75.00,265.00,E11.22,N18.31,I10,Z79.4,C,1234567893,1234567893
";

pub(crate) fn one_claim(c: &mut Criterion) {
    let mut group = c.benchmark_group("claim");
    group.throughput(Throughput::Elements(1));
    let claim = read::csv_claims(CLEAN).expect("claims").remove(0);
    let embedded = setup::embedded();
    let mut session = embedded.session();
    group.bench_function("all rules, embedded tables", |b| {
        b.iter(|| assert!(session.check(black_box(&claim)).is_empty()));
    });

    let checker = setup::practice().checker();
    let mut session = checker.session();
    let shape = |claim: &&Claim| claim.diagnoses.len() == 4 && claim.lines.len() == 3;
    let mut shaped = setup::practice().claims.iter().filter(shape);
    let clean = shaped.find(|claim| session.check(claim).is_empty()).expect("most are clean");
    group.bench_function("all rules, all tables", |b| {
        b.iter(|| assert!(session.check(black_box(clean)).is_empty()));
    });
    // One after the other, so that the codes are other ones each time.
    let many: Vec<&Claim> = setup::practice().claims.iter().filter(shape).collect();
    let mut next = many.iter().cycle();
    group.bench_function("all rules, all tables, ever other claims", |b| {
        b.iter(|| session.check(black_box(next.next().expect("they begin again"))).len());
    });
    group.finish();
}
