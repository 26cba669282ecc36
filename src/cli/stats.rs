//! `--stats`: what a run took.

use std::fmt::Write;
use std::time::Duration;

use super::progress::rates;
use super::tables::grouped;
use crate::engine::{Stage, Stats};

/// The figures of a run, by stage and by rule, those that took longest first; `opening` is the time until all tables were open.
pub(super) fn text(stats: &Stats, opening: Duration) -> String {
    let mut stages = vec![("tables", opening)];
    stages.extend(Stage::ALL.map(|stage| (stage.name(), stats.stages[stage as usize])));
    let all: Duration = stages.iter().map(|(_, time)| *time).sum();
    let share = |time: Duration| 100.0 * time.as_secs_f64() / all.as_secs_f64().max(1e-9);
    let mut out = String::from("Time of all threads by stage\n");
    for (name, time) in stages {
        line(&mut out, format_args!("  {name:<8} {:>9.3} s {:>5.1} %", time.as_secs_f64(), share(time)));
    }
    let mut rules = stats.rules.clone();
    rules.sort_by_key(|of| (std::cmp::Reverse(of.time), of.rule.id));
    let width = rules.iter().map(|of| of.rule.name.len()).max().unwrap_or(0);
    out += "by rule, estimated from the first 1,000 claims of each thread and one of 61 after them\n";
    for of in rules {
        let each = of.time.as_nanos() / u128::from(of.claims.max(1));
        line(
            &mut out,
            format_args!(
                "  {} {:<width$} {:>9.3} s {:>5.1} %  {:>12} claims {:>9} ns each",
                of.rule.id,
                of.rule.name,
                of.time.as_secs_f64(),
                share(of.time),
                grouped(of.claims),
                grouped(u64::try_from(each).unwrap_or(u64::MAX)),
            ),
        );
    }
    let s = if stats.threads == 1 { "" } else { "s" };
    line(
        &mut out,
        format_args!(
            "{} lines, {} bytes in {:.3} s, {}, {} thread{s}",
            grouped(stats.done.lines),
            grouped(stats.done.bytes),
            stats.elapsed.as_secs_f64(),
            rates(stats.done, stats.elapsed),
            stats.threads,
        ),
    );
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{text}");
}
