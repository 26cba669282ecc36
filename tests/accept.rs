//! Accepted findings: which are meant, which are not, and what the reports say of them.
#![cfg(feature = "cli")]

mod common;

use std::collections::BTreeMap;

use cleanclaim::accept::{Acceptances, Fingerprint};
use cleanclaim::read::csv_claims;
use cleanclaim::{Checker, Tables, rules};
use common::Folder;
use serde_json::Value;

const HEADER: &str = "claim_id,line,dos_from,pos,procedure,mod1,units,charge,dx1,patient_id,patient_dob\n";
const ROWS: &str = "A,1,2026-03-02,11,99213,,1,125.00,E11,SECRETID,1961-07-08\n\
                    A,2,2026-03-02,11,36415,,1,40.00,E11,SECRETID,1961-07-08\n\
                    B,1,2026-03-02,11,99213,,1,125.00,M54.5,SECRETID,1961-07-08\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("claims.csv", format!("{HEADER}{ROWS}"));
    folder
}

/// Rule and claim of each finding, and the summary.
fn check(folder: &Folder, arguments: &str) -> (Vec<String>, Value) {
    let run = folder.run(&format!("check --format ndjson --as-of 2026-11-22 {arguments}"));
    let mut lines: Vec<Value> = run.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let summary = lines.pop().unwrap_or_else(|| panic!("{}", run.err));
    let shown = |l: &Value| format!("{} {}", l["rule"].as_str().unwrap(), l["claim_id"].as_str().unwrap());
    (lines.iter().map(shown).collect(), summary)
}

#[test]
fn what_is_found_can_be_accepted_and_is_counted_from_then_on() {
    let folder = folder();
    let first = folder.run("check --accept-new accepted.csv --reason agreed,with/coder claims.csv");
    assert_eq!(first.code, Some(1), "{}", first.err);
    let (plain, _) = check(&folder, "claims.csv");
    let count = plain.len();
    assert!(
        count == 2
            && first.err.ends_with(&format!(
                "accepted.csv: {count} acceptances added; they hold from the next run on that reads the file: \
                 name it as `accept` in cleanclaim.toml, or by --accept\n"
            )),
        "{}",
        first.err
    );
    let file = folder.read("accepted.csv");
    assert!(file.starts_with("rule,claim,fingerprint,codes,reason,until\n"));
    assert!(!file.contains("SECRET") && !file.contains("1961"));
    assert_eq!(file.lines().count(), count + 1);

    let again = folder.run("check --accept accepted.csv claims.csv");
    assert_eq!(again.code, Some(0), "{}", again.out);
    assert!(
        again
            .out
            .contains(&format!("2 clean (100.0 %)\n  no findings\n  charges at stake: 0.00 of 290.00 (0.0 %)\n  {count} findings accepted, not shown\n")),
        "{}",
        again.out
    );
    assert!(!again.out.contains("Acceptances that"), "{}", again.out);
    let (found, summary) = check(&folder, "--accept accepted.csv claims.csv");
    assert_eq!((found.len(), summary["accepted"].as_u64()), (0, Some(count as u64)));
    let csv = folder.run("check --format csv --accept accepted.csv claims.csv").out;
    assert!(
        csv.lines().any(|l| l.starts_with("count,")
            && l.contains(",accepted,")
            && l.ends_with(&format!(",{count}"))),
        "{csv}"
    );

    // Accepting once more adds nothing, and what stands in the file stays as it is.
    folder.run("check --accept-new accepted.csv --reason x claims.csv");
    assert_eq!(folder.read("accepted.csv"), file);
    folder.write("claims.csv", format!("{HEADER}{ROWS}{}", "C,1,2026-03-02,11,99213,,1,125.00,I10.9,X,\n"));
    let run = folder.run("check --accept-new accepted.csv --reason new --until 2026-12-31 -q claims.csv");
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let longer = folder.read("accepted.csv");
    assert!(
        longer.starts_with(&file) && longer.lines().last().unwrap().ends_with(",new,2026-12-31"),
        "{longer}"
    );
    assert_eq!(folder.files(), ["accepted.csv", "claims.csv"]);
}

#[test]
fn a_file_that_is_read_anyway_is_read_once_and_not_asked_for() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("march")).unwrap();
    folder.write("cleanclaim.toml", "accept = 'accepted.csv'\n");
    folder.write("accepted.csv", "rule,claim,fingerprint,codes,reason,until\nCOD003,A,,,gone,\n");
    // Under another name than the one by which the configuration knows it.
    let run = |more: &str| {
        let arguments =
            format!("check --accept-new ../accepted.csv --reason x --as-of 2026-11-22 {more} ../claims.csv");
        let mut command = folder.command();
        command.current_dir(folder.path().join("march")).args(arguments.split_whitespace());
        let output = command.output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (out, err) = run("--select COD002,COD003 --ignore COD002");
    assert_eq!(out.matches(" COD003 of claim A: there is no such finding any more").count(), 1, "{out}");
    assert_eq!(err, "../accepted.csv: 0 acceptances added; they hold from the next run on\n");
    folder.write("claims.csv", format!("{HEADER}{}", ROWS.lines().next().unwrap()));
    let (_, err) = run("--select COD002");
    assert_eq!(err, "../accepted.csv: 1 acceptance added; it holds from the next run on\n");
}

