//! The mended copy: form alone, byte for byte elsewhere, and never worse.
#![cfg(feature = "cli")]

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;

use cleanclaim::code::Icd10Cm;
use cleanclaim::engine::{Options, Summary, check_files};
use cleanclaim::read::{ColumnMap, Input};
use cleanclaim::repair::{Change, repair};
use cleanclaim::report::{Checked, Reporter};
use cleanclaim::{Checker, Tables};
use common::Folder;
use proptest::prelude::*;

/// Every finding in one line: rule, row, line, level, field, codes, message.
struct Plain;

impl Reporter for Plain {
    fn begin(&self, _: &mut Vec<u8>) {}

    fn separator(&self) -> &'static [u8] {
        b""
    }

    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>) {
        for f in of.findings {
            let line = format!(
                "{} {} {:?} {} {} {:?} {}\n",
                f.rule.id, f.row, f.line, f.severity, f.field, f.codes, f.message
            );
            out.extend_from_slice(line.as_bytes());
        }
    }

    fn finish(&self, _: &Summary, _: &mut Vec<u8>) {}
}

fn file(folder: &Folder, name: &str, text: &[u8]) -> Input {
    folder.write(name, text);
    Input::File(PathBuf::from(folder.path()).join(name))
}

fn findings(checker: &Checker, input: &Input) -> BTreeSet<String> {
    let mut out = Vec::new();
    let options = Options { threads: 1, ..Options::default() };
    let outcome =
        check_files(checker, std::slice::from_ref(input), &options, &Plain, &mut out, &mut |_| ()).unwrap();
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
}

fn mended(input: &Input) -> (Vec<u8>, Vec<Change>) {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    let count = repair(input, &ColumnMap::default(), &mut out, &mut |change| {
        list.push(*change);
        Ok(())
    })
    .unwrap();
    assert_eq!(count, list.len() as u64);
    (out, list)
}

fn checker() -> Checker {
    Checker::new(Tables::embedded()).as_of("2026-11-22".parse().unwrap())
}

const HEADER: &str = "claim_id,line,claim_type,patient_id,patient_dob,patient_sex,dos_from,dos_to,pos,procedure,mod1,units,charge,total_charge,dx1,dx2,dx_pointers,rendering_npi,billing_npi,received_date,note";

