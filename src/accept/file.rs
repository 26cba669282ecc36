//! Acceptances as a csv file: read with all its mistakes, written with what was there kept as it was.

use std::path::Path;

use super::{Acceptance, Fingerprint};
use crate::claim::Claim;
use crate::code::joined;
use crate::read::row_ends;
use crate::rule::{Finding, Rule};
use crate::{Date, Error, Mistake, Result, rules};

/// The columns, in the order in which they are written.
const COLUMNS: [&str; 6] = ["rule", "claim", "fingerprint", "codes", "reason", "until"];

/// Reads a file; or all its mistakes. No message repeats a cell that is not a rule: it may tell of a patient.
pub(super) fn read(path: &Path, text: &[u8]) -> Result<Vec<Acceptance>> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let mut reader = reader(text);
    let mut mistakes = Vec::new();
    let places = columns(&mut reader, &mut mistakes);
    let mut list = Vec::new();
    let width = reader.headers().map_or(0, csv::StringRecord::len);
    let mut lines = Lines { text, at: 0, line: 1 };
    // Has the last record a field of several lines?
    let mut breaks = false;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                let line = lines.of(e.position());
                mistakes.push(Mistake { line, column: 0, what: "is not UTF-8 text".to_owned() });
                continue;
            }
        };
        let line = lines.of(record.position());
        breaks = record.iter().any(|field| field.contains(['\n', '\r']));
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() != width {
            let what = format!("{} fields, expected {width} as in the header", record.len());
            mistakes.push(Mistake { line, column: 0, what });
            continue;
        }
        let cell = |n: usize| places[n].and_then(|at| record.get(at)).map_or("", unguarded);
        match acceptance(cell) {
            Ok(found) => list.push(Acceptance { file: path.display().to_string(), row: line, ..found }),
            Err(whats) => mistakes.extend(whats.into_iter().map(|what| Mistake { line, column: 0, what })),
        }
    }
    // That is legal in quotation marks; with an odd number of them, one was never closed, and took the rest of the file into its field.
    if breaks && memchr::memchr_iter(b'"', &text[lines.at..]).count() % 2 == 1 {
        let what = "a quotation mark is never closed: the rows after it are lost".to_owned();
        mistakes.push(Mistake { line: lines.line, column: 0, what });
    }
    if mistakes.is_empty() { Ok(list) } else { Err(Error::mistakes(path, mistakes)) }
}

fn reader(text: &[u8]) -> csv::Reader<&[u8]> {
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(delimiter(text)).flexible(true).trim(csv::Trim::All).from_reader(text)
}

/// What separates the names of the columns: spreadsheets write semicolons where the comma is for decimals.
fn delimiter(text: &[u8]) -> u8 {
    let header = text.trim_ascii_start().split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default();
    let found = header.iter().find(|b| matches!(b, b',' | b';' | b'\t'));
    found.copied().unwrap_or(b',')
}

/// Counts lines up to where records begin: `csv` counts a line feed after a carriage return only with the next record.
struct Lines<'t> {
    text: &'t [u8],
    /// Up to where was counted, and the line there, from 1.
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record at this place begins. Places come in ascending order.
    fn of(&mut self, place: Option<&csv::Position>) -> u64 {
        let place = place.map_or(self.at, |place| place.byte() as usize).clamp(self.at, self.text.len());
        let blank = self.text[place..].iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        self.line += row_ends(&self.text[self.at..place + blank], true).count() as u64;
        self.at = place + blank;
        self.line
    }
}

/// Where the columns stand.
fn columns(reader: &mut csv::Reader<&[u8]>, mistakes: &mut Vec<Mistake>) -> [Option<usize>; 6] {
    let mut places = [None; 6];
    let mut wrong = |what: String| mistakes.push(Mistake { line: 1, column: 0, what });
    let Ok(header) = reader.headers() else {
        wrong("is not UTF-8 text".to_owned());
        return places;
    };
    for (at, name) in header.iter().enumerate() {
        let name = name.to_ascii_lowercase();
        let name = if name == "claim_id" { "claim" } else { &name };
        match COLUMNS.iter().position(|c| *c == name) {
            Some(n) if places[n].is_some() => wrong(format!("two columns are called {name}")),
            Some(n) => places[n] = Some(at),
            // A spreadsheet writes those that were emptied, too.
            None if name.is_empty() => {}
            None => wrong(format!("column {} is none of {}", at + 1, COLUMNS.join(", "))),
        }
    }
    if places[0].is_none() {
        wrong("no column rule".to_owned());
    }
    if places[1].is_none() && places[2].is_none() {
        wrong("no column claim and no column fingerprint: which findings are accepted?".to_owned());
    }
    if places[4].is_none() {
        wrong("no column reason".to_owned());
    }
    places
}

