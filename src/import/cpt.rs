//! CPT descriptor files as the AMA's licensees have them: code, blanks or a mark, text; perhaps a notice of several lines before, a
//! header, and columns with dates.

use super::Located;
use super::content::{Content, Row, column_key, delimited};
use super::layout::{Draft, Input, Layout, key_part, row_error, stem};
use super::listing::{self, Listed};
use super::named_date::year_of;
use crate::code::Procedure;
use crate::error::ImportError;
use crate::table::{ProcedureTable, TableKind};
use crate::{Date, DateRange};

const NAME: &str = "CPT descriptor file";
/// Lines of a notice before the first code, at most.
const NOTICE: usize = 80;
/// More than there are: a list of so many five-digit numbers is one of something else.
const MOST: usize = 30_000;

pub(crate) static CPT: Layout = Layout {
    id: "cpt",
    name: NAME,
    table: TableKind::Procedures,
    looks: |content| shape(content).is_some_and(|s| fits(&s)),
    read,
};

/// A file cut into rows, and which column is what.
struct Shape {
    rows: Vec<Row>,
    /// The first row with a code.
    first: usize,
    code: usize,
    from: Option<usize>,
    to: Option<usize>,
    /// Columns with text: how long such texts are, and where.
    texts: Vec<(Variety, usize)>,
    /// What stands before the codes.
    notice: String,
}

/// How long descriptors are: at most 28 characters, at most 48, or as long as they need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Variety {
    Short,
    Medium,
    Long,
}

impl Variety {
    fn name(self) -> &'static str {
        match self {
            Variety::Short => "short",
            Variety::Medium => "medium",
            Variety::Long => "long",
        }
    }

    fn named(text: &str) -> Option<Variety> {
        let text = text.to_ascii_lowercase();
        [(Variety::Short, "short"), (Variety::Medium, "med"), (Variety::Long, "long")]
            .into_iter()
            .find_map(|(variety, word)| text.contains(word).then_some(variety))
    }
}

/// Anesthesia's 00100 is the first code: smaller numbers count something.
fn is_code(cell: &str) -> bool {
    let is_cpt = |p: Procedure| p.kind().is_cpt() && p.category_one_number().is_none_or(|n| n >= 100);
    Procedure::parse(cell.as_bytes()).is_ok_and(is_cpt)
}

/// The code at the beginning of a line, and the mark or blank after it.
fn leading_code(line: &str) -> Option<(&str, u8)> {
    let line = line.trim_start_matches(['"', ' ']);
    let code = line.get(..5).filter(|c| is_code(c))?;
    let mark = line[5..].trim_start_matches('"').bytes().next()?;
    matches!(mark, b'\t' | b'|' | b',' | b';' | b' ').then_some((code, mark))
}

fn shape(content: &Content) -> Option<Shape> {
    let rows = match content {
        Content::Text(text) => {
            let mut lines = text.lines().filter(|l| !l.trim().is_empty()).take(NOTICE);
            match lines.find_map(leading_code) {
                Some((_, b' ')) => fixed(text),
                Some((_, mark)) => delimited(text, mark).ok()?,
                None => delimited(text, with_code_column(text)?).ok()?,
            }
        }
        Content::Sheets(sheets) => sheets.iter().find(|rows| !rows.is_empty())?.clone(),
        Content::Other(_) => return None,
    };
    let header = rows.iter().take(NOTICE).enumerate().find_map(|(at, row)| Some((at, code_column(row)?)));
    let (first, code) = match header {
        Some((at, code)) => (at + 1, code),
        None => (rows.iter().take(NOTICE).position(|r| is_code(r.get(0)))?, 0),
    };
    let notice = rows[..first].iter().flat_map(|r| &r.cells).fold(String::new(), |a, c| a + c + " ");
    let mut shape = Shape { rows, first, code, from: None, to: None, texts: vec![], notice };
    match header {
        Some((at, _)) => name_columns(&mut shape, at),
        None => guess_columns(&mut shape),
    }
    Some(shape)
}

/// For a file whose codes do not stand first: the mark of a header that names a column of codes.
fn with_code_column(text: &str) -> Option<u8> {
    text.lines().filter(|l| !l.trim().is_empty()).take(NOTICE).find_map(|line| {
        let marks = [b'\t', b'|', b',', b';'];
        marks.into_iter().find(|&mark| {
            let rows = delimited(line, mark).unwrap_or_default();
            rows.first().is_some_and(|r| code_column(r).is_some())
        })
    })
}

/// A header: a cell that names the codes and another that names the texts.
fn code_column(row: &Row) -> Option<usize> {
    const NAMES: [&str; 6] = ["code", "cpt", "cptcode", "cptcodes", "cpt4code", "procedurecode"];
    let keys: Vec<String> = row.cells.iter().map(|c| column_key(c)).collect();
    let at = keys.iter().position(|k| NAMES.contains(&k.as_str()))?;
    keys.iter().any(|k| is_text_name(k)).then_some(at)
}

