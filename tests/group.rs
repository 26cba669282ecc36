//! `--group`: a file with scattered rows is checked as the one in which the rows of each claim stand together.
#![cfg(feature = "cli")]

mod common;

use std::collections::HashMap;

use common::Folder;
use serde_json::Value;

/// Rows, and the line on which each begins.
struct File {
    text: String,
    lines: Vec<u64>,
}

fn file(header: &str, rows: &[&str], end: &str) -> File {
    let mut out = File { text: format!("{header}{end}"), lines: vec![] };
    let mut line = 2;
    for row in rows {
        out.lines.push(line);
        out.text.push_str(row);
        out.text.push_str(end);
        line += 1 + row.matches(['\n', '\r']).count() as u64;
    }
    out
}

/// Places of the rows, those of each claim together, where its first row stood; a row without an id is a claim.
fn grouped(ids: &[&str]) -> Vec<usize> {
    let first = |at: usize| match ids[at] {
        "" => at,
        id => ids.iter().position(|other| *other == id).unwrap(),
    };
    let mut places: Vec<usize> = (0..ids.len()).collect();
    places.sort_by_key(|&at| (first(at), at));
    places
}

/// Findings and summary of a file, its rows renamed.
fn checked(folder: &Folder, name: &str, flags: &str, rename: impl Fn(u64) -> u64) -> Vec<Value> {
    let run = folder.run(&format!("check --format ndjson --as-of 2026-03-31 {flags} {name}"));
    assert!(matches!(run.code, Some(0 | 1)), "{}", run.err);
    let mut all: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for value in &mut all {
        value["file"] = Value::Null;
        if let Some(row) = value["row"].as_u64() {
            value["row"] = rename(row).into();
        }
    }
    all
}

/// The scattered file, grouped, gives what the file gives whose claims stand together.
fn assert_same(folder: &Folder, header: &str, rows: &[&str], end: &str, delimiter: char, flags: &str) {
    let ids: Vec<&str> =
        rows.iter().map(|row| row.split(delimiter).next().unwrap().trim_matches('"')).collect();
    let places = grouped(&ids);
    let together: Vec<&str> = places.iter().map(|&at| rows[at]).collect();
    let (scattered, together) = (file(header, rows, end), file(header, &together, end));
    folder.write("scattered.csv", &scattered.text);
    folder.write("together.csv", &together.text);
    let renamed: HashMap<u64, u64> =
        places.iter().zip(&together.lines).map(|(&at, &line)| (line, scattered.lines[at])).collect();
    let expected = checked(folder, "together.csv", flags, |row| renamed[&row]);
    for threads in [1, 3] {
        let got =
            checked(folder, "scattered.csv", &format!("{flags} --group=4 --threads {threads}"), |row| row);
        assert!(expected == got, "{header:?} {threads}\n{expected:#?}\n{got:#?}");
    }
    assert!(expected.len() > 1, "no findings: nothing was compared");
}

#[test]
fn scattered_rows_are_checked_as_if_they_stood_together() {
    let folder = Folder::new();
    let header = "claim_id,line,dos_from,procedure,modifiers,units,charge,total_charge,dx1,dx2,payer";
    let mut rows = vec![
        "A,1,2026-03-02,99213,25,1,120.00,150.00,M54.5,I10,Plan",
        "B,1,2026-03-02,99213,,1,120.00,150.00,E11,,Plan",
        "A,2,2026-03-02,36415,,1,30.00,150.00,M54.5,I10,Plan",
        ",1,2026-03-02,99213,,1,1.00,1.00,E11.65,,Plan",
        "C,1,2026-03-02,99214,,1,1.00,2.00,E11.65,,Other",
        "B,2,2026-03-03,99213,,1,30.00,150.00,I10,,Other plan",
        ",1,2026-03-02,99213,,1,1.00,1.00,E11.65,,Plan",
        // Too short, a duplicate, and one that comes late.
        "C,2,2026-03-02",
        "A,3,2026-03-02,36415,,1,30.00,150.00,M54.5,I10,Plan",
        "B,3,2026-03-03,99213,,1,30.00,150.00,I10,,Plan",
    ];
    assert_same(&folder, header, &rows, "\n", ',', "");
    assert_same(&folder, header, &rows, "\r\n", ',', "");
    assert_same(&folder, header, &rows, "\r", ',', "");
    rows.extend([
        "\"A\",4,2026-03-02,\"36415\",,1,30.00,150.00,M54.5,I10,\"Plan\"",
        "D,1,2026-03-02,99213,,1,1.00,1.00,Q99.Q,,\"a plan, over\ntwo rows\"",
        "B,4,2026-03-03,9921 ,,1,30.00,150.00,I10,,Plan",
        "D,2,2026-03-02,99213,,1,1.00,1.00,Q99.Q,,Plan",
    ]);
    assert_same(&folder, header, &rows, "\n", ',', "");
    assert_same(&folder, header, &rows, "\r\n", ',', "");
    let tabs: Vec<String> = rows[..10].iter().map(|row| row.replace(',', "\t")).collect();
    let tabs: Vec<&str> = tabs.iter().map(String::as_str).collect();
    assert_same(&folder, &header.replace(',', "\t"), &tabs, "\n", '\t', "");
}

