//! `cleanclaim.toml`: every key on both sides, every mistake with its place.
#![cfg(feature = "cli")]

#[path = "../common/mod.rs"]
mod common;
mod sides;

use common::{Folder, Run};
use serde_json::Value;

const CLAIMS: &str = "claim_id,line,claim_type,payer,jurisdiction,taxonomy,billing_npi,dos_from,procedure,units,dx1\n\
    A,1,P,Medicare Part B,J6,207Q00000X,1234567893,2026-03-02,99213,1,E11\n\
    B,1,D,Plan X,IL,208D00000X,1245319599,2026-03-02,99213,1,E11\n";

fn folder(config: &str) -> Folder {
    let folder = Folder::new();
    folder.write("claims.csv", CLAIMS);
    folder.write("cleanclaim.toml", config);
    folder
}

/// The claims on which a rule speaks, and the run.
fn spoke(folder: &Folder, rule: &str, arguments: &str) -> (String, Run) {
    let run = folder.run(&format!("check --format ndjson --as-of 2026-11-22 {arguments} claims.csv"));
    let of = |line: &str| {
        let finding: Value = serde_json::from_str(line).unwrap();
        (finding["rule"] == rule).then(|| finding["claim_id"].as_str().unwrap().to_owned())
    };
    (run.out.lines().filter_map(of).collect::<Vec<_>>().join(" "), run)
}

/// Under this configuration, with these flags: the claims with COD002.
fn header(config: &str, flags: &str) -> String {
    let (claims, run) = spoke(&folder(config), "COD002", flags);
    assert!(run.err.is_empty(), "{config}: {}", run.err);
    claims
}

#[test]
fn rules_are_selected_ignored_and_re_levelled() {
    assert_eq!(header("", ""), "A B");
    assert_eq!(header("select = ['MOD']", ""), "");
    assert_eq!(header("select = 'COD'", ""), "A B");
    assert_eq!(header("select = ['MOD']", "--select COD002"), "A B");
    assert_eq!(header("ignore = ['header-diagnosis']", ""), "");
    assert_eq!(header("ignore = ['MOD']", ""), "A B");
    assert_eq!(header("ignore = ['COD002']", "--ignore MOD"), "");
    assert_eq!(header("ignore = ['COD002']", "--select ALL"), "A B");
    let code = |config: &str, flags: &str| spoke(&folder(config), "COD002", flags).1.code;
    assert_eq!(code("select = ['COD002']", ""), Some(1));
    assert_eq!(code("select = ['COD002']\nseverity = { COD = 'error', COD002 = 'info' }", ""), Some(0));
    assert_eq!(code("select = ['COD002']\n[severity]\nCOD = 'info'", "--severity COD=error"), Some(1));
}

#[test]
fn the_level_of_failure_is_the_files_or_the_flags() {
    let code = |config: &str, flags: &str| {
        spoke(
            &folder(&format!("select = 'COD002'\nseverity = {{ COD002 = 'warning' }}\n{config}")),
            "",
            flags,
        )
        .1
        .code
    };
    assert_eq!(code("", ""), Some(0));
    assert_eq!(code("fail-on = 'warning'", ""), Some(1));
    assert_eq!(code("fail-on = 'warning'", "--fail-on error"), Some(0));
}

