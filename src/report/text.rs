//! The report for people: grouped by claim and line, the offending code shown in its place, the summary last.

use std::io::Write as _;

use super::frame::{Frame, Mark};
use super::record::edition;
use super::summary::{self, Style};
use super::wrap::broken;
use super::{Checked, Reporter};
use crate::code::is_unseen;
use crate::engine::Summary;
use crate::rule::{Finding, Severity};

/// Where text is broken; lines that show a claim are not.
const WIDTH: usize = 100;
/// Most marks under one row of a claim that are named each; more than that share a row, and the messages name the codes.
const MOST_NAMED: usize = 3;

/// Text, with or without colour.
///
/// ```
/// use cleanclaim::engine::{Options, check_files};
/// use cleanclaim::read::Input;
/// use cleanclaim::report::Text;
/// use cleanclaim::{Checker, Tables};
///
/// let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
/// let claims = [Input::from_argument("data/sample/claims.csv")];
/// let mut out = Vec::new();
/// let outcome = check_files(&checker, &claims, &Options::default(), &Text { colour: false }, &mut out, &mut |_| ())?;
/// let text = String::from_utf8(out)?;
/// assert!(text.contains("error COD002 header-diagnosis: M54.5 is a header"));
/// assert!(text.contains(&format!("{} claims", outcome.summary.claims)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Text {
    /// Mark what matters with the terminal's colours.
    pub colour: bool,
}

impl Reporter for Text {
    fn begin(&self, _: &mut Vec<u8>) {}

    fn separator(&self) -> &'static [u8] {
        b""
    }

    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>) {
        let same_place = |a: &Finding, b: &Finding| a.line == b.line && a.row == b.row;
        for group in of.findings.chunk_by(same_place) {
            self.place(of, &group[0], out);
            self.shown(of, group, out);
            // Several findings of a rule that ask for the same share what to do and who says so.
            let same = |a: &Finding, b: &Finding| {
                a.rule == b.rule && a.help == b.help && a.edition == b.edition && a.stale == b.stale
            };
            for run in group.chunk_by(same) {
                run.iter().for_each(|finding| self.message(finding, out));
                self.footing(of, &run[0], out);
            }
            out.push(b'\n');
        }
    }

    fn finish(&self, summary: &Summary, out: &mut Vec<u8>) {
        summary::summary_text(summary, self.colour, out);
    }
}

impl Text {
    fn style(&self) -> Style {
        Style { colour: self.colour }
    }

    /// `claims.csv:14  claim C001 line 2`
    fn place(&self, of: &Checked<'_>, finding: &Finding, out: &mut Vec<u8>) {
        let style = self.style();
        if !of.file.is_empty() {
            style.on(out, Style::BOLD);
            clean(out, of.file);
            if finding.row > 0 {
                write(out, format_args!(":{}", finding.row));
            }
            style.off(out);
            out.extend_from_slice(b"  ");
        }
        out.extend_from_slice(b"claim ");
        clean(out, &of.claim.id);
        if let Some(line) = finding.line.and_then(|at| of.claim.lines.get(at)) {
            write(out, format_args!(" line {}", line.number));
        }
        out.push(b'\n');
    }

    /// The line, and under it a mark for each field at fault, with the rules that say so.
    fn shown(&self, of: &Checked<'_>, group: &[Finding], out: &mut Vec<u8>) {
        let frame = Frame::new(of.claim, group[0].line, group);
        let mut marks: Vec<Mark> = Vec::new();
        for mark in group.iter().filter_map(|f| frame.mark(f.field)) {
            if !marks.iter().any(|m| (m.row, m.start) == (mark.row, mark.start)) {
                marks.push(mark);
            }
        }
        marks.sort_by_key(|m| (m.row, m.start));
        let style = self.style();
        for (number, row) in frame.rows.iter().enumerate() {
            style.in_(out, Style::DIM, b"    | ");
            out.extend_from_slice(row.as_bytes());
            out.push(b'\n');
            let here = || marks.iter().filter(|m| m.row == number);
            if here().count() > MOST_NAMED {
                self.marks(here(), &frame, group, false, out);
            } else {
                here().for_each(|mark| self.marks(std::iter::once(mark), &frame, group, true, out));
            }
        }
    }