/// Cells of a row, well formed and otherwise.
fn row() -> impl Strategy<Value = Vec<String>> {
    let pick = |list: &'static [&'static str]| prop::sample::select(list).prop_map(str::to_owned);
    let day = || {
        pick(&[
            "2026-03-02",
            "3/2/2026",
            "03/02/26",
            "02-Mar-2026",
            "2026/03/02",
            "2026.3.2",
            "20260302",
            "20260302.0",
            "2026-03-02 00:00:00",
            " 2026-03-02",
            "2026-02-30",
            "46083",
            "31/12/2026",
            "",
            "2027-01-05",
        ])
    };
    let dx = || {
        pick(&[
            "E11.65",
            "e11.65",
            "E1165",
            "e1165",
            "E1.165",
            "E11..65",
            "I10",
            "i10.",
            " I10 ",
            "\u{a0}I10",
            "E11",
            "M54.5",
            "M54.50",
            "S39.012A",
            "s39.012a",
            "250.00",
            "E812.0",
            "J45.9O9",
            "O.Brien",
            "I10 E119",
            "",
            "Z79.4",
            "n40.1",
            "F0280",
        ])
    };
    let codes = (
        pick(&["11", "2", "02", "11.0", "0", "99", " 11", "", "23"]),
        pick(&["99213", "99213.0", "g0008", "G0008", "9921", "100", "", "0001u", "d0120", "36415 "]),
        pick(&["", "25", "rt", "LT", "25.0", "1", "xs"]),
        pick(&["AB", "ab", "1", "1,2", "12", "A:2", "1.0", "0", "C", "B", "", "1 2"]),
        pick(&["1234567893", "1234567893.0", "1234567890", "", " 1234567893"]),
    );
    let claim = (
        pick(&["1961-07-08", "7/8/61", "7/8/1961", "", "x"]),
        pick(&["F", "female", "m", "X", ""]),
        day(),
        pick(&["P", " P", "professional", "I", ""]),
    );
    let line = (day(), pick(&["", "3/2/2026", "2026-03-01"]), dx(), dx(), codes);
    (claim, line, prop::bool::ANY, "[a-z ,\"]{0,6}").prop_map(|(claim, line, quoted, note)| {
        let (born, sex, received, kind) = claim;
        let (from, to, dx1, dx2, (place, procedure, modifier, pointers, npi)) = line;
        let cells = [
            "1".to_owned(),
            kind,
            "P-1".to_owned(),
            born,
            sex,
            from,
            to,
            place,
            procedure,
            modifier,
            "1".to_owned(),
            "125.00".to_owned(),
            "125.00".to_owned(),
            dx1,
            dx2,
            pointers,
            npi,
            "1234567893".to_owned(),
            received,
            note,
        ];
        let quote = |cell: String| match quoted || cell.contains([',', '"']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell,
        };
        cells.into_iter().map(quote).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// The copy has no finding that the original has not, but on claims with a cell that could not be read before: there, what was unreadable is
    /// judged for the first time. Mending the copy changes nothing, and every cell that is not listed is the same bytes.
    #[test]
    fn the_copy_checks_the_same_or_better(rows in prop::collection::vec((0..3u8, row()), 1..7), crlf in prop::bool::ANY) {
        thread_local! {
            static CHECKER: Checker = checker();
        }
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = format!("{HEADER}{end}");
        let mut sorted = rows;
        sorted.sort_by_key(|(claim, _)| *claim);
        for (claim, cells) in &sorted {
            text.push_str(&format!("C{claim},{}{end}", cells.join(",")));
        }
        let folder = Folder::new();
        let original = file(&folder, "original.csv", text.as_bytes());
        let (bytes, changes) = mended(&original);
        let copy = file(&folder, "copy.csv", &bytes);
        prop_assert_eq!(&mended(&copy).0, &bytes, "mending the copy changes it");

        let read = |bytes: &[u8]| -> Vec<Vec<Vec<u8>>> {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
            reader.byte_records().map(|r| r.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
        };
        let (before, after) = (read(text.as_bytes()), read(&bytes));
        prop_assert_eq!(before.len(), after.len());
        let mut first_read = BTreeSet::new();
        let is_code = |cell: &[u8]| std::str::from_utf8(cell).is_ok_and(|text| text.parse::<Icd10Cm>().is_ok());
        for (n, (before, after)) in before.iter().zip(&after).enumerate() {
            let id = before[0].clone();
            for (at, (before, after)) in before.iter().zip(after).enumerate() {
                let listed = changes.iter().any(|c| c.row == n as u64 + 1 && c.column == at + 1);
                prop_assert_eq!(before != after, listed, "row {} column {}", n + 1, at + 1);
                if is_code(after) && !is_code(before) {
                    first_read.insert(id.clone());
                }
            }
        }

        let (old, new) = CHECKER.with(|checker| (findings(checker, &original), findings(checker, &copy)));
        // Claims with a cell that the reader could not read and now can.
        let faults = |input: &Input| {
            let mut claims = BTreeSet::new();
            cleanclaim::read::for_each_claim(input, &ColumnMap::default(), |claim| {
                let unreadable = claim.faults.len()
                    + claim.diagnoses.iter().filter(|d| d.code.code().is_none()).count()
                    + claim.lines.iter().filter(|l| l.procedure.is_some() && l.code().is_none()).count();
                claims.insert((claim.row, claim.lines.iter().map(|l| l.row).collect::<Vec<_>>(), unreadable));
            })
            .unwrap();
            claims
        };
        let (then, now) = (faults(&original), faults(&copy));
        let same: BTreeSet<u64> = then.intersection(&now).flat_map(|(_, rows, _)| rows.clone()).collect();
        for finding in new.difference(&old) {
            let row: u64 = finding.split(' ').nth(1).unwrap().parse().unwrap();
            // Two cells that cannot be read for the same reason count as one.
            if first_read.contains(&before[row as usize - 1][0]) {
                continue;
            }
            prop_assert!(!same.contains(&row), "only the copy has {}\n{}", finding, text);
        }
        // Nothing becomes unreadable.
        for ((_, _, then), (_, _, now)) in then.iter().zip(&now) {
            prop_assert!(now <= then, "{}", text);
        }
    }
}

#[test]
fn a_file_in_disorder_is_as_clean_as_the_one_in_order() {
    let clean = std::fs::read_to_string("tests/data/clean_claims.csv").unwrap();
    let mut rows = clean.lines().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|n| n == name).unwrap();
    let (from, pos, dx1, pointers, npi) =
        (column("dos_from"), column("pos"), column("dx1"), column("dx_pointers"), column("billing_npi"));
    let mut text = header.join(",") + "\n";
    for mut row in rows {
        let [y, m, d] = row[from].split('-').collect::<Vec<_>>()[..] else { panic!() };
        row[from] = format!("{y}/{m}/{d}");
        row[pos] = row[pos].trim_start_matches('0').to_owned();
        let bare = row[dx1].replace('.', "");
        row[dx1] = format!("\u{a0}{}.{}", bare[..1].to_lowercase(), &bare[1..]);
        row[pointers] = row[pointers].to_lowercase();
        if !row[npi].is_empty() {
            row[npi] = format!("{}.0", row[npi]);
        }
        text.push_str(&(row.join(",") + "\n"));
    }
    let folder = Folder::new();
    let checker = checker();
    let original = file(&folder, "original.csv", text.as_bytes());
    assert!(findings(&checker, &original).len() > 50);
    let copy = file(&folder, "copy.csv", &mended(&original).0);
    let well = file(&folder, "well.csv", clean.as_bytes());
    assert_eq!(findings(&checker, &copy), findings(&checker, &well));
}

#[test]
fn what_is_not_sure_and_what_is_not_known_is_the_same_bytes() {
    let folder = Folder::new();
    let text = "\u{feff}\r\nclaim_id , dx1,procedure,note\r\n\
                A, e11.65 ,\"g0008\",\" e11 \"\r\n\
                \r\n\
                A, e11.65 ,g0008\r\n\
                A,e11.65,g0008,x,y\r\n\
                A,\"e\"\"11\",99213,\"two\r\nrows\"\r\n\
                B,\"e11.65\",g0008,\"open\r\n\
                B,e11.65,g0008,x\r\n";
    let input = file(&folder, "odd.csv", text.as_bytes());
    let (bytes, list) = mended(&input);
    let expected = text.replacen(" e11.65 ,\"g0008\"", "E11.65,\"G0008\"", 1);
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    assert_eq!(list.iter().map(|c| (c.row, c.column)).collect::<Vec<_>>(), [(3, 2), (3, 3)]);
    // A file whose rows end with carriage returns alone.
    let old = file(&folder, "old.csv", b"claim_id,dx1,procedure\rA,e11,99213\rB,i10,99213\r");
    assert_eq!(mended(&old).0, b"claim_id,dx1,procedure\rA,E11,99213\rB,I10,99213\r");
    assert_eq!(mended(&old).1.iter().map(|c| c.row).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn blocks_of_a_large_file_are_joined_again() {
    let folder = Folder::new();
    let mut text = String::from("claim_id,dos_from,procedure,dx1\n");
    for i in 0..60_000 {
        text.push_str(&format!(
            "C{i:05},2026-03-02,99213,{}\n",
            if i % 1000 == 0 { "e11.65" } else { "E11.65" }
        ));
    }
    let (bytes, list) = mended(&file(&folder, "large.csv", text.as_bytes()));
    assert!(
        bytes
            == text
                .replace('e', "E")
                .replace("claim_id,dos_from,procEdurE", "claim_id,dos_from,procedure")
                .into_bytes()
    );
    assert_eq!(list.len(), 60);
    assert_eq!(list[59].row, 59_002);
}

#[test]
fn the_command_writes_a_copy_and_a_list_and_nothing_else() {
    let folder = Folder::new();
    let text = "claim_id,dos_from,pos,procedure,dx1,patient_id,patient_dob\nA,3/2/2026,2,99213,E1.165, SECRETID ,7/8/1961\n";
    folder.write("claims.csv", text);
    let run = folder.run("check --select COD --repair mended.csv claims.csv");
    assert_eq!(
        (run.code, run.err.as_str()),
        (
            Some(1),
            "mended.csv: 5 cells mended, listed in mended.csv.changes.csv; checked again, the copy has fewer findings: 1 of COD001\n"
        )
    );
    assert_eq!(folder.read("claims.csv"), text);
    let copy = "claim_id,dos_from,pos,procedure,dx1,patient_id,patient_dob\nA,2026-03-02,02,99213,E11.65,SECRETID,1961-07-08\n";
    assert_eq!(folder.read("mended.csv"), copy);
    let list = "row,column,field,why,before,after\n\
                2,2,dos_from,not written as YYYY-MM-DD,,\n\
                2,3,pos,leading zeros lost,2,02\n\
                2,5,dx1,the dot in the wrong place,E1.165,E11.65\n\
                2,6,patient_id,blanks around it,,\n\
                2,7,patient_dob,not written as YYYY-MM-DD,,\n";
    assert_eq!(folder.read("mended.csv.changes.csv"), list);
    assert_eq!(folder.run("check --select COD -q mended.csv").code, Some(0));
    assert_eq!(folder.files(), ["claims.csv", "mended.csv", "mended.csv.changes.csv"]);

    for wrong in [
        "--repair claims.csv claims.csv",
        "--repair ./claims.csv claims.csv",
        "--repair x.csv claims.csv mended.csv",
        "--repair x.csv -",
        "--repair no/x.csv claims.csv",
    ] {
        assert_eq!(folder.run(&format!("check {wrong}")).code, Some(2), "{wrong}");
    }
    folder.write("c.csv.changes.csv", text);
    assert_eq!(folder.run("check --repair c.csv c.csv.changes.csv").code, Some(2));
    assert_eq!(
        (folder.read("claims.csv"), folder.read("c.csv.changes.csv")),
        (text.to_owned(), text.to_owned())
    );
    // A file that cannot be read leaves what is there.
    folder.write("empty.csv", "");
    assert_eq!(folder.run("check --repair mended.csv empty.csv").code, Some(2));
    assert_eq!(folder.read("mended.csv"), copy);
    assert_eq!(folder.files().len(), 5);
}

/// A cell that becomes readable is judged for the first time: what is found then is said, and so is what is gone.
#[test]
fn what_the_copy_is_worth_is_said() {
    let folder = Folder::new();
    let worth = |diagnoses: &str, more: &str| {
        folder.write(
            "claims.csv",
            format!("claim_id,dos_from,procedure,dx1,dx2\nA,2026-03-02,99213,{diagnoses}\n"),
        );
        let run = folder.run(&format!("check {more} --as-of 2026-11-22 --repair mended.csv claims.csv"));
        assert_eq!(run.code, Some(1), "{}", run.err);
        let (done, worth) = run.err.trim_end().split_once("; checked again, the copy has ").unwrap();
        (done.to_owned(), worth.to_owned())
    };
    let listed = |cells: &str| format!("mended.csv: {cells} mended, listed in mended.csv.changes.csv");
    let of = |cells: &str, worth: &str| (listed(cells), worth.to_owned());
    let first = "where a cell could not be read before and is judged for the first time";
    assert_eq!(worth("E11,", ""), of("0 cells", "as many findings of every rule"));
    assert_eq!(worth(" e11,", ""), of("1 cell", "as many findings of every rule"));
    assert_eq!(worth("E11,I1.0", ""), of("1 cell", "fewer findings: 1 of COD001"));
    let both = format!("fewer findings: 1 of COD001; and more: 1 of DXS001, {first}");
    assert_eq!(worth("M54.50,S3.9012A", ""), of("1 cell", &both));
    let more = format!("more findings: 1 of DXS001, {first}");
    folder.write("cleanclaim.toml", "ignore = ['COD001']\nfail-on = 'info'\nselect = ['COD', 'DXS']\n");
    folder.write(
        "claims.csv",
        "claim_id,dos_from,procedure,dx1,dx2,dx3\nA,2026-03-02,99213,E11,M54.50,S3.9012A\n",
    );
    let run = folder.run("check --as-of 2026-11-22 --repair mended.csv claims.csv");
    assert!(run.err.ends_with(&format!("the copy has {more}\n")), "{}", run.err);
    // The acceptances of the same run are of the file, not of its copy.
    folder
        .run("check --as-of 2026-11-22 --repair mended.csv --accept-new accepted.csv --reason x claims.csv");
    assert_eq!(folder.read("accepted.csv").lines().count(), 2, "{}", folder.read("accepted.csv"));
}

/// Nobody may read the copy who may not read the claims; a file that is there stays as it was shared.
#[cfg(unix)]
#[test]
fn what_is_written_is_not_open_to_more_people() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    let set = |name: &str, mode| {
        std::fs::set_permissions(folder.path().join(name), PermissionsExt::from_mode(mode)).unwrap();
    };
    folder.write("claims.csv", "claim_id,dos_from,procedure,dx1\nA,3/2/2026,99213,e11\n");
    folder.write("accepted.csv", "rule,claim,fingerprint,codes,reason,until\n");
    set("claims.csv", 0o600);
    set("accepted.csv", 0o640);
    let run =
        folder.run("check --repair copy.csv --accept-new accepted.csv --reason x -o report.txt claims.csv");
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert_eq!((mode("copy.csv"), mode("copy.csv.changes.csv"), mode("accepted.csv")), (0o600, 0o600, 0o640));
    set("copy.csv", 0o660);
    folder.run("check --repair copy.csv claims.csv");
    assert_eq!(mode("copy.csv"), 0o660);
}
