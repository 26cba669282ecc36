//! What is in a file: text, sheets of a workbook, or something that is no table.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::Located;
use crate::Date;
use crate::error::ImportError;

/// The content of one file.
pub(crate) enum Content {
    Text(String),
    Sheets(Vec<Vec<Row>>),
    /// No table, but this.
    Other(&'static str),
}

/// A row of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Line of the text, or row of the sheet, from 1.
    pub(crate) line: u64,
    pub(crate) cells: Vec<String>,
}

impl Row {
    /// The cell without blanks around it; empty if the row is shorter.
    pub(crate) fn get(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |c| c.trim())
    }
}

impl Content {
    /// # Errors
    /// If it is a workbook that cannot be read.
    pub(crate) fn of(bytes: Vec<u8>) -> Result<Content, ImportError> {
        Ok(match bytes.as_slice() {
            [] => Content::Other("an empty file"),
            [b'P', b'K', 3, 4, ..] => return office(&bytes),
            [b'%', b'P', b'D', b'F', ..] => Content::Other("a PDF document"),
            [0xD0, 0xCF, 0x11, 0xE0, ..] => Content::Other("an old Office document (doc, xls)"),
            [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] => Content::Other("an image"),
            [b'P', b'A', b'R', b'1', ..] => Content::Other("a Parquet file"),
            [b'C', b'C', b'T', b'A', b'B', b'L', b'E', 0, ..] => {
                Content::Other("a pack that cleanclaim has built already")
            }
            [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
            [0xEF, 0xBB, 0xBF, rest @ ..] => text(rest.to_vec()),
            _ => text(bytes),
        })
    }

    /// The text, if it is text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it looks like, for a message. Shows words of a header, never a row: the file may be a claims file, given by mistake.
    pub(crate) fn describe(&self) -> String {
        match self {
            Content::Other(what) => (*what).to_owned(),
            Content::Sheets(sheets) => {
                let rows: usize = sheets.iter().map(Vec::len).sum();
                let first = sheets.iter().flatten().next();
                let header = first.map(|r| header_words(&r.cells)).unwrap_or_default();
                format!("a workbook of {}{header}", number_of(rows, "row"))
            }
            Content::Text(text) => {
                let lines = text.lines().count();
                let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
                if let Some(tag) = first.trim().strip_prefix('<') {
                    let root = tag.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').next();
                    return format!("XML or HTML that begins with <{}", root.unwrap_or_default());
                }
                let delimiter = ['\t', '|', ',', ';'].into_iter().max_by_key(|d| first.matches(*d).count());
                let cells: Vec<String> =
                    delimiter.map(|d| first.split(d).map(str::to_owned).collect()).unwrap_or_default();
                format!("text of {}{}", number_of(lines, "line"), header_words(&cells))
            }
        }
    }
}

fn number_of(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn header_words(cells: &[String]) -> String {
    let wordy = |c: &String| {
        let c = c.trim().trim_matches('"');
        !c.is_empty() && c.len() <= 40 && c.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == ' ')
    };
    if cells.len() < 2 || cells.iter().filter(|c| wordy(c)).count() * 2 < cells.len() {
        return if cells.len() > 1 { format!(" with {} columns", cells.len()) } else { String::new() };
    }
    let shown: Vec<&str> =
        cells.iter().filter(|c| wordy(c)).take(6).map(|c| c.trim().trim_matches('"')).collect();
    format!(" with {} columns: {}", cells.len(), shown.join(", "))
}

fn text(bytes: Vec<u8>) -> Content {
    if bytes.iter().take(1 << 16).any(|&b| b == 0) {
        return Content::Other("a binary file");
    }
    // Taken over as it is: the largest tables have some hundred megabytes.
    match String::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => Content::Other("an empty file"),
        Ok(text) => Content::Text(text),
        Err(e) => Content::Text(e.as_bytes().iter().map(|&b| windows_1252(b)).collect()),
    }
}

fn utf16(bytes: &[u8], of: fn([u8; 2]) -> u16) -> Content {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|b| of([b[0], b[1]])).collect();
    match String::from_utf16(&units) {
        Ok(text) => Content::Text(text),
        Err(_) => Content::Other("a binary file"),
    }
}

