//! Rows of procedure codes and modifiers: the one form in which every file of them is kept.

use std::collections::BTreeMap;

use super::Located;
use super::content::tidy;
use super::layout::row_error;
use crate::Date;
use crate::code::{Procedure, ProcedureKind};

/// A code or a modifier in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listed {
    pub(crate) is_modifier: bool,
    pub(crate) code: String,
    /// First and last day, if the list has them.
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    pub(crate) short: String,
    pub(crate) long: String,
}

/// Lines of `C` or `M`, code, first day, last day, short and long title, separated by tabs, sorted.
pub(crate) fn write(mut listing: Vec<Listed>) -> String {
    listing.sort();
    listing.dedup();
    let mut out = String::new();
    let day = |d: Option<Date>| d.map_or_else(String::new, |d| d.number().to_string());
    for l in &listing {
        let kind = if l.is_modifier { 'M' } else { 'C' };
        let (from, to, short, long) = (day(l.from), day(l.to), tidy(&l.short), tidy(&l.long));
        out.push_str(&format!("{kind}\t{}\t{from}\t{to}\t{short}\t{long}\n", l.code));
    }
    out
}

/// Reads what [`write`] wrote.
pub(crate) fn read(text: &str) -> Result<Vec<Listed>, Located> {
    const LAYOUT: &str = "kept rows of procedure codes";
    let one = |(i, line): (usize, &str)| {
        let wrong = |expected| row_error(LAYOUT, i as u64 + 1, expected, line);
        let fields: Vec<&str> = line.split('\t').collect();
        let &[kind, code, from, to, short, long] = fields.as_slice() else {
            return Err(wrong("six fields"));
        };
        let day = |text: &str| match text {
            "" => Ok(None),
            text => Date::parse(text.as_bytes()).map(Some).map_err(|_| wrong("a date")),
        };
        let is_modifier = kind == "M";
        if code.len() != if is_modifier { 2 } else { 5 } || !code.is_ascii() {
            return Err(wrong("a code"));
        }
        Ok(Listed {
            is_modifier,
            code: code.to_owned(),
            from: day(from)?,
            to: day(to)?,
            short: short.to_owned(),
            long: long.to_owned(),
        })
    };
    text.lines().enumerate().map(one).collect()
}

/// How many distinct codes of each kind.
pub(crate) fn by_kind<'a>(codes: impl IntoIterator<Item = &'a str>) -> BTreeMap<ProcedureKind, u32> {
    let mut out = BTreeMap::new();
    let mut last = "";
    for code in codes {
        if code != last
            && let Ok(procedure) = Procedure::parse(code.as_bytes())
        {
            *out.entry(procedure.kind()).or_default() += 1;
        }
        last = code;
    }
    out
}

/// Codes by kind and modifiers, as the user is told.
pub(crate) fn counts(listing: &[Listed]) -> Vec<(String, u64)> {
    let codes = |modifiers: bool| {
        let mut codes: Vec<&str> =
            listing.iter().filter(|l| l.is_modifier == modifiers).map(|l| l.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    };
    let (procedures, modifiers) = (codes(false), codes(true));
    let mut out = vec![("codes".to_owned(), procedures.len() as u64)];
    for (kind, n) in by_kind(procedures) {
        out.push((kind.name().to_owned(), u64::from(n)));
    }
    if !modifiers.is_empty() {
        out.push(("modifiers".to_owned(), modifiers.len() as u64));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let row = |is_modifier, code: &str, from: Option<Date>, long: &str| Listed {
            is_modifier,
            code: code.to_owned(),
            from,
            to: None,
            short: "short".to_owned(),
            long: long.to_owned(),
        };
        let rows =
            vec![row(true, "LT", None, "Left"), row(false, "G0008", Date::new(1990, 1, 1), "two\n  lines\t")];
        let text = write(rows);
        assert_eq!(text, "C\tG0008\t19900101\t\tshort\ttwo lines\nM\tLT\t\t\tshort\tLeft\n");
        assert_eq!(write(read(&text).unwrap()), text);
        for bad in ["C\tG0008\t\t\t\n", "C\tG008\t\t\t\t\n", "C\tG0008\t1990\t\t\t\n", "M\té\t\t\t\t\n"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
