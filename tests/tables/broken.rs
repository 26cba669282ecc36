//! Broken input: a clear error with its place, and the folder as it was.

use cleanclaim::import::{AddOptions, TablesFolder};
use cleanclaim::{ErrorKind, Tables};

use crate::support::{Temp, add, hcpcs_record, order_line, workbook, zipped};

fn hcpcs() -> String {
    hcpcs_record("G9001", '3', "Synthetic", "Synthetic", ["20200101", "20260101", ""])
        + &hcpcs_record("G9001", '4', "more", "", ["", "", ""])
}

fn orders() -> String {
    order_line(1, "A00", false, "Cholera") + &order_line(2, "A000", true, "Cholera, classical")
}

/// A name, its content, and what the error must say.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let good_zip = zipped(&[("h.txt", hcpcs().as_bytes())]);
    let good_book = workbook(&[vec!["HCPC".to_owned(), "RECID".to_owned()]]);
    let bytes = |text: String| text.into_bytes();
    vec![
        ("empty.txt", vec![], "an empty file"),
        ("blank.txt", b"\n \n".to_vec(), "an empty file"),
        ("binary.txt", vec![1, 2, 0, 3, 255, 254], "a binary file"),
        (
            "prose.txt",
            b"Dear all,\nplease find nothing here.\n".to_vec(),
            "not a table that cleanclaim knows: text of 2 lines",
        ),
        ("page.html", b"<html><body>Not found</body></html>".to_vec(), "XML or HTML that begins with <html"),
        ("paper.pdf", b"%PDF-1.7".to_vec(), "a PDF document"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "an old Office document"),
        (
            "claims.csv",
            b"claim_id,dos_from,procedure,dx1\n1,2026-01-01,99213,E11.9\n".to_vec(),
            "4 columns: claim_id, dos_from, procedure",
        ),
        ("cut.zip", good_zip[..good_zip.len() / 2].to_vec(), "cut.zip: cannot unpack"),
        ("none.zip", zipped(&[]), "an archive of no files"),
        (
            "other.zip",
            zipped(&[("a.pdf", b"%PDF"), ("b.txt", b"hello there")]),
            "an archive of a PDF document, text of 1 line",
        ),
        ("cut.txt.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b".to_vec(), "cannot unpack"),
        ("cut.txt.zst", b"\x28\xb5\x2f\xfd\x04\x58\x61\x00".to_vec(), "cannot unpack"),
        ("cut.xlsx", good_book[..good_book.len() - 30].to_vec(), "cannot unpack"),
        ("other.xlsx", good_book, "a workbook of 1 row with 2 columns: HCPC, RECID"),
        (
            "sheet.xlsx",
            zipped(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<no")]),
            "cannot read the workbook",
        ),
        (
            "inner.zip",
            zipped(&[("dir/bad.txt", hcpcs().replace("20200101", "20201301").as_bytes())]),
            "inner.zip/dir/bad.txt:1: HCPCS Level II file",
        ),
        (
            "date.txt",
            bytes(hcpcs() + &hcpcs_record("G9002", '3', "S", "S", ["2020", "", ""])),
            "date.txt:3: HCPCS Level II file: expected the day on which the code was added as YYYYMMDD, got \"2020\"",
        ),
        (
            "lost.txt",
            bytes(hcpcs() + &hcpcs_record("G9009", '4', "S", "", ["", "", ""])),
            "lost.txt:3: HCPCS Level II file: expected more text for the code in the record before",
        ),
        (
            "order_2027.txt",
            bytes(
                orders() + "00003 A001    2 x                                                            x\n",
            ),
            "order_2027.txt:3: ICD-10-CM order file: expected 0 or 1 in column 15",
        ),
        (
            "order2_2027.txt",
            bytes(orders() + "00003\n"),
            "order2_2027.txt:3: ICD-10-CM order file: expected a code in columns 7 to 13",
        ),
        (
            "order.txt",
            bytes(orders()),
            "neither the file nor its name says from when it is in force; say it with --effective",
        ),
        (
            "codes_2027.txt",
            b"A000    Cholera\nA0100   Typhoid\n".repeat(15).into_iter().chain(*b"A000\n").collect(),
            "codes_2027.txt:31: ICD-10-CM code file: expected a code, blanks and a title",
        ),
        (
            "tabular.xml",
            b"<?xml version=\"1.0\"?>\n<ICD10CM.tabular>\n<version>2027</version>\n<chapter>".to_vec(),
            "tabular.xml:1: the root node was opened but never closed",
        ),
        (
            "tabular2.xml",
            b"<ICD10CM.tabular><version>2027</version></ICD10CM.tabular>".to_vec(),
            "ICD-10-CM tabular list: no rows",
        ),
        (
            "list.csv",
            b"code,from,to,title\n10004,,,\n1000,,,\n".to_vec(),
            "list.csv:3: code list (csv: code, from, to, title): expected a procedure code of five characters, got \"1000\"",
        ),
        ("list2.csv", b"code,from,to,title\n10004,soon,,\n".to_vec(), "list2.csv:2: "),
        ("list3.csv", b"code,from,to,title\n".to_vec(), "no rows"),
        (
            "quote.csv",
            b"code,from,to,title\n10004,,,\"never closed\n10005,,,\n10006,2026-99-01,,\n".to_vec(),
            "",
        ),
    ]
}

