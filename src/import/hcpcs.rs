//! HCPCS Level II, CMS's quarterly file: fixed columns, a workbook or a csv, all three with the same rows.

use super::Located;
use super::content::{Content, Row, column_key, delimited};
use super::layout::{Draft, Input, Layout, row_error};
use super::listing::{self, Listed};
use super::named_date::{month_and_year, quarter_end};
use crate::code::{Modifier, Procedure};
use crate::error::ImportError;
use crate::table::TableKind;
use crate::{Date, DateRange};

const NAME: &str = "HCPCS Level II file";

pub(crate) static HCPCS: Layout = Layout {
    id: "hcpcs",
    name: NAME,
    table: TableKind::Procedures,
    looks: |content| match content {
        Content::Text(text) => {
            let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
            is_fixed(first) || (first.contains(',') && csv_header(text))
        }
        Content::Sheets(sheets) => sheets.iter().any(|rows| header(rows).is_some()),
        Content::Other(_) => false,
    },
    read,
};

/// A record of the file: a code, a modifier, or more text for the one before.
struct Record {
    line: u64,
    code: String,
    id: char,
    long: String,
    short: String,
    added: String,
    action: String,
    ended: String,
}

/// The characters of a line in these columns, counted from 0.
fn columns(line: &[char], from: usize, to: usize) -> String {
    line.iter().take(to).skip(from).collect()
}

fn is_fixed(line: &str) -> bool {
    let b = line.as_bytes();
    b.len() > 284
        && b[5..10].iter().all(u8::is_ascii_digit)
        && matches!(b[10], b'3' | b'7')
        && b[268..276].iter().all(u8::is_ascii_digit)
}

fn fixed(text: &str) -> Vec<Record> {
    let lines =
        text.lines().zip(1..).filter(|(l, _)| !l.chars().all(|c| c.is_whitespace() || c.is_control()));
    lines
        .map(|(line, number)| {
            let line: Vec<char> = line.chars().collect();
            Record {
                line: number,
                code: columns(&line, 0, 5),
                id: line.get(10).copied().unwrap_or(' '),
                long: columns(&line, 11, 91),
                short: columns(&line, 91, 119),
                added: columns(&line, 268, 276),
                action: columns(&line, 276, 284),
                ended: columns(&line, 284, 292),
            }
        })
        .collect()
}

/// Where the columns are in the csv and the workbook: row of the header, then code, record id, titles and dates.
fn header(rows: &[Row]) -> Option<(usize, [usize; 7])> {
    const WANTED: [&str; 7] =
        ["hcpc", "recid", "longdescription", "shortdescription", "adddt", "acteffdt", "termdt"];
    rows.iter().take(20).enumerate().find_map(|(at, row)| {
        let keys: Vec<String> = row.cells.iter().map(|c| column_key(c)).collect();
        let mut places = [0; 7];
        for (place, wanted) in places.iter_mut().zip(WANTED) {
            *place = keys.iter().position(|k| k == wanted)?;
        }
        Some((at, places))
    })
}

fn csv_header(text: &str) -> bool {
    let end = text.char_indices().nth(8_000).map_or(text.len(), |(at, _)| at);
    delimited(&text[..end], b',').is_ok_and(|rows| header(&rows).is_some())
}

fn of_rows(rows: &[Row]) -> Vec<Record> {
    let Some((at, [code, id, long, short, added, action, ended])) = header(rows) else { return vec![] };
    let filled = rows[at + 1..].iter().filter(|r| r.cells.iter().any(|c| !c.trim().is_empty()));
    filled
        .map(|row| Record {
            line: row.line,
            code: row.get(code).to_owned(),
            id: row.get(id).chars().next().unwrap_or(' '),
            long: row.get(long).to_owned(),
            short: row.get(short).to_owned(),
            added: row.get(added).to_owned(),
            action: row.get(action).to_owned(),
            ended: row.get(ended).to_owned(),
        })
        .collect()
}

fn read(input: &Input<'_>) -> Result<Draft, Located> {
    let records = match input.content {
        Content::Text(text) if text.lines().find(|l| !l.trim().is_empty()).is_some_and(is_fixed) => {
            fixed(text)
        }
        Content::Text(text) => of_rows(&delimited(text, b',')?),
        Content::Sheets(sheets) => sheets.iter().flat_map(|rows| of_rows(rows)).collect(),
        Content::Other(_) => vec![],
    };
    let (listing, newest) = listed(records)?;
    let begins = input.effective.or(newest).ok_or((None, ImportError::NoRows { layout: NAME }))?;
    // Codes that ended earlier than the earliest end in the file are no longer listed: before it the file does not know.
    let knows = listing.iter().filter(|l| !l.is_modifier).filter_map(|l| l.to).min();
    let from = knows.unwrap_or(begins).min(begins);
    let ended = listing.iter().filter(|l| l.to.is_some_and(|to| to < begins)).count();
    let mut counts = listing::counts(&listing);
    counts.retain(|(name, _)| !name.starts_with("HCPCS"));
    counts.push(("of them ended".to_owned(), ended as u64));
    Ok(Draft {
        key: format!("hcpcs-{begins}"),
        edition: format!("HCPCS Level II, {}", month_and_year(begins)),
        effective: Some(begins),
        window: DateRange { from, to: quarter_end(begins) },
        variety: None,
        rows: listing::write(listing),
        counts,
        notes: vec![],
    })
}

