//! ICD-10-CM files as a tables folder takes them: recognised, dated, kept as they are.

use std::collections::BTreeSet;

use super::Located;
use super::content::Content;
use super::icd10cm::{self, Edition};
use super::layout::{Draft, Input, Layout};
use super::named_date::{self, month_and_year, next_icd10cm_update};
use crate::code::Icd10Cm;
use crate::error::ImportError;
use crate::table::{Icd10CmTable, Standing, TableKind, same_words};
use crate::{Date, DateRange};

pub(crate) static ORDER: Layout = Layout {
    id: "icd10cm-order",
    name: "ICD-10-CM order file",
    table: TableKind::Icd10Cm,
    looks: |content| {
        head(content, |line| {
            let b = line.as_bytes();
            b.len() > 16
                && b[..5].iter().all(u8::is_ascii_digit)
                && b[5] == b' '
                && code_in(&line[6..]).is_some_and(|code| code.len() <= 7)
                && matches!(b[14], b'0' | b'1')
                && b[15] == b' '
        })
    },
    read: |input| draft(input, &ORDER, icd10cm::order_file),
};

pub(crate) static CODES: Layout = Layout {
    id: "icd10cm-codes",
    name: "ICD-10-CM code file",
    table: TableKind::Icd10Cm,
    looks: |content| {
        // HCPCS codes have the shape of some ICD-10-CM codes, but are all of one length.
        let lengths: BTreeSet<usize> =
            content.text().into_iter().flat_map(first_lines).filter_map(code_in).map(str::len).collect();
        lengths.len() > 1
            && head(content, |line| {
                code_in(line).is_some_and(|c| {
                    c.bytes().any(|b| b.is_ascii_digit()) && !line[c.len()..].trim().is_empty()
                })
            })
    },
    read: |input| draft(input, &CODES, icd10cm::codes_file),
};

pub(crate) static TABULAR: Layout = Layout {
    id: "icd10cm-tabular",
    name: "ICD-10-CM tabular list (XML)",
    table: TableKind::Icd10Cm,
    looks: |content| {
        let head = content.text().map_or(&b""[..], |t| &t.as_bytes()[..t.len().min(2000)]);
        memchr::memmem::find(head, b"<ICD10CM.tabular").is_some()
    },
    read: |input| draft(input, &TABULAR, icd10cm::tabular),
};

fn first_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|l| !l.trim().is_empty()).take(20)
}

/// Are most of the first lines of such a shape? One that is not is an error in its row, not another layout.
fn head(content: &Content, shape: impl Fn(&str) -> bool) -> bool {
    content.text().is_some_and(|text| {
        let fits = first_lines(text).filter(|l| l.is_ascii() && shape(l)).count();
        fits * 2 > first_lines(text).count()
    })
}

/// A code of ICD-10-CM's shape, upper case and without a dot, at the beginning of a line, with a blank after it.
fn code_in(line: &str) -> Option<&str> {
    let (code, _) = line.split_once(' ')?;
    let shape = Icd10Cm::parse(code.as_bytes()).ok()?;
    (shape.text().as_str() == code).then_some(code)
}

/// Reads the rows of a file that was kept.
pub(crate) fn parse(layout: &Layout, text: &str) -> Result<Edition, Located> {
    match layout.id {
        "icd10cm-order" => icd10cm::order_file(text),
        "icd10cm-codes" => icd10cm::codes_file(text),
        _ => icd10cm::tabular(text),
    }
}

fn draft(
    input: &Input<'_>,
    layout: &'static Layout,
    read: fn(&str) -> Result<Edition, Located>,
) -> Result<Draft, Located> {
    let text = input.content.text().unwrap_or_default();
    let edition = read(text)?;
    let version = edition.tabular.as_ref().and_then(|t| t.year).and_then(|y| u32::try_from(y).ok());
    let effective = input
        .effective
        .or_else(|| match version {
            // The list says its year; only its name says which update of the year it is.
            Some(year) => named_date::effective(year, named_date::month_of(input.names, year)),
            None => named_date::icd10cm_effective(input.names),
        })
        .or_else(|| infer(&edition, input.icd10cm))
        .ok_or((None, ImportError::NoDate { layout: layout.name }))?;
    let counts = vec![
        ("codes".to_owned(), edition.billable.len() as u64),
        ("headers".to_owned(), (edition.titles.len() - edition.billable.len()) as u64),
    ];
    Ok(Draft {
        key: format!("{}-{effective}", layout.id),
        edition: format!("{}, {}", layout.name.trim_end_matches(" (XML)"), release(effective)),
        effective: Some(effective),
        window: DateRange { from: effective, to: next_icd10cm_update(effective).add_days(-1) },
        variety: None,
        notes: notes(&edition, effective, input.icd10cm),
        rows: text.to_owned(),
        counts,
    })
}

/// The release that begins on a day, as people call it.
pub(crate) fn release(effective: Date) -> String {
    match (effective.month(), effective.day()) {
        (10, 1) => format!("FY{}", effective.year() + 1),
        (_, 1) => month_and_year(effective),
        _ => format!("from {effective}"),
    }
}

/// The day on which exactly these codes came into force, if the table knows one.
fn infer(edition: &Edition, table: &Icd10CmTable) -> Option<Date> {
    let window = table.window();
    let mut day = window.from;
    while day <= window.to {
        if differing(edition, day, table) == 0 {
            return Some(day);
        }
        day = next_update_or_january(day);
    }
    None
}

