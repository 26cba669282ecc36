//! Pair edits, unit limits, add-on codes and indicators: against the full reference tables where they are, verdict for verdict with a slow
//! reference that reads the raw files, and against small synthetic tables everywhere.
#![cfg(feature = "import")]
#![allow(clippy::print_stderr, reason = "says which tests could not be run")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cleanclaim::claim::Kind;
use cleanclaim::code::Modifier;
use cleanclaim::import::{AddOptions, Side, TablesFolder};
use cleanclaim::{Checker, Claim, Date, Line, Report, Severity, Tables, Why, explain, rules};

/// The reference tables; `None`, said aloud, where they are not.
fn reference() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: ../shared/reference is absent; pair edits and limits were tried on synthetic tables only"
    );
    None
}

fn tables_of(name: &str, files: &[PathBuf]) -> Tables {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let tables = TablesFolder::open(&folder);
    tables.add(files, &AddOptions::default()).unwrap();
    let opened = Tables::open(&folder).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    opened
}

fn synthetic_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/edits");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

/// A checker of some rules over synthetic tables.
fn synthetic(ids: &[&str]) -> Checker {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let n = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    choose(tables_of(&format!("synthetic-{n}"), &synthetic_files()), ids)
}

fn choose(tables: Tables, ids: &[&str]) -> Checker {
    let chosen = ids.iter().map(|id| rules::find(id).unwrap()).map(|r| (r, r.severity));
    Checker::new(tables).rules(chosen)
}

const PAIRS: &[&str] = &["NCC001", "NCC002", "NCC003"];

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn line(number: u32, code: &str, on: &str, modifiers: &[&str], units: &str) -> Line {
    let mut line = Line::new(number);
    line.from = Some(day(on));
    line.set_procedure(code);
    line.modifiers = modifiers.iter().map(|m| m.parse::<Modifier>().unwrap()).collect();
    line.units = Some(units.parse().unwrap());
    line
}

fn claim(lines: Vec<Line>) -> Claim {
    let mut claim = Claim::new("T-1");
    claim.lines = lines;
    claim
}

/// Rule, index of the line, severity of each finding.
fn said(report: &Report) -> Vec<(&'static str, Option<usize>, Severity)> {
    report.findings.iter().map(|f| (f.rule.id, f.line, f.severity)).collect()
}

// ---------------------------------------------------------------------------------------------------------------------------------------
// The slow reference: straight from the policy and the raw rows, with nothing of the program.

const ASSOCIATED: &str = "E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD RC LM RI \
                          24 25 57 58 78 79 27 59 91 XE XS XP XU";
const OTHERS: &str = "76 77 50 51 52 62 80 26 TC GA";
const SITES: usize = 31;

/// A row of the raw file: effective, deletion, indicator.
type Row = (u32, Option<u32>, char);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Clean,
    Never,
    NoModifier,
    Useless,
}

/// What the rows of column 1 and column 2 say of a day and of the modifiers of the two lines.
fn slow(rows: &[Row], day: u32, one: &[&str], two: &[&str]) -> Verdict {
    let in_force = |r: &&Row| r.2 != '9' && r.0 <= day && r.1.is_none_or(|to| day <= to) && day >= 19960101;
    // Where the placeholder dates of the reference make windows overlap, the stricter row decides.
    match rows.iter().filter(in_force).map(|r| r.2).min() {
        None => return Verdict::Clean,
        Some('0') => return Verdict::Never,
        Some(_) => {}
    }
    let all: Vec<&str> = ASSOCIATED.split(' ').collect();
    let mut counted = Vec::new();
    let mut any = false;
    for (column, list) in [(1, one), (2, two)] {
        for m in list.iter().filter(|m| all.contains(m)) {
            any = true;
            let late = ["59", "XE", "XS", "XP", "XU"].contains(m);
            if !(late && column == 1 && day < 20190701) {
                counted.push((column, *m));
            }
        }
    }
    let is_site = |m: &str| all[..SITES].contains(&m);
    let sites = |column| -> BTreeSet<&str> {
        counted.iter().filter(|(c, m)| *c == column && is_site(m)).map(|(_, m)| *m).collect()
    };
    let separated = counted.iter().any(|(_, m)| !is_site(m)) || sites(1) != sites(2);
    match (separated, any) {
        (true, _) => Verdict::Clean,
        (false, true) => Verdict::Useless,
        (false, false) => Verdict::NoModifier,
    }
}