fn is_text_name(key: &str) -> bool {
    ["descript", "title", "short", "medium", "long"].iter().any(|w| key.contains(w))
}

fn name_columns(shape: &mut Shape, header: usize) {
    let keys: Vec<String> = shape.rows[header].cells.iter().map(|c| column_key(c)).collect();
    let named = |words: &[&str]| keys.iter().position(|k| words.iter().any(|w| k.contains(w)));
    shape.to = named(&["term", "enddate", "delet", "expir", "todate", "dateto"])
        .or_else(|| keys.iter().position(|k| k == "to" || k == "end"));
    shape.from = named(&["effective", "start", "begin", "added", "adddate", "fromdate", "datefrom"])
        .or_else(|| keys.iter().position(|k| k == "from"))
        .filter(|at| Some(*at) != shape.to);
    for (at, key) in keys.iter().enumerate() {
        if at != shape.code && is_text_name(key) && Some(at) != shape.from && Some(at) != shape.to {
            let variety = Variety::named(key).unwrap_or_else(|| longest(shape, at));
            shape.texts.push((variety, at));
        }
    }
}

/// Columns without a name: dates are dates, the first other one is the text. Numbers and codes beside make it another kind of table.
fn guess_columns(shape: &mut Shape) {
    let rows = &shape.rows[shape.first..];
    let width = rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    let mut texts = Vec::new();
    for at in 1..width.min(12) {
        let filled: Vec<&str> = rows.iter().map(|r| r.get(at)).filter(|c| !c.is_empty()).collect();
        if filled.is_empty() {
            continue;
        }
        if filled.iter().all(|c| Date::parse(c.as_bytes()).is_ok()) {
            match (shape.from, shape.to) {
                (None, _) => shape.from = Some(at),
                (_, None) => shape.to = Some(at),
                _ => {}
            }
        } else if filled.iter().filter(|c| is_words(c)).count() * 10 >= filled.len() * 9 {
            texts.push(at);
        } else {
            return;
        }
    }
    for at in texts {
        let variety = longest(shape, at);
        shape.texts.push((variety, at));
    }
}

fn is_words(cell: &str) -> bool {
    cell.bytes().filter(u8::is_ascii_alphabetic).count() >= 3 && !is_code(cell) && cell.len() > 5
}

fn longest(shape: &Shape, at: usize) -> Variety {
    match shape.rows[shape.first..].iter().map(|r| r.get(at).chars().count()).max().unwrap_or(0) {
        0..=28 => Variety::Short,
        29..=48 => Variety::Medium,
        _ => Variety::Long,
    }
}

/// Lines of code, blanks, perhaps dates, text: cells are code, text, first day, last day.
fn fixed(text: &str) -> Vec<Row> {
    let row = |(line, number): (&str, u64)| {
        let Some((code, _)) = leading_code(line) else {
            return Row { line: number, cells: vec![line.trim().to_owned()] };
        };
        let mut rest = line.trim_start().get(5..).unwrap_or_default().trim();
        let mut dates = Vec::new();
        while let Some((word, after)) = rest.split_once(' ').filter(|(word, _)| is_date(word)) {
            dates.push(word.to_owned());
            rest = after.trim_start();
        }
        let mut last = Vec::new();
        // After the text, dates stand apart from it.
        while let Some((before, word)) = rest.rsplit_once("  ").filter(|(_, word)| is_date(word.trim())) {
            last.insert(0, word.trim().to_owned());
            rest = before.trim_end();
        }
        dates.append(&mut last);
        dates.resize(2, String::new());
        let mut cells = vec![code.to_owned(), rest.to_owned()];
        cells.append(&mut dates);
        Row { line: number, cells }
    };
    text.lines().zip(1..).filter(|(l, _)| !l.trim().is_empty()).map(row).collect()
}

fn is_date(word: &str) -> bool {
    word.len() >= 8 && Date::parse(word.as_bytes()).is_ok()
}

/// Is it a list of CPT codes with texts, and nothing else?
fn fits(shape: &Shape) -> bool {
    let rows = &shape.rows[shape.first..];
    let codes = rows.iter().filter(|r| Procedure::parse(r.get(shape.code).as_bytes()).is_ok()).count();
    let cpt = rows.iter().filter(|r| is_code(r.get(shape.code))).count();
    !shape.texts.is_empty() && (1..=MOST).contains(&codes) && codes * 10 >= rows.len() * 9 && cpt * 2 > codes
}