    /// One row of marks.
    fn marks<'m>(
        &self,
        marks: impl Iterator<Item = &'m Mark>,
        frame: &Frame,
        group: &[Finding],
        named: bool,
        out: &mut Vec<u8>,
    ) {
        let style = self.style();
        style.in_(out, Style::DIM, b"    | ");
        let mut column = 0;
        for mark in marks {
            let at = |f: &&Finding| {
                frame.mark(f.field).is_some_and(|m| (m.row, m.start) == (mark.row, mark.start))
            };
            let here = || group.iter().filter(at);
            let worst = here().map(|f| f.severity).max().unwrap_or(Severity::Info);
            out.resize(out.len() + mark.start.saturating_sub(column), b' ');
            style.on(out, severity_style(worst));
            out.resize(out.len() + mark.len, b'^');
            let mut last = "";
            for id in here().map(|f| f.rule.id).filter(|_| named) {
                if id != last {
                    out.push(b' ');
                    out.extend_from_slice(id.as_bytes());
                }
                last = id;
            }
            style.off(out);
            column = mark.start + mark.len;
        }
        out.push(b'\n');
    }

    /// What is wrong.
    fn message(&self, finding: &Finding, out: &mut Vec<u8>) {
        let style = self.style();
        let rule = finding.rule;
        let name = finding.severity.name();
        out.extend_from_slice(b"  ");
        style.in_(out, severity_style(finding.severity), name.as_bytes());
        out.push(b' ');
        style.in_(out, Style::BOLD, rule.id.as_bytes());
        out.push(b' ');
        out.extend_from_slice(rule.name.as_bytes());
        out.extend_from_slice(b": ");
        let used = 2 + name.len() + 1 + rule.id.len() + 1 + rule.name.len() + 2;
        wrapped(out, &finding.message, used, 4);
    }

    /// What to do and who says so.
    fn footing(&self, of: &Checked<'_>, finding: &Finding, out: &mut Vec<u8>) {
        let rule = finding.rule;
        self.labelled(out, b"help: ", finding.advice());
        let mut source = String::with_capacity(160);
        source.push_str(rule.citation.title);
        if !rule.citation.section.is_empty() {
            source.push_str(", ");
            source.push_str(rule.citation.section);
        }
        let edition = edition(finding, of.tables);
        if !edition.is_empty() {
            source.push_str(" [");
            source.push_str(edition);
            source.push(']');
        }
        self.labelled(out, b"source: ", &source);
        if let Some(kind) = finding.stale {
            let last = of.tables.description(kind).map(|d| d.to.to_string()).unwrap_or_default();
            let note = format!("the table of {} stands until {last}; the service is later", kind.title());
            self.labelled(out, b"stale: ", &note);
        }
    }

    fn labelled(&self, out: &mut Vec<u8>, label: &[u8], text: &str) {
        if text.is_empty() {
            return;
        }
        out.extend_from_slice(b"    ");
        self.style().in_(out, Style::LABEL, label);
        wrapped(out, text, 4 + label.len(), 4 + label.len());
    }
}

fn severity_style(severity: Severity) -> &'static [u8] {
    match severity {
        Severity::Error => Style::RED,
        Severity::Warning => Style::YELLOW,
        Severity::Info => Style::BLUE,
    }
}

/// Writes to memory, which cannot fail.
pub(super) fn write(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

/// Text of the input without control characters: a claim id must not steer a terminal.
pub(super) fn clean(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return out.extend_from_slice(text.as_bytes());
    }
    for c in text.chars() {
        let c = if is_unseen(c) { '\u{FFFD}' } else { c };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Text from column `used` on, broken between words; further lines begin at column `indent`.
pub(super) fn wrapped(out: &mut Vec<u8>, text: &str, used: usize, indent: usize) {
    broken(text, used, indent, WIDTH, |part| if part == "\n" { out.push(b'\n') } else { clean(out, part) });
}