/// Rows of some pairs, from the raw file.
fn raw_rows(text: &str, wanted: &BTreeSet<(&str, &str)>) -> BTreeMap<(String, String), Vec<Row>> {
    let mut out: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    for fields in text.lines().skip(6).map(|l| l.trim_end().split('\t').collect::<Vec<_>>()) {
        if wanted.contains(&(fields[0], fields[1])) {
            let row = (fields[3].parse().unwrap(), fields[4].parse().ok(), fields[5].chars().next().unwrap());
            out.entry((fields[0].to_owned(), fields[1].to_owned())).or_default().push(row);
        }
    }
    out
}

/// The same numbers every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }
}

struct Full {
    checker: Checker,
    text: String,
}

/// The full tables, built once.
fn full() -> Option<&'static Full> {
    static FULL: OnceLock<Option<Full>> = OnceLock::new();
    FULL.get_or_init(|| {
        let folder = reference()?;
        let files: Vec<PathBuf> = [
            "ncci/ccipra-2024q3.reshaped.txt.zst",
            "ncci/MCR_MUE_PractitionerServices_Eff_07-01-2024.reshaped.csv",
            "ncci/MCR_MUE_OutpatientHospitalServices_Eff_07-01-2024.reshaped.csv",
            "ncci/MCR_MUE_DMESupplierServices_Eff_07-01-2024.reshaped.csv",
            "ncci/AOC_V2024Q2.reshaped.txt",
            "pfs/PPRRVU24_JAN.redacted.csv.zst",
        ]
        .map(|f| folder.join(f))
        .to_vec();
        let packed = fs::read(&files[0]).unwrap();
        let mut text = String::new();
        let mut decoder = structured_zstd::decoding::StreamingDecoder::new(packed.as_slice());
        std::io::Read::read_to_string(&mut decoder, &mut text).unwrap();
        let ids = ["NCC001", "NCC002", "NCC003", "MUE001", "MUE002", "MUE003", "NCC010", "NCC011", "NCC012"];
        Some(Full { checker: choose(tables_of("full", &files), &ids), text })
    })
    .as_ref()
}

/// What was said of the procedure of one line as column 2.
fn verdict_of(report: &Report, two: usize) -> Verdict {
    let on_line = |f: &&cleanclaim::Finding| PAIRS.contains(&f.rule.id) && f.line == Some(two);
    match report.findings.iter().filter(on_line).collect::<Vec<_>>().as_slice() {
        [] => Verdict::Clean,
        [f] => match (f.rule.id, f.severity) {
            ("NCC001", Severity::Error) => Verdict::Never,
            ("NCC002", Severity::Error) => Verdict::NoModifier,
            ("NCC003", Severity::Warning) => Verdict::Useless,
            other => panic!("{other:?}"),
        },
        more => panic!("{more:?}"),
    }
}

fn number(date: u32) -> String {
    format!("{:04}-{:02}-{:02}", date / 10_000, date / 100 % 100, date % 100)
}

fn next(date: u32, days: i32) -> u32 {
    Date::from_number(date).unwrap().add_days(days).number()
}

