//! Folders, files and sources for the tests.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use cleanclaim::Date;
use cleanclaim::import::{AddOptions, Addition, TablesFolder};
use zip::write::SimpleFileOptions;

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `../shared/reference`; says loudly that it is absent.
#[allow(clippy::print_stderr, reason = "a test that does not look must say so")]
pub(crate) fn reference(name: &str) -> Option<PathBuf> {
    let places = ["../shared", "../../shared"].map(|p| root().join(p).join("reference").join(name));
    let found = places.into_iter().find(|p| p.exists());
    if found.is_none() {
        eprintln!("SKIPPED: ../shared/reference/{name} is absent");
    }
    found
}

/// A folder that goes when the test ends.
pub(crate) struct Temp(PathBuf);

impl Temp {
    pub(crate) fn new() -> Temp {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("cleanclaim-tables-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Temp(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The folder of tables in it.
    pub(crate) fn tables(&self) -> TablesFolder {
        TablesFolder::open(self.0.join("tables"))
    }

    /// Every file of the folder of tables with its bytes.
    pub(crate) fn state(&self) -> BTreeMap<String, Vec<u8>> {
        let Ok(entries) = std::fs::read_dir(self.0.join("tables")) else { return BTreeMap::new() };
        entries
            .map(|e| e.unwrap())
            .map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap()))
            .collect()
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn add(folder: &TablesFolder, paths: &[PathBuf]) -> cleanclaim::Result<Addition> {
    folder.add(paths, &AddOptions::default())
}

pub(crate) fn unzstd(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let mut text = String::new();
    structured_zstd::decoding::StreamingDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    text
}

pub(crate) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of one sheet of texts.
pub(crate) fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut sheet = String::from(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    );
    for (i, row) in rows.iter().enumerate() {
        sheet.push_str(&format!("<row r=\"{}\">", i + 1));
        for (j, cell) in row.iter().enumerate() {
            let letter = |n: usize| char::from(b'A' + n as u8);
            // A to Z, then AA to AZ.
            let column = if j < 26 {
                letter(j).to_string()
            } else {
                format!("{}{}", letter(j / 26 - 1), letter(j % 26))
            };
            let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
            sheet.push_str(&format!(
                "<c r=\"{column}{}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{cell}</t></is></c>",
                i + 1
            ));
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    let types = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>";
    let rels = |kind: &str, target: &str| {
        format!(
            "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let book = "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    zipped(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", rels("officeDocument", "xl/workbook.xml").as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels("worksheet", "worksheets/sheet1.xml").as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Code, first and last day of every row of the Medicare Code Editor's list, read without any of the program's code.
pub(crate) fn mce() -> Vec<(String, u32, u32)> {
    unzstd(&root().join("data/sources/mce_v44_icd10cm.csv.zst"))
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.split(',');
            let code = fields.next().unwrap().to_owned();
            let mut number = || fields.next().unwrap().parse::<u32>().unwrap();
            (code, number(), number())
        })
        .collect()
}

/// A line of an order file.
pub(crate) fn order_line(number: usize, code: &str, billable: bool, title: &str) -> String {
    let short: String = title.chars().take(60).collect();
    format!("{number:05} {code:<7} {} {short:<60} {title}\r\n", u8::from(billable))
}

/// A HCPCS record of 320 characters.
pub(crate) fn hcpcs_record(code: &str, id: char, long: &str, short: &str, dates: [&str; 3]) -> String {
    let [added, action, ended] = dates;
    let head = format!("{code:>5}00100{id}{long:<80}{short:<28}");
    format!("{head:<268}{added:8}{action:8}{ended:8}N{:27}\r\n", "")
}
