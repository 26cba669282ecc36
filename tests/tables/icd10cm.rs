//! ICD-10-CM: the embedded table against its sources, and its updates.

use std::collections::{BTreeMap, BTreeSet};

use cleanclaim::Tables;
use cleanclaim::code::Icd10Cm;
use cleanclaim::import::{AddOptions, ChangeKind, Side};
use cleanclaim::table::{Icd10CmTable, Standing};

use crate::support::{Temp, add, day, mce, order_line, reference, root, unzstd, zipped};

fn billable(table: &Icd10CmTable, code: &str, on: &str) -> bool {
    let code: Icd10Cm = code.parse().unwrap();
    let rank = table.rank(code);
    rank.is_some_and(|r| matches!(table.standing(r, day(on)), Standing::Billable(_)))
}

#[test]
fn every_code_is_right_on_every_date() {
    let tables = Tables::embedded();
    let list = mce();
    let codes: BTreeSet<&str> = list.iter().map(|(code, ..)| code.as_str()).collect();
    assert_eq!(codes.len(), 75_909);
    let dates = [
        ("2015-10-01", None),
        ("2018-03-01", None),
        ("2021-10-01", None),
        ("2023-04-01", None),
        ("2023-11-01", Some(74_044)),
        ("2024-10-01", None),
        ("2024-11-01", Some(74_260)),
        ("2025-11-01", Some(74_719)),
        ("2026-07-01", Some(74_719)),
        ("2026-11-22", Some(74_879)),
    ];
    for (date, count) in dates {
        let number = day(date).number();
        let expected: BTreeSet<&str> = list
            .iter()
            .filter(|(_, from, to)| (*from..=*to).contains(&number))
            .map(|(code, ..)| code.as_str())
            .collect();
        let got: BTreeSet<&str> =
            codes.iter().copied().filter(|c| billable(&tables.icd10cm, c, date)).collect();
        assert_eq!(got.symmetric_difference(&expected).count(), 0, "{date}");
        assert!(count.is_none_or(|n| n == got.len()), "{date}: {}", got.len());
    }
}

#[test]
fn the_leaves_of_the_tabular_are_the_billable_codes() {
    // Read by hand: no XML reader and no seventh characters, so the leaves' own elements only.
    let text = unzstd(&root().join("data/sources/icd10cm_tabular_2026-04.xml.zst"));
    let tables = Tables::embedded();
    let table = &tables.icd10cm;
    let mut stack: Vec<(String, bool, bool)> = Vec::new();
    let mut leaves: Vec<(String, bool)> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("<diag>") || line.starts_with("<diag ") {
            if let Some(above) = stack.last_mut() {
                above.1 = false;
            }
            let seventh = stack.last().is_some_and(|(_, _, s)| *s);
            stack.push((String::new(), true, seventh));
        } else if line.starts_with("</diag>") {
            let (code, leaf, seventh) = stack.pop().unwrap();
            if leaf {
                leaves.push((code, seventh));
            }
        } else if let (Some(top), Some(name)) = (stack.last_mut(), line.strip_prefix("<name>")) {
            top.0 = name.trim_end_matches("</name>").to_owned();
        } else if let (Some(top), true) = (stack.last_mut(), line.starts_with("<sevenChrDef")) {
            top.2 = true;
        }
    }
    assert!(leaves.len() > 36_000, "{} leaves", leaves.len());
    let plain = |code: &str| code.replace('.', "");
    let leaf: BTreeMap<String, bool> = leaves.iter().map(|(code, seventh)| (plain(code), *seventh)).collect();
    for code in in_force("2026-07-01") {
        // A seventh character is put after a leaf that has been filled up with placeholders.
        let made = || code.len() == 7 && leaf.get(code[..6].trim_end_matches('X')) == Some(&true);
        assert!(leaf.get(&code) == Some(&false) || leaf.contains_key(&code) || made(), "{code}");
    }
    for (code, seventh) in &leaves {
        if !seventh {
            assert!(billable(table, code, "2026-07-01"), "{code}");
        } else if code.replace('.', "").len() < 7 {
            // It takes a seventh character: the code alone is not billable, and some code made from it is.
            let rank = table.rank(code.parse().unwrap());
            assert!(!billable(table, code, "2026-07-01"), "{code}");
            let some = |r| {
                table
                    .below(r)
                    .iter()
                    .any(|&b| matches!(table.standing(b, day("2026-07-01")), Standing::Billable(_)))
            };
            assert!(rank.is_some_and(some), "{code}");
        }
    }
}

#[test]
fn anchors_hold() {
    let tables = Tables::embedded();
    let table = &tables.icd10cm;
    let text = std::fs::read_to_string(root().join("data/anchors/icd10cm.csv")).unwrap();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.splitn(4, ',').collect();
        let code: Icd10Cm = fields[0].parse().unwrap();
        let standing = table.standing(table.rank(code).unwrap(), day(fields[1]));
        let got = match standing {
            Standing::Billable(_) => "billable",
            Standing::Header => "header",
            Standing::NotYet(_) => "not-yet",
            Standing::Ended(_) => "ended",
            Standing::BeforeTable => "before",
        };
        assert_eq!(got, fields[2], "{line}");
    }
}

