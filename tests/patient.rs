//! Nothing of a patient in anything that the program says: names, birth dates and member ids are strewn over a claims file, and every command,
//! format and error is searched for them.
#![cfg(feature = "cli")]

mod common;

use common::{Folder, Run};

/// What must never come out again, in lower case.
const SEEDS: &[&str] = &[
    "quillfeather",
    "zebediah",
    "1931-11-07",
    "19311107",
    "11/07/1931",
    "7-nov-1931",
    "07nov1931",
    "11-07-31",
    "7nov31",
    "qwill",
    "qwi.ll",
    "mbr77",
    "77q4",
    "900-55-1234",
    "900551234",
];

const NAME: &str = "Zebediah Quillfeather";
const BORN: &[&str] =
    &["1931-11-07", "19311107", "11/07/1931", "7-Nov-1931", "07NOV1931", "11-07-31", "7nov31"];
const MEMBER: &[&str] = &["MBR77Q4XKZ", "900-55-1234", "900551234"];

const HEADER: &str = "claim_id,line,claim_type,patient_id,patient_dob,patient_sex,dos_from,dos_to,pos,procedure,mod1,modifiers,units,charge,total_charge,dx1,dx2,diagnoses,dx_pointers,rendering_npi,billing_npi,referring_npi,taxonomy,payer,jurisdiction,received_date,bill_type,revenue_code,patient_status,admit_date,discharge_date,admit_dx,poa1,px1,accept,subscriber_note";

/// A good row of a claim.
fn row(claim: usize) -> Vec<String> {
    let row = "X,1,P,MBR77Q4XKZ,1931-11-07,F,2026-03-02,2026-03-02,11,99213,25,,1,125.00,125.00,E11,I10,,AB,1234567893,1234567893,,207Q00000X,Medicare,J6,2026-03-09,,,,,,,,,,Zebediah Quillfeather";
    let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
    cells[0] = format!("C{claim:04}");
    cells
}

/// Every column with every seed in it; rows that lost or gained a field, a quotation mark, their sense.
fn claims() -> String {
    let mut text = format!("{HEADER}\n");
    let mut claim = 0;
    let mut add = |change: &dyn Fn(&mut Vec<String>)| {
        claim += 1;
        let mut cells = row(claim);
        change(&mut cells);
        text.push_str(&(cells.join(",") + "\n"));
    };
    let seeds: Vec<&str> = std::iter::once(NAME)
        // A name that is as long as a code.
        .chain(["Quillfeather", "Qwill", "Qwi.ll"])
        .chain(BORN.iter().copied())
        .chain(MEMBER.iter().copied())
        .collect();
    for column in 1..HEADER.split(',').count() {
        for seed in &seeds {
            add(&|cells| cells[column] = (*seed).to_owned());
            add(&|cells| cells[column] = format!(" \"{seed}\""));
        }
    }
    for at in 1..35 {
        add(&|cells| drop(cells.remove(at)));
        add(&|cells| cells.insert(at, NAME.to_owned()));
    }
    add(&|cells| cells.truncate(5));
    add(&|cells| cells[35] = "\u{1}Quillfeather\u{1b}[31m".to_owned());
    // A claim whose rows differ in everything that is the patient's, one that comes back, one without an id.
    for _ in 0..2 {
        add(&|cells| {
            cells[0] = "SAME".to_owned();
            cells[3] = MEMBER[1].to_owned();
            cells[4] = BORN[1].to_owned();
        });
        add(&|cells| cells[0] = "SAME".to_owned());
        add(&|cells| cells[0] = String::new());
        add(&|cells| cells[0] = "BETWEEN".to_owned());
    }
    // Last, for it swallows what comes after it.
    add(&|cells| cells[35] = format!("\"{NAME}"));
    add(&|_| ());
    text
}

fn search(what: &str, text: &str) {
    let lower = text.to_lowercase();
    for seed in SEEDS {
        if let Some(at) = lower.find(seed) {
            let shown: String = lower[at.saturating_sub(120)..].chars().take(260).collect();
            panic!("{what} tells {seed}: …{shown}…");
        }
    }
}

fn quiet(folder: &Folder, arguments: &str) -> Run {
    let run = folder.run(arguments);
    search(&format!("{arguments}: standard output"), &run.out);
    search(&format!("{arguments}: standard error"), &run.err);
    run
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("claims.csv", claims());
    folder
}