#[test]
fn what_is_noted_is_shown_as_ever() {
    let folder = folder();
    folder.write("claims.csv", format!("{HEADER}{ROWS}").replace("patient_id", "payer"));
    for format in cleanclaim::report::Format::ALL {
        let check = format!("check --as-of 2026-11-22 --format {} claims.csv", format.name());
        let noted = folder.run(&format!("{check} --accept-new accepted.csv --reason x"));
        std::fs::remove_file(folder.path().join("accepted.csv")).unwrap();
        assert_eq!(noted.out, folder.run(&check).out, "{}", format.name());
    }
}

#[test]
fn a_reason_is_needed_and_a_bad_file_stops_the_run() {
    let folder = folder();
    assert_eq!(folder.run("check --accept-new accepted.csv claims.csv").code, Some(2));
    assert_eq!(folder.run("check --reason x claims.csv").code, Some(2));
    let mut command = folder.command();
    let blank = command
        .args(["check", "--accept-new", "accepted.csv", "--reason", " ", "claims.csv"])
        .output()
        .unwrap();
    assert_eq!(blank.status.code(), Some(2));
    assert_eq!(folder.run("check --accept-new claims.csv --reason x claims.csv").code, Some(2));
    assert_eq!(folder.read("claims.csv"), format!("{HEADER}{ROWS}"));
    assert_eq!(folder.files(), ["claims.csv"]);
    folder.write("bad.csv", "rule,claim,reason\nCOD002,A,x\nCOD0O2,A,x\nCOD002,,x\n");
    for option in ["--accept bad.csv", "--accept-new bad.csv --reason x"] {
        let run = folder.run(&format!("check {option} claims.csv"));
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
        assert_eq!(
            run.err,
            "error: bad.csv:3: no rule \"COD0O2\"; did you mean COD002?\nerror: bad.csv:4: neither claim nor fingerprint: which finding is accepted?\n"
        );
    }
    assert_eq!(folder.run("check --accept nowhere.csv claims.csv").code, Some(2));
}

#[test]
fn a_row_means_what_it_states_and_no_more() {
    let folder = folder();
    let left = |row: &str| {
        folder.write("accepted.csv", format!("rule,claim,codes,reason\n{row},seen\n"));
        check(&folder, "--select COD002 --accept accepted.csv claims.csv").0
    };
    assert_eq!(left("COD002,A,"), ["COD002 B"]);
    assert_eq!(left("header-diagnosis,A,E11"), ["COD002 B"]);
    assert_eq!(left("COD002,A,E10"), ["COD002 A", "COD002 B"]);
    assert_eq!(left("COD002,A,E11 E10"), ["COD002 A", "COD002 B"]);
    assert_eq!(left("COD003,A,"), ["COD002 A", "COD002 B"]);
    assert_eq!(left("COD002,a,"), ["COD002 A", "COD002 B"]);
}

/// Claims may state codes in any form, and so may a row made by hand.
#[test]
fn codes_are_the_same_with_or_without_the_dot_in_any_case() {
    let folder = folder();
    for (codes, accepted) in
        [("M54.5", 1), ("m54.5", 1), ("M545", 1), ("m545", 1), ("M54.50", 0), ("M54.5 E11", 0)]
    {
        folder.write("hand.csv", format!("rule,claim,codes,reason\nCOD002,B,{codes},seen\n"));
        assert_eq!(check(&folder, "--accept hand.csv claims.csv").1["accepted"], accepted, "{codes}");
    }
}

