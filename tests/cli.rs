//! The binary: standard output, standard error, exit codes.
#![cfg(feature = "cli")]

mod common;

use std::io::Read;
use std::process::Stdio;

use common::Folder;
use serde_json::Value;

const HEADER: &str = "claim_id,line,dos_from,procedure,units,dx1,patient_id,patient_dob\n";
const GOOD: &str = "G1,1,2026-03-02,99213,1,E11.65,SECRETID,1961-07-08\n";
const BAD: &str = "B1,1,2026-03-02,99213,1,E11,SECRETID,1961-07-08\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("good.csv", format!("{HEADER}{GOOD}"));
    folder.write("bad.csv", format!("{HEADER}{BAD}"));
    folder
}

/// The rules of a run's ndjson, and its summary.
fn ndjson(text: &str) -> (Vec<String>, Value) {
    let mut lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let summary = lines.pop().unwrap();
    assert_eq!(summary["kind"], "summary");
    (lines.iter().map(|l| l["rule"].as_str().unwrap().to_owned()).collect(), summary)
}

#[test]
fn exit_codes_are_0_1_and_2() {
    let folder = folder();
    let run = folder.run("check --select COD good.csv");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.out.contains("1 claim, 1 line, 1 clean (100.0 %)\n  no findings\n"), "{}", run.out);
    let run = folder.run("check --select COD bad.csv");
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    assert!(run.out.starts_with("bad.csv:2  claim B1 line 1\n"), "{}", run.out);
    assert_eq!(folder.run("check nowhere.csv").code, Some(2));
    assert_eq!(folder.run("check --no-such-flag good.csv").code, Some(2));
    assert_eq!(folder.run("").code, Some(2));
    assert_eq!(folder.run("--help").code, Some(0));
    assert_eq!(folder.run("--version").out, format!("cleanclaim {}\n", env!("CARGO_PKG_VERSION")));
}

/// A report is passed on without what stood on the terminal: it must not look as if all was well.
#[test]
fn every_report_names_the_files_that_were_not_checked() {
    let folder = folder();
    folder.write("cut.csv.gz", b"\x1f\x8b\x08\x00");
    for format in cleanclaim::report::Format::ALL {
        let format = format.name();
        let run =
            folder.run(&format!("check --select COD --format {format} good.csv cut.csv.gz nowhere.csv"));
        assert_eq!(run.code, Some(2), "{format}");
        for name in ["cut.csv.gz:1: cannot unpack", "nowhere.csv: "] {
            assert!(run.out.contains(name) && run.err.contains(name), "{format}: {}", run.out);
        }
        let run = folder.run(&format!("check --select COD --format {format} good.csv"));
        assert!(!run.out.contains("cannot unpack") && !run.out.contains("Not all files"), "{format}");
    }
}

/// What is written does not take the place of what is read, nor of what else is written.
#[test]
fn no_file_of_a_run_is_written_over_by_another() {
    let folder = folder();
    let accepted = "rule,claim,reason\nCOD002,B1,seen\n";
    folder.write("accepted.csv", accepted);
    folder.write("map.toml", "preset = \"tuva\"\n");
    folder.write("cleanclaim.toml", "fail-on = \"error\"\n");
    for (arguments, ok) in [
        ("--output accepted.csv --accept accepted.csv", false),
        ("--output accepted.csv --accept-new accepted.csv --reason x", false),
        ("--output new.csv --accept-new new.csv --reason x", false),
        ("--output ./cleanclaim.toml", false),
        ("--output map.toml --map map.toml", false),
        ("--repair accepted.csv --accept accepted.csv", false),
        ("--repair copy.csv --output copy.csv", false),
        ("--repair copy.csv --output copy.csv.changes.csv", false),
        ("--accept-new bad.csv --reason x", false),
        (
            "--output report.txt --repair copy.csv --accept-new accepted.csv --accept accepted.csv --reason x",
            true,
        ),
        ("--output /dev/null --repair copy.csv", true),
    ] {
        let run = folder.run(&format!("check {arguments} bad.csv"));
        assert_eq!(run.code != Some(2), ok, "{arguments}: {}", run.err);
        assert_eq!(run.err.contains("the run reads this file"), !ok, "{arguments}: {}", run.err);
        assert_eq!(folder.read("accepted.csv"), accepted);
        assert_eq!(folder.read("bad.csv"), format!("{HEADER}{BAD}"));
    }
}

