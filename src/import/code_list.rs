//! The user's own list of procedure codes: csv with the columns code, from, to, title.

use super::Located;
use super::content::{Content, Row, column_key, delimited};
use super::layout::{Draft, Input, Layout, key_part, row_error, stem};
use super::listing::{self, Listed};
use crate::code::Procedure;
use crate::error::ImportError;
use crate::table::{ProcedureTable, TableKind};
use crate::{Date, DateRange};

const NAME: &str = "code list (csv: code, from, to, title)";

pub(crate) static CODE_LIST: Layout = Layout {
    id: "list",
    name: NAME,
    table: TableKind::Procedures,
    looks: |content| match content {
        Content::Text(text) => {
            let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
            header_of(first).is_some()
        }
        _ => false,
    },
    read,
};

/// The delimiter and the columns: code, and where there are such, from, to and title.
fn header_of(line: &str) -> Option<(u8, [Option<usize>; 4])> {
    let delimiter =
        [b',', b'\t', b';', b'|'].into_iter().find(|&d| line.contains(char::from(d))).unwrap_or(b',');
    let rows = delimited(line, delimiter).ok()?;
    let keys: Vec<String> = rows.first()?.cells.iter().map(|c| column_key(c)).collect();
    let at = |name: &str| keys.iter().position(|k| k == name);
    let places = [at("code"), at("from"), at("to"), at("title")];
    let known = places.iter().flatten().count();
    // Lists of anything may have a column "code": there must be nothing else, or days by these names.
    let is_one = keys.len() == known || places[1].is_some() || places[2].is_some();
    (places[0].is_some() && is_one).then_some((delimiter, places))
}

fn read(input: &Input<'_>) -> Result<Draft, Located> {
    let text = input.content.text().unwrap_or_default();
    let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let none = || (None, ImportError::NoRows { layout: NAME });
    let (delimiter, places) = header_of(first).ok_or_else(none)?;
    let rows = delimited(text, delimiter)?;
    let mut listing = Vec::new();
    for row in rows.iter().skip_while(|r| r.cells.iter().all(|c| c.trim().is_empty())).skip(1) {
        if row.cells.iter().any(|c| !c.trim().is_empty()) {
            listing.push(listed(row, places, input.effective)?);
        }
    }
    if listing.is_empty() {
        return Err(none());
    }
    let from = listing.iter().map(|l| l.from.unwrap_or(ProcedureTable::UNKNOWN_START)).min();
    let from = from.unwrap_or(ProcedureTable::UNKNOWN_START);
    let name = stem(input.names);
    let mut notes = Vec::new();
    let header = delimited(first, delimiter)?;
    let unread = header.iter().flat_map(|r| &r.cells).enumerate();
    let unread: Vec<&str> =
        unread.filter(|(at, _)| !places.contains(&Some(*at))).map(|(_, name)| name.trim()).collect();
    if !unread.is_empty() {
        notes.push(format!("columns that are not read: {}", unread.join(", ")));
    }
    let undated = listing.iter().filter(|l| l.from.is_none() && l.to.is_none()).count();
    if undated > 0 {
        notes.push(format!("{undated} codes have no dates: they count as in force on every day"));
    }
    Ok(Draft {
        key: format!("list-{}", key_part(&name)),
        edition: format!("code list {name}"),
        effective: None,
        window: DateRange::since(from),
        variety: None,
        counts: listing::counts(&listing),
        rows: listing::write(listing),
        notes,
    })
}

fn listed(row: &Row, places: [Option<usize>; 4], effective: Option<Date>) -> Result<Listed, Located> {
    let [code, from, to, title] = places.map(|at| at.map_or("", |at| row.get(at)));
    let wrong = |expected: &str, got: &str| row_error(NAME, row.line, expected, got);
    let procedure =
        Procedure::parse(code.as_bytes()).map_err(|_| wrong("a procedure code of five characters", code))?;
    let day = |text: &str, what: &str| match text {
        "" => Ok(None),
        text => Date::parse(text.as_bytes())
            .map(Some)
            .map_err(|e| wrong(&format!("{what} as a date ({e})"), text)),
    };
    let (from, to) = (day(from, "from")?.or(effective), day(to, "to")?);
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        return Err(wrong("a last day not before the first", &row.cells.join(",")));
    }
    // 9999-12-31 is how some systems write "open".
    let to = to.filter(|&to| to != Date::MAX);
    Ok(Listed {
        is_modifier: false,
        code: procedure.to_string(),
        from,
        to,
        short: String::new(),
        long: title.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(text: &str, effective: Option<Date>) -> Result<Draft, Located> {
        let tables = crate::Tables::embedded();
        let content = Content::of(text.as_bytes().to_vec()).unwrap();
        assert!((CODE_LIST.looks)(&content), "not recognised: {text}");
        let names = ["My Codes.csv".to_owned()];
        read(&Input { content: &content, names: &names, effective, setting: None, icd10cm: &tables.icd10cm })
    }

    #[test]
    fn every_form_of_the_list_is_read() {
        let full = "Code, FROM ,To,Title\n\
            g0106,1/1/1998,12/31/2024,\"Synthetic\nprocedure A\"\n\
            10004,20190101,9999-12-31,\n\
            \n10005,01-Jan-2019,,B\n";
        let draft = import(full, None).unwrap();
        assert_eq!(
            draft.rows,
            "C\t10004\t20190101\t\t\t\nC\t10005\t20190101\t\t\tB\nC\tG0106\t19980101\t20241231\t\tSynthetic procedure A\n"
        );
        assert_eq!((draft.window.from.to_string().as_str(), draft.window.is_open()), ("1998-01-01", true));
        assert_eq!((draft.key.as_str(), draft.notes.len()), ("list-my-codes", 0));
        let bare = import("CODE\n10004\n10005\n", None).unwrap();
        assert_eq!(bare.rows, "C\t10004\t\t\t\t\nC\t10005\t\t\t\t\n");
        assert_eq!((bare.window.from, bare.notes.len()), (ProcedureTable::UNKNOWN_START, 1));
        let told = import("code;title\n10004;A\n", Date::new(2026, 1, 1)).unwrap();
        assert_eq!(told.rows, "C\t10004\t20260101\t\t\tA\n");
    }

    #[test]
    fn rows_that_do_not_fit_are_errors_with_their_line() {
        let wrong = |text: &str| {
            let (line, e) = import(text, None).unwrap_err();
            format!("{}: {e}", line.unwrap_or(0))
        };
        assert!(wrong("code,from,to,title\n10004,,,\"a\nb\"\n1000,,,\n").starts_with("4: "));
        assert!(wrong("code,from\n10004,2026-02-30\n").contains("2: code list (csv: code, from, to, title): expected from as a date (no such day in the calendar), got \"2026-02-30\""));
        assert!(
            wrong("code,from,to\n10004,2026-01-02,2026-01-01\n").contains("a last day not before the first")
        );
        assert!(wrong("code,from\n").contains("no rows"));
    }

    #[test]
    fn other_lists_of_codes_are_not_taken() {
        for text in ["code,name\n10,Home\n", "claim_id,code\n1,2\n", "from,to\n", "title\nx\n"] {
            assert!(!(CODE_LIST.looks)(&Content::of(text.as_bytes().to_vec()).unwrap()), "{text}");
        }
    }
}