#[test]
fn two_thousand_pairs_and_as_many_near_misses_are_judged_as_the_raw_file_says() {
    let Some(Full { checker, text }) = full() else { return };
    let lines: Vec<&str> = text.lines().skip(6).collect();
    let mut draw = Draw(20240701);
    let nines: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].contains("\t9\t")).collect();
    let mut drawn: Vec<usize> = (0..2_000).map(|_| draw.below(lines.len())).collect();
    drawn.extend((0..300).map(|_| nines[draw.below(nines.len())]));
    let fields = |i: usize| lines[i].split('\t').collect::<Vec<_>>();
    let mut wanted = BTreeSet::new();
    for &i in &drawn {
        let f = fields(i);
        wanted.extend([(f[0], f[1]), (f[1], f[0])]);
    }
    let rows = raw_rows(text, &wanted);
    let none = Vec::new();
    let of = |a: &str, b: &str| rows.get(&(a.to_owned(), b.to_owned())).unwrap_or(&none);
    let associated: Vec<&str> = ASSOCIATED.split(' ').filter(|m| !m.is_empty()).collect();
    assert_eq!(associated.len(), 44);
    let every: Vec<&str> = associated.iter().copied().chain(OTHERS.split(' ')).collect();

    let (mut tried, mut counts) = ([0usize; 2], BTreeMap::<String, usize>::new());
    let mut judge = |near: usize, a: &str, b: &str, on: u32, one: &[&str], two: &[&str]| {
        let claim = claim(vec![line(1, a, &number(on), one, "1"), line(2, b, &number(on), two, "1")]);
        let report = checker.check(&claim);
        // Either direction may be an edit; both may where the reference's placeholder dates make windows overlap.
        let (forth, back) = (slow(of(a, b), on, one, two), slow(of(b, a), on, two, one));
        assert_eq!(verdict_of(&report, 1), forth, "{a} {one:?} and {b} {two:?} on {on}");
        assert_eq!(verdict_of(&report, 0), back, "{b} {two:?} and {a} {one:?} on {on}");
        for f in report.findings.iter().filter(|f| PAIRS.contains(&f.rule.id)) {
            let codes = if f.line == Some(1) { [b, a] } else { [a, b] };
            assert_eq!(f.codes, codes, "{}", f.message);
            assert!(
                f.message.contains("edition 2024 Q3") && f.message.contains("indicator "),
                "{}",
                f.message
            );
        }
        let expected = if forth == Verdict::Clean { back } else { forth };
        tried[near] += 1;
        *counts.entry(format!("{expected:?}")).or_default() += 1;
    };
    for (n, &i) in drawn.iter().enumerate() {
        let f = fields(i);
        let from: u32 = f[3].parse().unwrap();
        let to = f[4].parse::<u32>().ok();
        let last = to.unwrap_or(20240930);
        judge(0, f[0], f[1], last, &[], &[]);
        // Near misses: the other order, the days around the window, a modifier on either line before and after 2019-07-01.
        judge(1, f[1], f[0], last, &[], &[]);
        match n % 4 {
            0 => judge(1, f[0], f[1], next(from, -1), &[], &[]),
            1 => judge(1, f[0], f[1], from, &[], &[]),
            2 => judge(1, f[0], f[1], next(last, 1), &[], &[]),
            _ => judge(1, f[0], f[1], 20190630.min(last), &[], &["59"]),
        }
    }
    // Each modifier, on either line, on both days, on pairs that are open.
    let open: Vec<usize> = drawn.iter().copied().filter(|&i| fields(i)[4] == "*").take(24).collect();
    for (k, &i) in open.iter().enumerate() {
        let f = fields(i);
        for (n, m) in every.iter().enumerate() {
            let on = if (n + k) % 2 == 0 { 20190630 } else { 20190701 };
            judge(1, f[0], f[1], on, &[m], &[]);
            judge(1, f[0], f[1], on, &[], &[m]);
            judge(1, f[0], f[1], on, &[m], &[m]);
            judge(1, f[0], f[1], on, &[m], &[every[(n + 7) % every.len()]]);
        }
    }
    eprintln!("pairs: {} drawn, {} near misses, {counts:?}", tried[0], tried[1]);
    assert!(tried[0] >= 2_000 && tried[1] >= 2_000, "{tried:?}");
    assert!(["Clean", "Never", "NoModifier", "Useless"].iter().all(|v| counts[*v] > 50), "{counts:?}");
}

