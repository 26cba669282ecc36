//! The registry of rules: every declaration is complete, behaves as its examples say, and keeps its id for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cleanclaim::Tables;
use cleanclaim::engine::{Options, Outcome, Summary, check_files};
use cleanclaim::import::{AddOptions, TablesFolder};
use cleanclaim::read::Input;
use cleanclaim::report::{Checked, Reporter, rules_markdown};
use cleanclaim::rule::{Rule, Status};
use cleanclaim::table::TableKind;
use cleanclaim::{Checker, Why, rules};

/// The day of the check in every example.
const TODAY: &str = "2026-11-22";

/// Prints `id`, severity, message and help, one finding a line.
struct Plain;

impl Reporter for Plain {
    fn begin(&self, _: &mut Vec<u8>) {}

    fn separator(&self) -> &'static [u8] {
        b""
    }

    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>) {
        for f in of.findings {
            let line = format!("{}\t{}\t{}\t{}\n", f.rule.id, f.severity, f.message, f.advice());
            out.extend_from_slice(line.as_bytes());
        }
    }

    fn finish(&self, _: &Summary, _: &mut Vec<u8>) {}
}

/// A finding of a rule on one of its examples.
struct Said {
    message: String,
    help: String,
}

/// Examples have no claim id, unless it is what they are about: each is one claim.
fn with_claim_id(example: &str) -> String {
    if example.starts_with("claim_id,") {
        return format!("{example}\n");
    }
    let mut rows = example.lines();
    let header = format!("claim_id,{}\n", rows.next().unwrap_or_default());
    rows.fold(header, |text, row| text + "X-1," + row + "\n")
}

/// The tables that a rule needs and no others, so that its examples show whether it can do without.
fn tables_for(rule: &Rule) -> Tables {
    if rule.needs.contains(&TableKind::Policies) {
        Tables::open(synthetic_policies()).unwrap()
    } else if rule.needs.contains(&TableKind::Procedures) {
        Tables::open(synthetic_tables()).unwrap()
    } else if rule.needs.iter().any(|kind| !edit_files(*kind).is_empty()) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rule-tables-{}", rule.id));
        let _ = fs::remove_dir_all(&path);
        let files: Vec<PathBuf> = rule.needs.iter().flat_map(|kind| edit_files(*kind)).collect();
        TablesFolder::open(&path).add(&files, &AddOptions::default()).unwrap();
        Tables::open(&path).unwrap()
    } else {
        Tables::embedded()
    }
}

/// The synthetic files of a table of edits.
fn edit_files(kind: TableKind) -> Vec<PathBuf> {
    let names: &[&str] = match kind {
        TableKind::PtpPractitioner => &["ccipra-v320r0-f1.txt", "ccipra-v320r0-f2.txt"],
        TableKind::PtpHospital => &["ccioph-v320r0-f1.txt"],
        TableKind::MuePractitioner => &["MCR_MUE_PractitionerServices_Eff_01-01-2026.csv"],
        TableKind::MueHospital => &["MCR_MUE_OutpatientHospitalServices_Eff_01-01-2026.csv"],
        TableKind::MueSupplier => &["MCR_MUE_DMESupplierServices_Eff_01-01-2026.csv"],
        TableKind::AddOns => &["AOC_V2024Q1.txt"],
        TableKind::Fees => &["PPRRVU2026_Jul.csv"],
        _ => &[],
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/edits");
    names.iter().map(|n| folder.join(n)).collect()
}

/// A tables folder with the synthetic policies, and the procedures that these name.
fn synthetic_policies() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rule-policies");
        let _ = fs::remove_dir_all(&path);
        TablesFolder::open(&path).add(&[at_root("tests/data/policies.csv")], &AddOptions::default()).unwrap();
        path
    })
}

/// A tables folder with the synthetic list of procedure codes, as if it were the whole code set.
fn synthetic_tables() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rule-tables");
        let _ = fs::remove_dir_all(&path);
        let options = AddOptions { complete: Some(true), ..AddOptions::default() };
        let list = at_root("data/sample/tables/hcpcs_synthetic.csv");
        TablesFolder::open(&path).add(&[list], &options).unwrap();
        path
    })
}

