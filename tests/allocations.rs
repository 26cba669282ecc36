//! A session keeps its buffers: once it has seen claims like it, checking a clean claim takes no memory from the allocator, with all default
//! rules. Every allocation of this program is counted.

#[path = "../benches/workload/mod.rs"]
mod workload;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cleanclaim::import::{AddOptions, TablesFolder};
use cleanclaim::{Checker, Claim, Rule, Session, Tables, read, rules};
use workload::{Scale, TODAY};

fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("allocations-{name}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// All default rules.
fn checker(tables: Tables) -> Checker {
    Checker::new(tables).as_of(TODAY)
}

/// The claims in which the session finds nothing. Warms it up, too.
fn clean<'c>(session: &mut Session<'_>, claims: &'c [Claim]) -> Vec<&'c Claim> {
    claims.iter().filter(|claim| session.check(claim).is_empty()).collect()
}

/// Checks claims one by one, and says which of them took memory.
fn assert_none_allocates(session: &mut Session<'_>, claims: &[&Claim]) {
    let counted = claims.iter().map(|claim| {
        let mut findings = 0;
        let counted = allocation_counter::measure(|| findings = session.check(claim).len());
        assert_eq!(findings, 0, "{}", claim.id);
        (claim.id.as_str(), counted.count_total)
    });
    let guilty: Vec<(&str, u64)> = counted.filter(|(_, count)| *count > 0).collect();
    assert!(guilty.is_empty(), "{} of {} claims took memory: {guilty:?}", guilty.len(), claims.len());
}

#[test]
fn a_clean_claim_takes_no_memory_with_the_embedded_tables() {
    let text = fs::read_to_string(at_root("tests/data/clean_claims.csv")).unwrap();
    let claims = read::csv_claims(&text).unwrap();
    let checker = checker(Tables::embedded());
    let mut session = checker.session();
    let clean = clean(&mut session, &claims);
    assert!(clean.len() > 300, "{} of {}", clean.len(), claims.len());
    assert_none_allocates(&mut session, &clean);
}

/// Every table there is, and the claims that are the nearest to wrong ones: on which rules look longest.
#[test]
fn a_clean_claim_takes_no_memory_with_all_kinds_of_tables() {
    // The claim of an example is named by its rule.
    let text = |rule: &Rule, example: &str| -> String {
        let id = |n: usize| if n == 0 { "claim_id" } else { rule.id };
        example.lines().enumerate().map(|(n, row)| format!("{},{row}\n", id(n))).collect()
    };
    let examples = rules::all().flat_map(|rule| rule.passes.iter().map(move |example| (rule, example)));
    let claims: Vec<Claim> = examples
        .filter(|(_, example)| !example.starts_with("claim_id"))
        .flat_map(|(rule, example)| read::csv_claims(&text(rule, example)).unwrap())
        .map(|mut claim| {
            // Examples leave out what their rule does not need; without it other rules speak.
            let npi = "1234567893".parse().ok();
            for line in &mut claim.lines {
                line.rendering_npi = line.rendering_npi.or(npi);
                line.units = line.units.or("1".parse().ok());
                line.charge = line.charge.or("10.00".parse().ok());
                line.place = line.place.or("11".parse().ok());
            }
            claim.billing_npi = claim.billing_npi.or(npi);
            claim
        })
        .collect();
    let folder = folder("edits");
    let codes: BTreeSet<String> =
        claims.iter().flat_map(|c| &c.lines).filter_map(|l| l.code().map(|c| c.to_string())).collect();
    let list: String = codes.iter().map(|code| format!("{code},1990-01-01\n")).collect();
    fs::write(folder.join("list.csv"), format!("code,from\n{list}")).unwrap();
    let mut files: Vec<PathBuf> =
        fs::read_dir(at_root("tests/data/edits")).unwrap().map(|e| e.unwrap().path()).collect();
    files.extend(["tests/data/policies.csv", "data/sample/tables/hcpcs_synthetic.csv"].map(at_root));
    files.push(folder.join("list.csv"));
    files.sort();
    let options = AddOptions { complete: Some(true), ..AddOptions::default() };
    TablesFolder::open(&folder).add(&files, &options).unwrap();
    let checker = checker(Tables::open(&folder).unwrap());
    assert_eq!(checker.lacking().len(), 0);
    let mut session = checker.session();
    let clean = clean(&mut session, &claims);
    assert!(clean.len() > 100, "{} of {}", clean.len(), claims.len());
    assert_none_allocates(&mut session, &clean);
}

/// More codes than a session remembers.
#[test]
fn a_clean_claim_takes_no_memory_in_a_long_file() {
    let folder = folder("practice");
    let embedded = Tables::embedded();
    let practice = workload::Tables::draw(Scale::SMALL, &embedded.icd10cm);
    let files: Vec<PathBuf> = practice.write(&folder).unwrap().iter().map(|name| folder.join(name)).collect();
    let options = AddOptions { complete: Some(true), ..AddOptions::default() };
    TablesFolder::open(folder.join("packs")).add(&files, &options).unwrap();
    let csv = folder.join("claims.csv");
    workload::write_claims(&practice, 30_000, &csv).unwrap();
    let mut claims = read::csv_claims(&fs::read_to_string(csv).unwrap()).unwrap();
    let npi = "1234567893".parse().ok();
    claims.iter_mut().flat_map(|claim| &mut claim.lines).for_each(|line| line.rendering_npi = npi);
    let checker = checker(Tables::open(folder.join("packs")).unwrap());
    let mut session = checker.session();
    let clean = clean(&mut session, &claims);
    assert!(clean.len() > 9_000, "{} of {}", clean.len(), claims.len());
    assert_none_allocates(&mut session, &clean);
}

#[test]
fn a_finding_takes_memory_and_is_counted() {
    let claims = read::csv_claims("claim_id,dos_from,procedure,dx1\nA,2026-03-02,99213,E11\n").unwrap();
    let checker = checker(Tables::embedded());
    let mut session = checker.session();
    assert!(!session.check(&claims[0]).is_empty());
    let counted = allocation_counter::measure(|| _ = session.check(&claims[0]));
    assert!(counted.count_total > 0);
}