/// Codes of a raw MUE file, by adjudication digit.
fn raw_limits(file: &str) -> BTreeMap<char, Vec<(String, i64)>> {
    let text = fs::read_to_string(reference().unwrap().join("ncci").join(file)).unwrap();
    let mut out: BTreeMap<char, Vec<(String, i64)>> = BTreeMap::new();
    for row in text.lines() {
        let cells: Vec<&str> = row.split(',').collect();
        let [code, value, adjudication, ..] = cells.as_slice() else { continue };
        if let (5, Ok(value)) = (code.len(), value.parse()) {
            let digit = adjudication.chars().next().unwrap();
            out.entry(digit).or_default().push(((*code).to_owned(), value));
        }
    }
    out
}

#[test]
fn units_at_one_under_and_one_over_each_limit_on_one_line_and_on_several() {
    let Some(Full { checker, .. }) = full() else { return };
    let tables = [
        ("MCR_MUE_PractitionerServices_Eff_07-01-2024.reshaped.csv", Kind::Professional, ""),
        ("MCR_MUE_OutpatientHospitalServices_Eff_07-01-2024.reshaped.csv", Kind::Institutional, ""),
        ("MCR_MUE_DMESupplierServices_Eff_07-01-2024.reshaped.csv", Kind::Professional, "DME MAC A"),
    ];
    let mut tried = 0;
    for (file, kind, jurisdiction) in tables {
        for (digit, codes) in raw_limits(file) {
            let (rule, severity) = match digit {
                '1' => ("MUE001", Severity::Error),
                '2' => ("MUE002", Severity::Error),
                _ => ("MUE003", Severity::Warning),
            };
            let step = (codes.len() / 60).max(1);
            for (code, value) in codes.iter().step_by(step) {
                let check = |units: &[i64]| {
                    let lines = units.iter().zip(1..);
                    let lines = lines.map(|(u, n)| line(n, code, "2024-07-02", &["59"], &u.to_string()));
                    let mut claim = claim(lines.collect());
                    claim.kind = kind;
                    claim.jurisdiction = jurisdiction.to_owned();
                    let report = checker.check(&claim);
                    let mue =
                        said(&report).into_iter().filter(|f| f.0.starts_with("MUE")).collect::<Vec<_>>();
                    assert!(
                        report
                            .findings
                            .iter()
                            .all(|f| f.codes == [code.clone()] || !f.rule.id.starts_with("MUE"))
                    );
                    mue
                };
                let over = |line| vec![(rule, Some(line), severity)];
                assert_eq!(check(&[*value]), [], "{file} {code} at {value}");
                assert_eq!(check(&[value + 1]), over(0), "{file} {code} over {value}");
                if *value > 0 {
                    assert_eq!(check(&[value - 1]), [], "{file} {code} under {value}");
                    // Two lines: only limits of a day add them up.
                    assert_eq!(check(&[value - 1, 1]), [], "{file} {code}");
                    let two = check(&[*value, 1]);
                    assert_eq!(two, if digit == '1' { vec![] } else { over(1) }, "{file} {code}");
                    let three = check(&[*value, 1, 1]);
                    assert_eq!(three, if digit == '1' { vec![] } else { over(1) }, "{file} {code}");
                }
                tried += 1;
            }
        }
    }
    eprintln!("units: {tried} codes");
    assert!(tried > 400, "{tried}");
}

