//! The end of the text report: counts, what was not evaluated and why, which tables were used.

use super::text::{wrapped, write};
use crate::Cents;
use crate::Why;
use crate::engine::{Charges, Summary, TableUse, UnusedAcceptance, tenths};
use crate::rule::{NotEvaluated, Rule, Severity};

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
    failed(&summary.failed, style, out);
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
    if let Some(rate) = summary.clean_rate() {
        write(out, format_args!(", {} clean ({})", summary.clean_claims, percent(rate)));
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
    if let Some(text) = charges_text(&summary.charges) {
        out.extend_from_slice(b"  ");
        wrapped(out, &text, 2, 4);
    }
    if summary.left_out > 0 {
        let all = summary.total();
        write(
            out,
            format_args!(
                "  the first {} of {all} findings are shown\n",
                all.saturating_sub(summary.left_out)
            ),
        );
    }
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

/// Which files the counts leave out.
fn failed(errors: &[String], style: Style, out: &mut Vec<u8>) {
    if errors.is_empty() {
        return;
    }
    style.in_(out, Style::BOLD, b"\nNot checked, or not to the end\n");
    for error in errors {
        out.extend_from_slice(b"  ");
        wrapped(out, error, 2, 4);
    }
}

/// What is at stake; nothing if no claim states a charge.
pub(super) fn charges_text(charges: &Charges) -> Option<String> {
    if (charges.billed, charges.at_stake) == (Cents(0), Cents(0)) {
        return None;
    }
    let mut text = format!("charges at stake: {} of {}", charges.at_stake, charges.billed);
    if let (Ok(part), Ok(whole)) = (u64::try_from(charges.at_stake.0), u64::try_from(charges.billed.0))
        && let Some(rate) = tenths(part, whole)
    {
        text.push_str(&format!(" ({})", percent(rate)));
    }
    if charges.unstated > 0 {
        text.push_str(&format!("; {} of the claims that are not clean without a charge", charges.unstated));
    }
    Some(text)
}

/// Tenths of a percent as people read them.
pub(super) fn percent(tenths: u16) -> String {
    format!("{}.{} %", tenths / 10, tenths % 10)
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

fn not_evaluated(gaps: &[NotEvaluated], style: Style, out: &mut Vec<u8>) {
    if gaps.is_empty() {
        return;
    }
    style.in_(out, Style::BOLD, b"\nNot evaluated\n");
    for reason in reasons(gaps) {
        let ids: Vec<&str> = reason.rules.iter().map(|rule| rule.id).collect();
        let text =
            format!("{} on {} line{}: {}", ids.join(", "), reason.lines(), plural(reason.most), reason.why);
        out.extend_from_slice(b"  ");
        wrapped(out, &text, 2, 4);
    }
}

/// Rules that could not be evaluated for the same reason.
pub(super) struct Reason {
    pub(super) why: Why,
    pub(super) rules: Vec<&'static Rule>,
    /// Fewest and most lines of any of them.
    fewest: u64,
    most: u64,
}

impl Reason {
    /// `35`, or `2 to 35`.
    pub(super) fn lines(&self) -> String {
        if self.fewest == self.most {
            return self.most.to_string();
        }
        format!("{} to {}", self.fewest, self.most)
    }
}

/// Each reason once, in the order in which they are met.
pub(super) fn reasons(gaps: &[NotEvaluated]) -> Vec<Reason> {
    let mut out: Vec<Reason> = Vec::new();
    for &NotEvaluated { rule, why, lines } in gaps {
        match out.iter_mut().find(|reason| reason.why == why) {
            Some(same) => {
                same.rules.push(rule);
                (same.fewest, same.most) = (same.fewest.min(lines), same.most.max(lines));
            }
            None => out.push(Reason { why, rules: vec![rule], fewest: lines, most: lines }),
        }
    }
    out
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
