//! A rule is asked only about claims of which one of the facts holds that it names. Whether it names all is tested by asking every rule about
//! every claim, and comparing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cleanclaim::import::{AddOptions, TablesFolder};
use cleanclaim::{Checker, Claim, Rule, Tables, read, rules};
use proptest::prelude::*;

fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every synthetic table there is: with `all`, or without those that stand in one another's way.
fn tables(all: bool) -> Tables {
    static FOLDERS: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
    let folder = FOLDERS[usize::from(all)].get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("facts-{all}"));
        let _ = fs::remove_dir_all(&path);
        let mut files: Vec<PathBuf> =
            fs::read_dir(at_root("tests/data/edits")).unwrap().map(|e| e.unwrap().path()).collect();
        if all {
            files.extend(["tests/data/policies.csv", "data/sample/tables/hcpcs_synthetic.csv"].map(at_root));
        } else {
            // Without the list of add-on codes the fee schedule tells, and without hospital's tables there are gaps.
            files
                .retain(|f| !["AOC", "ccioph", "Outpatient"].iter().any(|n| f.to_str().unwrap().contains(n)));
        }
        files.sort();
        let options = AddOptions { complete: Some(true), ..AddOptions::default() };
        TablesFolder::open(&path).add(&files, &options).unwrap();
        path
    });
    Tables::open(folder).unwrap()
}

/// What all rules, those in preview too, say of the claims, in words.
fn said(checker: &Checker, claims: &[Claim]) -> Vec<String> {
    let mut session = checker.session();
    let mut out = vec![];
    for claim in claims {
        out.extend(session.check(claim).iter().map(|f| format!("{} {f:?}", claim.id)));
    }
    let gaps = session.not_evaluated(&read::Columns::all());
    out.extend(gaps.iter().map(|g| format!("{} {:?} {}", g.rule.id, g.why, g.lines)));
    out
}

fn checkers() -> &'static [(Checker, Checker)] {
    static CHECKERS: OnceLock<Vec<(Checker, Checker)>> = OnceLock::new();
    CHECKERS.get_or_init(|| {
        type Kind = (fn() -> Tables, Option<&'static str>);
        let kinds: [Kind; 4] = [
            (Tables::embedded, Some("2026-11-22")),
            (|| tables(true), Some("2026-11-22")),
            (|| tables(true), None),
            (|| tables(false), Some("2025-06-30")),
        ];
        let make = |(tables, today): (fn() -> Tables, Option<&str>)| {
            let checker = || {
                let checker = Checker::new(tables()).rules(rules::all().map(|r| (r, r.severity)));
                match today {
                    Some(day) => checker.as_of(day.parse().unwrap()),
                    None => checker,
                }
            };
            (checker(), checker().ask_every_rule())
        };
        kinds.into_iter().map(make).collect()
    })
}

fn assert_same(claims: &[Claim]) {
    for (few, all) in checkers() {
        let (few, all) = (said(few, claims), said(all, claims));
        if few != all {
            let lost: Vec<&String> = all.iter().filter(|l| !few.contains(l)).collect();
            let more: Vec<&String> = few.iter().filter(|l| !all.contains(l)).collect();
            panic!("not asked:\n{lost:#?}\nsaid only where fewer are asked:\n{more:#?}");
        }
    }
}

fn examples() -> Vec<Claim> {
    let of_rule = |rule: &'static Rule| rule.fails.iter().chain(rule.passes).copied();
    let text = |example: &str| -> String {
        let rows = example.lines().enumerate().map(|(n, row)| {
            let id = if n == 0 { "claim_id" } else { "X-1" };
            if example.starts_with("claim_id") { format!("{row}\n") } else { format!("{id},{row}\n") }
        });
        rows.collect()
    };
    rules::all().flat_map(of_rule).flat_map(|e| read::csv_claims(&text(e)).unwrap_or_default()).collect()
}

#[test]
fn no_rule_is_left_out_on_the_examples_of_the_rules() {
    let claims = examples();
    assert!(claims.len() > 400, "{}", claims.len());
    assert_same(&claims);
}

#[test]
fn no_rule_is_left_out_on_the_sample_files() {
    for path in ["data/sample/claims.csv", "tests/data/clean_claims.csv"] {
        let claims = read::csv_claims(&fs::read_to_string(at_root(path)).unwrap()).unwrap();
        assert!(!claims.is_empty());
        assert_same(&claims);
    }
}