/// What publishers on Windows write where it is not UTF-8.
fn windows_1252(b: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '?', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '?', 'Ž', '?', '?', '‘', '’', '“',
        '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '?', 'ž', 'Ÿ',
    ];
    match b {
        0x80..=0x9F => HIGH[usize::from(b - 0x80)],
        _ => char::from(b),
    }
}

fn office(bytes: &[u8]) -> Result<Content, ImportError> {
    let has = |name: &[u8]| memchr::memmem::find(bytes, name).is_some();
    if !has(b"xl/workbook.xml") {
        return Ok(Content::Other(if has(b"word/") { "a Word document" } else { "an Office document" }));
    }
    let failed = |e: calamine::XlsxError| ImportError::Container(format!("cannot read the workbook: {e}"));
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(failed)?;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).map_err(failed)?;
        let first = range.start().map_or(1, |(row, _)| u64::from(row) + 1);
        let rows = range
            .rows()
            .zip(first..)
            .map(|(cells, line)| Row { line, cells: cells.iter().map(cell).collect() });
        sheets.push(rows.collect());
    }
    Ok(Content::Sheets(sheets))
}

/// A cell as the csv form of the same table would have it.
fn cell(data: &Data) -> String {
    match data {
        Data::String(text) | Data::DateTimeIso(text) => text.clone(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => (*number as i64).to_string(),
        Data::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            let date = Date::new(year as i16, month as i8, day as i8);
            date.map_or_else(String::new, |d| d.to_string())
        }
        Data::Empty => String::new(),
        other => other.to_string(),
    }
}

/// Rows of a delimited text. Only a comma separated one may quote.
pub(crate) fn delimited(text: &str, delimiter: u8) -> Result<Vec<Row>, Located> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(matches!(delimiter, b',' | b';'))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map(csv::Position::line);
            (line, ImportError::Container(format!("cannot read the row: {e}")))
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
    }
    Ok(rows)
}

/// Letters and digits of a column's name, in lower case: `ADD DT` and `add_dt` are the same.
pub(crate) fn column_key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Runs of blanks as one, none around it: titles as packs keep them, without tabs and line ends.
pub(crate) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(bytes: &[u8]) -> String {
        Content::of(bytes.to_vec()).unwrap().text().unwrap_or("(none)").to_owned()
    }

    #[test]
    fn texts_in_other_encodings_are_read() {
        assert_eq!(text_of(b"\xef\xbb\xbfCPT"), "CPT");
        assert_eq!(text_of(b"\xff\xfeC\0P\0"), "CP");
        assert_eq!(text_of(b"\xfe\xff\0C\0P"), "CP");
        assert_eq!(text_of(b"CPT\xae \x96 M\xe9ni\xe8re"), "CPT® – Ménière");
        assert_eq!(text_of(b"PAR1\x00\x01"), "(none)");
    }

    #[test]
    fn a_description_shows_headers_and_no_rows() {
        let describe = |t: &str| Content::of(t.as_bytes().to_vec()).unwrap().describe();
        assert_eq!(
            describe("claim_id,patient\n1,Doe\n"),
            "text of 2 lines with 2 columns: claim_id, patient"
        );
        assert_eq!(describe("123,Doe John,1970-01-01\n"), "text of 1 line with 3 columns");
        assert_eq!(describe("<html><b>"), "XML or HTML that begins with <html");
        assert_eq!(describe(" \n "), "an empty file");
        assert_eq!(describe("%PDF-1.4"), "a PDF document");
    }

    #[test]
    fn rows_know_their_line() {
        let rows = delimited("a,b\n\"x\ny\",1\nlast,2\n", b',').unwrap();
        assert_eq!(rows.iter().map(|r| r.line).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(rows[1].cells, ["x\ny", "1"]);
        let rows = delimited("a\t5\" tube\n", b'\t').unwrap();
        assert_eq!(rows[0].cells, ["a", "5\" tube"]);
    }
}