#[test]
fn a_day_before_or_after_the_edition_is_not_evaluated_or_stale() {
    let Some(Full { checker, .. }) = full() else { return };
    let (code, value) =
        raw_limits("MCR_MUE_PractitionerServices_Eff_07-01-2024.reshaped.csv")[&'2'][5].clone();
    let over = (value + 1).to_string();
    let before = checker.check(&claim(vec![line(1, &code, "2024-06-30", &[], &over)]));
    assert!(before.findings.iter().all(|f| !f.rule.id.starts_with("MUE")));
    let why =
        before.not_evaluated.iter().find(|g| g.rule.id == "MUE001" && g.why != Why::OtherClaims).unwrap().why;
    assert!(matches!(why, Why::BeforeTable(_)), "{why}");
    let after = checker.check(&claim(vec![line(1, &code, "2024-10-01", &[], &over)]));
    let finding = after.findings.iter().find(|f| f.rule.id == "MUE002").unwrap();
    assert!(finding.stale.is_some() && finding.edition.as_deref() == Some("2024 Q3"));
}

#[test]
fn add_on_codes_of_the_raw_file_need_a_primary() {
    let Some(Full { checker, .. }) = full() else { return };
    let text = fs::read_to_string(reference().unwrap().join("ncci/AOC_V2024Q2.reshaped.txt")).unwrap();
    // Add-on code → its types and primaries in force on 2024-04-02, which is 2024093.
    let mut of: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for row in text.lines().skip(2).map(|l| l.split('\t').collect::<Vec<_>>()) {
        let ended = [row[2], row[4], row[6]].iter().any(|d| d.parse::<u32>().is_ok_and(|d| d < 2024093));
        if ended || row[5].parse::<u32>().unwrap() > 2024093 {
            continue;
        }
        let entry = of.entry(row[1]).or_default();
        entry.0.insert(row[0]);
        entry.1.extend((row[3] != "CCCCC").then_some(row[3]));
    }
    let mut tried = [0; 3];
    for (code, (types, primaries)) in &of {
        let on = "2024-04-02";
        let ncc = |codes: &[&str]| {
            let lines = codes.iter().zip(1..).map(|(c, n)| line(n, c, on, &[], "1")).collect();
            let report = checker.check(&claim(lines));
            let add_ons = said(&report)
                .into_iter()
                .filter(|f| f.0 > "NCC009" && f.0.starts_with("NCC") && f.1 == Some(0));
            add_ons.map(|f| (f.0, f.2)).collect::<Vec<_>>()
        };
        let exception = *code == "99292";
        let (kind, expected) = match types.iter().copied().collect::<Vec<_>>().as_slice() {
            ["1"] if exception => (0, ("NCC010", Severity::Warning)),
            ["1"] => (0, ("NCC010", Severity::Error)),
            ["2"] => (1, ("NCC012", Severity::Warning)),
            _ => (2, ("NCC011", Severity::Warning)),
        };
        assert_eq!(ncc(&[code]), [expected], "{code}");
        if let Some(primary) = primaries.iter().next_back() {
            assert_eq!(ncc(&[code, primary]), [], "{code} with {primary}");
        }
        // Some other procedure is enough for type 2 only.
        let other = if kind == 1 { vec![] } else { vec![expected] };
        assert_eq!(ncc(&[code, "A0021"]), other, "{code}");
        tried[kind] += 1;
    }
    eprintln!("add-on codes: {tried:?} of types 1, 2, 3");
    assert!(tried.iter().all(|n| *n > 0), "{tried:?}");
}

// ---------------------------------------------------------------------------------------------------------------------------------------
// Synthetic tables.