#[test]
fn profiles_are_by_every_condition() {
    let with = |when: &str| header(&format!("[[profile]]\nwhen = {{ {when} }}\nignore = 'COD002'"), "");
    assert_eq!(with("payer = 'MEDICARE'"), "B");
    assert_eq!(with("payer = ['Aetna', 'plan x']"), "A");
    assert_eq!(with("jurisdiction = 'J-6'"), "B");
    assert_eq!(with("claim-type = 'dental'"), "A");
    assert_eq!(with("taxonomy = '207Q00000X'"), "B");
    assert_eq!(with("billing-npi = '1245319599'"), "A");
    assert_eq!(with("payer = 'Medicare', jurisdiction = 'IL'"), "A B");
    let two = "[[profile]]\nname = 'first'\nwhen = { jurisdiction = ['J6', 'IL'] }\n[[profile]]\nwhen = { payer = 'Medicare' }\nignore = 'COD002'";
    assert_eq!(header(two, ""), "A B", "the first profile that holds counts");
    // Over the file, and under the flags.
    let profile =
        |own: &str| format!("ignore = 'COD002'\n[[profile]]\nwhen = {{ payer = 'Medicare' }}\n{own}");
    assert_eq!(header(&profile(""), ""), "");
    assert_eq!(header(&profile("select = 'COD'"), ""), "A");
    assert_eq!(header(&profile("select = 'COD'"), "--ignore COD002"), "");
    assert_eq!(header(&profile("select = 'COD'"), "--select COD002"), "A B");
    let levels = "select = 'COD002'\nseverity = { COD002 = 'info' }\n[[profile]]\nwhen = { payer = 'Medicare' }\nseverity = { COD002 = 'error' }";
    let (_, run) = spoke(&folder(levels), "", "");
    assert_eq!(run.code, Some(1));
    let level = |claim: &str| {
        let line = run.out.lines().find(|l| l.contains(&format!("\"claim_id\":\"{claim}\""))).unwrap();
        serde_json::from_str::<Value>(line).unwrap()["severity"].as_str().unwrap().to_owned()
    };
    assert_eq!((level("A"), level("B")), ("error".to_owned(), "info".to_owned()));
}

#[test]
fn the_summary_says_what_each_profile_checked_and_left_open() {
    let config = "select = 'COD011'\n[[profile]]\nname = 'Dental'\nwhen = { claim-type = 'dental' }\nignore = 'COD011'\n\
                  [[profile]]\nname = 'Nobody'\nwhen = { payer = 'Nobody' }\n";
    let folder = folder(config);
    let summary: Value = serde_json::from_str(spoke(&folder, "", "").1.out.lines().last().unwrap()).unwrap();
    let profiles =
        serde_json::json!([{"profile": "Dental", "claims": 1}, {"profile": "Nobody", "claims": 0}]);
    assert_eq!(summary["profiles"], profiles);
    // Only the line of the claim that the rule would have looked at.
    assert_eq!(summary["not_evaluated"][0]["rule"], "COD011");
    assert_eq!(summary["not_evaluated"][0]["lines"], 1);
    assert_eq!((&summary["claims"], &summary["lines"]), (&Value::from(2), &Value::from(2)));
    let text = folder.run("check claims.csv").out;
    assert!(text.contains("\nProfiles\n  Dental: 1 claim\n  Nobody: 0 claims\n"), "{text}");
    assert!(text.contains("COD011 on 1 line: "), "{text}");
}

#[test]
fn a_claim_that_comes_back_is_judged_by_its_own_profile() {
    let text = "[[profile]]\nwhen = { payer = 'Medicare' }\nignore = 'FMT'\n";
    let folder = folder(text);
    let rows: Vec<&str> = CLAIMS.lines().collect();
    folder.write("claims.csv", [rows[0], rows[2], rows[1], rows[2], rows[1], ""].join("\n"));
    assert_eq!(spoke(&folder, "FMT004", "").0, "B");
    assert_eq!(spoke(&folder, "FMT004", "--no-config").0, "B A");
}

#[test]
fn today_is_a_day_or_none() {
    let run = |config: &str, flags: &str| {
        folder(config).run(&format!("check --select future-service-date {flags} claims.csv")).out
    };
    let early = |config: &str, flags: &str| run(config, flags).contains("error DTE");
    assert!(early("as-of = 2026-03-01", ""));
    assert!(early("as-of = '2026-03-01'", ""));
    assert!(!early("as-of = 2026-03-02", ""));
    assert!(!early("as-of = 2026-03-01", "--as-of 2026-03-05"));
    assert!(early("as-of = 2026-03-05", "--as-of 2026-03-01"));
    let open = |config: &str, flags: &str| run(config, flags).contains("nobody said what day it is");
    assert!(open("as-of = 'none'", "") && open("", "--as-of none"));
    assert!(!open("as-of = 'none'", "--as-of today") && !open("as-of = 'today'", "") && !open("", ""));
}

