//! The quarterly edits in the forms in which CMS ships them: as text, as workbooks, and in archives.

use super::support::{Temp, add, root, workbook, zipped};

const FILES: [(&str, u8); 5] = [
    ("AOC_V2024Q1.txt", b'\t'),
    ("MCR_MUE_PractitionerServices_Eff_01-01-2026.csv", b','),
    ("PPRRVU2026_Jul.csv", b','),
    ("ccipra-v320r0-f1.txt", b'\t'),
    ("ccipra-v320r0-f2.txt", b'\t'),
];

fn read(name: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/data/edits").join(name)).unwrap()
}

/// The derived packs that adding these files gives.
fn derived(files: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    let temp = Temp::new();
    let paths: Vec<_> = files.iter().map(|(name, bytes)| temp.file(name, bytes)).collect();
    add(&temp.tables(), &paths).unwrap();
    let packs: Vec<_> = temp.state().into_iter().filter(|(name, _)| !name.starts_with("source-")).collect();
    assert_eq!(packs.len(), 5, "add-ons, fees, mue, procedures, ptp");
    packs
}

#[test]
fn text_workbooks_and_archives_give_the_same_packs() {
    let plain: Vec<(String, Vec<u8>)> =
        FILES.iter().map(|(name, _)| ((*name).to_owned(), read(name))).collect();
    let books: Vec<(String, Vec<u8>)> = FILES
        .iter()
        .map(|&(name, delimiter)| {
            let mut reader = csv::ReaderBuilder::new();
            reader.has_headers(false).flexible(true).delimiter(delimiter);
            let rows: Vec<Vec<String>> = reader
                .from_reader(read(name).as_slice())
                .records()
                .map(|r| r.unwrap().iter().map(str::to_owned).collect())
                .collect();
            let stem = name.rsplit_once('.').unwrap().0;
            (format!("{stem}.xlsx"), workbook(&rows))
        })
        .collect();
    let archives: Vec<(String, Vec<u8>)> = plain
        .iter()
        .map(|(name, bytes)| {
            let stem = name.rsplit_once('.').unwrap().0;
            (format!("{stem}.zip"), zipped(&[(name, bytes), ("readme.txt", b"terms of use")]))
        })
        .collect();
    let expected = derived(&plain);
    assert_eq!(derived(&books), expected, "workbooks");
    assert_eq!(derived(&archives), expected, "archives");
}