#[test]
fn pairs_by_day_order_modifier_provider_and_setting() {
    let checker = synthetic(PAIRS);
    let two = |a: &str, b: &str, on: &str, ma: &[&str], mb: &[&str]| {
        said(&checker.check(&claim(vec![line(1, a, on, ma, "1"), line(2, b, on, mb, "1")])))
    };
    let error = |rule, at| vec![(rule, Some(at), Severity::Error)];
    let warning = vec![("NCC003", Some(1), Severity::Warning)];
    assert_eq!(two("00010", "00011", "2026-03-02", &["59"], &["25"]), error("NCC001", 1));
    assert_eq!(two("00011", "00010", "2026-03-02", &[], &[]), error("NCC001", 0));
    assert_eq!(two("00010", "00011", "2013-12-31", &[], &[]), []);
    assert_eq!(two("00010", "00012", "2026-03-02", &[], &["76"]), error("NCC002", 1));
    assert_eq!(two("00010", "00012", "2026-03-02", &["25"], &[]), []);
    assert_eq!(two("00010", "00012", "2019-06-30", &["XS"], &[]), warning);
    assert_eq!(two("00010", "00012", "2019-07-01", &["XS"], &[]), []);
    assert_eq!(two("00010", "00012", "2026-03-02", &["RT"], &["RT"]), warning);
    assert_eq!(two("00010", "00012", "2026-03-02", &["RT"], &["LT"]), []);
    // The window of the first edit, and the edit of the other direction that follows it.
    assert_eq!(two("00010", "00013", "2020-12-31", &[], &[]), error("NCC002", 1));
    assert_eq!(two("00010", "00013", "2021-01-01", &[], &[]), error("NCC001", 0));
    assert_eq!(two("00010", "00014", "2014-01-01", &[], &[]), []);
    // Two windows of one pair.
    assert_eq!(two("00015", "00010", "2014-12-31", &[], &[]), error("NCC002", 1));
    assert_eq!(two("00015", "00010", "2015-06-01", &[], &[]), []);
    assert_eq!(two("00015", "00010", "2016-01-01", &["59"], &[]), error("NCC001", 1));
    // Other days, other providers, the hospital's own table, inpatient bills.
    let mut of =
        claim(vec![line(1, "00010", "2026-03-02", &[], "1"), line(2, "00012", "2026-03-02", &[], "1")]);
    assert_eq!(said(&checker.check(&of)), error("NCC002", 1));
    of.lines[0].rendering_npi = Some("1234567893".parse().unwrap());
    assert_eq!(said(&checker.check(&of)), error("NCC002", 1));
    of.lines[1].rendering_npi = Some("1245319599".parse().unwrap());
    assert_eq!(said(&checker.check(&of)), []);
    of.kind = Kind::Institutional;
    assert_eq!(said(&checker.check(&of)), error("NCC001", 0));
    of.facility.bill_type = Some("111".parse().unwrap());
    assert_eq!(said(&checker.check(&of)), []);
    // The same column 1 procedure twice is one finding on the line of column 2.
    let twice = claim(vec![
        line(1, "00010", "2026-03-02", &[], "1"),
        line(2, "00010", "2026-03-02", &[], "1"),
        line(3, "00012", "2026-03-02", &[], "1"),
    ]);
    assert_eq!(said(&checker.check(&twice)), error("NCC002", 2));
}

#[test]
fn a_message_goes_down_to_the_row() {
    let checker = synthetic(PAIRS);
    let of =
        claim(vec![line(1, "00010", "2026-03-02", &[], "1"), line(2, "00012", "2026-03-02", &["76"], "1")]);
    let finding = &checker.check(&of).findings[0];
    assert_eq!(
        finding.message,
        "00012 is not paid beside 00010 of line 1: column 1 00010, column 2 00012, in force since 2014-01-01, indicator 1, \
         misuse of Column Two code with Column One code, edition 2026 Q1"
    );
    assert!(finding.advice().starts_with("drop line 2; only if the documentation shows separate services"));
    assert!(finding.advice().contains("76 not among them"));
}