/// Records with the text of their continuations, and the newest day on which something began or changed.
fn listed(records: Vec<Record>) -> Result<(Vec<Listed>, Option<Date>), Located> {
    let mut out: Vec<Listed> = Vec::new();
    let mut newest = None;
    for record in records {
        let wrong = |expected: &str, got: &str| row_error(NAME, record.line, expected, got);
        let key = record.code.trim();
        let is_modifier = match record.id {
            '3' => false,
            '7' => true,
            '4' | '8' => {
                let of =
                    |l: &&mut Listed| l.code.eq_ignore_ascii_case(key) && l.is_modifier == (record.id == '8');
                let Some(last) = out.last_mut().filter(of) else {
                    return Err(wrong("more text for the code in the record before", key));
                };
                last.long.push(' ');
                last.long.push_str(record.long.trim());
                continue;
            }
            id => return Err(wrong("record id 3, 4, 7 or 8", &id.to_string())),
        };
        let code = if is_modifier {
            Modifier::parse(key.as_bytes()).map(|m| m.to_string())
        } else {
            Procedure::parse(key.as_bytes()).map(|p| p.to_string())
        };
        let code = code.map_err(|_| wrong(if is_modifier { "a modifier" } else { "a code" }, key))?;
        let day = |text: &str, what: &str| match text.trim() {
            "" => Ok(None),
            text => Date::parse(text.as_bytes())
                .map(Some)
                .map_err(|_| wrong(&format!("{what} as YYYYMMDD"), text)),
        };
        let from = day(&record.added, "the day on which the code was added")?;
        let from = from.ok_or_else(|| wrong("the day on which the code was added, as YYYYMMDD", ""))?;
        let action = day(&record.action, "the day of the last change")?;
        let to = day(&record.ended, "the day on which the code ended")?;
        newest = newest.max(Some(from)).max(action);
        out.push(Listed {
            is_modifier,
            code,
            from: Some(from),
            to,
            short: record.short.trim().to_owned(),
            long: record.long.trim().to_owned(),
        });
    }
    Ok((out, newest))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A record of 320 characters.
    pub(crate) fn record(code: &str, id: char, long: &str, short: &str, dates: [&str; 3]) -> String {
        let [added, action, ended] = dates;
        let head = format!("{code:>5}00100{id}{long:<80}{short:<28}");
        format!("{head:<268}{added:8}{action:8}{ended:8}N{:27}", "")
    }

    pub(crate) fn sample() -> String {
        [
            record("A1", '7', "Dressing", "Dressing", ["20020701", "20020701", ""]),
            record("A1", '8', "for one wound", "", ["", "", ""]),
            record("G9001", '3', "A synthetic service,", "Synth service", ["20200101", "20260101", ""]),
            record("G9001", '4', "told on two lines", "", ["", "", ""]),
            record("G9002", '3', "Another one", "Other", ["20100101", "20180101", "20171231"])
                + &" ".repeat(226),
            " ".repeat(296),
        ]
        .join("\r\n")
    }

    fn import(text: &str) -> Result<Draft, Located> {
        let tables = crate::Tables::embedded();
        let content = Content::of(text.as_bytes().to_vec()).unwrap();
        assert!((HCPCS.looks)(&content), "not recognised");
        let names = ["HCPC2026_JAN_ANWEB.txt".to_owned()];
        read(&Input {
            content: &content,
            names: &names,
            effective: None,
            setting: None,
            icd10cm: &tables.icd10cm,
        })
    }

    #[test]
    fn fixed_columns_and_csv_give_the_same_rows() {
        let fixed = import(&sample()).unwrap();
        let csv = "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,ACT EFF DT,TERM DT,ACTION CD\r\n\
            \u{20}  A1,0010,7,Dressing for one wound,Dressing,20020701,,,N\r\n\
            G9001,0010,3,\"A synthetic service, told on two lines\",Synth service,20200101,20260101,,N\r\n\
            G9002,0010,3,Another one,Other,20100101,20180101,20171231,D\r\n";
        let csv = import(csv).unwrap();
        assert_eq!(fixed.rows, csv.rows);
        assert_eq!(
            fixed.rows,
            "C\tG9001\t20200101\t\tSynth service\tA synthetic service, told on two lines\n\
             C\tG9002\t20100101\t20171231\tOther\tAnother one\n\
             M\tA1\t20020701\t\tDressing\tDressing for one wound\n"
        );
        assert_eq!(fixed.edition, "HCPCS Level II, January 2026");
        assert_eq!(fixed.window.to_string(), "2017-12-31 to 2026-03-31");
        assert_eq!((&fixed.counts, fixed.key.as_str()), (&csv.counts, "hcpcs-2026-01-01"));
    }

    #[test]
    fn rows_that_do_not_fit_are_errors_with_their_line() {
        let wrong = |from: &str, to: &str| {
            let (line, e) = import(&sample().replace(from, to)).unwrap_err();
            format!("{}: {e}", line.unwrap_or(0))
        };
        assert_eq!(
            wrong("G9001001004", "G9003001004"),
            "4: HCPCS Level II file: expected more text for the code in the record before, got \"G9003\""
        );
        assert_eq!(
            wrong("G9001001003", "G9001001005"),
            "3: HCPCS Level II file: expected record id 3, 4, 7 or 8, got \"5\""
        );
        assert_eq!(
            wrong("G9001001003", "GX001001003"),
            "3: HCPCS Level II file: expected a code, got \"GX001\""
        );
        assert_eq!(
            wrong("20171231", "20171331"),
            "5: HCPCS Level II file: expected the day on which the code ended as YYYYMMDD, got \"20171331\""
        );
        assert!(wrong("20200101", "        ").contains(
            "3: HCPCS Level II file: expected the day on which the code was added, as YYYYMMDD, got nothing"
        ));
    }
}