fn read(input: &Input<'_>) -> Result<Draft, Located> {
    let none = || (None, ImportError::NoRows { layout: NAME });
    let shape = shape(input.content).ok_or_else(none)?;
    let (short, long) = (column(&shape, Variety::Short), column(&shape, Variety::Long));
    let mut listing: Vec<Listed> = Vec::new();
    for row in &shape.rows[shape.first..] {
        let wrong = |expected: &str, got: &str| row_error(NAME, row.line, expected, got);
        if row.cells.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        let code = row.get(shape.code);
        let code = Procedure::parse(code.as_bytes())
            .map_err(|_| wrong("a procedure code of five characters", code))?;
        let day = |at: Option<usize>| match at.map_or("", |at| row.get(at)) {
            "" => Ok(None),
            text => Date::parse(text.as_bytes()).map(Some).map_err(|_| wrong("a date", text)),
        };
        let title = |at: Option<usize>| at.map_or("", |at| row.get(at)).to_owned();
        listing.push(Listed {
            is_modifier: false,
            code: code.to_string(),
            from: day(shape.from)?,
            to: day(shape.to)?.filter(|&to| to != Date::MAX),
            short: title(short),
            long: title(long),
        });
    }
    // A code on several lines: the first text stands, as in files that give one line to each wording.
    let mut seen = std::collections::BTreeSet::new();
    listing.retain(|l| seen.insert(l.code.clone()));
    let effective = input.effective.or_else(|| edition_year(&shape.notice, input.names));
    let variety = shape.texts.iter().map(|(v, _)| *v).max().unwrap_or(Variety::Long);
    let year = effective.map_or_else(|| "undated".to_owned(), |d| d.year().to_string());
    let name = stem(input.names);
    let window = match effective {
        Some(day) => DateRange { from: day, to: Date::new(day.year(), 12, 31).unwrap_or(Date::MAX) },
        None => DateRange::since(ProcedureTable::UNKNOWN_START),
    };
    let mut notes = Vec::new();
    if effective.is_none() && shape.from.is_none() {
        notes.push(
            "neither the file nor its name says of which year it is: its codes count as in force on every day; say it with \
             --effective YYYY-01-01"
                .to_owned(),
        );
    }
    Ok(Draft {
        key: format!("cpt-{year}-{}", key_part(&name)),
        edition: match effective {
            Some(day) => format!("CPT {}, {} descriptors", day.year(), variety.name()),
            None => format!("CPT, {} descriptors of {name}", variety.name()),
        },
        effective,
        window,
        variety: Some(variety.name().to_owned()),
        counts: listing::counts(&listing),
        rows: listing::write(listing),
        notes,
    })
}

/// The column for short or for long titles; medium ones are short ones until there are better.
fn column(shape: &Shape, wanted: Variety) -> Option<usize> {
    let of = |variety| shape.texts.iter().find(|(v, _)| *v == variety).map(|(_, at)| *at);
    match wanted {
        Variety::Long => of(Variety::Long),
        _ => of(Variety::Short).or_else(|| of(Variety::Medium)),
    }
}

