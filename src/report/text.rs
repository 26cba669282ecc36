//! The report for people: grouped by claim and line, the offending code shown in its place, the summary last.

use std::io::Write as _;

use super::frame::Frame;
use super::record::edition;
use super::summary::{self, Style};
use super::wrap::broken;
use super::{Checked, Reporter};
use crate::claim::Field;
use crate::engine::Summary;
use crate::rule::{Finding, Severity};

/// Where text is broken; lines that show a claim are not.
const WIDTH: usize = 100;

/// Text, with or without colour.
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
            for finding in group {
                self.finding(of, finding, out);
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
        if frame.text.is_empty() {
            return;
        }
        let style = self.style();
        style.in_(out, Style::DIM, b"    | ");
        out.extend_from_slice(frame.text.as_bytes());
        out.push(b'\n');
        let mut done: Vec<Field> = Vec::new();
        for finding in group {
            let field = finding.field;
            let Some((start, len)) = frame.span(field).filter(|_| !done.contains(&field)) else { continue };
            done.push(field);
            let here = || group.iter().filter(|f| f.field == field);
            let worst = here().map(|f| f.severity).max().unwrap_or(finding.severity);
            style.in_(out, Style::DIM, b"    | ");
            out.resize(out.len() + start, b' ');
            style.on(out, severity_style(worst));
            out.resize(out.len() + len.max(1), b'^');
            let mut last = "";
            for id in here().map(|f| f.rule.id) {
                if id != last {
                    out.push(b' ');
                    out.extend_from_slice(id.as_bytes());
                }
                last = id;
            }
            style.off(out);
            out.push(b'\n');
        }
    }

    fn finding(&self, of: &Checked<'_>, finding: &Finding, out: &mut Vec<u8>) {
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
fn clean(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return out.extend_from_slice(text.as_bytes());
    }
    for c in text.chars() {
        let c = if c.is_control() { '\u{FFFD}' } else { c };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Text from column `used` on, broken between words; further lines begin at column `indent`.
pub(super) fn wrapped(out: &mut Vec<u8>, text: &str, used: usize, indent: usize) {
    broken(text, used, indent, WIDTH, |part| if part == "\n" { out.push(b'\n') } else { clean(out, part) });
}