#[test]
fn unit_limits_belong_to_their_quarter_and_setting() {
    let checker = synthetic(&["MUE001", "MUE002", "MUE003"]);
    let of = |code: &str, on: &str, units: &str| claim(vec![line(1, code, on, &[], units)]);
    let rules_of = |c: &Claim| checker.check(c).findings.iter().map(|f| f.rule.id).collect::<Vec<_>>();
    assert_eq!(rules_of(&of("00010", "2026-03-31", "4")), ["MUE001"]);
    assert_eq!(rules_of(&of("00010", "2026-04-01", "4")), [""; 0]);
    assert_eq!(rules_of(&of("00010", "2026-04-01", "4.001")), ["MUE001"]);
    // Gone from the second edition.
    assert_eq!(rules_of(&of("00015", "2026-03-31", "1")), ["MUE003"]);
    let gone = checker.check(&of("00015", "2026-04-01", "1"));
    assert!(
        gone.findings.is_empty() && gone.not_evaluated.iter().any(|g| matches!(g.why, Why::NotListed(_)))
    );
    let mut hospital = of("00010", "2026-03-02", "5");
    hospital.kind = Kind::Institutional;
    assert_eq!(rules_of(&hospital), [""; 0]);
    let mut supplier = of("00010", "2026-03-02", "7");
    supplier.taxonomy = Some("332B00000X".parse().unwrap());
    assert_eq!(rules_of(&supplier), [""; 0]);
    supplier.lines[0].units = Some("8".parse().unwrap());
    assert_eq!(rules_of(&supplier), ["MUE001"]);
    // Lines over several days are left to the rule in preview.
    let mut span = of("00010", "2026-03-02", "9");
    span.lines[0].to = Some(day("2026-03-04"));
    let report = checker.check(&span);
    assert!(report.findings.is_empty() && report.not_evaluated.iter().any(|g| g.why == Why::SeveralDays));
}

#[test]
fn without_tables_nothing_is_judged_and_everything_said() {
    let checker = choose(Tables::embedded(), &["NCC001", "MUE001", "NCC010", "MOD101"]);
    let report = checker.check(&claim(vec![line(1, "00010", "2026-03-02", &["50"], "99")]));
    assert!(report.findings.is_empty());
    let said: Vec<String> = report.not_evaluated.iter().map(|g| format!("{} {}", g.rule.id, g.why)).collect();
    for id in ["NCC001", "MUE001", "NCC010", "MOD101"] {
        assert!(said.iter().any(|s| s.starts_with(id) && s.contains("cleanclaim tables add")), "{said:?}");
    }
}

#[test]
fn being_named_by_an_edit_is_not_being_listed() {
    let checker = synthetic(&["COD011", "COD012"]);
    let report = checker.check(&claim(vec![line(1, "00021", "2026-07-02", &[], "1")]));
    // Known to the table of add-on codes, not to the fee schedule: as unknown as a code that no table names.
    let codes = said(&report);
    let other = said(&checker.check(&claim(vec![line(1, "00099", "2026-07-02", &[], "1")])));
    assert_eq!(codes, other);
    assert_eq!(said(&checker.check(&claim(vec![line(1, "00030", "2026-07-02", &[], "1")]))), []);
    let before = checker.check(&claim(vec![line(1, "00030", "2025-12-31", &[], "1")]));
    assert!(
        before.findings.is_empty()
            && before.not_evaluated.iter().any(|g| matches!(g.why, Why::BeforeTable(_)))
    );
}

#[test]
fn explanations_say_what_checks_go_by() {
    let tables = tables_of("explain", &synthetic_files());
    let code = |t: &str| t.parse().unwrap();
    let pair = explain::pair(&tables, code("00013"), code("00010"), Some(day("2026-03-02")));
    let text = pair.to_string();
    assert_eq!(pair.edits.len(), 2);
    assert!(text.contains("column 1 00013, column 2 00010, since 2021-01-01"), "{text}");
    assert!(text.contains("never paid beside"), "{text}");
    let all = explain::procedure(&tables, code("00010"), Some(day("2026-03-02")));
    let partners: Vec<String> = all
        .partners
        .iter()
        .map(|e| format!("{} {}", e.setting.name(), e.partner_of(code("00010"))))
        .collect();
    assert_eq!(
        partners,
        [
            "practitioner 00011",
            "practitioner 00012",
            "practitioner 00015",
            "practitioner 00013",
            "outpatient hospital 00012"
        ]
    );
    assert_eq!(all.units.iter().map(|u| u.limit).collect::<Vec<_>>(), [3, 5, 7]);
    let add_on = explain::procedure(&tables, code("00023"), Some(day("2024-03-02"))).to_string();
    assert!(add_on.contains("add-on code of type 3, added to\n  00020"), "{add_on}");
    assert!(
        explain::procedure(&tables, code("00020"), None).to_string().contains("primary of the add-on codes")
    );
    assert!(serde_json::to_string(&all).unwrap().contains("\"indicator\":\"0\""));
}

