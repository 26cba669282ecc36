//! Findings become bytes: each format on the findings of the same thousand claims, and its summary.

use cleanclaim::Finding;
use cleanclaim::engine::{Options, Summary, check_files};
use cleanclaim::read::Input;
use cleanclaim::report::{Checked, Format};
use criterion::{Criterion, Throughput};

use crate::setup;

pub(crate) fn formats(c: &mut Criterion) {
    let mut group = c.benchmark_group("report");
    group.sample_size(20);
    let practice = setup::practice();
    let checker = practice.checker();
    let mut session = checker.session();
    let found: Vec<(usize, Vec<Finding>)> = (practice.some_claims().iter().enumerate())
        .map(|(at, claim)| (at, session.check(claim).to_vec()))
        .filter(|(_, findings)| !findings.is_empty())
        .collect();
    let summary = summary(practice, &checker);
    group.throughput(Throughput::Elements(found.iter().map(|(_, f)| f.len() as u64).sum()));
    for format in Format::ALL {
        let reporter = format.reporter(false);
        group.bench_function(format.name(), |b| {
            let mut out = Vec::new();
            b.iter(|| {
                out.clear();
                reporter.begin(&mut out);
                for (nth, (at, findings)) in found.iter().enumerate() {
                    if nth > 0 {
                        out.extend_from_slice(reporter.separator());
                    }
                    let claim = &practice.claims[*at];
                    let of = Checked { claim, findings, file: "claims.csv", tables: checker.tables() };
                    reporter.claim(&of, &mut out);
                }
                reporter.finish(&summary, &mut out);
                assert!(out.len() > found.len());
            });
        });
    }
    group.finish();
}

/// What ends a report.
fn summary(practice: &setup::Practice, checker: &cleanclaim::Checker) -> Summary {
    let inputs = [Input::from_argument(&practice.csv)];
    let csv = Format::Csv.reporter(false);
    check_files(checker, &inputs, &Options::default(), &*csv, &mut std::io::sink(), &mut |_| {})
        .expect("a sink takes everything")
        .summary
}
