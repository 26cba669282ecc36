//! From a file of claims to a report, all that `cleanclaim check` does but opening the tables.

use cleanclaim::Checker;
use cleanclaim::engine::{Options, check_files};
use cleanclaim::read::Input;
use cleanclaim::report::Format;
use criterion::{Criterion, SamplingMode, Throughput};

use crate::setup;

pub(crate) fn files(c: &mut Criterion) {
    let mut group = c.benchmark_group("check");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let practice = setup::practice();
    group.throughput(Throughput::Elements(practice.lines));
    let inputs = [Input::from_argument(&practice.csv)];
    let reporter = Format::Ndjson.reporter(false);
    let mut bench = |name: &str, checker: &Checker, threads: usize| {
        let options = Options { threads, ..Options::default() };
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut sink = std::io::sink();
                let done = check_files(checker, &inputs, &options, &*reporter, &mut sink, &mut |_| {})
                    .expect("a sink takes everything");
                assert!(done.failed.is_empty() && done.summary.lines == practice.lines);
            });
        });
    };
    let four = practice.checker_of(&["COD", "NCC", "MUE", "COV001"]);
    bench("four families, 1 thread", &four, 1);
    bench("four families, 2 threads", &four, 2);
    let all = practice.checker();
    bench("all rules, 1 thread", &all, 1);
    bench("all rules, 2 threads", &all, 2);
    bench("all rules, embedded tables, 1 thread", &setup::embedded(), 1);
    group.finish();
}