#[test]
fn the_seeds_are_there_and_are_found() {
    let text = claims().to_lowercase();
    for seed in SEEDS {
        assert!(text.contains(seed), "{seed}");
    }
    let found = std::panic::catch_unwind(|| search("x", "… QuillFeather …"));
    assert!(found.is_err());
}

#[test]
fn no_format_of_a_check_tells() {
    let folder = folder();
    for format in cleanclaim::report::Format::ALL {
        for more in
            ["", "--select ALL,AMT007 --fail-on info --strict", "--as-of none --threads 1", "--color always"]
        {
            let run = quiet(&folder, &format!("check --format {} {more} claims.csv", format.name()));
            assert!(run.out.len() > 50_000, "{}", run.out.len());
        }
    }
    let run = folder.run_with("check -", claims().as_bytes());
    search("standard input", &(run.out + &run.err));
}

/// The html report names payers, which is what they are for. A person's name in their column is not one.
#[test]
fn a_payer_is_named_and_a_person_in_its_column_is_not() {
    let folder = Folder::new();
    let mut text = format!("{HEADER}\n");
    let mut add = |patient: usize, payer: &str| {
        let mut cells = row(text.lines().count());
        (cells[3], cells[23]) = (format!("P-{patient}"), payer.to_owned());
        text.push_str(&(cells.join(",") + "\n"));
    };
    for patient in 0..30 {
        add(patient, ["Blue River", "Acme Health"][patient % 2]);
        // Who pays for himself, and often; a parent who pays for four.
        add(7, NAME);
        add(patient % 4, "Quillfeather");
    }
    folder.write("claims.csv", text);
    let run = quiet(&folder, "check --format html claims.csv");
    for shown in [">Blue River</a>", ">Acme Health</a>", ">other payers</a>"] {
        assert!(run.out.contains(shown), "{shown}");
    }
}

#[test]
fn neither_acceptances_nor_the_list_of_changes_tell() {
    let folder = folder();
    quiet(&folder, "check --accept-new accepted.csv --reason agreed claims.csv");
    search("accepted.csv", &folder.read("accepted.csv"));
    quiet(&folder, "check --accept accepted.csv claims.csv");
    quiet(&folder, "check --accept accepted.csv --format json --as-of none claims.csv");
    let run = quiet(&folder, "check --repair copy.csv claims.csv");
    assert!(run.err.contains("cells mended"), "{}", run.err);
    search("copy.csv.changes.csv", &folder.read("copy.csv.changes.csv"));
    quiet(&folder, "check copy.csv");
}

#[test]
fn claims_in_the_place_of_something_else_do_not_tell() {
    let folder = folder();
    // Without a header, with a header of somebody's, without the columns that matter. A person's name that alone is the name of a column, with no date
    // or number beside it in the header, cannot be told from a column's name, and is shown.
    let rows: Vec<String> = claims().lines().skip(1).map(str::to_owned).collect();
    folder.write("headless.csv", rows.join("\n"));
    folder.write("named.csv", format!("{},{NAME},1931-11-07,MBR77Q4XKZ\n{}\n", HEADER, rows[0]));
    folder.write("nameless.csv", format!("{NAME},1931-11-07,MBR77Q4XKZ\n{}\n", rows[0]));
    folder.write("twice.csv", format!("claim_id,dx1,note,dx1\n{}\n", rows[0]));
    folder.write("key.toml", format!("\"{NAME}\" = 1\n[columns]\n\"{NAME}\" = 2\n"));
    std::fs::create_dir(folder.path().join("tables")).unwrap();
    let files = ["claims.csv", "headless.csv", "named.csv", "nameless.csv", "twice.csv"];
    for file in files {
        for format in ["text", "json"] {
            quiet(&folder, &format!("check --format {format} {file}"));
        }
        quiet(&folder, &format!("check --repair copy.csv {file}"));
        for arguments in [
            "check --map FILE claims.csv",
            "check --accept FILE claims.csv",
            "check --accept-new FILE --reason x claims.csv",
            "check --config FILE claims.csv",
            "config check --config FILE",
            "config show --effective --config FILE",
            "check --tables FILE claims.csv",
            "tables add FILE --tables tables",
            "tables diff FILE --tables tables",
            "tables diff FILE --claims claims.csv --tables tables",
            "tables list --tables FILE",
            "tables verify --tables FILE",
            "policies check FILE",
            "policies check --format json FILE",
        ] {
            quiet(&folder, &arguments.replace("FILE", file));
        }
    }
}
