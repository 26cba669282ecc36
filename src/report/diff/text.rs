//! The comparison for people.

use super::{OldFinding, ReportDiff};
use crate::Cents;
use crate::report::summary::percent;
use crate::report::text::{clean, wrapped, write};

/// The counts side by side, then what is new, what remains and what was solved.
///
/// ```
/// use cleanclaim::engine::{Options, check_files};
/// use cleanclaim::read::Input;
/// use cleanclaim::report::{Json, ReportDiff, diff_text, read_report};
/// use cleanclaim::{Checker, Tables};
///
/// let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
/// let claims = [Input::from_argument("data/sample/claims.csv")];
/// let mut json = Vec::new();
/// check_files(&checker, &claims, &Options::default(), &Json, &mut json, &mut |_| ())?;
/// let (monday, tuesday) = (read_report("monday.json", &json)?, read_report("tuesday.json", &json)?);
/// let mut text = Vec::new();
/// diff_text(&ReportDiff::new(monday, tuesday), &mut text);
/// assert!(String::from_utf8(text)?.contains("0 solved, 0 new, "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff_text(diff: &ReportDiff, out: &mut Vec<u8>) {
    let (old, new) = (&diff.old, &diff.new);
    let rate = |rate: Option<u16>| rate.map_or_else(|| "-".to_owned(), percent);
    let rows = [
        ("", "old".to_owned(), "new".to_owned()),
        ("claims", old.claims.to_string(), new.claims.to_string()),
        ("clean claims", old.clean_claims.to_string(), new.clean_claims.to_string()),
        ("clean-claim rate", rate(old.clean_rate), rate(new.clean_rate)),
        ("findings", old.findings.to_string(), new.findings.to_string()),
        ("accepted", old.accepted.to_string(), new.accepted.to_string()),
        ("charges", old.billed.to_string(), new.billed.to_string()),
        ("charges at stake", old.at_stake.to_string(), new.at_stake.to_string()),
    ];
    let width = |of: fn(&(&str, String, String)) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (first, second) = (width(|r| r.1.len()), width(|r| r.2.len()));
    for (label, old, new) in &rows {
        write(out, format_args!("{label:<16}  {old:>first$}  {new:>second$}\n"));
    }
    let (saved, lost) = moved(old.at_stake, new.at_stake);
    write(
        out,
        format_args!(
            "\n{} solved, {} new, {} remaining; charges at stake {saved}{lost}\n",
            diff.solved.len(),
            diff.appeared.len(),
            diff.remaining.len(),
        ),
    );
    for note in &diff.notes {
        out.extend_from_slice(b"note: ");
        wrapped(out, note, 6, 6);
    }
    for (heading, findings) in
        [("New", &diff.appeared), ("Remaining", &diff.remaining), ("Solved", &diff.solved)]
    {
        if findings.is_empty() {
            continue;
        }
        write(out, format_args!("\n{heading}\n"));
        findings.iter().for_each(|finding| self::finding(finding, out));
    }
}

/// By how much an amount fell or rose.
fn moved(old: Cents, new: Cents) -> (&'static str, String) {
    match new.0.saturating_sub(old.0) {
        0 => ("unchanged", String::new()),
        less @ i64::MIN..0 => ("down by ", Cents(less.saturating_neg()).to_string()),
        more => ("up by ", Cents(more).to_string()),
    }
}

/// `  error COD002 header-diagnosis: E11 is a header` after its place.
fn finding(of: &OldFinding, out: &mut Vec<u8>) {
    out.extend_from_slice(b"  claim ");
    clean(out, &of.claim_id);
    if let Some(line) = of.line {
        write(out, format_args!(" line {line}"));
    }
    out.extend_from_slice(b" (");
    clean(out, &of.file);
    if of.row > 0 {
        write(out, format_args!(":{}", of.row));
    }
    out.extend_from_slice(b")\n    ");
    let head = format!("{} {} {}: ", of.severity, of.rule, of.name);
    clean(out, &head);
    wrapped(out, &of.message, 4 + head.len(), 6);
}
