//! The Medicare physician fee schedule's relative value file, `PPRRVU*.csv`: 31 columns to 2025, 32 from 2026.
//!
//! Columns are named by the last two of ten header rows (`PCTC` over `IND`), so that a column more or less does not matter.

use super::Located;
use super::layout::row_error;
use crate::code::{Modifier, Procedure};
use crate::error::ImportError;
use crate::table::{FeeRow, FeeRows, Global, Indicators};
use crate::{Date, DateRange};

pub(crate) const LAYOUT: &str = "Medicare physician fee schedule (PPRRVU)";
const FIRST: u64 = 30;
/// Heads of the columns, upper over lower, in the order of [`Columns`].
const HEADS: [(&str, &str); 8] = [
    ("STATUS", "CODE"),
    ("PCTC", "IND"),
    ("GLOB", "DAYS"),
    ("MULT", "PROC"),
    ("BILAT", "SURG"),
    ("ASST", "SURG"),
    ("CO-", "SURG"),
    ("TEAM", "SURG"),
];

/// Is it the last header row?
pub(crate) fn is_header(fields: &[&str]) -> bool {
    let is = |at: usize, text: &str| fields.get(at).is_some_and(|f| f.trim().eq_ignore_ascii_case(text));
    is(0, "HCPCS") && is(1, "MOD") && is(3, "CODE")
}

/// A release of the file.
#[derive(Debug)]
pub(crate) struct Release {
    /// From its title: first day of the year, or of the quarter of an update.
    pub(crate) effective: Option<Date>,
    pub(crate) title: String,
    pub(crate) rows: Vec<FeeRow>,
}

/// Takes rows, one by one.
#[derive(Default)]
pub(crate) struct Parser {
    columns: Option<[usize; 8]>,
    above: Vec<String>,
    title: String,
    rows: Vec<FeeRow>,
    width: usize,
    seen: u64,
}

impl Parser {
    /// One row with its number.
    pub(crate) fn row(&mut self, line: u64, fields: &[&str]) -> Result<(), Located> {
        let field = |at: usize| fields.get(at).map_or("", |f| f.trim());
        self.seen += 1;
        let Some(columns) = self.columns else {
            return self.header(line, fields);
        };
        // The file ends with an end-of-file mark of old.
        if fields.iter().all(|f| f.trim().trim_matches('\u{1a}').is_empty()) {
            return Ok(());
        }
        if fields.len() != self.width {
            let got = format!("{} columns: {}", fields.len(), field(0));
            return Err(row_error(LAYOUT, line, "as many columns as in the header", &got));
        }
        let wrong = |expected, at| row_error(LAYOUT, line, expected, field(at));
        let code = Procedure::parse(field(0).as_bytes()).map_err(|_| wrong("a procedure code", 0))?;
        let modifier = match field(1) {
            "" => None,
            text => Some(Modifier::parse(text.as_bytes()).map_err(|_| wrong("a modifier or nothing", 1))?),
        };
        let [status, components, global, multiple, bilateral, assistant, co_surgeons, team] = columns;
        let letter =
            field(status).chars().next().filter(|c| c.is_ascii_uppercase() && field(status).len() == 1);
        let digit = |at: usize| {
            let digit = field(at).parse::<u8>().ok().filter(|d| *d <= 9);
            digit.ok_or_else(|| wrong("an indicator of one digit", at))
        };
        let none_one_two = |at: usize| match digit(at)? {
            d @ (0 | 1 | 2 | 9) => Ok(d),
            _ => Err(wrong("an indicator: 0, 1, 2 or 9", at)),
        };
        let indicators = Indicators {
            status: letter.ok_or_else(|| wrong("a status letter", status))?,
            global: Global::of(field(global)).ok_or_else(|| wrong("global days as 000 or XXX", global))?,
            components: digit(components)?,
            multiple: digit(multiple)?,
            bilateral: digit(bilateral)?,
            assistant: none_one_two(assistant)?,
            co_surgeons: none_one_two(co_surgeons)?,
            team: none_one_two(team)?,
        };
        self.rows.push(FeeRow { code, modifier, indicators });
        Ok(())
    }

    fn header(&mut self, line: u64, fields: &[&str]) -> Result<(), Located> {
        if !is_header(fields) {
            if self.seen >= FIRST {
                let expected = "a header row with HCPCS, MOD and CODE";
                let got = fields.first().copied().unwrap_or_default();
                return Err(row_error(LAYOUT, line, expected, got));
            }
            if let Some(title) = fields.iter().find(|f| f.contains("Relative Value File")) {
                self.title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            self.above = fields.iter().map(|f| f.trim().to_ascii_uppercase()).collect();
            return Ok(());
        }
        let mut columns = [0; 8];
        for (column, (upper, lower)) in columns.iter_mut().zip(HEADS) {
            let at = (0..fields.len()).find(|&at| {
                self.above.get(at).is_some_and(|a| a == upper)
                    && fields[at].trim().eq_ignore_ascii_case(lower)
            });
            let expected = format!("a column headed {upper} {lower}");
            *column = at.ok_or_else(|| row_error(LAYOUT, line, &expected, "none"))?;
        }
        self.columns = Some(columns);
        self.width = fields.len();
        Ok(())
    }

    /// All rows are in.
    pub(crate) fn finish(self) -> Result<Release, Located> {
        if self.columns.is_none() {
            let expected = "a header row with HCPCS, MOD and CODE";
            return Err(row_error(LAYOUT, self.seen.max(1), expected, "the end of the file"));
        }
        if self.rows.is_empty() {
            return Err((None, ImportError::NoRows { layout: LAYOUT }));
        }
        Ok(Release { effective: effective_of_title(&self.title), title: self.title, rows: self.rows })
    }
}

/// "2026 National Physician Fee Schedule Relative Value File July Release" is of 2026-07-01.
fn effective_of_title(title: &str) -> Option<Date> {
    let year = title.split_whitespace().find_map(|w| w.parse::<i16>().ok().filter(|y| *y > 1990))?;
    let title = title.to_ascii_lowercase();
    let month = [("april", 4), ("july", 7), ("october", 10)].into_iter().find(|(m, _)| title.contains(m));
    Date::new(year, month.map_or(1, |(_, n)| n), 1)
}

/// Rows as a tables folder keeps them.
pub(crate) fn write(rows: &[FeeRow]) -> String {
    let mut out = String::new();
    for r in rows {
        let i = &r.indicators;
        let modifier = r.modifier.map_or_else(String::new, |m| m.to_string());
        out.push_str(&format!(
            "{}\t{modifier}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
            r.code,
            i.status,
            i.components,
            i.global.text(),
            i.multiple,
            i.bilateral,
            i.assistant,
            i.co_surgeons,
            i.team
        ));
    }
    out
}

/// Reads what [`write`] wrote, as the release of a day. It stands until the end of its year, or until the next one.
pub(crate) fn read(text: &str, effective: Date) -> Result<FeeRows, Located> {
    let mut parser = Parser { columns: Some([2, 3, 4, 5, 6, 7, 8, 9]), width: 10, ..Parser::default() };
    for (line, n) in text.lines().zip(1..) {
        parser.row(n, &line.split('\t').collect::<Vec<_>>())?;
    }
    let to = Date::new(effective.year(), 12, 31).unwrap_or(Date::MAX);
    Ok(FeeRows { window: DateRange { from: effective, to }, rows: parser.rows })
}
