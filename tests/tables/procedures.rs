//! Procedure codes: HCPCS, CPT descriptor files and the user's own lists, alone and merged.

use std::path::PathBuf;

use cleanclaim::Tables;
use cleanclaim::code::{Modifier, Procedure, ProcedureKind};
use cleanclaim::import::{AddOptions, ChangeKind, Side, TablesFolder, UsedCode};
use cleanclaim::table::{Cover, InForce, ProcedureTable};

use crate::support::{Temp, add, day, hcpcs_record, reference, root, unzstd, workbook, zipped};

fn table(folder: &TablesFolder) -> ProcedureTable {
    Tables::open(folder.path()).unwrap().procedures.unwrap()
}

fn standing(table: &ProcedureTable, code: &str, on: &str) -> Option<InForce> {
    let code: Procedure = code.parse().unwrap();
    table.in_force(table.rank(code)?, day(on))
}

fn windows(table: &ProcedureTable, code: &str) -> String {
    let rank = table.rank(code.parse().unwrap()).unwrap();
    table.windows(rank).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn options(complete: Option<bool>, effective: Option<&str>) -> AddOptions<'static> {
    AddOptions { complete, effective: effective.map(day), ..AddOptions::default() }
}

/// HCPCS files of a quarter, small: the first day of the newest code makes the edition.
fn hcpcs(codes: &[(&str, &str, &str)]) -> String {
    let mut text = hcpcs_record("LT", '7', "Left side", "Left side", ["19840101", "19840101", ""]);
    for (code, from, to) in codes {
        text += &hcpcs_record(code, '3', &format!("Synthetic {code}"), "Synthetic", [from, from, to]);
    }
    text
}

#[test]
fn the_january_2026_file_is_the_same_as_text_and_as_workbook() {
    let names = ["hcpcs/HCPC2026_JAN_ANWEB_01122026.txt.zst", "hcpcs/HCPC2026_JAN_ANWEB_01122026.xlsx"];
    let [Some(text), Some(book)] = names.map(reference) else { return };
    let (one, two) = (Temp::new(), Temp::new());
    let added = [add(&one.tables(), std::slice::from_ref(&text)), add(&two.tables(), &[book])]
        .map(|a| a.unwrap().added.remove(0));
    for added in &added {
        assert_eq!(added.edition, "HCPCS Level II, January 2026");
        assert_eq!(added.counts[..2], [("codes".to_owned(), 8_623), ("modifiers".to_owned(), 383)]);
        assert_eq!((added.from, added.to), (day("2014-06-30"), day("2026-03-31")));
    }
    // Only the source's name and sum tell the packs apart: with those of the one in the other's place, the bytes are the same.
    let [a, b] = [&one, &two].map(|t| Tables::open(t.tables().path()).unwrap().procedures.unwrap());
    assert_eq!((a.len(), b.len()), (8_623, 8_623));
    for line in unzstd(&text).lines().filter(|l| l.as_bytes().get(10) == Some(&b'3')) {
        let code: Procedure = line[..5].parse().unwrap();
        let (x, y) = (a.rank(code).unwrap(), b.rank(code).unwrap());
        assert_eq!(
            (a.windows(x), a.title(x), a.short_title(x)),
            (b.windows(y), b.title(y), b.short_title(y))
        );
        // Its own dates are honoured, read here without the program's code.
        let (from, to) = (line[268..276].trim(), line[284..292].trim());
        let to = if to.is_empty() { "9999-12-31" } else { to };
        assert_eq!(a.windows(x).iter().map(|w| (w.from, w.to)).collect::<Vec<_>>(), [(day(from), day(to))]);
    }
    assert_eq!(a.cover(ProcedureKind::LevelTwo), Cover::Whole { from: day("2014-06-30") });
    assert_eq!(a.cover(ProcedureKind::Dental), Cover::None);
    assert_eq!(a.stands_until(ProcedureKind::LevelTwo), Some(day("2026-03-31")));
    let modifier: Modifier = "LT".parse().unwrap();
    assert_eq!(a.modifier(modifier, day("2026-01-01")), Some(InForce::Yes));
    let g9871 = a.title(a.rank("G9871".parse().unwrap()).unwrap()).unwrap();
    assert_eq!(g9871, "Behavioral counseling for diabetes prevention, online, 60 minutes");
}