/// Understands a row; or says all that is wrong with it.
fn acceptance<'r>(cell: impl Fn(usize) -> &'r str) -> Result<Acceptance, Vec<String>> {
    let mut wrong = Vec::new();
    let rule: Option<&'static Rule> = rules::find(cell(0));
    if rule.is_none() {
        wrong.push(match rules::nearest(cell(0)) {
            _ if cell(0).is_empty() => "no rule".to_owned(),
            // Near to a rule's name: no patient's.
            Some(name) if name.eq_ignore_ascii_case(cell(0)) => {
                format!("{name} is a family of rules; a finding is of one rule")
            }
            Some(name) => format!("no rule {:?}; did you mean {name}?", cell(0)),
            None => "rule is no rule's id or name (`cleanclaim rules` lists them)".to_owned(),
        });
    }
    let fingerprint = match cell(2) {
        "" => None,
        text => text.parse::<Fingerprint>().map_err(|e| wrong.push(format!("fingerprint: {e}"))).ok(),
    };
    if cell(1).is_empty() && cell(2).is_empty() {
        wrong.push("neither claim nor fingerprint: which finding is accepted?".to_owned());
    }
    if cell(4).is_empty() {
        wrong.push("no reason".to_owned());
    }
    let until = match cell(5) {
        "" => None,
        text => Date::parse(text.as_bytes()).map_err(|e| wrong.push(format!("until: {e}"))).ok(),
    };
    let mut codes: Vec<String> =
        cell(3).split([' ', ',', ';']).filter(|c| !c.is_empty()).map(str::to_owned).collect();
    codes.sort_unstable();
    match rule {
        Some(rule) if wrong.is_empty() => Ok(Acceptance {
            rule,
            claim: cell(1).to_owned(),
            fingerprint,
            codes,
            reason: cell(4).to_owned(),
            until,
            file: String::new(),
            row: 0,
        }),
        _ => Err(wrong),
    }
}

/// A finding to be accepted, as it will be written: taken while the claim is at hand.
///
/// ```
/// use cleanclaim::accept::{NewAcceptance, write_new};
/// use cleanclaim::{Checker, Claim, Tables};
///
/// let mut claim = Claim::new("A-1");
/// claim.add_diagnosis("E11");
/// let findings = Checker::new(Tables::embedded()).check(&claim).findings;
/// let new: Vec<NewAcceptance> = findings.iter().map(|finding| NewAcceptance::of(&claim, finding)).collect();
///
/// // New rows follow what is there.
/// let there = b"rule,claim,fingerprint,codes,reason\nDUP001,A-7,,,two tracings\n";
/// let file = write_new("accepted.csv".as_ref(), there, &new, "seen", None)?;
/// assert!(file.starts_with(there) && file.ends_with(b",E11,seen\n"));
/// # Ok::<(), cleanclaim::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewAcceptance {
    /// The row of the claims file, by which new rows are ordered.
    row: u64,
    rule: &'static str,
    claim: String,
    fingerprint: Fingerprint,
    codes: String,
}

impl NewAcceptance {
    /// Of a finding on a claim.
    pub fn of(claim: &Claim, finding: &Finding) -> NewAcceptance {
        NewAcceptance {
            row: finding.row,
            rule: finding.rule.id,
            claim: claim.id.clone(),
            fingerprint: Fingerprint::of(claim, finding),
            codes: joined(&finding.codes, " "),
        }
    }
}

/// The text of a file of acceptances with new ones at its end: what was there stays as it was, byte for byte. A header is put before an
/// empty one; in another order of columns, new rows follow that.
///
/// # Errors
/// If what was there is no file of acceptances, with all its mistakes; or if it lacks a column that new rows need.
pub fn write_new(
    path: &Path,
    before: &[u8],
    new: &[NewAcceptance],
    reason: &str,
    until: Option<Date>,
) -> Result<Vec<u8>> {
    let mut out = before.to_vec();
    let mut delimiter = b',';
    // What stands in each column of the file; nothing in one without a name.
    let mut order: Vec<Option<usize>> = (0..COLUMNS.len()).map(Some).collect();
    if before.trim_ascii().is_empty() {
        out = format!("{}\n", COLUMNS.join(",")).into_bytes();
    } else {
        read(path, before)?;
        let text = before.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(before);
        delimiter = self::delimiter(text);
        let mut reader = reader(text);
        let places = columns(&mut reader, &mut Vec::new());
        let lacks = |n: &usize| places[*n].is_none() && (*n != 5 || until.is_some());
        if let Some(n) = (0..COLUMNS.len()).find(lacks) {
            let what = format!("no column {}: new rows need it", COLUMNS[n]);
            return Err(Error::mistakes(path, vec![Mistake { line: 1, column: 0, what }]));
        }
        let width = reader.headers().map_or(0, csv::StringRecord::len);
        order = (0..width).map(|at| places.iter().position(|place| *place == Some(at))).collect();
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
    }
    let until = until.map(|day| day.to_string()).unwrap_or_default();
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(&mut out);
    for row in new {
        let mark = row.fingerprint.to_string();
        let cells = [row.rule, &row.claim, &mark, &row.codes, reason, &until];
        // Memory can always be written to.
        let _ = writer.write_record(order.iter().map(|n| n.map_or_else(String::new, |n| guarded(cells[n]))));
    }
    drop(writer);
    Ok(out)
}