#[test]
fn every_broken_file_is_an_error_and_leaves_the_folder_as_it_was() {
    let temp = Temp::new();
    let folder = temp.tables();
    add(&folder, &[temp.file("good.csv", "code,from,to,title\n10004,2020-01-01,,A\n")]).unwrap();
    let before = temp.state();
    let good = temp.file("good2.csv", "code\n10005\n");
    for (name, content, expected) in cases() {
        let path = temp.file(name, content);
        // A good file beside it is not taken either.
        let result = add(&folder, &[good.clone(), path]);
        if expected.is_empty() {
            continue;
        }
        let said = result.map(|a| format!("{a:?}")).expect_err(name).to_string();
        assert!(said.contains(expected), "{name}: {said}");
        assert!(said.contains(name), "{name}: {said}");
        assert_eq!(temp.state(), before, "{name}");
    }
    let missing = add(&folder, &[temp.path().join("missing.txt")]).unwrap_err();
    assert!(matches!(missing.kind(), ErrorKind::Io { .. }), "{missing}");
    assert!(add(&folder, &[temp.path().to_owned()]).is_err());
}

#[test]
fn no_cut_and_no_changed_byte_panics() {
    let temp = Temp::new();
    let rows = [
        "HCPC,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,ACT EFF DT,TERM DT",
        "G9001,3,Synthetic,S,20200101,20260101,",
    ];
    let rows: Vec<Vec<String>> = rows.iter().map(|r| r.split(',').map(str::to_owned).collect()).collect();
    let book = workbook(&rows);
    let files = [
        ("h.txt", hcpcs().into_bytes()),
        ("o_2027.txt", orders().into_bytes()),
        ("h.zip", zipped(&[("h.txt", hcpcs().as_bytes())])),
        ("h.xlsx", book),
        ("t_2027.xml", std::fs::read(crate::support::root().join("tests/data/tabular_small.xml")).unwrap()),
        ("l.csv", b"code,from,to,title\n10004,1/2/2020,,\"A\nb\"\n".to_vec()),
        ("c.txt", b"CPT 2026\nnotice\n10004\tSynthetic procedure A\n10005\tSynthetic procedure B\n".to_vec()),
    ];
    let folder = TablesFolder::open(temp.path().join("none"));
    for (name, good) in files {
        let path = temp.file(name, &good);
        let import = || {
            folder.diff(
                cleanclaim::import::Side::File(&path),
                Some(cleanclaim::import::Side::File(&path)),
                &AddOptions::default(),
            )
        };
        let step = (good.len() / 20).max(1);
        for at in (0..good.len()).step_by(step) {
            temp.file(name, &good[..at]);
            let _ = import();
            for change in [0x00, 0xFF, b'"', b'\n', b'9'] {
                let mut bad = good.clone();
                bad[at] = change;
                temp.file(name, &bad);
                let _ = import();
            }
        }
    }
}

#[test]
fn a_damaged_pack_is_refused_named_and_can_be_removed() {
    let temp = Temp::new();
    let folder = temp.tables();
    let (a, b) = (temp.file("a.csv", "code\n10004\n"), temp.file("b.csv", "code\n10005\n"));
    add(&folder, &[a.clone(), b]).unwrap();
    let path = folder.path().join("source-list-a.tbl");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let before = temp.state();
    for said in [
        add(&folder, std::slice::from_ref(&a)).unwrap_err().to_string(),
        folder.list().unwrap_err().to_string(),
        folder.remove(&["list-b"]).unwrap_err().to_string(),
    ] {
        assert!(said.contains("source-list-a.tbl: checksum"), "{said}");
    }
    assert_eq!(temp.state(), before);
    let verdicts = folder.verify().unwrap();
    let bad: Vec<&str> = verdicts.iter().filter(|v| v.problem.is_some()).map(|v| v.file.as_str()).collect();
    assert_eq!(bad, ["source-list-a.tbl"]);
    folder.remove(&["list-a"]).unwrap();
    assert!(folder.verify().unwrap().iter().all(|v| v.problem.is_none()));

    // The pack that checks read: refused when damaged, reported when it is not what its sources give, built anew.
    let derived = folder.path().join("procedures.tbl");
    let good = std::fs::read(&derived).unwrap();
    let mut bytes = good.clone();
    bytes[40] ^= 1;
    std::fs::write(&derived, &bytes).unwrap();
    assert!(Tables::open(folder.path()).is_err());
    assert!(folder.verify().unwrap().iter().any(|v| v.file == "procedures.tbl" && v.problem.is_some()));
    assert_eq!(folder.rebuild().unwrap(), ["procedures.tbl"]);
    assert_eq!(std::fs::read(&derived).unwrap(), good);
    std::fs::remove_file(&derived).unwrap();
    let verdicts = folder.verify().unwrap();
    assert!(
        verdicts.iter().any(|v| v.problem.as_deref() == Some("is missing, though there are sources for it"))
    );
    std::fs::write(folder.path().join("other.tbl"), b"x").unwrap();
    let verdicts = folder.verify().unwrap();
    assert!(verdicts.iter().any(|v| v.file == "other.tbl" && v.problem.is_some()));
}

