//! Policies: which diagnoses support which procedures, where, when, for whom.

#[path = "tables/support.rs"]
#[allow(dead_code)]
mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use cleanclaim::code::{Icd10Cm, Procedure};
use cleanclaim::coverage::{Applies, Verdict, Where, explain, policies_of_diagnosis, policies_of_procedure};
use cleanclaim::import::{AddOptions, check_policies};
use cleanclaim::rule::Severity;
use cleanclaim::table::{Coverage, Reach, Standing};
use cleanclaim::{Checker, Date, Tables, Why, read};
use support::{Temp, reference, root};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Tables with policies from these texts.
fn tables(files: &[(&str, &str)]) -> Tables {
    let temp = Temp::new();
    let paths: Vec<PathBuf> = files.iter().map(|(name, text)| temp.file(name, text)).collect();
    temp.tables().add(&paths, &AddOptions::default()).unwrap();
    Tables::open(temp.tables().path()).unwrap()
}

fn policies(rows: &str) -> Tables {
    let header = "policy,procedure,relation,diagnosis,group,part,jurisdiction,payer,from,to,modifier,version";
    tables(&[("policies.csv", &format!("{header}\n{rows}"))])
}

/// What the COV rules about policies say of one line, as `COV001 error`; `not evaluated` if nothing could be said.
fn said(checker: &Checker, header: &str, line: &str) -> String {
    let claims = read::csv_claims(&format!("claim_id,{header}\nX-1,{line}\n")).unwrap();
    let report = checker.check(&claims[0]);
    let found: Vec<String> =
        report.findings.iter().map(|f| format!("{} {}", f.rule.id, f.severity)).collect();
    let gap = |why: &Why| matches!(why, Why::NoPolicy | Why::NoDate | Why::NoDiagnosis);
    match (found.is_empty(), report.not_evaluated.iter().any(|g| gap(&g.why))) {
        (true, true) => "not evaluated".to_owned(),
        (true, false) => "clean".to_owned(),
        (false, _) => found.join(", "),
    }
}

fn checker(tables: Tables) -> Checker {
    let rules = ["COV001", "COV002", "COV003"].map(|id| cleanclaim::rules::find(id).unwrap());
    Checker::new(tables).rules(rules.map(|r| (r, r.severity)))
}

const HEADER: &str = "dos_from,procedure,mod1,dx1,dx2,dx_pointers,jurisdiction,payer";

/// Each line of the table is a case: the claim's line, and what is said of it.
fn cases(rows: &str, cases: &[(&str, &str)]) {
    let checker = checker(policies(rows));
    for (line, expected) in cases {
        assert_eq!(said(&checker, HEADER, line), *expected, "{line}");
    }
}

/// What is plain must be what judging finds, whatever the claim's jurisdiction, payer and other diagnoses.
#[test]
fn what_is_plainly_supported_is_supported() {
    let tables = policies(
        "ONE,G0106,supports,Z12.11,1,,,,2020-01-01,2025-12-31,,\n\
         LONG,G0108,supports,E08-E13,1,,,,2020-01-01,,,\n\
         THERE,G0109,supports,I10,1,,J6,,2020-01-01,,,\n\
         PAYER,G0117,supports,I10,1,,,Aetna,2020-01-01,,,\n\
         WITH,G0118,supports,I10,1,,,,2020-01-01,,KX,\n\
         PARTS,G0120,supports,E11*,1,a,,,2020-01-01,,,\n\
         PARTS,G0120,supports,I10,1,b,,,2020-01-01,,,\n\
         NOT,G0121,supports,I10,1,,,,2020-01-01,,,\n\
         NOT,G0121,excludes,Z12.11,2,,,,2020-01-01,,,\n\
         TWO,G0122,supports,I10,1,,,,2020-01-01,,,\n\
         TOO,G0122,supports,E11.9,1,,,,2020-01-01,,,",
    );
    let table = tables.policies.as_ref().unwrap();
    let icd = &tables.icd10cm;
    let codes = ["Z12.11", "Z12.12", "E08.00", "E11.9", "E13.9", "E14", "I10", "I11.0", "M54.50"];
    let ranks = codes.map(|code| icd.rank(code.parse::<Icd10Cm>().unwrap()));
    let (mut plain, mut other) = (0, 0);
    for (test, procedures) in table.all_tests() {
        for procedure in procedures {
            for on in ["2019-12-31", "2020-01-01", "2025-12-31", "2026-01-01"].map(day) {
                for diagnosis in ranks.into_iter().flatten() {
                    let judged = table.judge(test, [diagnosis].into_iter(), |_| false).coverage;
                    let supported =
                        matches!(judged, Coverage::Supported(_)) && table.window(test).contains(on);
                    if table.plainly_supports(procedure, diagnosis, on) {
                        assert!(supported, "{}", table.policy_id(test));
                        for (place, payer) in [("", ""), ("J6", "Aetna"), ("J5", "Medicare")] {
                            assert_eq!(table.reach(test, place, payer), Reach::Here);
                        }
                        plain += 1;
                    } else {
                        other += usize::from(supported);
                    }
                }
            }
        }
    }
    // Of ONE and LONG, and of what is supported but not so plainly.
    assert_eq!(plain, 2 + 3 * 3);
    assert!(other > 0);
}

