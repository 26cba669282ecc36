//! NCCI add-on codes: `AOC_V*.txt` and its workbook. A notice, a header, then rows separated by tabs; dates are years and days.

use super::Located;
use super::layout::row_error;
use crate::code::Procedure;
use crate::error::ImportError;
use crate::table::{AddOnRow, AddOnType};
use crate::{Date, DateRange};

pub(crate) const LAYOUT: &str = "NCCI add-on codes";
const FIRST: u64 = 30;
/// Stands where a primary does: the contractor says which.
const CONTRACTOR: &str = "CCCCC";

/// Is it the header row?
pub(crate) fn is_header(fields: &[&str]) -> bool {
    let words = |at: usize| -> String {
        let text = fields.get(at).copied().unwrap_or_default();
        text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
    };
    words(0).contains("type") && words(1).starts_with("addon") && words(3).starts_with("primary")
}

/// Takes rows, one by one.
#[derive(Default)]
pub(crate) struct Parser {
    header: bool,
    rows: Vec<AddOnRow>,
    seen: u64,
}

impl Parser {
    /// Reads a text.
    pub(crate) fn text(text: &str) -> Result<Vec<AddOnRow>, Located> {
        let mut parser = Parser::default();
        for (line, n) in text.lines().zip(1..) {
            parser.row(n, &line.split('\t').collect::<Vec<_>>())?;
        }
        parser.finish()
    }

    /// One row with its number.
    pub(crate) fn row(&mut self, line: u64, fields: &[&str]) -> Result<(), Located> {
        let field = |at: usize| fields.get(at).map_or("", |f| f.trim());
        self.seen += 1;
        if !self.header {
            self.header = is_header(fields);
            if !self.header && self.seen >= FIRST {
                let expected = "a header row with edit type, add-on code and primary code";
                return Err(row_error(LAYOUT, line, expected, field(0)));
            }
            return Ok(());
        }
        if fields.iter().all(|f| f.trim().trim_matches('\u{1a}').is_empty()) {
            return Ok(());
        }
        let wrong = |expected, at| row_error(LAYOUT, line, expected, field(at));
        let kind = field(0).parse().ok().and_then(AddOnType::of);
        let kind = kind.ok_or_else(|| wrong("an edit type: 1, 2 or 3", 0))?;
        let add_on = Procedure::parse(field(1).as_bytes()).map_err(|_| wrong("an add-on code", 1))?;
        let primary = match field(3) {
            text if text.eq_ignore_ascii_case(CONTRACTOR) => None,
            text => {
                let code = Procedure::parse(text.as_bytes());
                Some(code.map_err(|_| wrong("a primary code, or CCCCC", 3))?)
            }
        };
        let day = |at, expected| match field(at) {
            "" => Ok(None),
            text => ordinal(text).map(Some).ok_or_else(|| wrong(expected, at)),
        };
        let expected = "a date as YYYYDDD";
        let from = day(5, expected)?.ok_or_else(|| wrong(expected, 5))?;
        // The row ends with the first of its edit, its add-on code and its primary.
        let ends = [day(6, expected)?, day(2, expected)?, day(4, expected)?];
        let to = ends.into_iter().flatten().min().unwrap_or(Date::MAX);
        let note = field(7).split_whitespace().collect::<Vec<_>>().join(" ");
        self.rows.push(AddOnRow { add_on, primary, window: DateRange { from, to }, kind, note });
        Ok(())
    }

    /// All rows are in.
    pub(crate) fn finish(self) -> Result<Vec<AddOnRow>, Located> {
        if !self.header {
            let expected = "a header row with edit type, add-on code and primary code";
            return Err(row_error(LAYOUT, self.seen.max(1), expected, "the end of the file"));
        }
        if self.rows.is_empty() {
            return Err((None, ImportError::NoRows { layout: LAYOUT }));
        }
        Ok(self.rows)
    }
}

/// A year and the number of a day in it; or a date in a usual form, as workbooks have it.
fn ordinal(text: &str) -> Option<Date> {
    if text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit()) {
        let (year, day): (i16, i32) = (text[..4].parse().ok()?, text[4..].parse().ok()?);
        let date = Date::new(year, 1, 1)?.add_days(day - 1);
        return (day >= 1 && date.year() == year).then_some(date);
    }
    Date::parse(text.as_bytes()).ok()
}

/// Rows as a tables folder keeps them.
pub(crate) fn write(rows: &[AddOnRow]) -> String {
    let mut out = String::from("type\tadd-on\t\tprimary\n");
    for r in rows {
        let primary = r.primary.map_or_else(|| CONTRACTOR.to_owned(), |p| p.to_string());
        let (from, to) = (r.window.from.number(), r.window.to.number());
        let line = format!("{}\t{}\t\t{primary}\t\t{from}\t{to}\t{}\n", r.kind.digit(), r.add_on, r.note);
        out.push_str(&line);
    }
    out
}

/// Reads what [`write`] wrote.
pub(crate) fn read(text: &str) -> Result<Vec<AddOnRow>, Located> {
    Parser::text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_years() {
        let of = |t: &str| ordinal(t).map(|d| d.to_string());
        assert_eq!(of("2013001").as_deref(), Some("2013-01-01"));
        assert_eq!(of("2024366").as_deref(), Some("2024-12-31"));
        assert_eq!(of("2023366"), None);
        assert_eq!(of("2023000"), None);
        assert_eq!(of("99991231").as_deref(), Some("9999-12-31"));
    }
}