#[test]
fn what_no_longer_holds_is_listed() {
    let folder = folder();
    folder.write(
        "accepted.csv",
        "rule,claim,codes,reason,until\n\
         COD002,A,E11,seen,2026-11-22\n\
         COD002,B,M54.5,seen,2026-11-21\n\
         COD003,A,E11,seen,\n\
         COD002,Z,E11,seen,\n\
         COD011,A,,seen,\n",
    );
    let (found, summary) = check(&folder, "--select COD002,COD003,COD011 --accept accepted.csv claims.csv");
    // The last day counts; the day after it does not.
    assert_eq!(found, ["COD002 B"]);
    let listed: Vec<(u64, &str)> = summary["unused_acceptances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| (u["row"].as_u64().unwrap(), u["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(listed, [(3, "its last day is over"), (4, "there is no such finding any more")]);
    // Of a claim that is not here, and by a rule that lacks its table, nothing is known.
    assert_eq!((&summary["other_acceptances"], &summary["accepted"]), (&Value::from(2), &Value::from(1)));
    let run = folder.run("check --select COD002,COD003,COD011 --accept accepted.csv --as-of none claims.csv");
    assert_eq!(run.code, Some(1));
    let expected = "\nAcceptances that accept nothing\n  \
                    accepted.csv:2 COD002 E11 of claim A: it has a last day, and today is not known\n  \
                    accepted.csv:3 COD002 M54.5 of claim B: it has a last day, and today is not known\n  \
                    accepted.csv:4 COD003 E11 of claim A: there is no such finding any more\n\n";
    assert!(run.out.contains(expected), "{}", run.out);
    assert!(
        run.out.contains("\n  2 acceptances are of claims or by rules that were not checked here\n"),
        "{}",
        run.out
    );
    for format in cleanclaim::report::Format::ALL {
        let run = folder.run(&format!(
            "check --format {} --select COD002,COD003 --accept accepted.csv --as-of 2026-11-22 claims.csv",
            format.name()
        ));
        for why in ["its last day is over", "there is no such finding any more"] {
            assert_eq!(run.out.matches(why).count(), 1, "{}: {why}", format.name());
        }
    }
    let csv = folder
        .run("check --format csv --select COD002,COD003 --accept accepted.csv --as-of 2026-11-22 claims.csv")
        .out;
    assert!(
        csv.contains("acceptance,accepted.csv,3,B,,COD002,header-diagnosis,,,M54.5,its last day is over,"),
        "{csv}"
    );
}

#[test]
fn a_fingerprint_stays_when_lines_move_and_goes_when_the_finding_changes() {
    let folder = folder();
    folder.run("check --select COD002 --accept-new accepted.csv --reason x claims.csv");
    // Without ids of claims and codes: the marks alone.
    let marks: Vec<String> = folder
        .read("accepted.csv")
        .lines()
        .skip(1)
        .map(|row| row.split(',').nth(2).unwrap().to_owned())
        .collect();
    let rows: String = marks.iter().map(|mark| format!("COD002,{mark},seen\n")).collect();
    folder.write("accepted.csv", format!("rule,fingerprint,reason\n{rows}"));
    let left = |text: String| {
        folder.write("claims.csv", format!("{HEADER}{text}"));
        check(&folder, "--select COD002 --accept accepted.csv claims.csv").0
    };
    assert_eq!(left(ROWS.to_owned()), [""; 0]);
    // Another row before it, another message number, another patient, another column order of lines.
    assert_eq!(
        left(format!("0,1,2026-03-02,11,99213,,1,1.00,I10,,\n{}", ROWS.replace("SECRETID", "OTHER"))),
        [""; 0]
    );
    let moved: Vec<&str> = ROWS.lines().collect();
    let renumbered = [moved[0], moved[1], moved[2], ""].join("\n").replace("A,1,", "A,7,");
    assert_eq!(left(renumbered), [""; 0]);
    for (from, to) in [
        ("E11", "E10"),
        ("2026-03-02", "2026-03-03"),
        (",99213,,", ",99213,25,"),
        (",11,99213", ",12,99213"),
        ("125.00", "126.00"),
        (",1,125", ",2,125"),
        ("A,", "AA,"),
    ] {
        assert_eq!(
            left(ROWS.replace(from, to)).iter().filter(|f| f.contains('A')).count(),
            1,
            "{from} -> {to}"
        );
    }
}

/// One acceptance must not swallow findings that differ: over all examples of all rules and the sample, no two findings of a claim have one mark.
#[test]
fn findings_that_differ_have_different_fingerprints() {
    let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse().unwrap());
    let mut texts: Vec<String> = rules::all()
        .flat_map(|rule| rule.fails.iter().chain(rule.passes))
        .map(|example| {
            if example.starts_with("claim_id,") {
                return format!("{example}\n");
            }
            let mut rows = example.lines();
            let header = format!("claim_id,{}\n", rows.next().unwrap_or_default());
            rows.fold(header, |text, row| text + "X-1," + row + "\n")
        })
        .collect();
    texts.push(std::fs::read_to_string("data/sample/claims.csv").unwrap());
    let mut seen = 0;
    let mut wrong = Vec::new();
    for text in &texts {
        for claim in csv_claims(text).unwrap() {
            let mut marks: BTreeMap<Fingerprint, String> = BTreeMap::new();
            for finding in checker.check(&claim).findings {
                seen += 1;
                let said = format!("{} line {:?}: {}", finding.rule.id, finding.line, finding.message);
                if let Some(other) = marks.insert(Fingerprint::of(&claim, &finding), said.clone()) {
                    wrong.push(format!("{other}\n{said}"));
                }
            }
        }
    }
    assert!(
        seen > 200 && wrong.is_empty(),
        "{seen} findings, {} share a mark:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn lines_that_are_the_same_are_accepted_one_by_one() {
    let text = "claim_id,dos_from,procedure,units,dx1\nA,2026-03-02,99213,0,I10\nA,2026-03-02,99213,0,I10\n";
    let claim = &csv_claims(text).unwrap()[0];
    let checker = || Checker::new(Tables::embedded());
    let units = |checker: &Checker| {
        checker.check(claim).findings.into_iter().filter(|f| f.rule.id == "AMT005").collect::<Vec<_>>()
    };
    let found = units(&checker());
    assert_eq!(found.len(), 2);
    let mut accepted = Acceptances::default();
    accepted
        .add_text(
            "a.csv",
            &format!("rule,fingerprint,reason\nAMT005,{},seen\n", Fingerprint::of(claim, &found[1])),
        )
        .unwrap();
    let left = units(&checker().accepting(accepted));
    assert_eq!(left.iter().map(|f| f.line).collect::<Vec<_>>(), [Some(0)]);
}

/// Fingerprints stand in files that outlive a release: they must never change unnoticed.
#[test]
fn a_fingerprint_is_the_same_in_every_release() {
    let text = "claim_id,line,claim_type,dos_from,dos_to,pos,procedure,mod1,units,charge,total_charge,dx1,dx2,dx_pointers,rendering_npi,received_date\n\
                A-1,1,P,2026-03-02,2026-03-03,11,99213,25,2,125.00,100.00,E11,I10,AB,1234567893,2026-03-09\n";
    let claim = &csv_claims(text).unwrap()[0];
    let findings = Checker::new(Tables::embedded()).check(claim).findings;
    let mark = |rule: &str| {
        let finding = findings.iter().find(|f| f.rule.id == rule).unwrap();
        (finding.line, Fingerprint::of(claim, finding).to_string())
    };
    assert_eq!(mark("COD002"), (Some(0), "f-cd7d3d7f1d68f469".to_owned()));
    assert_eq!(mark("AMT003"), (None, "f-e2c70cba93fe768b".to_owned()));
}

#[test]
fn the_claims_own_column_and_files_are_one_mechanism() {
    let folder = folder();
    let text = format!(
        "{}{}",
        HEADER.replace("patient_id", "accept"),
        ROWS.replace("SECRETID", "COD002").replace(
            "B,1,2026-03-02,11,99213,,1,125.00,M54.5,COD002",
            "B,1,2026-03-02,11,99213,,1,125.00,M54.5,"
        )
    );
    folder.write("claims.csv", text);
    folder.write("accepted.csv", "rule,claim,reason\nCOD002,A,both\nCOD002,B,file\n");
    let (found, summary) = check(&folder, "--select COD002 --accept accepted.csv claims.csv");
    assert!(found.is_empty());
    assert_eq!(
        (&summary["accepted"], summary["unused_acceptances"].as_array().unwrap().len()),
        (&Value::from(2), 0)
    );
    assert_eq!(check(&folder, "--select COD002 claims.csv").0, ["COD002 B"]);
}

#[test]
fn acceptances_do_not_depend_on_threads() {
    let folder = Folder::new();
    let mut text = String::from(HEADER);
    for i in 0..20_000 {
        let dx = if i % 3 == 0 { "E11" } else { "I10" };
        text.push_str(&format!("C{i:05},1,2026-03-02,11,99213,,1,125.00,{dx},,\n"));
    }
    folder.write("claims.csv", text);
    let new = |threads: u8| {
        let name = format!("accepted{threads}.csv");
        folder.run(&format!(
            "check --select COD002 --threads {threads} --accept-new {name} --reason x claims.csv"
        ));
        folder.read(&name)
    };
    let one = new(1);
    assert!(one == new(4) && one.lines().count() == 6_668);
    // Every second row, so that some hold and some do not.
    let half: String = one.lines().step_by(2).map(|row| format!("{row}\n")).collect();
    folder.write("half.csv", half + "COD003,C00001,,,x,\n");
    let run = |threads: u8| {
        folder
            .run(&format!("check --select COD002,COD003 --threads {threads} --accept half.csv claims.csv"))
            .out
    };
    let single = run(1);
    assert!(
        single == run(4)
            && single.contains("3333 findings accepted")
            && single.contains("half.csv:3335 COD003 of claim C00001"),
        "{}",
        &single[single.len() - 900..]
    );
}