#[test]
fn a_code_supports_and_its_neighbours_do_not() {
    cases(
        "P,G0106,supports,Z12.11,1,,,,2020-01-01,,,",
        &[
            ("2026-03-02,G0106,,Z12.11,,,,", "clean"),
            ("2026-03-02,G0106,,Z12.12,,,,", "COV001 error"),
            ("2026-03-02,G0106,,I10,Z12.11,A,,", "COV001 error"),
            ("2026-03-02,G0106,,I10,Z12.11,B,,", "clean"),
            ("2026-03-02,G0106,,I10,Z12.11,,,", "clean"),
            ("2026-03-02,G0107,,I10,,,,", "not evaluated"),
            ("2026-03-02,G0106,,,,,,", "not evaluated"),
            ("2026-03-02,G0106,,ABC,,,,", "COV001 error"),
        ],
    );
}

#[test]
fn prefixes_and_ranges_are_all_codes_below() {
    cases(
        "P,G0106-G0108,supports,E11*,1,,,,2020-01-01,,,\nP,G0106-G0108,supports,I20-I25,2,,,,2020-01-01,,,\n\
         Q,G0106,supports,E11*,1,,,,2020-01-01,,,\nQ,G0108,supports,E11.65,1,,,,2020-01-01,,,",
        &[
            ("2026-03-02,G0106,,E11.65,,,,", "clean"),
            ("2026-03-02,G0106,,E10.65,,,,", "COV001 error, COV001 error"),
            ("2026-03-02,G0108,,I25.10,,,,", "COV001 error"),
            ("2026-03-02,G0108,,E11.65,,,,", "clean"),
        ],
    );
}

#[test]
fn any_group_is_enough_and_every_part_of_it_is_needed() {
    cases(
        "P,G0106,supports,E11*,1,a,,,2020-01-01,,,\nP,G0106,supports,I10,1,b,,,2020-01-01,,,\nP,G0106,supports,Z12.11,2,,,,2020-01-01,,,",
        &[
            ("2026-03-02,G0106,,E11.9,,,,", "COV001 error"),
            ("2026-03-02,G0106,,I10,,,,", "COV001 error"),
            ("2026-03-02,G0106,,E11.9,I10,,,", "clean"),
            ("2026-03-02,G0106,,E11.9,I10,A,,", "COV001 error"),
            ("2026-03-02,G0106,,Z12.11,,,,", "clean"),
        ],
    );
}

#[test]
fn excluded_diagnoses_are_found_even_beside_a_supporting_one() {
    cases(
        "P,G0106,supports,E11*,1,,,,2020-01-01,,,\nP,G0106,excludes,I10,2,,,,2020-01-01,,,",
        &[
            ("2026-03-02,G0106,,I10,,,,", "COV002 error"),
            ("2026-03-02,G0106,,E11.9,I10,,,", "COV002 warning"),
            ("2026-03-02,G0106,,E11.9,I10,A,,", "clean"),
            ("2026-03-02,G0106,,J45.909,,,,", "COV001 error"),
        ],
    );
    cases(
        "P,G0106,excludes,I10,1,,,,2020-01-01,,,",
        &[("2026-03-02,G0106,,I10,,,,", "COV002 error"), ("2026-03-02,G0106,,E11.9,,,,", "clean")],
    );
}