/// Packs whose greater part is left in its file: whoever needs that part is told, gets nothing else, and nobody else is.
#[test]
fn damage_in_what_is_read_later_is_told_to_those_who_need_it() {
    let temp = Temp::new();
    let folder = temp.tables();
    let codes: Vec<String> = (0..9000).map(|n| format!("{}", 10_000 + n)).collect();
    let list = temp.file("codes.csv", format!("code\n{}\n", codes.join("\n")));
    let mut edits = String::from(
        "Synthetic\nColumn1/Column2 Edits\nColumn 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n\t\tprior to 1996\tDate\tDate\t0=not allowed\n\t\t\t\t*=no data\t1=allowed\n\t\t\t\t\t9=not applicable\n",
    );
    for pair in codes.windows(3) {
        pair[1..]
            .iter()
            .for_each(|other| edits.push_str(&format!("{}\t{other}\t\t20200101\t*\t0\tx\n", pair[0])));
    }
    let edits = temp.file("ccipra-v320r0-f1.txt", edits);
    let mut policies = String::from("policy,procedure,relation,diagnosis,from,citation\n");
    for (n, code) in codes.iter().take(2000).enumerate() {
        for diagnosis in ["I10", "E119", ["J449", "M545", "N179"][n % 3]] {
            policies.push_str(&format!("SYN-{code},{code},supports,{diagnosis},2020-01-01,synthetic\n"));
        }
    }
    add(&folder, &[list, edits, temp.file("policies.csv", policies)]).unwrap();

    let head = "claim_id,dos_from,procedure,units,dx1\n";
    let one = temp.file("one.csv", format!("{head}A,2026-03-02,18000,1,I10\n"));
    let pair = temp.file("two.csv", format!("{head}A,2026-03-02,18000,1,I10\nA,2026-03-02,18001,1,I10\n"));
    let covered = temp.file("covered.csv", format!("{head}A,2026-03-02,10000,1,I10\n"));
    let rows = |n: usize| format!("B{n},2026-03-02,10000,1,I10\n");
    // Two files, of which each alone is little.
    let many = [0..30_000, 30_000..60_000].map(|of: std::ops::Range<usize>| {
        temp.file(&format!("{}.csv", of.start), format!("{head}{}", of.map(rows).collect::<String>()))
    });
    let many = many.each_ref().map(|file| file.to_str().unwrap());
    let run = |args: &[&str]| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_cleanclaim"));
        program.args(args).args(["--as-of", "2026-11-22", "--tables"]).arg(folder.path());
        let output = program.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (report, accepted) = (temp.path().join("report.csv"), temp.path().join("accepted.csv"));
    let check = |file: &std::path::Path, more: &[&str]| {
        let args =
            ["check", "--no-config", "--format", "csv", "--select", "NCC,COV001", file.to_str().unwrap()];
        run(&[&args, more].concat())
    };
    let kept = [
        "-o",
        report.to_str().unwrap(),
        "--accept-new",
        accepted.to_str().unwrap(),
        "--reason",
        "none, but that it is there",
    ];
    assert_eq!((check(&one, &[]).0, check(&covered, &[]).0), (0, 0));
    assert!(check(&pair, &[]).1.contains("NCC001"));
    assert!(run(&["explain", "18000", "18001"]).1.contains("18001"));

    let question = |file: &str| if file.starts_with("ptp") { ["18000", "18001"] } else { ["10000", "I10"] };
    for (file, who, at) in [
        ("ptp-practitioner.tbl", &pair, 1),
        ("ptp-practitioner.tbl", &pair, 60_000),
        ("policies.tbl", &covered, 5),
    ] {
        let path = folder.path().join(file);
        let good = std::fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[good.len() - at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(check(&one, &[]).0, 0, "{file}");
        let asked = run(&[&["explain"], &question(file)[..]].concat());
        assert!(asked.1.is_empty(), "{}", asked.1);
        let checked = check(who, &[]);
        assert_eq!(checked.1.lines().count(), 1, "the names of the columns: {}", checked.1);
        for (code, _, said) in [asked, checked, check(who, &kept), check(many[0].as_ref(), &many[1..])] {
            assert!(code == 2 && said.contains(&format!("{file}: checksum")), "{code} {said}");
        }
        assert!(!report.exists() && !accepted.exists() && check(many[0].as_ref(), &many[1..]).1.is_empty());
        assert!(folder.verify().unwrap().iter().any(|v| v.file == file && v.problem.is_some()));
        assert!(Tables::open(folder.path()).is_err());
        assert_eq!(folder.rebuild().unwrap(), [file]);
        assert_eq!(std::fs::read(&path).unwrap(), good);
    }
}
