//! The end of the text report: counts, what was not evaluated and why, which tables were used.

use super::text::{wrapped, write};
use crate::engine::{Summary, TableUse, UnusedAcceptance};
use crate::rule::{NotEvaluated, Severity};

/// The terminal's colours, if wanted.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) colour: bool,
}

impl Style {
    pub(super) const BOLD: &[u8] = b"\x1b[1m";
    pub(super) const DIM: &[u8] = b"\x1b[2m";
    pub(super) const RED: &[u8] = b"\x1b[1;31m";
    pub(super) const YELLOW: &[u8] = b"\x1b[1;33m";
    pub(super) const BLUE: &[u8] = b"\x1b[1;34m";
    pub(super) const LABEL: &[u8] = b"\x1b[36m";
    const OFF: &[u8] = b"\x1b[0m";

    pub(super) fn on(self, out: &mut Vec<u8>, style: &[u8]) {
        if self.colour {
            out.extend_from_slice(style);
        }
    }

    pub(super) fn off(self, out: &mut Vec<u8>) {
        self.on(out, Style::OFF);
    }

    pub(super) fn in_(self, out: &mut Vec<u8>, style: &[u8], text: &[u8]) {
        self.on(out, style);
        out.extend_from_slice(text);
        self.off(out);
    }
}

/// The summary as the text report ends.
pub fn summary_text(summary: &Summary, colour: bool, out: &mut Vec<u8>) {
    let style = Style { colour };
    totals(summary, style, out);
    by_rule(summary, style, out);
    profiles(summary, style, out);
    acceptances(summary, style, out);
    not_evaluated(&summary.not_evaluated, style, out);
    tables(&summary.tables, style, out);
}

fn totals(summary: &Summary, style: Style, out: &mut Vec<u8>) {
    style.in_(out, Style::BOLD, b"Summary\n");
    write(
        out,
        format_args!(
            "  {} claim{}, {} line{}",
            summary.claims,
            plural(summary.claims),
            summary.lines,
            plural(summary.lines)
        ),
    );
    if summary.claims > 0 {
        // In tenths of a percent, rounded down: 100 % means all.
        let rate = u128::from(summary.clean_claims) * 1000 / u128::from(summary.claims);
        write(out, format_args!(", {} clean ({}.{} %)", summary.clean_claims, rate / 10, rate % 10));
    }
    out.extend_from_slice(b"\n  ");
    let mut any = false;
    for severity in Severity::ALL.into_iter().rev() {
        let count = summary.count(severity);
        if count > 0 {
            let separator = if any { ", " } else { "" };
            let s = if severity == Severity::Info { "" } else { plural(count) };
            write(out, format_args!("{separator}{count} {severity}{s}"));
            any = true;
        }
    }
    out.extend_from_slice(if any { b"\n" } else { b"no findings\n" });
    let (accepted, others) = (summary.accepted, summary.other_acceptances);
    if accepted > 0 {
        write(out, format_args!("  {accepted} finding{} accepted, not shown\n", plural(accepted)));
    }
    if others > 0 {
        let are = if others == 1 { " is" } else { "s are" };
        write(
            out,
            format_args!("  {others} acceptance{are} of claims or by rules that were not checked here\n"),
        );
    }
}

fn profiles(summary: &Summary, style: Style, out: &mut Vec<u8>) {
    if summary.profiles.is_empty() {
        return;
    }
    style.in_(out, Style::BOLD, b"\nProfiles\n");
    for used in &summary.profiles {
        out.extend_from_slice(b"  ");
        wrapped(out, &format!("{}: {} claim{}", used.profile, used.claims, plural(used.claims)), 2, 4);
    }
}

/// What accepts nothing any more, so that it can be taken out of its file.
fn acceptances(summary: &Summary, style: Style, out: &mut Vec<u8>) {
    if summary.unused_acceptances.is_empty() {
        return;
    }
    style.in_(out, Style::BOLD, b"\nAcceptances that accept nothing\n");
    for UnusedAcceptance { acceptance, why } in &summary.unused_acceptances {
        let claim = match (acceptance.claim.as_str(), acceptance.fingerprint) {
            ("", Some(mark)) => mark.to_string(),
            (claim, _) => format!("claim {claim}"),
        };
        let codes: String = acceptance.codes.iter().map(|code| format!(" {code}")).collect();
        let (file, row, rule) = (&acceptance.file, acceptance.row, acceptance.rule.id);
        out.extend_from_slice(b"  ");
        wrapped(out, &format!("{file}:{row} {rule}{codes} of {claim}: {why}"), 2, 4);
    }
}

fn by_rule(summary: &Summary, style: Style, out: &mut Vec<u8>) {
    if summary.rules.is_empty() {
        return;
    }
    let width = summary.rules.iter().map(|r| r.rule.name.len()).max().unwrap_or(0).max(4);
    style.on(out, Style::DIM);
    write(
        out,
        format_args!(
            "\n  {:<6}  {:<width$}  {:>7}  {:>7}  {:>7}",
            "rule", "name", "error", "warning", "info"
        ),
    );
    style.off(out);
    out.push(b'\n');
    for rule in &summary.rules {
        write(out, format_args!("  {:<6}  {:<width$}", rule.rule.id, rule.rule.name));
        let mut blanks = 0;
        for severity in Severity::ALL.into_iter().rev() {
            match rule.counts[severity as usize] {
                0 => blanks += 9,
                count => {
                    out.resize(out.len() + blanks, b' ');
                    blanks = 0;
                    write(out, format_args!("  {count:>7}"));
                }
            }
        }
        out.push(b'\n');
    }
}

/// Rules with the same reason stand on one line.
fn not_evaluated(gaps: &[NotEvaluated], style: Style, out: &mut Vec<u8>) {
    if gaps.is_empty() {
        return;
    }
    style.in_(out, Style::BOLD, b"\nNot evaluated\n");
    let mut reasons: Vec<&NotEvaluated> = Vec::new();
    for gap in gaps {
        if !reasons.iter().any(|r| r.why == gap.why) {
            reasons.push(gap);
        }
    }
    for reason in reasons {
        let mut text = String::new();
        let (mut fewest, mut most) = (u64::MAX, 0);
        for gap in gaps.iter().filter(|g| g.why == reason.why) {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(gap.rule.id);
            fewest = fewest.min(gap.lines);
            most = most.max(gap.lines);
        }
        let lines = if fewest == most { format!("{most}") } else { format!("{fewest} to {most}") };
        text.push_str(&format!(" on {lines} line{}: {}", plural(most), reason.why));
        out.extend_from_slice(b"  ");
        wrapped(out, &text, 2, 4);
    }
}

fn tables(tables: &[TableUse], style: Style, out: &mut Vec<u8>) {
    if tables.is_empty() {
        return;
    }
    style.in_(out, Style::BOLD, b"\nTables used\n");
    for table in tables {
        let title = table.kind.title();
        let named = table.edition.starts_with(title);
        let (title, colon) = if named { ("", "") } else { (title, ": ") };
        let text = format!("{title}{colon}{}; {}", table.edition, window(table));
        out.extend_from_slice(b"  ");
        wrapped(out, &text, 2, 4);
    }
}

/// From when to when a table knows, and how many lines are later.
pub(super) fn window(table: &TableUse) -> String {
    let mut text = match table.to {
        Some(to) => format!("{} to {to}", table.from),
        None => format!("since {}", table.from),
    };
    if table.stale_lines > 0 {
        text.push_str(&format!(
            "; {} line{} of later days judged by this edition (stale)",
            table.stale_lines,
            plural(table.stale_lines)
        ));
    }
    text
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