#[test]
fn modifiers_are_required_support_exclude_and_lift() {
    cases(
        "P,G0106,supports,E11*,1,,,,2020-01-01,,,\nP,G0106,requires,,m,,,,2020-01-01,,KX GA,",
        &[
            ("2026-03-02,G0106,KX,E11.9,,,,", "clean"),
            ("2026-03-02,G0106,GA,E11.9,,,,", "clean"),
            ("2026-03-02,G0106,25,E11.9,,,,", "COV003 error"),
            ("2026-03-02,G0106,,I10,,,,", "COV001 error, COV003 error"),
        ],
    );
    cases(
        "P,G0106,supports,E11*,1,,,,2020-01-01,,TS,",
        &[
            ("2026-03-02,G0106,TS,E11.9,,,,", "clean"),
            ("2026-03-02,G0106,,E11.9,,,,", "COV003 error"),
            ("2026-03-02,G0106,TS,I10,,,,", "COV001 error"),
        ],
    );
    cases(
        "P,G0106,excludes,I10,1,,,,2020-01-01,,GA GZ,",
        &[
            ("2026-03-02,G0106,,I10,,,,", "COV002 error"),
            ("2026-03-02,G0106,GZ,I10,,,,", "clean"),
            ("2026-03-02,G0106,GA,I10,,,,", "clean"),
        ],
    );
    cases(
        "P,G0106,supports,E11*,1,,,,2020-01-01,,,\nP,G0106,lifts,,l,,,,2020-01-01,,GY,",
        &[("2026-03-02,G0106,GY,I10,,,,", "clean"), ("2026-03-02,G0106,GA,I10,,,,", "COV001 error")],
    );
}

#[test]
fn a_policy_holds_in_its_place_for_its_payer_on_its_days() {
    cases(
        "P,G0106,supports,E11*,1,,J6; IL,,2020-01-01,2024-12-31,,",
        &[
            ("2022-03-02,G0106,,I10,,,J6,", "COV001 error"),
            ("2022-03-02,G0106,,I10,,,J-6,", "COV001 error"),
            ("2022-03-02,G0106,,I10,,,il,", "COV001 error"),
            ("2022-03-02,G0106,,I10,,,,", "COV001 warning"),
            ("2022-03-02,G0106,,I10,,,JK,", "not evaluated"),
            ("2020-01-01,G0106,,I10,,,J6,", "COV001 error"),
            ("2019-12-31,G0106,,I10,,,J6,", "not evaluated"),
            ("2024-12-31,G0106,,I10,,,J6,", "COV001 error"),
            ("2025-01-01,G0106,,I10,,,J6,", "not evaluated"),
            (",G0106,,I10,,,J6,", "not evaluated"),
        ],
    );
    cases(
        "P,G0106,supports,E11*,1,,,Aetna,2020-01-01,,,",
        &[
            ("2022-03-02,G0106,,I10,,,,Aetna", "COV001 error"),
            ("2022-03-02,G0106,,I10,,,,AETNA Better Health", "COV001 error"),
            ("2022-03-02,G0106,,I10,,,,Cigna", "not evaluated"),
            ("2022-03-02,G0106,,I10,,,,", "COV001 error"),
        ],
    );
}

#[test]
fn each_version_is_judged_on_its_days() {
    cases(
        "P,G0106,supports,E11*,1,,,,2020-01-01,2021-12-31,,1\nP,G0106,supports,I10,1,,,,2022-01-01,,,2",
        &[
            ("2021-12-31,G0106,,E11.9,,,,", "clean"),
            ("2021-12-31,G0106,,I10,,,,", "COV001 error"),
            ("2022-01-01,G0106,,I10,,,,", "clean"),
            ("2022-01-01,G0106,,E11.9,,,,", "COV001 error"),
        ],
    );
}