#[test]
fn a_run_without_a_rule_is_refused() {
    let folder = folder();
    let refused = |more: &str| {
        let run = folder.run(&format!("check {more} bad.csv"));
        assert_eq!(run.err.contains("leave no rule to run"), run.code == Some(2), "{more}: {}", run.err);
        run.code == Some(2)
    };
    assert!(refused("--select COD002 --ignore COD"));
    assert!(!refused("--select COD002 --ignore DXS"));
    folder.write("cleanclaim.toml", "select = []\n");
    assert!(refused(""));
    assert!(!refused("--select COD002"));
    // What only some claims are asked is asked.
    folder
        .write("cleanclaim.toml", "select = []\n[[profile]]\nwhen = { payer = \"A\" }\nselect = [\"COD\"]\n");
    assert!(!refused(""));
}

#[test]
fn the_level_of_failure_can_be_chosen() {
    let folder = folder();
    let code = |more: &str| folder.run(&format!("check --select COD002 {more} bad.csv")).code;
    assert_eq!(code(""), Some(1));
    assert_eq!(code("--severity COD002=warning"), Some(0));
    assert_eq!(code("--severity header-diagnosis=warning --fail-on warning"), Some(1));
    assert_eq!(code("--severity COD=info --fail-on warning"), Some(0));
    assert_eq!(code("--severity COD=info --fail-on info"), Some(1));
    for wrong in ["--severity COD002", "--severity COD002=bad", "--severity X=error", "--fail-on never"] {
        assert_eq!(code(wrong), Some(2), "{wrong}");
    }
}

#[test]
fn a_file_that_fails_does_not_stop_the_others() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    folder.write("empty.csv", "");
    let run =
        folder.run("check --format ndjson --select COD002 nowhere.csv bad.csv folder empty.csv good.csv");
    assert_eq!(run.code, Some(2));
    let (rules, summary) = ndjson(&run.out);
    assert_eq!((rules, &summary["claims"]), (vec!["COD002".to_owned()], &Value::from(2)));
    let errors: Vec<&str> = run.err.lines().collect();
    assert_eq!(errors.len(), 3, "{}", run.err);
    for (error, file) in errors.iter().zip(["nowhere.csv", "folder", "empty.csv"]) {
        assert!(error.starts_with(&format!("error: {file}:")), "{error}");
    }
}

#[test]
fn several_files_make_one_report() {
    let folder = folder();
    let run = folder.run("check --format json --select COD002 bad.csv good.csv bad.csv");
    assert_eq!(run.code, Some(1));
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 2);
    assert_eq!(report["summary"]["rules"]["COD002"], 2);
}