#[test]
fn tables_maps_and_columns_are_of_the_files_folder() {
    let folder = folder("tables = 'own'\nselect = 'COD'\n");
    std::fs::create_dir_all(folder.path().join("own")).unwrap();
    std::fs::create_dir_all(folder.path().join("deep/er")).unwrap();
    folder.write("list.csv", "code,from,to,title\n99213,2020-01-01,,A visit\n");
    assert_eq!(folder.run("tables add list.csv").code, Some(0));
    assert!(std::fs::read_dir(folder.path().join("own")).unwrap().next().is_some());
    // From a folder below, by the same file.
    let below = |arguments: &[&str]| {
        let mut command = folder.command();
        command.current_dir(folder.path().join("deep/er")).args(arguments).output().unwrap()
    };
    let out = String::from_utf8(below(&["lookup", "99213"]).stdout).unwrap();
    assert!(out.contains("A visit"), "{out}");
    assert_eq!(below(&["lookup", "99213", "--no-config"]).status.code(), Some(1));
    assert_eq!(below(&["--config", "../../cleanclaim.toml", "lookup", "99213"]).status.code(), Some(0));
    assert_eq!(below(&["--tables", "nowhere", "lookup", "99213"]).status.code(), Some(2));

    folder.write("theirs.csv", "Number,Day,Service,Diag\nB1,2026-03-02,99213,E11\n");
    folder.write("map.toml", "[columns]\nclaim_id = 'Number'\ndos_from = 'Day'\nprocedure = 'Service'\n");
    let found = |config: &str, flags: &str| {
        folder.write("cleanclaim.toml", config);
        folder.run(&format!("check -q --select COD002 {flags} theirs.csv")).code
    };
    assert_eq!(found("", ""), Some(2));
    assert_eq!(found("map = 'map.toml'\ncolumns = { dx1 = 'Diag' }", ""), Some(1));
    assert_eq!(found("map = 'map.toml'\n[columns]\ndx1 = ['Other', 'Diag']", ""), Some(1));
    assert_eq!(found("map = 'map.toml'\n[columns]\ndx1 = ['Diag']", "--map rif"), Some(2));
    assert_eq!(found("map = 'rif'\n[columns]\ndx1 = ['Diag']", "--map map.toml"), Some(1));
}

#[test]
fn the_report_is_as_the_file_says() {
    let run = |config: &str, flags: &str| {
        let folder = folder(&format!("select = 'COD002'\n{config}"));
        let run = folder.run(&format!("check {flags} claims.csv"));
        (folder, run)
    };
    assert!(run("format = 'json'", "").1.out.starts_with("{\"version\":1,"));
    assert!(run("format = 'json'", "--format csv").1.out.starts_with("kind,file,"));
    assert!(run("color = 'always'", "").1.out.contains('\u{1b}'));
    assert!(!run("color = 'always'", "--color never").1.out.contains('\u{1b}'));
    assert!(!run("color = 'never'", "").1.out.contains('\u{1b}'));
    let (folder, first) = run("output = 'report.txt'", "");
    assert_eq!(first.out, "");
    assert!(folder.read("report.txt").contains("COD002"));
    let (folder, first) = run("output = 'report.txt'", "-o other.txt");
    assert_eq!(first.out, "");
    assert!(
        folder.files().contains(&"other.txt".to_owned())
            && !folder.files().contains(&"report.txt".to_owned())
    );
    let one = run("threads = 1\nformat = 'json'", "").1.out;
    assert_eq!(one, run("threads = 4\nformat = 'json'", "").1.out);
    assert_eq!(one, run("threads = 4\nformat = 'json'", "--threads 1").1.out);
    let grouped = run("group = 16\nformat = 'json'", "").1.out;
    assert_eq!(one, grouped);
    let all = run("format = 'ndjson'", "").1.out;
    let few = run("format = 'ndjson'\nmax-findings = 1", "").1.out;
    assert!(few.lines().count() < all.lines().count(), "{few}");
    assert_eq!(run("format = 'ndjson'\nmax-findings = 1", "--max-findings 1000").1.out, all);
}

