//! Rows for spreadsheets (RFC 4180): one a finding, then, told apart by the first column, the rows of the summary.
//!
//! The summary stands in the same table, so that what was not evaluated is not lost when the file is passed on. `kind` is `finding`,
//! `count` (`field` says of what, `count` how many), `rule`, `profile`, `acceptance` (one that accepts nothing any more; its fingerprint stands in
//! `help`), `failed` (a file that was not checked, or not to its end), `not_evaluated` or `table`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use wide::u8x16;

use super::record::{FindingRecord, UnusedRecord};
use super::{Checked, Reporter};
use crate::claim::Field;
use crate::code::joined;
use crate::engine::Summary;
use crate::rule::{Rule, Severity};
use crate::rules;

/// The columns.
const HEADER: &[u8] = b"kind,file,row,claim_id,line,rule,name,severity,field,codes,message,help,source,section,edition,url,carc,stale,count\r\n";
const COLUMNS: usize = 19;

/// One row a finding.
///
/// ```
/// use cleanclaim::engine::{Options, check_files};
/// use cleanclaim::read::Input;
/// use cleanclaim::report::Csv;
/// use cleanclaim::{Checker, Tables};
///
/// let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
/// let claims = [Input::from_argument("data/sample/claims.csv")];
/// let mut out = Vec::new();
/// let outcome = check_files(&checker, &claims, &Options::default(), &Csv, &mut out, &mut |_| ())?;
/// let text = String::from_utf8(out)?;
/// let findings = text.lines().filter(|row| row.starts_with("finding,")).count();
/// assert_eq!(findings as u64, outcome.summary.total());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Csv;

/// What all findings of a rule say, as cells: the greater part of a report.
struct Constant {
    of: &'static Rule,
    /// Id and name.
    rule: Box<[u8]>,
    /// What to do, where a finding has nothing of its own to say.
    fix: Box<[u8]>,
    /// Title and section of the source.
    source: Box<[u8]>,
    /// Its address, and the reason codes.
    end: Box<[u8]>,
}

static CONSTANTS: LazyLock<FxHashMap<&'static str, Constant>> =
    LazyLock::new(|| rules::all().map(|rule| (rule.id, Constant::of(rule))).collect());

impl Constant {
    fn of(rule: &'static Rule) -> Constant {
        let cells = |texts: &[&str]| {
            let mut out = Vec::new();
            let mut row = Row { out: &mut out, cells: 0 };
            texts.iter().for_each(|text| row.text(text));
            out.into_boxed_slice()
        };
        let carc: Vec<String> = rule.carc.iter().map(u16::to_string).collect();
        Constant {
            of: rule,
            rule: cells(&[rule.id, rule.name]),
            fix: cells(&[rule.fix]),
            source: cells(&[rule.citation.title, rule.citation.section]),
            end: cells(&[rule.citation.url, &carc.join(" ")]),
        }
    }
}

/// Writes one row, cell by cell.
struct Row<'a> {
    out: &'a mut Vec<u8>,
    cells: usize,
}

impl<'a> Row<'a> {
    fn new(out: &'a mut Vec<u8>, kind: &str) -> Row<'a> {
        let mut row = Row { out, cells: 0 };
        row.word(kind);
        row
    }

    fn next(&mut self) {
        if self.cells > 0 {
            self.out.push(b',');
        }
        self.cells += 1;
    }

    /// A cell that no spreadsheet takes for a formula: what looks like one, or begins with an apostrophe, gets an
    /// apostrophe before it. East Asian spreadsheets take the wide forms of the signs for the signs.
    fn text(&mut self, text: &str) {
        self.next();
        let bytes = text.as_bytes();
        // Nearly all begin with what means nothing, which is asked first.
        let guard = !bytes.first().is_none_or(u8::is_ascii_alphanumeric)
            && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠']);
        if !needs_quotes(bytes) {
            if guard {
                self.out.push(b'\'');
            }
            return self.out.extend_from_slice(bytes);
        }
        self.out.push(b'"');
        if guard {
            self.out.push(b'\'');
        }
        let mut from = 0;
        for at in memchr::memchr_iter(b'"', bytes) {
            // Once more with what follows.
            self.out.extend_from_slice(&bytes[from..=at]);
            from = at;
        }
        self.out.extend_from_slice(&bytes[from..]);
        self.out.push(b'"');
    }

    /// A cell of letters, digits and hyphens.
    fn word(&mut self, word: &str) {
        debug_assert!(word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')), "{word}");
        self.next();
        self.out.extend_from_slice(word.as_bytes());
    }

    /// So many cells that were written before.
    fn written(&mut self, cells: &[u8], count: usize) {
        self.next();
        self.cells += count - 1;
        self.out.extend_from_slice(cells);
    }

    fn field(&mut self, field: Field) {
        self.word(field.stem());
        if let Some(number) = field.number() {
            self.digits(u64::from(number));
        }
    }

    fn number(&mut self, number: impl Into<Option<u64>>) {
        self.next();
        if let Some(number) = number.into() {
            self.digits(number);
        }
    }

    fn digits(&mut self, number: u64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = number;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.out.extend_from_slice(&digits[at..]);
    }

    /// Empty cells up to the given column.
    fn skip_to(&mut self, column: usize) {
        while self.cells < column {
            self.next();
        }
    }

    fn end(mut self) {
        self.skip_to(COLUMNS);
        self.out.extend_from_slice(b"\r\n");
    }
}

/// Is there anything at which a spreadsheet cuts? Looks at sixteen bytes at once: reports of a year are mostly this.
fn needs_quotes(text: &[u8]) -> bool {
    let any = |part: [u8; 16]| {
        let part = u8x16::new(part);
        let is = |byte: u8| part.cmp_eq(u8x16::splat(byte));
        (is(b',') | is(b';') | is(b'"') | is(b'\t') | is(b'\n') | is(b'\r')).any()
    };
    let (parts, rest) = text.as_chunks();
    let last = text.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [0; 16];
        last[..rest.len()].copy_from_slice(rest);
        last
    });
    // The last sixteen overlap with those before them.
    any(last) || parts.iter().any(|&part| any(part))
}