#[test]
fn standard_input_is_read() {
    let folder = folder();
    let claims = format!("{HEADER}{BAD}");
    for arguments in ["check --format ndjson --select COD", "check --format ndjson --select COD -"] {
        let run = folder.run_with(arguments, claims.as_bytes());
        assert_eq!((run.code, ndjson(&run.out).0), (Some(1), vec!["COD002".to_owned()]));
        assert!(run.out.contains(r#""file":"-","row":2,"#));
    }
    let run = folder.run_with("check", b"");
    assert_eq!(run.code, Some(2));
    assert!(run.err.starts_with("error: -:1: the file is empty"), "{}", run.err);
}

#[test]
fn an_unknown_rule_is_named_with_its_neighbour() {
    let folder = folder();
    for arguments in ["--select COD0O1", "--ignore COD0O1", "--severity COD0O1=info"] {
        let run = folder.run(&format!("check {arguments} good.csv"));
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
        assert!(run.err.contains("no rule \"COD0O1\"; did you mean COD001?"), "{}", run.err);
    }
    let run = folder.run("explain e1165");
    assert!(run.code == Some(2) && run.err.contains("try `cleanclaim lookup E11.65`"), "{}", run.err);
    let run = folder.run("explain header-diagnoses");
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("did you mean header-diagnosis?"), "{}", run.err);
}

#[test]
fn strict_means_all_was_evaluated() {
    let folder = folder();
    let run = folder.run("check --strict --select COD011 good.csv");
    assert_eq!(run.code, Some(2));
    assert!(run.out.contains("Not evaluated\n  COD011 on 1 line: no table of"), "{}", run.out);
    assert!(run.err.contains("--strict"));
    assert_eq!(folder.run("check --strict --select COD001 good.csv").code, Some(0));
}

#[test]
fn an_output_file_is_whole_or_not_there() {
    let folder = folder();
    let before = folder.files();
    let run = folder.run("check --select COD -o report.txt bad.csv");
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(folder.read("report.txt").contains("COD002"));
    assert_eq!(folder.files().len(), before.len() + 1);
    folder.write("old.txt", "old");
    assert_eq!(folder.run("check --tables nowhere -o old.txt bad.csv").code, Some(2));
    assert_eq!(folder.read("old.txt"), "old");
    assert_eq!(folder.run("check -o no/such/folder/x good.csv").code, Some(2));
    assert_eq!(folder.run("check -o . good.csv").code, Some(2));
    assert_eq!(folder.run("check -o ./good.csv bad.csv good.csv").code, Some(2));
    assert_eq!(folder.read("good.csv"), format!("{HEADER}{GOOD}"));
    assert_eq!(folder.files().len(), before.len() + 2);
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_written_in_place() {
    let folder = folder();
    assert_eq!(folder.run("check --select COD -o /dev/null good.csv").code, Some(0));
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    folder.write("real.txt", "old");
    std::os::unix::fs::symlink("real.txt", folder.path().join("link.txt")).unwrap();
    folder.run("check --select COD -o link.txt good.csv");
    assert!(folder.read("real.txt").contains("Summary"));
    assert!(std::fs::symlink_metadata(folder.path().join("link.txt")).unwrap().is_symlink());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    let mut claims = String::from(HEADER);
    for i in 0..2_000 {
        claims.push_str(&BAD.replace("B1", &format!("B{i}")));
    }
    folder.write("many.csv", claims);
    let mut command = folder.command();
    command.args(["check", "many.csv"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut first = [0; 8];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!(&first, b"many.csv");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn the_report_does_not_depend_on_threads() {
    let folder = folder();
    let mut claims = String::from(HEADER);
    let bad = BAD.replace("99213", "9921").replace("E11", "I10");
    for i in 0..30_000 {
        let row = if i % 3 == 0 { GOOD } else { &bad };
        claims.push_str(&row.replace("G1", &format!("C{i:05}")).replace("B1", &format!("C{i:05}")));
    }
    folder.write("many.csv", claims);
    for format in cleanclaim::report::Format::ALL.map(|f| f.name()) {
        for most in ["", "--max-findings 5000"] {
            let one = folder.run(&format!("check --format {format} {most} --threads 1 many.csv"));
            let four = folder.run(&format!("check --format {format} {most} --threads 4 many.csv"));
            assert_eq!(one.code, Some(1));
            assert!(one.out == four.out, "{format} {most}");
        }
    }
    // Whole claims only, and the counts stay complete.
    let (rules, summary) = ndjson(&folder.run("check --format ndjson --max-findings 5000 many.csv").out);
    let (all, complete) = ndjson(&folder.run("check --format ndjson many.csv").out);
    assert!(
        rules.len() <= 5000 && rules.len() > 4900 && all.len() == 20_000,
        "{} of {}",
        rules.len(),
        all.len()
    );
    assert_eq!(summary["findings"], complete["findings"]);
    assert_eq!(summary["left_out"].as_u64(), Some((all.len() - rules.len()) as u64));
}

#[test]
fn a_report_to_a_hyphen_goes_to_standard_output() {
    let folder = folder();
    folder.write("cleanclaim.toml", "output = 'report.txt'");
    let run = folder.run("check -o - bad.csv");
    assert!(run.out.starts_with("bad.csv:2"), "{run:?}");
    assert_eq!(folder.files(), ["bad.csv", "cleanclaim.toml", "good.csv"]);
}

#[test]
fn a_comparison_of_reports_exits_with_what_is_new() {
    let folder = folder();
    for name in ["good", "bad"] {
        folder.run(&format!("check --select COD002 --format json -o {name}.json {name}.csv"));
    }
    let code = |reports: &str| folder.run(&format!("report diff {reports}")).code;
    assert_eq!(code("good.json bad.json"), Some(1));
    assert_eq!(code("bad.json good.json"), Some(0));
    assert_eq!(code("bad.json bad.json"), Some(0));
    assert_eq!(code("--format json good.json bad.json"), Some(1));
    assert_eq!(code("good.json nowhere.json"), Some(2));
    assert_eq!(code("good.json bad.csv"), Some(2));
}

#[test]
fn a_claim_that_comes_back_is_counted_once_as_unclean() {
    let folder = folder();
    let row = |id: &str, dx: &str| BAD.replace("B1", id).replace("E11", dx);
    for dx in ["E11", "E11.65"] {
        folder.write("scattered.csv", format!("{HEADER}{}{}{}", row("B", dx), row("A", dx), row("B", dx)));
        let run = folder.run("check --format ndjson scattered.csv");
        let (_, summary) = ndjson(&run.out);
        assert!(summary["clean_claims"].as_u64() <= summary["claims"].as_u64(), "{summary}");
        assert_eq!(run.err, "");
    }
}

#[test]
fn a_tables_folder_that_is_named_must_exist() {
    let folder = folder();
    for command in ["check good.csv", "lookup E11.65"] {
        let run = folder.run(&format!("{command} --tables nowhere"));
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
        assert!(run.err.starts_with("error: nowhere: "), "{}", run.err);
    }
    let mut command = folder.command();
    command.args(["lookup", "E11.65"]).env("CLEANCLAIM_TABLES", "elsewhere");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    // Without a name, the embedded tables do, whether or not the default folder is there.
    assert_eq!(folder.run("lookup E11.65").code, Some(0));
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let folder = folder();
    assert!(!folder.run("check bad.csv").out.contains('\u{1b}'));
    assert!(folder.run("check --color always bad.csv").out.contains('\u{1b}'));
    assert!(!folder.run("check --color never bad.csv").out.contains('\u{1b}'));
}

#[test]
fn warnings_can_be_silenced() {
    let folder = folder();
    folder
        .write("more.csv", format!("{}{}", HEADER.replace('\n', ",favourite\n"), GOOD.replace('\n', ",x\n")));
    let run = folder.run("check --select COD more.csv");
    assert!(run.err.starts_with("warning: more.csv: ") && run.err.contains("favourite"), "{}", run.err);
    assert_eq!(folder.run("check -q --select COD more.csv").err, "");
}

#[test]
fn a_column_map_is_a_preset_or_a_file() {
    let folder = folder();
    let run = folder.run("check --map riff good.csv");
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("expected a TOML file or one of tuva, "), "{}", run.err);
    assert_eq!(folder.run("check --map nowhere.toml good.csv").code, Some(2));
    folder.write("theirs.csv", "Number,Day,Service,Diag\nB1,2026-03-02,99213,E11\n");
    folder.write(
        "map.toml",
        "[columns]\nclaim_id = \"Number\"\ndos_from = \"Day\"\nprocedure = \"Service\"\ndx1 = \"Diag\"\n",
    );
    let run = folder.run("check --format ndjson --select COD --map map.toml theirs.csv");
    assert_eq!((run.code, ndjson(&run.out).0), (Some(1), vec!["COD002".to_owned()]), "{}", run.err);
}

#[test]
fn nothing_of_the_patient_is_printed() {
    let folder = folder();
    folder.write(
        "odd.csv",
        format!("{HEADER}{}", BAD.replace("2026-03-02", "SECRETID").replace("99213", "Jane Doe")),
    );
    for format in ["text", "json", "ndjson", "csv"] {
        let run = folder.run(&format!("check --format {format} bad.csv odd.csv"));
        for secret in ["SECRETID", "1961", "Jane"] {
            assert!(!run.out.contains(secret) && !run.err.contains(secret), "{format}: {secret}");
        }
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = Folder::new();
    let count = cleanclaim::rules::all().count();
    assert_eq!(folder.run("rules").out.lines().count(), count);
    let list: Value = serde_json::from_str(&folder.run("rules --format json").out).unwrap();
    assert_eq!(list.as_array().unwrap().len(), count);
    assert!(folder.run("rules --format markdown").out.starts_with("# Rules\n"));
    let run = folder.run("explain cod002 unknown-diagnosis");
    assert_eq!(run.code, Some(0));
    assert!(
        run.out.starts_with("COD002 header-diagnosis\n") && run.out.contains("\nCOD001 unknown-diagnosis\n")
    );
}

#[test]
fn a_shell_and_a_manual_can_be_served() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = folder.run(&format!("completions {shell}"));
        assert_eq!(run.code, Some(0));
        assert!(run.out.contains("fail-on"), "{shell}");
    }
    assert!(folder.run("man").out.contains(".TH cleanclaim 1"));
    assert!(folder.run("man check").out.contains("fail\\-on"));
    assert_eq!(folder.run("man nothing").code, Some(2));
}

#[test]
fn a_code_is_looked_up() {
    let folder = Folder::new();
    let run = folder.run("lookup --as-of 2026-03-02 m545");
    assert_eq!(run.code, Some(0));
    let expected = "\
M54.5  Low back pain
  billable      no: a header, 3 codes below it
  was billable  2015-10-01 to 2021-09-30
  above         chapter 13  Diseases of the musculoskeletal system and
                            connective tissue
                M50-M54     Other dorsopathies
                M54         Dorsalgia
  below         M54.50  Low back pain, unspecified
                M54.51  Vertebrogenic low back pain
                M54.59  Other low back pain
  Excludes1
";
    assert!(run.out.starts_with(expected), "{}", run.out);
    let run = folder.run("lookup --as-of 2021-09-30 M54.5");
    assert!(run.out.contains("billable      yes\n"), "{}", run.out);
    let run = folder.run("lookup --as-of 2021-09-30 M54.50");
    assert!(run.out.contains("billable      not yet: begins on 2021-10-01\n"), "{}", run.out);
}

#[test]
fn a_table_without_codes_of_a_kind_is_not_said_to_be_absent() {
    let folder = Folder::new();
    folder.write("claims.csv", "claim_id,dos_from,procedure,mod1,dx1\nA,2026-03-02,99213,GX,I10\n");
    folder.write("list.csv", "code,from,to,title\nG0008,2020-01-01,,A service\n");
    let gaps =
        || folder.run("check --select COD011,MOD001 --tables tables claims.csv").out.replace("\n    ", " ");
    std::fs::create_dir(folder.path().join("tables")).unwrap();
    assert!(
        gaps().contains("COD011, MOD001 on 1 line: no table of CPT and HCPCS codes; add one with"),
        "{}",
        gaps()
    );
    assert_eq!(folder.run("tables add --complete --tables tables list.csv").code, Some(0));
    let text = "COD011, MOD001 on 1 line: the table of CPT and HCPCS codes has none of this kind; CPT codes come with";
    assert!(gaps().contains(text), "{}", gaps());
}

#[test]
fn a_code_that_is_not_found_gets_its_neighbours() {
    let folder = Folder::new();
    let run = folder.run("lookup E11.65 E11.66 99213");
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("E11.66: in no release of ICD-10-CM\n  nearest       E11.65  "), "{}", run.out);
    assert!(run.out.contains("99213: no table of CPT Category I codes"), "{}", run.out);
    let answers: Value = serde_json::from_str(&folder.run("lookup --format json E11.65 E11.66").out).unwrap();
    assert_eq!(answers[0]["cards"][0]["kind"], "diagnosis");
    assert_eq!(answers[0]["cards"][0]["status"], "in-force");
    assert_eq!(answers[1]["nearest"][0]["code"], "E11.65");
    for odd in ["''", "x", "\u{1b}[31m", "E11..65", "é", "-.-"] {
        let run = folder.run(&format!("lookup -- {odd}"));
        assert_eq!(run.code, Some(1), "{odd}");
        assert!(!run.out.contains('\u{1b}'), "{odd}");
    }
}

#[test]
fn codes_and_words_are_looked_up_side_by_side() {
    let folder = Folder::new();
    let json = |run: &common::Run| serde_json::from_str::<Value>(&run.out).unwrap();
    let queries = |run: &common::Run| -> Vec<String> {
        let answers = json(run);
        answers.as_array().unwrap().iter().map(|a| a["query"].as_str().unwrap().to_owned()).collect()
    };
    // A code is looked up by itself, the words beside one another together: "3b" and "20" are words there.
    let run = folder.run("lookup --format json E11.65 htn ckd 3b m545 pregnancy 20 weeks");
    assert_eq!(queries(&run), ["E11.65", "htn ckd 3b", "m545", "pregnancy 20 weeks"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(json(&run)[3]["hits"][0]["code"], "Z3A.20");
    // A mistyped code beside words is one, too, if it has a dot.
    assert_eq!(
        queries(&folder.run("lookup --format json E11.66 low back pain")),
        ["E11.66", "low back pain"]
    );
    // Standard input beside arguments; blank lines and line ends of other systems are nothing.
    let run = folder.run_with("lookup --format json M54.5 -", b"E11.65\r\n\n  \nlow back pain\r\n");
    assert_eq!(queries(&run), ["M54.5", "E11.65", "low back pain"]);
    assert_eq!(json(&folder.run_with("lookup --format json -", b"")), Value::Array(Vec::new()));
    let run = folder.command().args(["lookup", " "]).output().unwrap();
    assert_eq!(
        (run.status.code(), String::from_utf8(run.stdout).unwrap().as_str()),
        (Some(1), "no text: type a code or words\n")
    );
}

#[test]
fn a_line_that_is_no_text_is_named_and_the_others_are_answered() {
    let folder = Folder::new();
    let run = folder.run_with("lookup --format json -", b"E11.65\nfi\xe8vre\nlow back pain\n\xff\n");
    let answers: Value = serde_json::from_str(&run.out).unwrap();
    let queries: Vec<&str> = answers.as_array().unwrap().iter().filter_map(|a| a["query"].as_str()).collect();
    assert_eq!(queries, ["E11.65", "low back pain"]);
    let lines: Vec<&str> = run.err.lines().collect();
    assert!(
        lines.len() == 2 && lines[0].starts_with("error: standard input:2: not UTF-8 text"),
        "{}",
        run.err
    );
    assert!(lines[1].starts_with("error: standard input:4: ") && run.code == Some(2), "{}", run.err);
}

#[test]
fn a_card_fits_a_screen_unless_all_is_asked_for() {
    let folder = Folder::new();
    let screen = folder.run("lookup --as-of 2026-03-02 S72.001A").out;
    assert!(screen.lines().count() <= 40 && screen.ends_with("; all with --full\n"), "{screen}");
    let full = folder.run("lookup --as-of 2026-03-02 --full S72.001A").out;
    assert!(full.lines().count() > 40 && full.contains("Note (at chapter 19)"), "{full}");
}

#[test]
fn codes_are_explained_alone_and_in_pairs() {
    let folder = folder();
    let run = folder.run("explain M54.50 s39012a --as-of 2026-03-02");
    assert!(
        run.code == Some(0) && run.out.contains("Excludes1 at M54.5: \"low back strain (S39.012)\""),
        "{}",
        run.out
    );
    let run = folder.run("explain E1165 E1122 --as-of 2026-03-02");
    assert!(run.code == Some(0) && run.out.contains("no Excludes1 note"), "{}", run.out);
    let run = folder.run("explain 11042 97597 --as-of 2026-03-02");
    assert!(run.code == Some(0) && run.out.contains("not evaluated"), "{}", run.out);
    // Without a policy nothing is known: that is no "supported".
    let run = folder.run("explain 93306 I10 --as-of 2026-03-02");
    assert!(run.code == Some(1) && run.out.contains("unknown"), "{}", run.out);
}

#[test]
fn policies_are_linted() {
    let folder = folder();
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let run = folder.run(&format!("policies check {}", data.join("policies_clean.csv").display()));
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    let run = folder.run(&format!("policies check {}", data.join("policies_wrong.csv").display()));
    assert!(run.code == Some(1) && run.out.contains("30 problems"), "{}", run.out);
    assert_eq!(folder.run("policies check nowhere.csv").code, Some(2));
}

#[test]
fn notes_before_the_first_known_list_are_not_evaluated() {
    let folder = folder();
    let header = "claim_id,dos_from,procedure,dx1,dx2\n";
    folder.write("old.csv", format!("{header}A,2020-09-30,99213,I12.0,I10\n"));
    folder.write("new.csv", format!("{header}A,2020-10-01,99213,I12.0,I10\n"));
    let gaps = |file: &str| {
        let (_, summary) =
            ndjson(&folder.run(&format!("check --format ndjson --select DXS001,DXS012 {file}")).out);
        let all = summary["not_evaluated"].as_array().unwrap();
        all.iter().map(|g| g["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(gaps("old.csv"), ["DXS001", "DXS012"]);
    assert!(gaps("new.csv").is_empty());
}