#[test]
fn a_zip_as_cms_ships_it_is_read_and_says_what_it_left_out() {
    let temp = Temp::new();
    let text = hcpcs(&[("G9001", "20200101", ""), ("G9002", "20260101", "")]);
    let rows: Vec<Vec<String>> = [
        [
            "HCPC",
            "SEQNUM",
            "RECID",
            "LONG DESCRIPTION",
            "SHORT DESCRIPTION",
            "ADD DT",
            "ACT EFF DT",
            "TERM DT",
        ],
        ["   LT", "0010", "7", "Left side", "Left side", "19840101", "", ""],
        ["G9001", "0010", "3", "Synthetic G9001", "Synthetic", "20200101", "20200101", ""],
        ["G9002", "0010", "3", "Synthetic G9002", "Synthetic", "20260101", "20260101", ""],
    ]
    .map(|row| row.map(str::to_owned).to_vec())
    .to_vec();
    let files: [(&str, &[u8]); 4] = [
        ("HCPC2026_JAN_ANWEB.txt", text.as_bytes()),
        ("HCPC2026_JAN_ANWEB.xlsx", &workbook(&rows)),
        ("HCPC2026_recordlayout.txt", b"NAME   LENGTH BEG END\nHCPCS code  5 1 5\n"),
        (
            "proc_notes_JAN2026.docx",
            &zipped(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")]),
        ),
    ];
    let zip = temp.file("january-2026-alpha-numeric-hcpcs-file.zip", zipped(&files));
    let addition = add(&temp.tables(), &[zip]).unwrap();
    assert_eq!(addition.added.len(), 1);
    let why: Vec<&str> = addition.skipped.iter().map(|s| s.why.as_str()).collect();
    let same = "the same rows as january-2026-alpha-numeric-hcpcs-file.zip/HCPC2026_JAN_ANWEB.txt";
    assert_eq!(why, [same, "text of 2 lines", "a Word document"]);
    assert_eq!(windows(&table(&temp.tables()), "G9002"), "since 2026-01-01");
}

#[test]
fn later_hcpcs_editions_merge_by_dates_whatever_their_order() {
    let temp = Temp::new();
    let january = temp.file(
        "a.txt",
        hcpcs(&[
            ("G9001", "20200101", ""),
            ("G9002", "20200101", ""),
            ("G9003", "20100101", "20171231"),
            ("G9004", "20200101", ""),
            ("G9005", "20260101", ""),
        ]),
    );
    let april = temp.file(
        "b.txt",
        hcpcs(&[
            ("G9001", "20200101", ""),
            ("G9003", "20260401", ""),
            ("G9004", "20200101", "20260331"),
            ("G9005", "20260101", ""),
            ("G9006", "20260401", ""),
        ]),
    );
    let folder = temp.tables();
    add(&folder, &[january.clone(), april.clone()]).unwrap();
    let table_now = table(&folder);
    for (code, expected) in [
        ("G9001", "since 2020-01-01"),
        ("G9002", "2020-01-01 to 2026-03-31"),
        ("G9003", "2010-01-01 to 2017-12-31, since 2026-04-01"),
        ("G9004", "2020-01-01 to 2026-03-31"),
        ("G9005", "since 2026-01-01"),
        ("G9006", "since 2026-04-01"),
    ] {
        assert_eq!(windows(&table_now, code), expected, "{code}");
    }
    assert_eq!(table_now.cover(ProcedureKind::LevelTwo), Cover::Whole { from: day("2017-12-31") });
    assert_eq!(table_now.stands_until(ProcedureKind::LevelTwo), Some(day("2026-06-30")));
    let both = temp.state();
    folder.remove(&["hcpcs"]).unwrap();
    add(&folder, std::slice::from_ref(&april)).unwrap();
    add(&folder, std::slice::from_ref(&january)).unwrap();
    assert_eq!(temp.state(), both);

    let diffs = folder.diff(Side::File(&january), Some(Side::File(&april)), &AddOptions::default()).unwrap();
    let of = |what| -> Vec<&str> {
        diffs[0].changes.iter().filter(|c| c.what == what).map(|c| c.code.as_str()).collect()
    };
    assert_eq!(of(ChangeKind::Added), ["G9006"]);
    assert_eq!(of(ChangeKind::Ended), ["G9002", "G9004"]);
    assert_eq!(of(ChangeKind::Redated), ["G9003"]);
    let use_of = |code: &str, first_row, count| UsedCode { code: code.to_owned(), first_row, count };
    let used = diffs[0].used([use_of("g9004", 7, 2), use_of("G9001", 2, 5), use_of("G9004", 3, 1)]);
    let used: Vec<_> = used.iter().map(|u| (u.change.code.as_str(), u.first_row, u.count)).collect();
    assert_eq!(used, [("G9004", 3, 3)]);
    // What a source that is there has changed: the same as what adding it would.
    let by_name = folder.diff(Side::Source("hcpcs-2026-04-01"), None, &AddOptions::default()).unwrap();
    assert_eq!(by_name[0].changes, diffs[0].changes);
}

fn cpt_file(temp: &Temp, name: &str, codes: &[u32], text: &str) -> PathBuf {
    let lines: String = codes.iter().map(|c| format!("{c:05}\tSynthetic procedure {text} {c}\n")).collect();
    temp.file(name, format!("Notice of the owner\nof the codes\n\n{lines}"))
}

#[test]
fn cpt_editions_merge_by_years_and_forms() {
    let temp = Temp::new();
    let folder = temp.tables();
    let first: Vec<u32> = (20_000..26_000).collect();
    let second: Vec<u32> = (20_001..26_001).collect();
    let files = [
        cpt_file(&temp, "SHORT_2025.txt", &first, "s"),
        cpt_file(
            &temp,
            "LONG_2025.txt",
            &first,
            "told at length, so that nobody can take it for the short descriptor",
        ),
        cpt_file(&temp, "SHORT_2026.txt", &second, "s"),
    ];
    let addition = add(&folder, &files).unwrap();
    let names: Vec<&str> = addition.added.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["cpt-2025-short-2025", "cpt-2025-long-2025", "cpt-2026-short-2026"]);
    let t = table(&folder);
    assert_eq!(windows(&t, "20000"), "0001-01-01 to 2025-12-31");
    assert_eq!(windows(&t, "26000"), "since 2026-01-01");
    assert_eq!(windows(&t, "20001"), "since 0001-01-01");
    assert_eq!(t.cover(ProcedureKind::CategoryOne), Cover::Whole { from: day("2025-01-01") });
    assert_eq!(t.stands_until(ProcedureKind::CategoryOne), Some(day("2026-12-31")));
    let rank = t.rank("20001".parse().unwrap()).unwrap();
    assert_eq!(t.short_title(rank).as_deref(), Some("Synthetic procedure s 20001"));
    assert!(t.title(rank).unwrap().starts_with("Synthetic procedure told at length"));
    // A later list of few codes adds, and ends nothing.
    let few = cpt_file(&temp, "SHORT_2027.txt", &[30_000], "s");
    add(&folder, &[few]).unwrap();
    let t = table(&folder);
    assert_eq!(windows(&t, "26000"), "since 2026-01-01");
    assert_eq!(standing(&t, "30000", "2026-12-31"), Some(InForce::NotYet(day("2027-01-01"))));
}