#[test]
fn a_finding_names_policy_group_and_near_codes_and_never_another_diagnosis_to_be_paid() {
    let checker = checker(policies(
        "L-77,G0106,supports,E11.65,1,,,,2020-01-01,,,3\nL-77,G0106,supports,I10,1,,,,2020-01-01,,,3",
    ));
    let claims = read::csv_claims("claim_id,dos_from,procedure,dx1\nX-1,2026-03-02,G0106,E11.9\n").unwrap();
    let report = checker.check(&claims[0]);
    let finding = &report.findings[0];
    assert_eq!(finding.message, "G0106 is not supported by E11.9: L-77 lists 2 in group 1");
    assert!(finding.advice().contains("E11.65") && !finding.advice().contains("I10"), "{}", finding.advice());
    assert!(finding.advice().contains("report what is documented"), "{}", finding.advice());
    assert_eq!(finding.edition.as_deref(), Some("L-77 version 3, in force since 2020-01-01"));
    assert_eq!(finding.codes, ["G0106", "E11.9"]);
}

/// The real article, with contractors of our own: the reference has none.
fn article() -> Option<(Temp, Tables)> {
    let temp = Temp::new();
    let mut paths = Vec::new();
    for name in ["article.csv", "article_x_hcpc_code.csv", "article_x_icd10_covered.csv"] {
        paths.push(reference(&format!("lcd/{name}"))?);
    }
    paths.push(temp.file(
        "article_x_contractor.csv",
        "article_id,article_version,contractor_id,contractor_type_id,contractor_version\n56781,34,1,9,1\n",
    ));
    paths.push(temp.file(
        "contractor.csv",
        "contractor_id,contractor_type_id,contractor_version,contractor_bus_name,contractor_number\n1,9,1,Synthetic Contractor,99101\n",
    ));
    paths.push(temp.file(
        "contractor_jurisdiction.csv",
        "contractor_id,contractor_type_id,contractor_version,state_id,term_date\n1,9,1,14,\n1,9,1,15,2018-01-01\n",
    ));
    paths.push(
        temp.file("state_lookup.csv", "state_id,state_abbrev,description\n14,IL,Illinois\n15,IN,Indiana\n"),
    );
    temp.tables().add(&paths, &AddOptions::default()).unwrap();
    let tables = Tables::open(temp.tables().path()).unwrap();
    Some((temp, tables))
}

fn column(name: &str, at: usize) -> Vec<String> {
    let text = std::fs::read_to_string(reference(name).unwrap()).unwrap();
    text.lines().skip(1).map(|l| l.split(',').nth(at).unwrap().trim_matches('"').to_owned()).collect()
}