#[test]
fn strict_and_quiet_can_be_said_and_unsaid() {
    let code = |config: &str, flags: &str| {
        folder(&format!("select = 'COD011'\n{config}")).run(&format!("check {flags} claims.csv")).code
    };
    assert_eq!((code("", ""), code("strict = true", "")), (Some(0), Some(2)));
    assert_eq!(
        (code("strict = true", "--strict=false"), code("strict = false", "--strict")),
        (Some(0), Some(2))
    );
    let err = |config: &str, flags: &str| {
        let folder = folder(config);
        folder.write("claims.csv", CLAIMS.replace("jurisdiction", "favourite"));
        folder.run(&format!("check {flags} claims.csv")).err
    };
    assert!(err("", "").contains("columns ignored") && err("quiet = true", "").is_empty());
    assert!(err("quiet = true", "--quiet=false").contains("columns ignored") && err("", "-q").is_empty());
}

#[test]
fn acceptances_are_the_files_or_the_flags() {
    let with = |config: &str, flags: &str| {
        let folder = folder(config);
        folder.write("one.csv", "rule,claim,reason\nCOD002,A,seen\n");
        folder.write("two.csv", "rule,claim,reason\nCOD002,B,seen\n");
        spoke(&folder, "COD002", flags).0
    };
    assert_eq!(with("", ""), "A B");
    assert_eq!(with("accept = 'one.csv'", ""), "B");
    assert_eq!(with("accept = ['one.csv', 'two.csv']", ""), "");
    assert_eq!(with("accept = ['one.csv']", "--accept two.csv"), "A");
}

#[test]
fn a_file_is_found_upward_named_or_left_alone() {
    let folder = folder("select = 'MOD'");
    std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
    folder.write("a/other.toml", "select = 'COD002'");
    let code = |at: &str, arguments: &[&str]| {
        let mut command = folder.command();
        let claims = folder.path().join("claims.csv");
        command
            .current_dir(folder.path().join(at))
            .args(arguments)
            .arg("check")
            .arg(claims)
            .output()
            .unwrap()
            .status
            .code()
    };
    assert_eq!(code(".", &[]), Some(0));
    assert_eq!(code("a/b", &[]), Some(0));
    assert_eq!(code("a/b", &["--no-config"]), Some(1));
    assert_eq!(code("a/b", &["--config", "../other.toml"]), Some(1));
    assert_eq!(code("a/b", &["--config", "nowhere.toml"]), Some(2));
    assert_eq!(code("a/b", &["--config", "../other.toml", "--no-config"]), Some(2));
    folder.write("a/cleanclaim.toml", "select = 'COD002'");
    assert_eq!(code("a/b", &[]), Some(1), "the nearest file counts");
}