/// 1 January of the year that the notice or a name tells: "CPT® 2026", "2026 CPT", "effective January 1, 2026". The year of a copyright is another one.
fn edition_year(notice: &str, names: &[String]) -> Option<Date> {
    let words: Vec<String> = notice
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '/')
        .filter(|w| !w.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let year = |word: Option<&String>| -> Option<u32> {
        let word = word?.rsplit('/').next()?;
        (word.len() == 4 && word.starts_with("20")).then(|| word.parse().ok()).flatten()
    };
    let by_notice = words.iter().enumerate().find_map(|(i, word)| match word.as_str() {
        "cpt" => {
            let mark = words.get(i + 1).is_some_and(|w| w == "r" || w == "tm");
            year(words.get(i + 1 + usize::from(mark))).or_else(|| year(words.get(i.checked_sub(1)?)))
        }
        "effective" => (1..=5).find_map(|n| year(words.get(i + n))),
        _ => None,
    });
    let found = by_notice.or_else(|| names.iter().find_map(|n| year_of(n)))?;
    Date::new(i16::try_from(found).ok()?, 1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import_as(name: &str, text: &str) -> Result<Draft, Located> {
        let tables = crate::Tables::embedded();
        let content = Content::of(text.as_bytes().to_vec()).unwrap();
        let layout = super::super::layout::recognise(&content).map(|l| l.id);
        assert_eq!(layout, Ok("cpt"), "{text}");
        read(&Input {
            content: &content,
            names: &[name.to_owned()],
            effective: None,
            setting: None,
            icd10cm: &tables.icd10cm,
        })
    }

    #[test]
    fn every_shape_of_the_files_gives_the_same_codes() {
        let notice =
            "CPT(R) 2026 Data Files\nCopyright 1995-2025 Somebody.\nAll rights\treserved, and so on\n\n";
        for body in [
            "10004\tSynthetic procedure A\n0001T\tSynthetic procedure B\n",
            "10004 Synthetic procedure A\r\n0001T Synthetic procedure B\r\n",
            "10004   Synthetic procedure A   \n0001T   Synthetic procedure B\n",
            "10004|Synthetic procedure A\n0001T|Synthetic procedure B\n",
            "\"10004\",\"Synthetic procedure A\"\n\"0001T\",\"Synthetic procedure B\"\n",
            "CPT Code|Descriptor\n10004|Synthetic procedure A\n0001T|Synthetic procedure B\n",
            "Concept Id\tCPT Code\tShort Description\n1\t10004\tSynthetic procedure A\n2\t0001T\tSynthetic procedure B\n",
        ] {
            let draft = import_as("file.txt", &format!("{notice}{body}")).unwrap();
            assert_eq!(
                draft.rows, "C\t0001T\t\t\tSynthetic procedure B\t\nC\t10004\t\t\tSynthetic procedure A\t\n",
                "{body}"
            );
            assert_eq!(
                (draft.edition.as_str(), draft.key.as_str()),
                ("CPT 2026, short descriptors", "cpt-2026-file")
            );
            assert!(import_as("file.txt", body).unwrap().notes[0].contains("--effective"), "{body}");
        }
    }

    #[test]
    fn columns_with_dates_are_dates() {
        for body in [
            "10004\t20190101\t\tSynthetic procedure A\n10005\t20200101\t20251231\tSynthetic procedure B\n",
            "10004 20190101 Synthetic procedure A\n10005 01/01/2020 12/31/2025 Synthetic procedure B\n",
            "10004 Synthetic procedure A   20190101\n10005 Synthetic procedure B   20200101  20251231\n",
            "Code,Title,Effective Date,Termination Date\n10004,Synthetic procedure A,1/1/2019,\n10005,Synthetic procedure B,2020-01-01,2025-12-31\n",
        ] {
            let draft = import_as("list.txt", body).unwrap();
            assert_eq!(
                draft.rows,
                "C\t10004\t20190101\t\tSynthetic procedure A\t\nC\t10005\t20200101\t20251231\tSynthetic procedure B\t\n",
                "{body}"
            );
            assert_eq!(draft.notes.len(), 0);
        }
    }

    #[test]
    fn lengths_tell_short_medium_and_long() {
        let of = |n: usize| {
            let text = format!("10004 {}\n", "word ".repeat(n));
            import_as("a.txt", &text).unwrap().variety.unwrap_or_default()
        };
        assert_eq!((of(5).as_str(), of(9).as_str(), of(20).as_str()), ("short", "medium", "long"));
    }

    #[test]
    fn the_year_is_the_editions_and_not_the_copyrights() {
        let year = |notice: &str, name: &str| edition_year(notice, &[name.to_owned()]).map(|d| d.year());
        assert_eq!(year("CPT® 2026 long", ""), Some(2026));
        assert_eq!(year("2026 CPT descriptors, copyright 2025", ""), Some(2026));
        assert_eq!(year("copyright 2025. Effective January 1, 2026", ""), Some(2026));
        assert_eq!(year("effective 01/01/2026", ""), Some(2026));
        assert_eq!(year("copyright 2025", "LONGULT_2026.txt"), Some(2026));
        assert_eq!(year("copyright 2025", "LONGULT.txt"), None);
    }

    #[test]
    fn other_tables_of_cpt_codes_are_not_taken() {
        for text in [
            "10004\t10005\t\t20240101\t*\t1\tMisuse of something\n",
            "10004,1,3 Date of Service Edit: Clinical,Nature of Service/Procedure\n",
            "HCPCS,MOD,DESCRIPTION,STATUS,RVU\n10004,,Synthetic procedure A,A,0.8\n10005,26,Synthetic procedure B,A,1.46\n",
            "56781,3,G0008\n56781,3,G0009\n",
            "10001 10002\n10003 10004\n",
            "00001 Some words\n00002 Other words\n",
            "claim_id,dos_from,procedure\n10001,2026-01-01,99213\n",
        ] {
            let content = Content::of(text.as_bytes().to_vec()).unwrap();
            assert!(!(CPT.looks)(&content), "{text}");
        }
    }

    #[test]
    fn rows_that_do_not_fit_are_errors_with_their_line() {
        let mut text = "CPT 2026\n".to_owned();
        for n in 10_000..10_020 {
            text.push_str(&format!("{n}\tSynthetic procedure\n"));
        }
        text.push_str("1002X\tSynthetic procedure\n");
        let (line, e) = import_as("a.txt", &text).unwrap_err();
        assert_eq!(line, Some(22));
        assert_eq!(
            e.to_string(),
            "CPT descriptor file: expected a procedure code of five characters, got \"1002X\""
        );
    }
}