/// A cell that no spreadsheet takes for a formula; [`unguarded`] takes the apostrophe off again.
fn guarded(text: &str) -> String {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\'') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

fn unguarded(text: &str) -> &str {
    let looks_like_one = |t: &&str| t.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
    text.strip_prefix('\'').filter(looks_like_one).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> String {
        read("a.csv".as_ref(), text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn every_bad_row_is_said_with_its_place_and_without_its_content() {
        let text = "rule,claim,codes,reason,until\n\
                    COD002,C1,E11,seen,2026-12-31\n\
                    COD0O2,C1,,seen,\n\
                    Jane Doe,C1,,seen,\n\
                    COD002,,,,\n\
                    COD002,C1,,seen,Jane Doe\n\
                    COD002,C1\n";
        let said = mistakes(text);
        let expected = "a.csv:3: no rule \"COD0O2\"; did you mean COD002?\n\
                        a.csv:4: rule is no rule's id or name (`cleanclaim rules` lists them)\n\
                        a.csv:5: neither claim nor fingerprint: which finding is accepted?\n\
                        a.csv:5: no reason\n\
                        a.csv:6: until: expected YYYY-MM-DD, YYYYMMDD, MM/DD/YYYY, M/D/YY or DD-Mon-YYYY\n\
                        a.csv:7: 2 fields, expected 5 as in the header";
        assert_eq!(said, expected);
    }

    #[test]
    fn places_are_lines_of_the_file_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "rule,claim,reason\nCOD002,C1,seen\n\nCOD002,C2,\"seen\nwell\"\nCOD0O2,C3,seen\nCOD002,C4,seen\n";
            let text = text.replace('\n', end);
            assert_eq!(mistakes(&text), "a.csv:6: no rule \"COD0O2\"; did you mean COD002?", "{end:?}");
            let rows = read("a.csv".as_ref(), text.replace("0O", "00").as_bytes()).unwrap();
            assert_eq!(rows.iter().map(|r| r.row).collect::<Vec<_>>(), [2, 4, 6, 7], "{end:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_loses_no_row_unseen() {
        let text = "rule,claim,reason\nCOD002,C1,\"two\nlines\"\nCOD002,C2,\"seen\nCOD002,C3,seen\n";
        assert_eq!(mistakes(text), "a.csv:4: a quotation mark is never closed: the rows after it are lost");
        // In the middle of a field it is one like any other sign.
        assert_eq!(
            read("a.csv".as_ref(), b"rule,claim,reason\nCOD002,C1,5\" scar\nCOD002,C2,x\n").unwrap().len(),
            2
        );
    }

    #[test]
    fn a_file_that_a_spreadsheet_wrote_in_its_own_way_is_read_and_added_to() {
        for (delimiter, other) in [(";", ","), ("\t", ";")] {
            let text =
                format!("rule,claim,fingerprint,codes,reason,until,\r\nCOD002,C1,,,seen{other} well,,\r\n");
            let text = match delimiter {
                ";" => text.replace(", well", "§").replace(',', ";").replace('§', ", well"),
                _ => text.replace(',', delimiter),
            };
            let rows = read("a.csv".as_ref(), text.as_bytes()).unwrap();
            assert_eq!(
                (rows[0].claim.as_str(), rows[0].reason.as_str()),
                ("C1", &*format!("seen{other} well"))
            );
            let new = [NewAcceptance {
                row: 2,
                rule: "COD002",
                claim: "C2".to_owned(),
                fingerprint: "f-00000000075bcd15".parse().unwrap(),
                codes: "E11".to_owned(),
            }];
            let text = write_new("a.csv".as_ref(), text.as_bytes(), &new, "agreed", None).unwrap();
            let rows = read("a.csv".as_ref(), &text).unwrap();
            assert_eq!((rows.len(), rows[1].claim.as_str(), rows[1].reason.as_str()), (2, "C2", "agreed"));
        }
    }

    #[test]
    fn a_family_is_no_rule() {
        assert_eq!(
            mistakes("rule,claim,reason\ncod,C1,x\n"),
            "a.csv:2: COD is a family of rules; a finding is of one rule"
        );
    }

    #[test]
    fn a_header_must_say_what_is_accepted_and_why() {
        assert_eq!(
            mistakes("rule,reason\n"),
            "a.csv:1: no column claim and no column fingerprint: which findings are accepted?"
        );
        assert!(mistakes("claim,reason\n").contains("no column rule"));
        assert!(mistakes("rule,claim\n").contains("no column reason"));
        assert!(mistakes("rule,claim,claim_id,reason\n").contains("two columns are called claim"));
        assert!(mistakes("rule,claim,reason,Jane Doe\n").contains("column 4 is none of rule, claim"));
        assert!(
            mistakes("rule,claim,fingerprint,reason\nCOD002,,f-12,x\n").contains("16 hexadecimal digits")
        );
    }

    #[test]
    fn cells_that_spreadsheets_would_compute_come_back_as_they_were() {
        for text in ["=1+1", "'=x", "-5", "plain", "'plain", "@a", "f-00"] {
            assert_eq!(unguarded(&guarded(text)), text);
        }
    }
}