fn next_update_or_january(day: Date) -> Date {
    match day.month() {
        10..=12 => Date::new(day.year() + 1, 1, 1).unwrap_or(Date::MAX),
        _ => next_icd10cm_update(day),
    }
}

/// Codes that are in force on the day by one of the two and not by the other.
fn differing(edition: &Edition, day: Date, table: &Icd10CmTable) -> usize {
    let all = table.index().all();
    let mut common = 0;
    let mut ours = 0;
    for (code, rank) in all {
        if matches!(table.standing(rank, day), Standing::Billable(_)) {
            ours += 1;
            common += usize::from(std::str::from_utf8(&code).is_ok_and(|c| edition.billable.contains(c)));
        }
    }
    ours - common + edition.billable.len() - common
}

fn notes(edition: &Edition, effective: Date, table: &Icd10CmTable) -> Vec<String> {
    let mut out = date_notes(edition, effective, table);
    if edition.tabular.is_some() {
        let reworded = |(code, title): (&String, &String)| {
            let rank = Icd10Cm::parse(code.as_bytes()).ok().and_then(|c| table.rank(c));
            rank.and_then(|r| table.title(r)).is_some_and(|t| !same_words(&t, title))
        };
        let n = edition.titles.iter().filter(|&t| reworded(t)).count();
        if n > 0 {
            out.push(format!(
                "{n} titles that the tabular list words otherwise than CMS's code files are kept; those that changed come with the order file"
            ));
        }
    }
    out
}

fn date_notes(edition: &Edition, effective: Date, table: &Icd10CmTable) -> Vec<String> {
    let window = table.window();
    if effective < window.from {
        return vec![format!("before {}, when ICD-10-CM came into use: only titles are taken", window.from)];
    }
    if effective > window.to {
        let gap = effective > window.to.add_days(1);
        return if gap {
            vec![format!(
                "nothing between {} and {effective} is known: what changed in between is dated {effective}",
                window.to
            )]
        } else {
            vec![]
        };
    }
    match differing(edition, effective, table) {
        0 => vec![],
        n => vec![format!(
            "{n} codes differ from those in force on {effective} by the table of cleanclaim; the table's dates stand"
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(text: &str) -> Option<&'static str> {
        let content = Content::of(text.as_bytes().to_vec()).unwrap();
        super::super::layout::recognise(&content).ok().map(|l| l.id)
    }

    const ORDER_LINES: &str = "00001 A00     0 Cholera                                                      Cholera\n\
        00002 A000    1 Cholera due to Vibrio cholerae 01, biovar cholerae           Cholera due to Vibrio cholerae 01, biovar cholerae\n";

    #[test]
    fn layouts_are_told_apart_by_content() {
        assert_eq!(recognised(ORDER_LINES), Some("icd10cm-order"));
        assert_eq!(recognised("A000    Cholera\nA0100   Typhoid fever\n"), Some("icd10cm-codes"));
        assert_eq!(
            recognised("<?xml version=\"1.0\"?>\n<ICD10CM.tabular><version>2027</version></ICD10CM.tabular>"),
            Some("icd10cm-tabular")
        );
        // HCPCS codes with short titles; ICD-10-PCS; the index, which is XML too.
        assert_eq!(
            recognised("G0008   Admin influenza virus vac\nG0009   Admin pneumococcal vaccine\n"),
            None
        );
        assert_eq!(recognised("0016070 Bypass\n0016071 Bypass\n"), None);
        assert_eq!(recognised("<?xml version=\"1.0\"?>\n<ICD10CM.index><version>2027</version>"), None);
    }

    #[test]
    fn a_file_without_a_date_is_dated_by_its_codes() {
        let tables = crate::Tables::embedded();
        let table = &tables.icd10cm;
        let day: Date = "2024-10-01".parse().unwrap();
        let mut lines = String::new();
        for (code, rank) in table.index().all() {
            if matches!(table.standing(rank, day), Standing::Billable(_)) {
                lines.push_str(&format!("{:<8}Title\n", String::from_utf8_lossy(&code)));
            }
        }
        let read = |lines: &str, name: &str, effective| {
            let content = Content::of(lines.as_bytes().to_vec()).unwrap();
            (CODES.read)(&Input {
                content: &content,
                names: &[name.to_owned()],
                effective,
                setting: None,
                icd10cm: table,
            })
        };
        let found = read(&lines, "codes.txt", None).unwrap();
        assert_eq!((found.effective, found.edition.as_str()), (Some(day), "ICD-10-CM code file, FY2025"));
        assert_eq!(found.notes, Vec::<String>::new());
        let without_one = lines.split_once('\n').unwrap().1;
        let (line, e) = read(without_one, "codes.txt", None).unwrap_err();
        assert_eq!((line, e), (None, ImportError::NoDate { layout: "ICD-10-CM code file" }));
        assert_eq!(read(without_one, "codes_2025.txt", None).unwrap().effective, Some(day));
        let told = read(without_one, "codes_2025.txt", Some(Date::constant(2027, 10, 1))).unwrap();
        assert_eq!(told.key, "icd10cm-codes-2027-10-01");
        assert_eq!(told.window.to, Date::constant(2028, 3, 31));
        assert!(told.notes[0].starts_with("nothing between 2027-03-31 and 2027-10-01"), "{:?}", told.notes);
    }
}