#[test]
fn few_codes_are_some_and_many_are_all_unless_the_user_says_otherwise() {
    let temp = Temp::new();
    let folder = temp.tables();
    let list =
        temp.file("mine.csv", "code,from,to,title\n10004,2019-01-01,,A\n0001F,2020-01-01,,B\nG0008,,,C\n");
    add(&folder, std::slice::from_ref(&list)).unwrap();
    let t = table(&folder);
    assert_eq!(t.cover(ProcedureKind::CategoryOne), Cover::Partial { codes: 1, from: day("2019-01-01") });
    assert_eq!(t.cover(ProcedureKind::CategoryTwo), Cover::Partial { codes: 1, from: day("2020-01-01") });
    assert_eq!(t.cover(ProcedureKind::CategoryThree), Cover::None);
    assert!(!t.has_modifiers());
    // No dates: nothing is known against it.
    assert_eq!(standing(&t, "G0008", "1999-01-01"), Some(InForce::Yes));
    folder.add(&[&list], &options(Some(true), None)).unwrap();
    assert_eq!(table(&folder).cover(ProcedureKind::CategoryOne), Cover::Whole { from: day("2019-01-01") });
    assert_eq!(folder.list().unwrap()[1].complete, Some(true));
    let many: String = (10_000..16_000).map(|n| format!("{n},,,\n")).collect();
    let many = temp.file("many.csv", format!("code,from,to,title\n{many}"));
    folder.remove(&["list"]).unwrap();
    folder.add(&[&many], &options(Some(false), Some("2026-01-01"))).unwrap();
    let t = table(&folder);
    assert_eq!(t.cover(ProcedureKind::CategoryOne), Cover::Partial { codes: 6_000, from: day("2026-01-01") });
    add(&folder, &[many]).unwrap();
    let t = table(&folder);
    assert_eq!(t.cover(ProcedureKind::CategoryOne), Cover::Whole { from: ProcedureTable::UNKNOWN_START });
}

