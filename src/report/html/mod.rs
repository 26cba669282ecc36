//! One file that opens offline: counts and charts for those who manage, a work list for those who mend.
//!
//! The findings are written as they come, as rows of an ordinary table, which is all that there is to read where scripts are off. Where they
//! are on, that table is never laid out: the script takes the rows out of it and shows those that are asked for, a page at a time. So
//! nothing of a claim is ever part of a script, a style or an address, and there is one way to escape it ([`Esc`]).
//!
//! Counts are known last and therefore written last. Explanations and sources are written once for each rule that has findings; rows refer to
//! them. Nothing is held but the summary, whose counts by provider and payer grow with how many there are.

mod charts;
mod csp;
mod page;

use std::fmt::{self, Write as _};
use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use super::text::write;
use super::{Checked, Reporter};
use crate::engine::Summary;
use crate::rule::Finding;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page. Its list is for people, so that a caller should set [`Options::most_findings`](crate::engine::Options::most_findings).
///
/// ```
/// use cleanclaim::engine::{Options, check_files};
/// use cleanclaim::read::Input;
/// use cleanclaim::report::Html;
/// use cleanclaim::{Checker, Tables};
///
/// let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
/// let claims = [Input::from_argument("data/sample/claims.csv")];
/// let mut out = Vec::new();
/// let outcome = check_files(&checker, &claims, &Options { most_findings: Some(20_000), ..Options::default() }, &Html, &mut out, &mut |_| ())?;
/// let page = String::from_utf8(out)?;
/// assert!(page.starts_with("<!doctype html>"));
/// // A row for each finding.
/// assert_eq!(page.matches("<tr data-row=").count() as u64, outcome.summary.total());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Html;

impl Reporter for Html {
    fn begin(&self, out: &mut Vec<u8>) {
        write(
            out,
            format_args!(
                "<!doctype html>\n\
                 <html lang=\"en\">\n\
                 <head>\n\
                 <meta charset=\"utf-8\">\n\
                 <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
                 <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
                 <meta name=\"color-scheme\" content=\"light dark\">\n\
                 <meta name=\"referrer\" content=\"no-referrer\">\n\
                 <title>Claim check report</title>\n\
                 <style>{STYLE}</style>\n\
                 </head>\n\
                 <body>\n\
                 <a class=\"skip\" href=\"#list\">Skip to the findings</a>\n\
                 <section id=\"findings\" aria-labelledby=\"findings-title\">\n\
                 <h2 id=\"findings-title\">Findings</h2>\n\
                 <table>\n\
                 <caption>All findings of this report, in the order of the claims</caption>\n\
                 <thead><tr>",
                csp::policy(),
            ),
        );
        for heading in
            ["Level", "Rule", "Claim", "Line", "Row", "Codes", "Claim charge", "Finding", "What to do"]
        {
            write(out, format_args!("<th scope=\"col\">{heading}</th>"));
        }
        out.extend_from_slice(b"</tr></thead>\n<tbody>\n");
    }

    fn separator(&self) -> &'static [u8] {
        b""
    }

    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>) {
        for finding in of.findings {
            row(of, finding, out);
        }
    }

    fn finish(&self, summary: &Summary, out: &mut Vec<u8>) {
        out.extend_from_slice(b"</tbody>\n</table>\n</section>\n");
        page::main(summary, out);
        write(out, format_args!("<script>{SCRIPT}</script>\n</body>\n</html>\n"));
    }

    fn counts_parties(&self) -> bool {
        true
    }
}

/// A finding: what people read as cells, what only the script reads as attributes. What the rule says of itself is left to the rule.
fn row(of: &Checked<'_>, finding: &Finding, out: &mut Vec<u8>) {
    let (claim, rule) = (of.claim, finding.rule);
    write(out, format_args!("<tr data-row=\"{}\" data-field=\"{}\"", finding.row, finding.field));
    if let Some(npi) = finding.provider(claim) {
        write(out, format_args!(" data-provider=\"{npi}\""));
    }
    if !claim.payer.is_empty() {
        write(out, format_args!(" data-payer=\"{}\"", payer_key(&claim.payer)));
    }
    if let Some(edition) = &finding.edition {
        write(out, format_args!(" data-edition=\"{}\"", Esc(edition)));
    }
    if finding.stale.is_some() {
        out.extend_from_slice(b" data-stale=\"true\"");
    }
    write(
        out,
        format_args!(
            "><td>{}</td><td><a href=\"#{id}\">{id}</a></td><td>{}</td><td>",
            finding.severity,
            Esc(&claim.id),
            id = rule.id,
        ),
    );
    if let Some(line) = finding.line.and_then(|at| claim.lines.get(at)) {
        write(out, format_args!("{}", line.number));
    }
    write(out, format_args!("</td><td>{}", Esc(of.file)));
    if finding.row > 0 {
        write(out, format_args!(":{}", finding.row));
    }
    out.extend_from_slice(b"</td><td>");
    for (i, code) in finding.codes.iter().enumerate() {
        write(out, format_args!("{}{}", if i > 0 { " " } else { "" }, Esc(code)));
    }
    out.extend_from_slice(b"</td><td>");
    if let Some(charge) = claim.charge() {
        write(out, format_args!("{charge}"));
    }
    let help = if finding.advice() == rule.fix { "" } else { finding.advice() };
    write(out, format_args!("</td><td>{}</td><td>{}</td></tr>\n", Esc(&finding.message), Esc(help)));
}

/// What stands for a payer in the rows: which payers are named is known when all claims are counted, and the rows are written by then.
fn payer_key(name: &str) -> String {
    format!("{:016x}", FxBuildHasher.hash_one(name))
}

/// `12,345`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.char_indices() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Text as it stands in HTML, in an element or in a quoted attribute. Control characters are shown as such.
struct Esc<'a>(&'a str);

impl fmt::Display for Esc<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let special = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || c.is_control();
        let mut rest = self.0;
        while let Some(at) = rest.find(special) {
            f.write_str(&rest[..at])?;
            let mut chars = rest[at..].chars();
            match chars.next() {
                Some('&') => f.write_str("&amp;")?,
                Some('<') => f.write_str("&lt;")?,
                Some('>') => f.write_str("&gt;")?,
                Some('"') => f.write_str("&quot;")?,
                Some('\'') => f.write_str("&#39;")?,
                Some('\n' | '\t') => f.write_char(' ')?,
                _ => f.write_char('\u{FFFD}')?,
            }
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        let esc = |text: &str| Esc(text).to_string();
        assert_eq!(esc("</script><b a='\"&"), "&lt;/script&gt;&lt;b a=&#39;&quot;&amp;");
        assert_eq!(esc("a\u{0}\u{1b}\u{7f}\u{9b}\r\nb\tc"), "a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD} b c");
        assert_eq!(esc("plain é 中"), "plain é 中");
        assert_eq!(esc(""), "");
    }

    #[test]
    fn script_and_style_do_not_end_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        assert!(!STYLE.contains("</") && !STYLE.contains("@import") && !STYLE.contains("url("));
    }
}