#[test]
fn every_diagnosis_of_a_real_article_supports_every_procedure_and_near_misses_do_not() {
    let Some((_temp, tables)) = article() else { return };
    let parse = |c: &String| c.parse::<Icd10Cm>().unwrap();
    let diagnoses: BTreeSet<Icd10Cm> =
        column("lcd/article_x_icd10_covered.csv", 2).iter().map(parse).collect();
    let procedures: Vec<Procedure> =
        column("lcd/article_x_hcpc_code.csv", 2).iter().map(|c| c.parse().unwrap()).collect();
    assert_eq!((diagnoses.len(), procedures.len()), (121, 6));
    let on = day("2024-07-01");
    let here = Where { jurisdiction: "IL", payer: "" };
    let icd = &tables.icd10cm;
    let mut siblings = BTreeSet::new();
    for &diagnosis in &diagnoses {
        for &procedure in &procedures {
            assert_eq!(explain(&tables, procedure, diagnosis, on, here).verdict, Verdict::Supported);
        }
        let parent = icd.rank(diagnosis).and_then(|r| icd.parent(r));
        let near = parent.map(|p| icd.children(p)).unwrap_or_default();
        let billable = near.into_iter().filter(|&r| matches!(icd.standing(r, on), Standing::Billable(_)));
        siblings.extend(billable.filter_map(|r| icd.code(r)).filter(|c| !diagnoses.contains(c)));
    }
    assert!(siblings.len() > 50, "{}", siblings.len());
    let some = *diagnoses.first().unwrap();
    for &procedure in &procedures {
        for &sibling in &siblings {
            assert_eq!(
                explain(&tables, procedure, sibling, on, here).verdict,
                Verdict::NotSupported,
                "{sibling}"
            );
        }
        let before = explain(&tables, procedure, some, day("2019-09-30"), here);
        assert_eq!((before.verdict, before.policies[0].applies), (Verdict::Unknown, Applies::OtherDay));
        for elsewhere in ["IN", "JH", "CA"] {
            let there = explain(&tables, procedure, some, on, Where { jurisdiction: elsewhere, payer: "" });
            assert_eq!((there.verdict, there.policies[0].applies), (Verdict::Unknown, Applies::Elsewhere));
        }
        let nowhere = explain(&tables, procedure, some, on, Where::default());
        assert_eq!((nowhere.verdict, nowhere.policies[0].applies), (Verdict::Supported, Applies::Perhaps));
    }

    let first = procedures[0];
    assert_eq!(policies_of_procedure(&tables, first).len(), 1);
    let mention = &policies_of_diagnosis(&tables, some)[0];
    assert_eq!((mention.procedure_count, mention.diagnosis_count), (6, 121));
    assert_eq!(
        (mention.policy.id.as_str(), mention.groups.as_slice()),
        ("A56781", ["supports 1".to_owned()].as_slice())
    );
    assert!(policies_of_diagnosis(&tables, *siblings.first().unwrap()).is_empty());

    let checker = checker(tables);
    let header = "dos_from,procedure,dx1,jurisdiction";
    let line =
        |procedure: &Procedure, dx: &Icd10Cm, place: &str| format!("2024-07-01,{procedure},{dx},{place}");
    for procedure in &procedures {
        for dx in &diagnoses {
            assert_eq!(said(&checker, header, &line(procedure, dx, "99101")), "clean");
        }
        for dx in &siblings {
            assert_eq!(said(&checker, header, &line(procedure, dx, "IL")), "COV001 error");
            assert_eq!(said(&checker, header, &line(procedure, dx, "")), "COV001 warning");
        }
        assert_eq!(
            said(&checker, header, &line(procedure, siblings.first().unwrap(), "IN")),
            "not evaluated"
        );
    }
}

#[test]
fn an_article_without_contractors_is_not_said_to_hold_everywhere() {
    let article = "article_id,article_version,title,article_eff_date,article_rev_eff_date,article_rev_end_date,status\n\
        1,1,Synthetic,2019-10-01,,2020-12-31,A\n1,2,Synthetic,2019-10-01,2021-01-01,,A\n2,1,Old,2010-01-01,,,R\n";
    let procedures = "article_id,article_version,hcpc_code_id,hcpc_code_group,range\n1,1,G0106,1,N\n1,2,G0106,1,N\n1,2,G0120,1,N\n2,1,G0106,1,N\n";
    let covered = "article_id,article_version,icd10_code_id,icd10_covered_group,range\n1,1,I10,1,N\n1,2,E11.9,1,N\n1,2,Z12.11,2,N\n1,2,XX000,3,N\n2,1,R05.9,1,N\n";
    let excluded = "article_id,article_version,icd10_code_id,icd10_noncovered_group,range\n1,2,Z00.00,1,N\n";
    let groups = "article_id,article_version,icd10_covered_group,paragraph\n1,2,1,\"<p>supports G0106,\nand nothing else</p>\"\n1,2,2,\"for G0120 only\"\n";
    let checker = checker(tables(&[
        ("a.csv", article),
        ("b.csv", procedures),
        ("c.csv", covered),
        ("d.csv", excluded),
        ("e.csv", groups),
    ]));
    for (line, expected) in [
        ("2020-06-01,G0106,,I10,,,,", "clean"),
        ("2020-06-01,G0106,,E11.9,,,,", "COV001 warning"),
        ("2021-06-01,G0106,,E11.9,,,IL,", "clean"),
        ("2021-06-01,G0106,,I10,,,IL,", "COV001 warning"),
        ("2021-06-01,G0106,,Z12.11,,,,", "COV001 warning"),
        ("2021-06-01,G0120,,Z12.11,,,,", "clean"),
        ("2021-06-01,G0120,,Z00.00,,,,", "COV002 warning"),
        ("2021-06-01,G0106,,I10,,,,Cigna", "not evaluated"),
        ("2021-06-01,G0106,,I10,,,,Medicare", "COV001 warning"),
    ] {
        assert_eq!(said(&checker, HEADER, line), expected, "{line}");
    }
}