#[test]
fn the_embedded_pack_is_what_its_sources_give() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cleanclaim"))
        .args(["tables", "embed", "--check"])
        .arg(root().join("data"))
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("icd10cm.tbl: unchanged"), "{said}");
}

/// Codes in force on a day by the Medicare Code Editor's list.
fn in_force(on: &str) -> BTreeSet<String> {
    let number = day(on).number();
    mce().into_iter().filter(|(_, f, t)| (*f..=*t).contains(&number)).map(|(c, ..)| c).collect()
}

/// An order file with the titles that the embedded table knows, and others.
fn order_file(codes: &BTreeSet<String>, titles: &BTreeMap<String, String>) -> String {
    let tables = Tables::embedded();
    let table = &tables.icd10cm;
    let mut out = String::new();
    for (i, code) in codes.iter().enumerate() {
        let known = || table.title(table.rank(code.parse().ok()?)?);
        let title = titles.get(code).cloned().or_else(known).unwrap_or_else(|| "Untitled".to_owned());
        out.push_str(&order_line(i + 1, code, true, &title));
    }
    out
}

#[test]
fn fy2027_brings_titles_and_changes_no_date() {
    let Some(path) = reference("icd10cm_fy2027/fy2027_added.csv") else { return };
    let mut titles = BTreeMap::new();
    let mut reader = csv::Reader::from_path(path).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        if &record[1] == "1" {
            titles.insert(record[0].to_owned(), record[2].to_owned());
        }
    }
    assert_eq!(titles.len(), 190);
    let temp = Temp::new();
    let file = temp.file("icd10cm_order_2027.txt", order_file(&in_force("2026-10-01"), &titles));
    let folder = temp.tables();
    let diffs = folder.diff(Side::File(&file), None, &AddOptions::default()).unwrap();
    assert_eq!(diffs.len(), 1);
    let retitled: BTreeSet<&str> =
        diffs[0].changes.iter().filter(|c| c.what == ChangeKind::Retitled).map(|c| c.code.as_str()).collect();
    assert_eq!((diffs[0].changes.len(), retitled.len()), (190, 190));

    let added = add(&folder, std::slice::from_ref(&file)).unwrap().added.remove(0);
    assert_eq!(
        (added.layout, added.edition.as_str()),
        ("ICD-10-CM order file", "ICD-10-CM order file, FY2027")
    );
    assert_eq!((added.from, added.notes.len()), (day("2026-10-01"), 0));
    let (before, after) = (Tables::embedded(), Tables::open(folder.path()).unwrap());
    let (before, after) = (&before.icd10cm, &after.icd10cm);
    for (code, ..) in mce() {
        let code: Icd10Cm = code.parse().unwrap();
        let (b, a) = (before.rank(code).unwrap(), after.rank(code).unwrap());
        assert_eq!(before.flag_windows(b), after.flag_windows(a), "{code}");
        assert!(after.title(a).is_some(), "{code} has no title");
        assert_eq!(before.notes(b), after.notes(a), "{code}");
    }
    for (code, title) in &titles {
        assert_eq!(after.title(after.rank(code.parse().unwrap()).unwrap()).as_ref(), Some(title));
    }
    assert_eq!(before.window(), after.window());
    assert!(
        after.description().edition.contains("April 2026, titles of FY2027"),
        "{:?}",
        after.description()
    );
}

