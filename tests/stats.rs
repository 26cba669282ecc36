//! What a run took, and how far it is: asked for, on standard error, and nowhere else.
#![cfg(feature = "cli")]

mod common;

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cleanclaim::engine::{Options, Stage, Stats, Watch, check_files_watched};
use cleanclaim::read::Input;
use cleanclaim::report::Format;
use cleanclaim::{Checker, Tables, rules};
use common::{Folder, Run};

const HEADER: &str = "claim_id,dos_from,procedure,dx1\n";

/// Claims of a line each, with a header for a diagnosis on every third.
fn claims(number: usize) -> String {
    let row = |n| format!("C{n},2026-03-02,99213,{}\n", if n % 3 == 0 { "E11" } else { "E11.65" });
    HEADER.to_owned() + &(0..number).map(row).collect::<String>()
}

/// A run with two rules, one of which is asked about every claim.
fn measured(folder: &Folder, names: &[&str], threads: usize) -> Stats {
    let chosen = ["COD002", "DTE010"].map(|id| rules::find(id).unwrap());
    let checker = Checker::new(Tables::embedded()).rules(chosen.map(|rule| (rule, rule.severity)));
    let inputs: Vec<Input> =
        names.iter().map(|name| Input::from_argument(folder.path().join(name))).collect();
    let options = Options { threads, ..Options::default() };
    // A microsecond whenever it is asked.
    let ticks = AtomicU64::new(0);
    let clock = || Duration::from_micros(ticks.fetch_add(1, Ordering::Relaxed));
    let watch = Watch { clock: Some(&clock), ..Watch::default() };
    let (reporter, mut sink) = (Format::Ndjson.reporter(false), std::io::sink());
    let done = check_files_watched(&checker, &inputs, &options, &*reporter, &mut sink, &mut |_| {}, watch);
    done.unwrap().stats.unwrap()
}

#[test]
fn what_is_estimated_stands_for_all_claims() {
    let folder = Folder::new();
    folder.write("few.csv", claims(900));
    folder.write("many.csv", claims(30_000));
    let few = measured(&folder, &["few.csv"], 1);
    let counts: Vec<(&str, u64)> = few.rules.iter().map(|of| (of.rule.id, of.claims)).collect();
    assert_eq!(counts, [("COD002", 300), ("DTE010", 900)]);
    assert_eq!((few.threads, few.done.lines), (1, 900));
    for threads in [1, 2] {
        let many = measured(&folder, &["many.csv", "few.csv"], threads);
        let asked = many.rules.iter().find(|of| of.rule.id == "DTE010").unwrap().claims;
        assert!(asked.abs_diff(30_900) <= 61 * threads as u64, "{asked}");
        assert!(many.threads <= threads);
        assert_eq!(many.done.lines, 30_900);
        let rows = ["many.csv", "few.csv"].map(|name| folder.read(name).len() - HEADER.len());
        assert_eq!(many.done.bytes, rows.iter().sum::<usize>() as u64);
        assert!(many.stages[Stage::Read as usize] > Duration::ZERO && many.elapsed > Duration::ZERO);
    }
}

#[test]
fn the_figures_name_every_stage_and_the_rules_that_ran() {
    let folder = Folder::new();
    folder.write("claims.csv", claims(10));
    let plain = folder.run("check --select COD claims.csv");
    assert_eq!((plain.code, plain.err.as_str()), (Some(1), ""));
    let measured = folder.run("check --select COD --stats --quiet claims.csv");
    assert_eq!((measured.code, measured.out), (plain.code, plain.out), "the report is the same");
    let said = measured.err;
    for stage in Stage::ALL.map(Stage::name).iter().chain(&["tables"]) {
        assert!(said.lines().any(|line| line.trim_start().starts_with(stage)), "{stage}: {said}");
    }
    assert!(said.contains("COD002 header-diagnosis") && !said.contains("COD011"), "{said}");
    assert!(said.lines().last().unwrap().starts_with("10 lines, "), "{said}");
}

/// Claims that come slowly: more time passes before the first block ends than before progress is shown.
fn slowly() -> String {
    let binary = env!("CARGO_BIN_EXE_cleanclaim");
    format!("(cat claims.csv; sleep 0.8) | {binary} check --select COD002 --output report.txt -")
}

#[cfg(unix)]
#[test]
fn progress_is_for_terminals_only() {
    let folder = Folder::new();
    folder.write("claims.csv", claims(10));
    let run = Run::of(folder.program("/bin/sh").args(["-c", &slowly()]).output().unwrap());
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(1), "", ""));
    // `script` runs it on a terminal. The line is shown, and overwritten with blanks when the run ends.
    let Ok(run) = folder.program("/usr/bin/script").args(["-qec", &slowly(), "/dev/null"]).output() else {
        let said = "progress was not tried on a terminal, there is no `script`";
        let _ = writeln!(std::io::stderr(), "\n*** SKIPPED: {said}\n");
        return;
    };
    let run = Run::of(run);
    let last = run.out.trim_start_matches('\r').split('\r').map(str::trim_end).collect::<Vec<_>>();
    assert!(last[0].starts_with("10 lines, ") && last[0].ends_with("MB/s"), "{last:?}");
    assert!(last[1..].iter().all(|after| after.is_empty()), "{last:?}");
    assert!(folder.read("report.txt").contains("COD002"));
}