#[test]
fn two_quarters_are_compared_pair_by_pair_and_limit_by_limit() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("quarters-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/edits");
    let old = data.join("ccipra-v320r0-f1.txt");
    let text = fs::read_to_string(&old).unwrap();
    // One edit ends, one changes its indicator, one is new.
    let text = text.replace("00011\t\t20140101\t*\t0", "00011\t\t20140101\t20260331\t0");
    let text = text.replace("00012\t\t20140101\t*\t1", "00012\t\t20140101\t*\t0");
    let new = folder.join("ccipra-v321r0-f1.txt");
    fs::write(&new, text + "00010\t00016\t\t20260401\t*\t1\tSynthetic\r\n").unwrap();
    let tables = TablesFolder::open(folder.join("tables"));
    let changes = |old: &Path, new: &Path| {
        let diff = tables.diff(Side::File(old), Some(Side::File(new)), &AddOptions::default()).unwrap();
        assert_eq!(diff.len(), 1);
        let show = |c: &cleanclaim::import::Change| format!("{:?} {}", c.what, c.code);
        diff[0].changes.iter().map(show).collect::<Vec<_>>()
    };
    assert_eq!(changes(&old, &new), ["Added 00010 00016", "Ended 00010 00011", "Retitled 00010 00012"]);
    let mue = |q: &str| data.join(format!("MCR_MUE_PractitionerServices_Eff_{q}-01-2026.csv"));
    assert_eq!(changes(&mue("01"), &mue("04")), ["Ended 00015", "Retitled 00010"]);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn files_that_are_not_what_they_seem_are_refused_with_their_line() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("refused-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let head = "notice\t\t\t\t\t\t\r\nColumn 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n";
    let mue =
        "\"HCPCS/\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n";
    let cases = [
        (
            "ccipra-f1.txt",
            format!("{head}00010\t00011\t\t20140230\t*\t0\tx\r\n"),
            ":3: ",
            "an effective date as YYYYMMDD",
        ),
        ("ccipra-f1.txt", format!("{head}00010\t0011\t\t20140101\t*\t0\tx\r\n"), ":3: ", "a column 2 code"),
        ("ccipra-f1.txt", format!("{head}00010\t00011\t\t20140101\t*\t2\tx\r\n"), ":3: ", "0, 1 or 9"),
        ("ccipra-f1.txt", format!("{head}00010\t00011\t0\r\n"), ":3: ", "seven fields"),
        ("ccipra-f1.txt", head.to_owned(), "", "no rows"),
        ("edits.txt", format!("{head}00010\t00011\t\t20140101\t*\t0\tx\r\n"), "", "--setting practitioner"),
        ("mue.csv", format!("{mue}00010,1,1 Line Edit,x\n"), "", "--effective"),
        ("mue_Eff_01-01-2026.csv", format!("{mue}00010,one,1 Line Edit,x\n"), ":3: ", "a number of units"),
        ("mue_Eff_01-01-2026.csv", format!("{mue}00010,1,4 Line Edit,x\n"), ":3: ", "1, 2 or 3"),
    ];
    for (name, text, at, expected) in cases {
        let file = folder.join(name);
        fs::write(&file, text).unwrap();
        let e = TablesFolder::open(folder.join("tables"))
            .add(&[&file], &AddOptions::default())
            .unwrap_err()
            .to_string();
        assert!(e.contains(expected) && e.contains(at) && e.contains(name), "{name}: {e}");
    }
    fs::remove_dir_all(&folder).unwrap();
}