#[test]
fn policies_check_finds_every_planted_mistake_at_its_line() {
    let tables = Tables::embedded();
    let path = root().join("tests/data/policies_wrong.csv");
    let report = check_policies(&path, &tables).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    // The last row of each mistake is the one at fault.
    let mut planted: Vec<(String, u64)> = Vec::new();
    for (n, row) in text.lines().enumerate().skip(1) {
        let name = row.split(',').next().unwrap();
        if name.starts_with("GOOD") {
            continue;
        }
        let name = if name.is_empty() { "BAD-18" } else { name };
        planted.retain(|(other, _)| other != name);
        planted.push((name.to_owned(), n as u64 + 1));
    }
    assert_eq!(planted.len(), 30);
    let expected: BTreeSet<u64> = planted.iter().map(|(_, line)| *line).collect();
    let got: BTreeSet<u64> = report.problems.iter().map(|p| p.line).collect();
    let shown: Vec<String> =
        report.problems.iter().map(|p| format!("{}: {}: {}", p.line, p.column, p.message)).collect();
    assert_eq!(got, expected, "{}", shown.join("\n"));
    assert!(report.problems.iter().all(|p| !p.message.ends_with('.')));
}

#[test]
fn policies_check_finds_nothing_in_a_clean_file() {
    let report = check_policies(root().join("tests/data/policies_clean.csv"), &Tables::embedded()).unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    assert_eq!((report.rows, report.policies), (12, 4));
}

#[test]
fn a_policy_file_that_cannot_be_read_is_an_error_with_its_line() {
    let temp = Temp::new();
    let path = temp.file("p.csv", "policy,procedure,diagnosis\nP,G0106,I10\nP,G010,I10\n");
    let e = temp.tables().add(&[&path], &AddOptions::default()).unwrap_err().to_string();
    assert!(e.contains("p.csv:3:") && e.contains("in column procedure"), "{e}");
    assert!(check_policies(temp.file("q.csv", "a,b\n1,2\n"), &Tables::embedded()).is_err());
}

#[test]
fn policies_are_rebuilt_when_codes_come_and_refused_when_they_do_not_fit() {
    let temp = Temp::new();
    let policy = temp.file("p.csv", "policy,procedure,diagnosis\nP,G0106,I10\n");
    temp.tables().add(&[&policy], &AddOptions::default()).unwrap();
    let before = std::fs::read(temp.tables().path().join("policies.tbl")).unwrap();
    let codes = temp.file("codes.csv", "code,from,to,title\nG0001,2020-01-01,,Synthetic\n");
    temp.tables().add(&[&codes], &AddOptions::default()).unwrap();
    let checker = checker(Tables::open(temp.tables().path()).unwrap());
    assert_eq!(said(&checker, HEADER, "2026-03-02,G0106,,E11.9,,,,"), "COV001 error");
    std::fs::write(temp.tables().path().join("policies.tbl"), before).unwrap();
    let e = Tables::open(temp.tables().path()).err().unwrap().to_string();
    assert!(e.contains("built against code index"), "{e}");
}

#[test]
fn what_lines_point_at_decides_in_the_lists_that_are_part_of_the_program() {
    let rule = cleanclaim::rules::find("COV102").unwrap();
    let checker = Checker::new(Tables::embedded()).rules([(rule, rule.severity)]);
    let severity = |line: &str| {
        let text = format!("claim_id,dos_from,procedure,dx1,dx2,dx_pointers\nX-1,{line}\n");
        let report = checker.check(&read::csv_claims(&text).unwrap()[0]);
        report.findings.first().map(|f| f.severity)
    };
    assert_eq!(severity("2026-03-02,G0008,I10,Z23,A"), Some(Severity::Info));
    assert_eq!(severity("2026-03-02,G0008,I10,E11.9,A"), Some(Severity::Warning));
    assert_eq!(severity("2026-03-02,G0008,I10,Z23,AB"), None);
    // A diagnosis that cannot be read, or is none, is another rule's business.
    assert_eq!(severity("2026-03-02,G0008,ABC,,A"), None);
    assert_eq!(severity(",G0008,I10,,A"), None);
}