impl Reporter for Csv {
    fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(HEADER);
    }

    fn separator(&self) -> &'static [u8] {
        b""
    }

    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>) {
        for finding in of.findings {
            let record = FindingRecord::new(of, finding, None);
            let made;
            let known = CONSTANTS.get(finding.rule.id).filter(|known| std::ptr::eq(known.of, finding.rule));
            let constant = match known {
                Some(constant) => constant,
                // A program's own rule.
                None => {
                    made = Constant::of(finding.rule);
                    &made
                }
            };
            let mut row = Row::new(out, "finding");
            row.text(record.file);
            row.number((record.row > 0).then_some(record.row));
            row.text(record.claim_id);
            row.number(record.line.map(u64::from));
            row.written(&constant.rule, 2);
            row.word(record.severity.name());
            row.field(record.field);
            match record.codes {
                [code] => row.text(code),
                codes => row.text(&joined(codes, " ")),
            }
            row.text(record.message);
            if finding.help.is_empty() {
                row.written(&constant.fix, 1);
            } else {
                row.text(&finding.help);
            }
            row.written(&constant.source, 2);
            row.text(record.citation.edition);
            row.written(&constant.end, 2);
            row.word(if record.stale { "true" } else { "" });
            row.end();
        }
    }

    fn finish(&self, summary: &Summary, out: &mut Vec<u8>) {
        let mut counts = vec![
            ("claims", summary.claims),
            ("clean_claims", summary.clean_claims),
            ("lines", summary.lines),
            ("accepted", summary.accepted),
            ("other_acceptances", summary.other_acceptances),
        ];
        counts.extend(Severity::ALL.into_iter().rev().map(|s| (s.name(), summary.count(s))));
        counts.push(("left_out", summary.left_out));
        let charges = &summary.charges;
        counts.push(("claims_at_stake_without_charge", charges.unstated));
        let amounts = [("charges_billed", charges.billed), ("charges_at_stake", charges.at_stake)];
        let counts = counts.into_iter().map(|(what, n)| (what, n.to_string()));
        for (what, count) in counts.chain(amounts.into_iter().map(|(what, sum)| (what, sum.to_string()))) {
            let mut row = Row::new(out, "count");
            row.skip_to(8);
            row.text(what);
            row.skip_to(COLUMNS - 1);
            row.text(&count);
            row.end();
        }
        for rule in &summary.rules {
            for (severity, &count) in Severity::ALL.iter().zip(&rule.counts).rev().filter(|(_, n)| **n > 0) {
                let mut row = Row::new(out, "rule");
                row.skip_to(5);
                row.text(rule.rule.id);
                row.text(rule.rule.name);
                row.text(severity.name());
                row.skip_to(COLUMNS - 1);
                row.number(count);
                row.end();
            }
        }
        for used in &summary.profiles {
            let mut row = Row::new(out, "profile");
            row.skip_to(10);
            row.text(&used.profile);
            row.skip_to(COLUMNS - 1);
            row.number(used.claims);
            row.end();
        }
        for unused in &summary.unused_acceptances {
            let record = UnusedRecord::new(unused);
            let mut row = Row::new(out, "acceptance");
            row.text(record.file);
            row.number(record.row);
            row.text(record.claim_id);
            row.skip_to(5);
            row.text(record.rule);
            row.text(unused.acceptance.rule.name);
            row.skip_to(9);
            row.text(&record.codes.join(" "));
            row.text(&record.reason.to_string());
            row.text(record.fingerprint.as_deref().unwrap_or_default());
            row.end();
        }
        for error in &summary.failed {
            let mut row = Row::new(out, "failed");
            row.skip_to(10);
            row.text(error);
            row.end();
        }
        for gap in &summary.not_evaluated {
            let mut row = Row::new(out, "not_evaluated");
            row.skip_to(5);
            row.text(gap.rule.id);
            row.text(gap.rule.name);
            row.skip_to(10);
            row.text(&gap.why.to_string());
            row.skip_to(COLUMNS - 1);
            row.number(gap.lines);
            row.end();
        }
        for table in &summary.tables {
            let mut row = Row::new(out, "table");
            row.skip_to(6);
            row.text(table.kind.name());
            row.skip_to(10);
            row.text(&super::summary::window(table));
            row.skip_to(14);
            row.text(&table.edition);
            row.skip_to(17);
            row.text(if table.stale_lines > 0 { "true" } else { "" });
            row.number(table.stale_lines);
            row.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        /// A cell is quoted exactly where a spreadsheet would cut it, and read back as it was.
        #[test]
        fn any_text_is_one_cell(text in "[a-zé,;\"\t\r\n '=-]{0,40}", long in ".{0,60}") {
            for text in [text, long] {
                let mut out = Vec::new();
                let mut row = Row::new(&mut out, "kind");
                row.text(&text);
                let cut = text.contains([',', ';', '"', '\t', '\n', '\r']);
                proptest::prop_assert_eq!(out.get(5) == Some(&b'"'), cut);
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_slice());
                let cells: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
                proptest::prop_assert_eq!((cells.len(), cells[0].len()), (1, 2));
                let cell = &cells[0][1];
                let guarded = cell.strip_prefix('\'').unwrap_or(cell);
                proptest::prop_assert!(cell == text || guarded == text);
            }
        }
    }
}