#[test]
fn different_kinds_of_sources_are_united() {
    let temp = Temp::new();
    let folder = temp.tables();
    let file =
        temp.file("h.txt", hcpcs(&[("G9001", "20200101", "20241231"), ("G9002", "20200101", "20241231")]));
    let list =
        temp.file("mine.csv", "code,from,to,title\nG9001,2026-01-01,,Own title\nG9002,,,\n10004,,,D\n");
    add(&folder, &[file, list]).unwrap();
    let t = table(&folder);
    assert_eq!(windows(&t, "G9001"), "2020-01-01 to 2024-12-31, since 2026-01-01");
    // A list without dates says nothing against the dates of another.
    assert_eq!(windows(&t, "G9002"), "2020-01-01 to 2024-12-31");
    assert_eq!(t.title(t.rank("G9001".parse().unwrap()).unwrap()).as_deref(), Some("Synthetic G9001"));
    assert_eq!(t.description().edition, "HCPCS Level II, January 2020; code list mine");
    // The list is open, HCPCS is not: each kind stands for its own time.
    assert_eq!(t.stands_until(ProcedureKind::CategoryOne), Some(cleanclaim::Date::MAX));
    assert_eq!(t.stands_until(ProcedureKind::LevelTwo), Some(day("2020-03-31")));
}

#[test]
fn the_sample_list_answers_as_its_anchors_say() {
    let temp = Temp::new();
    let folder = temp.tables();
    let sample = root().join("data/sample/tables/hcpcs_synthetic.csv");
    folder.add(&[sample], &options(Some(true), None)).unwrap();
    let t = table(&folder);
    assert!(matches!(t.cover(ProcedureKind::LevelTwo), Cover::Whole { .. }));
    let anchors = std::fs::read_to_string(root().join("data/anchors/hcpcs_synthetic.csv")).unwrap();
    for line in anchors.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let got = match standing(&t, fields[0], fields[1]).unwrap() {
            InForce::Yes => "in-force",
            InForce::NotYet(_) => "not-yet",
            InForce::Ended(_) => "ended",
        };
        assert_eq!(got, fields[2], "{line}");
    }
}