#[test]
fn fy2028_ends_and_begins_codes_and_extends_the_window() {
    let mut codes = in_force("2026-10-01");
    for gone in ["I10", "Z7982"] {
        assert!(codes.remove(gone));
    }
    codes.extend(["I10A", "I10B", "QA21"].map(str::to_owned));
    let new_titles =
        [("I10A", "Synthetic A"), ("I10B", "Synthetic B"), ("QA21", "Synthetic C"), ("E119", "Reworded")];
    let titles = new_titles.map(|(c, t)| (c.to_owned(), t.to_owned())).into();
    let temp = Temp::new();
    let inner = order_file(&codes, &titles);
    let zip = zipped(&[("icd10cm_order_2028.txt", inner.as_bytes()), ("readme.pdf", b"%PDF-1.4")]);
    let file = temp.file("2028-code-descriptions.zip", zip);
    let folder = temp.tables();
    let addition = add(&folder, &[file]).unwrap();
    assert_eq!(addition.added[0].name, "icd10cm-order-2027-10-01");
    assert_eq!(addition.skipped[0].file, "2028-code-descriptions.zip/readme.pdf");
    assert_eq!(addition.skipped[0].why, "a PDF document");

    let tables = Tables::open(folder.path()).unwrap();
    let table = &tables.icd10cm;
    assert_eq!(table.window().to, day("2028-03-31"));
    for (code, before, after) in [
        ("I10", true, false),
        ("Z79.82", true, false),
        ("I10.A", false, true),
        ("QA2.1", false, true),
        ("E11.9", true, true),
    ] {
        assert_eq!(billable(table, code, "2027-09-30"), before, "{code}");
        assert_eq!(billable(table, code, "2027-10-01"), after, "{code}");
        assert_eq!(billable(table, code, "2028-03-31"), after, "{code}");
    }
    let standing = |code: &str, on: &str| table.standing(table.rank(code.parse().unwrap()).unwrap(), day(on));
    // I10 becomes a header of I10.A and I10.B; its flags stay for the time before.
    assert_eq!(standing("I10", "2027-10-01"), Standing::Header);
    assert_eq!(standing("Z79.82", "2027-10-01"), Standing::Ended(day("2027-09-30")));
    let e119 = table.rank("E11.9".parse().unwrap()).unwrap();
    assert_eq!(table.title(e119).as_deref(), Some("Reworded"));
    assert_eq!(
        table.title_on(e119, day("2027-09-30")).as_deref(),
        Some("Type 2 diabetes mellitus without complications")
    );
    for (code, from, to) in mce().into_iter().filter(|(c, ..)| c != "I10" && c != "Z7982") {
        let windows = table.flag_windows(table.rank(code.parse().unwrap()).unwrap());
        let to = if to == 20270331 { 99991231 } else { to };
        assert!(windows.iter().any(|(w, _)| (w.from.number(), w.to.number()) == (from, to)), "{code}");
    }

    // The edition before and the edition after, each a file: what CMS's addenda say.
    let older = temp.file("icd10cm_order_2027.txt", order_file(&in_force("2026-10-01"), &BTreeMap::new()));
    let diffs = folder
        .diff(Side::File(&older), Some(Side::Source("icd10cm-order-2027-10-01")), &AddOptions::default())
        .unwrap();
    let of = |what| -> Vec<&str> {
        diffs[0].changes.iter().filter(|c| c.what == what).map(|c| c.code.as_str()).collect()
    };
    assert_eq!(of(ChangeKind::Added), ["I10.A", "I10.B", "QA2.1"]);
    assert_eq!(of(ChangeKind::Ended), ["I10", "Z79.82"]);
    assert_eq!(of(ChangeKind::Retitled), ["E11.9"]);
    let ended = diffs[0].changes.iter().find(|c| c.code == "I10").unwrap();
    assert_eq!(ended.to, Some(day("2027-09-30")));
    let swapped = folder.diff(
        Side::Source("icd10cm-order-2027-10-01"),
        Some(Side::File(&older)),
        &AddOptions::default(),
    );
    assert!(swapped.unwrap_err().to_string().contains("swap the two"));
}

#[test]
fn the_order_of_adding_does_not_matter_and_removal_undoes() {
    let codes = in_force("2026-10-01");
    let more: BTreeSet<String> = codes.iter().cloned().chain(["QA21".to_owned()]).collect();
    let temp = Temp::new();
    let a = order_file(&codes, &[("A000".to_owned(), "One".to_owned())].into());
    let b = order_file(&more, &[("A000".to_owned(), "Two".to_owned())].into());
    let a = temp.file("icd10cm_order_2027.txt", a);
    let b = temp.file("icd10cm_order_2028.txt", b);
    let folder = temp.tables();
    add(&folder, std::slice::from_ref(&b)).unwrap();
    add(&folder, std::slice::from_ref(&a)).unwrap();
    let both = temp.state();
    let table = Tables::open(folder.path()).unwrap().icd10cm;
    let a000 = table.rank("A00.0".parse().unwrap()).unwrap();
    assert_eq!(table.title_on(a000, day("2027-09-30")).as_deref(), Some("One"));
    assert_eq!(table.title(a000).as_deref(), Some("Two"));
    folder.remove(&["icd10cm"]).unwrap();
    assert_eq!(temp.state().len(), 0);
    add(&folder, &[a, b]).unwrap();
    assert_eq!(temp.state(), both);
}

#[test]
fn the_tabular_that_is_embedded_changes_nothing_and_an_older_one_not_the_notes() {
    let temp = Temp::new();
    let folder = temp.tables();
    let source = |name: &str| root().join("data/sources").join(name);
    let embedded = Tables::embedded();
    let notes = |tables: &Tables| {
        let table = &tables.icd10cm;
        let rank = table.rank("E11".parse().unwrap()).unwrap();
        (table.inherited_notes(rank), table.title(rank), table.description().counts.clone())
    };
    let names = ["icd10cm_tabular_2026-04.xml.zst", "icd10cm_tabular_2021.xml.zst"];
    let addition = add(&folder, &names.map(source)).unwrap();
    assert!(addition.added.iter().all(|a| a.layout == "ICD-10-CM tabular list (XML)"));
    let tables = Tables::open(folder.path()).unwrap();
    assert_eq!(notes(&tables), notes(&embedded));
}