const CODES: &[&str] = &[
    "99213", "99291", "99292", "99385", "99283", "99308", "59400", "59514", "77067", "G0101", "G0106",
    "A0429", "J1100", "00010", "00011", "00012", "00020", "00021", "00022", "00023", "00030", "00100",
    "20610", "G0007", "0591T", "9921", "",
];
const DIAGNOSES: &[&str] = &[
    "E11.65", "E11", "I10", "M54.5", "M54.50", "S39.012A", "S72.001", "S72.001S", "T65.211A", "V43.52XA",
    "Z00.00", "Z38.00", "O80", "O82", "Z3A.20", "Z33.1", "R07.9", "P07.39", "N40.0", "C50.911", "C50.912",
    "M17.11", "M17.12", "M17.10", "E08.42", "F02.80", "B90.9", "G09", "250.00", "E849.0", "QQQ", "I60.20",
    "D69.11", "", "",
];
const DATES: &[&str] = &[
    "2026-03-02",
    "2026-03-03",
    "2025-03-02",
    "2024-07-01",
    "2021-09-30",
    "2019-06-30",
    "2015-09-30",
    "2014-01-01",
    "2026-12-24",
    "",
    "x",
];
const MODIFIERS: &[&str] =
    &["", "", "", "25", "59", "LT", "RT", "50", "26", "TC", "80", "62", "66", "TS", "JW", "ZZ", "9"];

prop_compose! {
    fn row()(
        code in prop::sample::select(CODES), dx in prop::sample::subsequence(DIAGNOSES.to_vec(), 0..=4),
        from in prop::sample::select(DATES), to in prop::sample::select(&["", "", "2026-03-03", "2026-03-02", "2020-01-01"][..]),
        mods in prop::collection::vec(prop::sample::select(MODIFIERS), 2), units in prop::sample::select(&["1", "1", "3", "40", "0", "1.5", "-1", "", "x"][..]),
        charge in prop::sample::select(&["10.00", "", "-3", "x"][..]), place in prop::sample::select(&["11", "", "23", "77", "02"][..]),
        pointers in prop::sample::select(&["", "", "A", "AB", "E", "AA", "?"][..]), npi in prop::sample::select(&["1234567893", "", "1234567890"][..]),
    ) -> String {
        let dx = |n: usize| dx.get(n).copied().unwrap_or_default();
        format!("{code},{},{},{},{},{from},{to},{},{},{units},{charge},{place},{pointers},{npi}", dx(0), dx(1), dx(2), dx(3), mods[0], mods[1])
    }
}

prop_compose! {
    fn claim()(
        rows in prop::collection::vec(row(), 1..5), same_dx in any::<bool>(), sex in prop::sample::select(&["M", "F", "", "?"][..]),
        born in prop::sample::select(&["1980-05-06", "2026-03-02", "1890-01-01", "2015-01-01", "", "x"][..]),
        kind in prop::sample::select(&["", "", "I,131,2026-03-01,2026-03-05,,", "I,111,2026-03-01,2026-03-05,2026-03-05,2026-03-01", "I,111,,,2020-01-01,"][..]),
        total in prop::sample::select(&["", "", "10.00", "-5"][..]), received in prop::sample::select(&["", "", "2026-05-01"][..]),
        wide in prop::sample::select(&[0, 0, 0, 20][..]),
    ) -> String {
        let kind = if kind.is_empty() { ",,,,," } else { kind };
        let first: Vec<&str> = rows[0].split(',').collect();
        let repeat = rows.iter().cycle().take(if wide == 0 { rows.len() } else { wide });
        repeat.map(|row| {
            let mut cells: Vec<&str> = row.split(',').collect();
            if same_dx { cells[1..5].copy_from_slice(&first[1..5]); }
            format!("X,{},{kind},{sex},{born},{total},{received}\n", cells.join(","))
        }).collect()
    }
}

const HEADER: &str = "claim_id,procedure,dx1,dx2,dx3,dx4,dos_from,dos_to,mod1,mod2,units,charge,pos,dx_pointers,rendering_npi,\
    claim_type,bill_type,statement_from,statement_to,discharge_date,admission_date,patient_sex,patient_dob,total_charge,received_date\n";

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rule_is_left_out_on_claims_of_all_sorts(text in claim()) {
        let claims = read::csv_claims(&format!("{HEADER}{text}")).unwrap();
        prop_assert_eq!(claims.len(), 1);
        assert_same(&claims);
    }
}
