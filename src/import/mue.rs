//! NCCI medically unlikely edits: `MCR_MUE_*.csv`, practitioner, outpatient hospital and DME supplier.
//!
//! A notice of several lines in one quoted cell, then a header whose first cell holds a line end, then the rows.

use super::Located;
use super::layout::row_error;
use super::quarter;
use crate::DateRange;
use crate::code::Procedure;
use crate::error::ImportError;
use crate::table::{Adjudication, Limit, MueRow, MueRows, Setting};

pub(crate) const LAYOUT: &str = "NCCI unit limits (MUE)";
const FIRST: u64 = 30;

/// Whose limits a header row announces; `None` if it is no header of this layout.
pub(crate) fn header(fields: &[&str]) -> Option<Setting> {
    let words = |at: usize| fields.get(at).map_or_else(String::new, |f| squeeze(f));
    if !words(0).contains("cptcode") || !words(1).contains("mue") {
        return None;
    }
    match words(1) {
        w if w.contains("practitioner") => Some(Setting::Practitioner),
        w if w.contains("hospital") => Some(Setting::Hospital),
        w if w.contains("supplier") || w.contains("dme") => Some(Setting::Supplier),
        _ => None,
    }
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Takes rows, one by one.
#[derive(Default)]
pub(crate) struct Parser {
    setting: Option<Setting>,
    rows: Vec<MueRow>,
    rationales: std::collections::BTreeSet<String>,
    seen: u64,
}

impl Parser {
    /// One row with its number.
    pub(crate) fn row(&mut self, line: u64, fields: &[&str]) -> Result<(), Located> {
        let field = |at: usize| fields.get(at).map_or("", |f| f.trim());
        self.seen += 1;
        if self.setting.is_none() {
            self.setting = header(fields);
            if self.setting.is_none() && self.seen >= FIRST {
                let expected = "a header row with HCPCS/CPT Code and MUE Values";
                return Err(row_error(LAYOUT, line, expected, field(0)));
            }
            return Ok(());
        }
        if fields.iter().all(|f| f.trim().trim_matches('\u{1a}').is_empty()) {
            return Ok(());
        }
        let wrong = |expected, at| row_error(LAYOUT, line, expected, field(at));
        let code = Procedure::parse(field(0).as_bytes()).map_err(|_| wrong("a procedure code", 0))?;
        let value: u32 = field(1).parse().map_err(|_| wrong("a number of units", 1))?;
        if value > Limit::MOST {
            return Err(wrong("at most 4194303 units", 1));
        }
        let digit = field(2).bytes().next().map(|b| b.wrapping_sub(b'0'));
        let adjudication = digit.and_then(Adjudication::of);
        let adjudication = adjudication.ok_or_else(|| wrong("an adjudication indicator: 1, 2 or 3", 2))?;
        let rationale = field(3).split_whitespace().collect::<Vec<_>>().join(" ");
        if self.rationales.insert(rationale.clone()) && self.rationales.len() > Limit::RATIONALES {
            return Err(wrong("at most 256 different rationales", 3));
        }
        self.rows.push(MueRow { code, value, adjudication, rationale });
        Ok(())
    }

    /// All rows are in.
    pub(crate) fn finish(self) -> Result<(Setting, Vec<MueRow>), Located> {
        let Some(setting) = self.setting else {
            let expected = "a header row with HCPCS/CPT Code and MUE Values";
            return Err(row_error(LAYOUT, self.seen.max(1), expected, "the end of the file"));
        };
        if self.rows.is_empty() {
            return Err((None, ImportError::NoRows { layout: LAYOUT }));
        }
        Ok((setting, self.rows))
    }
}

/// Rows as a tables folder keeps them.
pub(crate) fn write(rows: &[MueRow]) -> String {
    let mut out = String::new();
    for r in rows {
        out.push_str(&format!("{}\t{}\t{}\t{}\n", r.code, r.value, r.adjudication.digit(), r.rationale));
    }
    out
}

/// Reads what [`write`] wrote, as the edition of a quarter.
pub(crate) fn read(text: &str, effective: crate::Date) -> Result<MueRows, Located> {
    let window = DateRange { from: effective, to: quarter::around(effective).to };
    let mut parser = Parser { setting: Some(Setting::Practitioner), ..Parser::default() };
    for (line, n) in text.lines().zip(1..) {
        parser.row(n, &line.split('\t').collect::<Vec<_>>())?;
    }
    Ok(MueRows { window, limits: parser.rows })
}