/// The last row has a quotation mark that nothing closes: it reaches to the end of the file, and only there.
#[test]
fn a_quotation_mark_that_is_not_closed_does_no_more_harm() {
    let folder = Folder::new();
    let rows = [
        "A,2026-03-02,E11",
        "B,2026-03-02,E11",
        "A,2026-03-02,I10",
        "B,\"2026-03-02,E11\nC,2026-03-02,E11\n",
    ];
    let text = format!("claim_id,dos_from,dx1\n{}", rows.join("\n"));
    folder.write("open.csv", text);
    let got = checked(&folder, "open.csv", "--group", |row| row);
    let of = |rule: &str| -> Vec<(String, u64)> {
        let found = got.iter().filter(|f| f["rule"] == rule);
        found.map(|f| (f["claim_id"].as_str().unwrap().to_owned(), f["row"].as_u64().unwrap())).collect()
    };
    let header = [("A", 2), ("B", 3)].map(|(id, row)| (id.to_owned(), row));
    assert_eq!(of("COD002"), header, "{got:#?}");
    assert!(
        got.iter().any(|f| f["row"] == 5 && f["message"].to_string().contains("quotation mark")),
        "{got:#?}"
    );
}

/// With a quotation mark somewhere, rows end at a carriage return, too: several begin on one line, and stay in order.
#[test]
fn rows_of_one_line_stay_in_order() {
    let folder = Folder::new();
    folder.write("one.csv", "claim_id,units,procedure\n\"C\",x,99213\rB,x,99213\rA,x,99213\rC,x,99213\n");
    let got = checked(&folder, "one.csv", "--group --select AMT001", |row| row);
    let mut ids: Vec<&str> = got.iter().filter_map(|finding| finding["claim_id"].as_str()).collect();
    ids.dedup();
    assert_eq!(ids, ["C", "B", "A"], "{got:#?}");
}

/// More rows than the memory holds, and more claims than are remembered: runs are written and merged, and the rows of some claims sorted twice.
#[test]
fn a_file_larger_than_the_memory() {
    let folder = Folder::new();
    const CLAIMS: usize = 70_000;
    let dx = ["E11.65", "E11", "I10", "M54.5"];
    let row = |claim: usize, line: usize| {
        format!(
            "C{claim:06},{line},2026-03-02,99213,1,120.00,Synthetic health plan of the county,{}",
            dx[claim % 4]
        )
    };
    // Line by line through the claims, every other time backwards.
    let rows: Vec<String> = (1..=2)
        .flat_map(|line| (0..CLAIMS).map(move |n| (if line == 2 { CLAIMS - 1 - n } else { n }, line)))
        .map(|(claim, line)| row(claim, line))
        .collect();
    let header = "claim_id,line,dos_from,procedure,units,charge,payer,dx1";
    let text = |rows: &[String]| format!("{header}\n{}\n", rows.join("\n"));
    folder.write("scattered.csv", text(&rows));
    assert!(folder.read("scattered.csv").len() > 8 << 20);
    let mut together = rows;
    together.sort();
    folder.write("together.csv", text(&together));
    let findings = |name: &str, flags: &str| -> (Vec<(String, u64, String)>, Value) {
        let mut all = checked(&folder, name, &format!("--select COD002,COD004 {flags}"), |row| row);
        let summary = all.pop().unwrap();
        let of = |f: &Value| {
            let text = |key: &str| f[key].as_str().unwrap().to_owned();
            (text("claim_id"), f["line"].as_u64().unwrap(), text("rule"))
        };
        (all.iter().map(of).collect(), summary)
    };
    let (expected, summary) = findings("together.csv", "");
    assert_eq!(expected.len(), CLAIMS / 2);
    // Claims come in the order of their first rows, which is the same.
    assert_eq!(findings("scattered.csv", "--group=4"), (expected, summary));
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_an_error() {
    let folder = Folder::new();
    let row = "A,2026-03-02,99213,E11.65,a payer with a name that is long enough to fill the memory soon\n";
    folder.write("claims.csv", format!("claim_id,dos_from,procedure,dx1,payer\n{}", row.repeat(60_000)));
    let run = folder
        .command()
        .args(["check", "--group=4", "claims.csv"])
        .env("TMPDIR", "nowhere")
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    let err = String::from_utf8(run.stderr).unwrap();
    assert!(err.contains("temporary file in nowhere"), "{err}");
}