#[test]
fn ten_mistakes_are_ten_errors_in_one_run() {
    let config = "\
selekt = ['COD']
ignore = ['COD0O1', 'COD002']
severity = { COD = 'fatal', XYZ = 'info' }
fail-on = 1
as-of = '2026-02-30'
threads = 2000
map = 'tuvaa'
tables = 'nowhere'
format = 'jsn'
columns = { dx99 = 'A' }
strict = 'yes'
accept = ['missing.csv']

[[profile]]
name = 'one'
wen = { payer = 'X' }

[[profile]]
name = 'two'
when = { payr = 'X', claim-type = 'profesional', taxonomy = '12', payer = '-' }
quiet = ???
";
    let folder = folder(config);
    let run = folder.run("config check");
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let expected = "\
cleanclaim.toml:1:1: no key selekt; did you mean select?
cleanclaim.toml:2:11: no rule \"COD0O1\"; did you mean COD001?
cleanclaim.toml:3:20: no level \"fatal\" (there are info, warning, error)
cleanclaim.toml:3:29: no rule \"XYZ\"
cleanclaim.toml:4:11: expected text, got integer
cleanclaim.toml:5:9: no such day in the calendar, or today, or none
cleanclaim.toml:6:11: expected a number from 0 to 1024, got 2000
cleanclaim.toml:7:7: no column map \"tuvaa\"; did you mean tuva? (there are tuva, cclf, rif, cms1500)
cleanclaim.toml:8:10: no such folder: nowhere; make it, and `cleanclaim tables add` fills it
cleanclaim.toml:9:10: no format \"jsn\"; did you mean json? (there are text, json, ndjson, csv, sarif, html)
";
    let said: String = run.out.lines().take(10).map(|l| format!("{l}\n")).collect();
    assert_eq!(said, expected);
    for more in [
        "cleanclaim.toml:10:13: no column dx99",
        "cleanclaim.toml:11:10: expected true or false, got string",
        "cleanclaim.toml:12:11: no such file: missing.csv; begin it with the line `rule,claim,fingerprint,codes,reason,until`",
        "cleanclaim.toml:14:1: the profile has no `when`",
        "cleanclaim.toml:16:1: no key of a profile wen; did you mean when?",
        "cleanclaim.toml:20:10: no condition payr; did you mean payer?",
        "claim type \"profesional\"; did you mean professional?",
        "\"12\" has 2 characters, expected 10",
        "expected a name with letters or digits",
        "cleanclaim.toml:21:",
    ] {
        assert!(run.out.contains(more), "{more}\n{}", run.out);
    }
    // A check does not run on such a file, and says the same.
    let check = folder.run("check claims.csv");
    assert_eq!((check.code, check.out.as_str()), (Some(2), ""));
    assert_eq!(check.err, run.out.lines().map(|l| format!("error: {l}\n")).collect::<String>());
}

#[test]
fn files_that_are_named_are_checked_too() {
    let folder = folder("map = 'map.toml'\naccept = 'accepted.csv'\n");
    folder.write("map.toml", "[columns]\nnothing = 'x'\n");
    folder.write("accepted.csv", "rule,claim,reason\nCOD999,A,x\n");
    let run = folder.run("config check");
    assert_eq!(run.code, Some(1));
    assert!(
        run.out.contains("map.toml") && run.out.contains("accepted.csv:2: rule is no rule's id"),
        "{}",
        run.out
    );
    folder.write("map.toml", "[columns]\npos = 'x'\n");
    folder.write("accepted.csv", "rule,claim,reason\nCOD001,A,x\n");
    let run = folder.run("config check");
    assert_eq!((run.code, run.out.as_str()), (Some(0), "cleanclaim.toml: nothing wrong\n"));
    std::fs::remove_file(folder.path().join("cleanclaim.toml")).unwrap();
    let run = folder.run("config check");
    assert_eq!(run.code, Some(2));
    assert!(run.err.starts_with("error: no cleanclaim.toml here"), "{}", run.err);
}