fn run(checker: &Checker, name: &str, example: &str) -> (Vec<Said>, Outcome) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.csv"));
    fs::write(&path, with_claim_id(example)).unwrap();
    let mut out = Vec::new();
    let options = Options { threads: 1, ..Options::default() };
    let ignored = &mut |what: &str| panic!("{name}: {what}: {example}");
    let outcome = check_files(checker, &[Input::File(path)], &options, &Plain, &mut out, ignored).unwrap();
    assert!(outcome.failed.is_empty(), "{name}: not a file of claims: {example}: {:?}", outcome.failed);
    let said = String::from_utf8(out).unwrap();
    let said = said.lines().map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        Said { message: fields[2].to_owned(), help: fields[3].to_owned() }
    });
    (said.collect(), outcome)
}

#[test]
fn examples_behave() {
    let mut wrong = Vec::new();
    for rule in rules::all().filter(|r| r.status != Status::Removed) {
        let checker =
            Checker::new(tables_for(rule)).rules([(rule, rule.severity)]).as_of(TODAY.parse().unwrap());
        let examples = rule.fails.iter().map(|e| (e, true)).chain(rule.passes.iter().map(|e| (e, false)));
        for (n, (example, fails)) in examples.enumerate() {
            let (said, outcome) = run(&checker, &format!("{}-{n}", rule.id), example);
            match (fails, said.is_empty()) {
                (true, true) => wrong.push(format!("{} stays silent on\n{example}", rule.id)),
                (false, false) => {
                    wrong.push(format!("{} fires on\n{example}\n{}", rule.id, said[0].message));
                }
                _ => {}
            }
            // A rule that does not run passes everything.
            for gap in &outcome.summary.not_evaluated {
                if matches!(gap.why, Why::NoColumn(_) | Why::NoTable(_) | Why::NoToday) {
                    wrong.push(format!("{} is not evaluated, {}:\n{example}", rule.id, gap.why));
                }
            }
            for text in said.iter().flat_map(|s| [&s.message, &s.help]) {
                if let Some(fault) = style(text) {
                    wrong.push(format!("{}: {fault}: {text}", rule.id));
                }
                for value in of_the_patient(example) {
                    if text.contains(&value) {
                        wrong.push(format!("{} tells of the patient: {text}", rule.id));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn a_column_that_the_file_does_not_have_is_not_missing_on_every_line() {
    let checker = Checker::new(Tables::embedded()).as_of(TODAY.parse().unwrap());
    let (said, outcome) = run(&checker, "smallest", "dos_from,procedure,dx1,dx2\n2026-03-02,99213,I10,E78.5");
    assert!(said.is_empty(), "{}", said[0].message);
    for rule in
        ["missing-place", "missing-units", "missing-charge", "missing-pointer", "missing-rendering-npi"]
    {
        let not_evaluated = outcome.summary.not_evaluated.iter().find(|gap| gap.rule.name == rule);
        assert!(matches!(not_evaluated.unwrap().why, Why::NoColumn(_)), "{rule}");
    }
}

/// The values of an example's patient columns.
fn of_the_patient(example: &str) -> BTreeSet<String> {
    let mut rows = example.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let header = rows.next().unwrap_or_default();
    let columns: Vec<usize> = (0..header.len()).filter(|&i| header[i].starts_with("patient_")).collect();
    rows.flat_map(|row| {
        columns.iter().filter_map(|&i| row.get(i).map(|v| (*v).to_owned())).collect::<Vec<_>>()
    })
    .filter(|v| v.len() > 1)
    .collect()
}

/// What is wrong with a clause: it begins in lower case, or with a code, and has no full stop.
fn style(text: &str) -> Option<&'static str> {
    let mut chars = text.chars();
    let (first, second) = (chars.next()?, chars.next().unwrap_or(' '));
    if first.is_ascii_uppercase() && second.is_ascii_lowercase() {
        Some("does not begin in lower case")
    } else if text.ends_with('.') {
        Some("ends with a full stop")
    } else if text != text.trim() || text.contains("  ") || text.contains('\n') {
        Some("has stray blanks")
    } else {
        None
    }
}

#[test]
fn declarations_are_complete() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        let mut say = |what: String| wrong.push(format!("{}: {what}", rule.id));
        if rule.fails.is_empty() {
            say("no failing example".to_owned());
        }
        if rule.passes.is_empty() {
            say("no passing example".to_owned());
        }
        for (part, text) in [("summary", rule.summary), ("fix", rule.fix)] {
            if text.is_empty() {
                say(format!("{part} is empty"));
            } else if let Some(fault) = style(text) {
                say(format!("{part} {fault}: {text}"));
            }
        }
        if !rule.why.ends_with('.') || rule.why.contains("  ") {
            say(format!("why is not in sentences: {}", rule.why));
        }
        if rule.status == Status::Preview && !rule.why.contains("Preview") && !rule.why.contains("Off unless")
        {
            say("is a preview and does not say why".to_owned());
        }
        let source = rule.citation;
        if source.title.is_empty() || source.section.is_empty() {
            say("the citation has no title or section".to_owned());
        }
        if !source.url.starts_with("https://") {
            say(format!("the citation cannot be opened: {}", source.url));
        }
        let shape = rule.id.len() == 6
            && rule.id[..3].bytes().all(|b| b.is_ascii_uppercase())
            && rule.id[3..].bytes().all(|b| b.is_ascii_digit());
        if !shape {
            say("the id is not three letters and three digits".to_owned());
        }
        let kebab = rule.name.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        if !kebab {
            say(format!("the name is not in kebab case: {}", rule.name));
        }
        for start in ["check-", "validate-", "no-", "avoid-"] {
            if rule.name.starts_with(start) {
                say(format!("the name says what the rule does, not what is wrong: {}", rule.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn ids_and_names_are_unique_and_in_order() {
    let all: Vec<&Rule> = rules::all().collect();
    for pair in all.windows(2) {
        assert!(pair[0].id < pair[1].id, "{} stands before {}", pair[0].id, pair[1].id);
    }
    let mut names = BTreeMap::new();
    for rule in all {
        if let Some(other) = names.insert(rule.name, rule.id) {
            panic!("{} and {other} are both called {}", rule.id, rule.name);
        }
    }
}

#[test]
fn every_rule_is_found_by_id_and_by_name() {
    for rule in rules::all() {
        assert_eq!(rules::find(&rule.id.to_lowercase()).map(|r| r.id), Some(rule.id));
        assert_eq!(rules::find(rule.name).map(|r| r.id), Some(rule.id));
    }
    assert!(rules::find("COD").is_none());
}

fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Is the developer asking for generated files to be written anew?
fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

#[test]
fn ids_are_never_taken_back() {
    let path = at_root("docs/rule-ids.txt");
    let now: BTreeMap<&str, &str> = rules::all().map(|r| (r.id, r.name)).collect();
    let ledger = fs::read_to_string(&path).unwrap_or_default();
    let ledger: BTreeMap<&str, &str> = ledger.lines().filter_map(|line| line.split_once(' ')).collect();
    for (id, name) in &ledger {
        match now.get(id) {
            Some(now) => assert_eq!(now, name, "{id} was released as {name}"),
            None => panic!("{id} was released and is gone; mark it removed instead"),
        }
    }
    if updating() {
        let text: String = now.iter().map(|(id, name)| format!("{id} {name}\n")).collect();
        fs::write(&path, text).unwrap();
        return;
    }
    for id in now.keys() {
        assert!(
            ledger.contains_key(id),
            "{id} is not in docs/rule-ids.txt; run UPDATE=1 cargo test --test rules"
        );
    }
}

#[test]
fn the_reference_page_is_fresh() {
    let path = at_root("docs/rules.md");
    let page = rules_markdown(rules::all());
    if updating() {
        fs::write(&path, page).unwrap();
    } else {
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == page, "docs/rules.md is stale; run UPDATE=1 cargo test --test rules");
    }
}

/// The families of the rules that a file or a folder declares.
fn families_in(path: &Path) -> BTreeSet<String> {
    if path.is_dir() {
        return fs::read_dir(path).unwrap().flat_map(|entry| families_in(&entry.unwrap().path())).collect();
    }
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter_map(|line| line.trim().strip_prefix("id: \"")).map(|id| id[..3].to_owned()).collect()
}

#[test]
fn a_family_is_a_file_or_a_folder() {
    let mut of_family: BTreeMap<String, String> = BTreeMap::new();
    for entry in fs::read_dir(at_root("src/rules")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let families = families_in(&path);
        assert!(families.len() <= 1, "{name} has rules of {families:?}");
        for family in families {
            if let Some(other) = of_family.insert(family.clone(), name.clone()) {
                panic!("{family} is in {other} and in {name}");
            }
        }
    }
    let declared: BTreeSet<&str> = rules::all().map(Rule::family).collect();
    assert_eq!(of_family.keys().map(String::as_str).collect::<BTreeSet<_>>(), declared);
}