#[test]
fn the_same_file_again_changes_nothing_and_another_of_its_name_takes_its_place() {
    let temp = Temp::new();
    let folder = temp.tables();
    let list = temp.file("mine.csv", "code\n10004\n");
    add(&folder, std::slice::from_ref(&list)).unwrap();
    let before = temp.state();
    let again = add(&folder, std::slice::from_ref(&list)).unwrap();
    assert!(again.added[0].notes.contains(&"the same rows were there already".to_owned()));
    assert_eq!(temp.state(), before);
    temp.file("mine.csv", "code\n10005\n");
    let other = add(&folder, &[list]).unwrap();
    assert!(other.added[0].notes.contains(&"takes the place of mine.csv".to_owned()));
    assert_eq!(standing(&table(&folder), "10004", "2026-01-01"), None);
}

#[test]
fn the_command_line_adds_lists_compares_and_removes() {
    let temp = Temp::new();
    let list = temp.file("mine.csv", "code,from,to,title\n10004,2019-01-01,,Synthetic procedure A\n");
    let run = |args: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cleanclaim"))
            .env("CLEANCLAIM_TABLES", temp.path().join("tables"))
            .arg("tables")
            .args(args)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let file = list.to_str().unwrap();
    let (code, out, err) = run(&["diff", file]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("1 added\n  10004    since 2019-01-01 Synthetic procedure A\n"), "{out}");
    let (code, out, err) = run(&["add", file, "--partial"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.starts_with(
            "code list mine from mine.csv as list-mine\n  1 codes, 1 CPT Category I; knows 2019-01-01 on\n"
        ),
        "{out}"
    );
    let (code, out, _) = run(&["list", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &listed["packs"][1]["name"], &listed["packs"][1]["complete"]),
        (Some(0), &"list-mine".into(), &false.into())
    );
    let (code, out, _) = run(&["list"]);
    assert!(code == Some(0) && out.contains("added as a list of some codes only"), "{out}");
    let (code, out, _) = run(&["diff", "list-mine", "--format", "json"]);
    let diff: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &diff[0]["changes"][0]["what"]), (Some(0), &"added".into()));
    assert_eq!(run(&["verify"]).1, "2 packs are good\n");
    assert_eq!(run(&["rebuild"]).1, "nothing to do: every pack is what its sources give\n");
    assert_eq!(run(&["remove", "list-mine"]).1, "removed list-mine\n");
    let (code, _, err) = run(&["remove", "list-mine"]);
    assert!(code == Some(2) && err.contains("no source list-mine; nothing was added to it"), "{err}");
    let (code, _, err) = run(&["add", "/nowhere/file.txt"]);
    assert!(code == Some(2) && err.contains("/nowhere/file.txt: "), "{err}");
}

#[test]
fn text_csv_and_workbook_give_the_same_pack() {
    let [text, csv] = ["hcpcs_small.txt", "hcpcs_small.csv"]
        .map(|name| std::fs::read(root().join("tests/data").join(name)).unwrap());
    let rows: Vec<Vec<String>> = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(csv.as_slice())
        .records()
        .map(|r| r.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let mut packs = Vec::new();
    for (name, bytes) in [("a.txt", text), ("b.csv", csv), ("c.xlsx", workbook(&rows))] {
        let temp = Temp::new();
        add(&temp.tables(), &[temp.file(name, bytes)]).unwrap();
        let t = table(&temp.tables());
        assert_eq!(windows(&t, "G0106"), "1998-01-01 to 2024-12-31");
        let title = t.title(t.rank("G0008".parse().unwrap()).unwrap()).unwrap();
        assert!(title.ends_with("needs a second record, and a comma, and then a third one"), "{title}");
        packs.push(temp.state().remove("procedures.tbl").unwrap());
    }
    assert_eq!(packs[0], packs[1]);
    assert_eq!(packs[0], packs[2]);
}