#[test]
fn what_holds_is_shown_with_where_it_comes_from() {
    let config = "ignore = ['DXS']\nfail-on = 'warning'\n\n[[profile]]\nname = 'Medicare'\nwhen = { payer = 'Medicare' }\nseverity = { COD001 = 'info' }\n";
    let folder = folder(config);
    let lines = |text: &str| {
        text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    let has = |arguments: &str, wanted: &[&str]| {
        let run = folder.run(arguments);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let lines = lines(&run.out);
        for line in wanted {
            assert!(lines.iter().any(|l| l == line), "{arguments}: {line}\n{}", run.out);
        }
        run.out
    };
    let stated = [
        "ignore DXS cleanclaim.toml:1",
        "fail-on warning cleanclaim.toml:2",
        "when payer: Medicare cleanclaim.toml:6",
    ];
    let out = has("config show", &stated);
    assert!(!out.contains("default"), "{out}");
    has(
        "config show --effective --ignore COD011 --format json",
        &[
            "select ALL default",
            "ignore DXS cleanclaim.toml:1",
            "COD011 --ignore",
            "fail-on warning cleanclaim.toml:2",
            "format json --format",
            "threads 0 default",
            "tables the user's data folder default",
        ],
    );
    let out = has("config show --effective --profile Medicare", &["severity COD001=info cleanclaim.toml:7"]);
    assert!(out.contains("another level: COD001 info (own: error)"), "{out}");
    assert!(out.contains("off: DXS001 DXS002"), "{out}");
    assert_eq!(folder.run("config show --effective --profile Other").code, Some(2));
    let count = cleanclaim::rules::all().filter(|r| r.is_default()).count();
    has("config show --effective --no-config", &[&format!("{count} rules run"), "fail-on error default"]);
}

/// The variable goes over the file, and the option over the variable; a check does the same.
#[test]
fn the_tables_folder_is_shown_that_a_check_opens() {
    let folder = folder("tables = 'mine'\n");
    for name in ["mine", "theirs", "third"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    let shown = |arguments: &[&str], variable: &str| {
        let mut command = folder.command();
        command.args(["config", "show", "--effective"]).args(arguments).env("CLEANCLAIM_TABLES", variable);
        let run = Run::of(command.output().unwrap());
        let line = run.out.lines().find(|line| line.starts_with("tables")).unwrap();
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown(&[], ""), "mine cleanclaim.toml:1");
    assert_eq!(shown(&[], "theirs"), "theirs $CLEANCLAIM_TABLES");
    assert_eq!(shown(&["--no-config"], "theirs"), "theirs $CLEANCLAIM_TABLES");
    assert_eq!(shown(&["--tables", "third"], "theirs"), "third --tables");
}

#[test]
fn a_profile_has_a_name_that_can_be_seen() {
    let folder = folder("[[profile]]\nname = ' '\nwhen = { payer = 'A' }\n");
    let run = folder.run("config check");
    assert_eq!(run.out, "cleanclaim.toml:2:8: expected a name, got nothing\n");
}

#[test]
fn the_reference_page_is_fresh_and_its_examples_hold() {
    let page = cleanclaim::config::config_page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write("docs/config.md", &page).unwrap();
    }
    let there = std::fs::read_to_string("docs/config.md").unwrap_or_default();
    assert!(there == page, "docs/config.md is stale; run UPDATE=1 cargo test --test config");
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("tables")).unwrap();
    folder.write("accepted.csv", "rule,claim,reason\n");
    let mut sections = page.split("\n### `").skip(1);
    assert!(sections.clone().count() > 20);
    sections.by_ref().for_each(|section| {
        let example = section.split("```toml\n").nth(1).and_then(|rest| rest.split("\n```").next()).unwrap();
        let text = match example.split_once(" =").map_or(example, |(key, _)| key) {
            "when" => format!("[[profile]]\n{example}"),
            "name" => format!("[[profile]]\n{example}\nwhen = {{ payer = 'X' }}"),
            _ => example.to_owned(),
        };
        folder.write("cleanclaim.toml", &text);
        let run = folder.run("config check");
        assert_eq!(run.code, Some(0), "{text}\n{}", run.out);
    });
}

#[test]
fn a_choice_that_leaves_no_rule_is_found() {
    let check = |config: &str| {
        let run = folder(config).run("config check");
        (run.code, run.out.contains("leave no rule to run"))
    };
    assert_eq!(check("select = []"), (Some(1), true));
    assert_eq!(check("select = ['COD002']\nignore = ['COD']"), (Some(1), true));
    assert_eq!(check("select = ['COD002']"), (Some(0), false));
    // A profile has rules of its own.
    assert_eq!(
        check("select = []\n[[profile]]\nname = 'A'\nwhen = { payer = 'A' }\nselect = ['COD']"),
        (Some(0), false)
    );
}
