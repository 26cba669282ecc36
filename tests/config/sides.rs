//! Every key of `cleanclaim.toml`: two files that differ in it, and a file in which it is wrong.

use serde_json::Value;

use crate::common::{Folder, Run};
use crate::{CLAIMS, folder};

/// What shows which of two files holds.
type Sees = fn(&Folder, &Run) -> String;
/// A key, the command that is run, what shows that the key holds, and twice: a file, and what is seen under it.
type Sides = (&'static str, &'static str, Sees, [(&'static str, &'static str); 2]);

const FINDINGS: &str = "check --format ndjson claims.csv";

static SIDES: &[Sides] = &[
    ("select", FINDINGS, claims, [("select = 'COD002'", "A B"), ("select = 'MOD'", "")]),
    ("ignore", FINDINGS, claims, [("ignore = 'COD002'", ""), ("ignore = 'MOD'", "A B")]),
    (
        "severity",
        FINDINGS,
        exit,
        [
            ("select = 'COD'\nseverity = { COD002 = 'info' }", "0"),
            ("select = 'COD'\nseverity = { MOD = 'info' }", "1"),
        ],
    ),
    (
        "fail-on",
        "check --select COD --severity COD=warning claims.csv",
        exit,
        [("fail-on = 'error'", "0"), ("fail-on = 'warning'", "1")],
    ),
    (
        "as-of",
        "check --select DTE claims.csv",
        exit,
        [("as-of = 2026-03-01", "1"), ("as-of = 2026-03-02", "0")],
    ),
    (
        "tables",
        "tables list",
        |_, run| line(run, "in "),
        [("tables = 'own'", "in own: nothing"), ("tables = 'other'", "in other: nothing")],
    ),
    ("map", "check -q theirs.csv", exit, [("map = 'theirs.toml'", "1"), ("map = 'rif'", "2")]),
    (
        "columns",
        "check -q --format ndjson --map theirs.toml theirs.csv",
        field,
        [("columns = { dx1 = 'Diag' }", "dx1"), ("columns = { dx2 = 'Diag' }", "dx2")],
    ),
    ("accept", FINDINGS, claims, [("accept = 'a.csv'", "B"), ("accept = ['b.csv']", "A")]),
    (
        "format",
        "check claims.csv",
        |_, run| run.out[..4].to_owned(),
        [("format = 'json'", "{\"ve"), ("format = 'csv'", "kind")],
    ),
    (
        "output",
        "check claims.csv",
        texts,
        [("output = 'one.txt'", "one.txt"), ("output = 'two.txt'", "two.txt")],
    ),
    (
        "color",
        "check claims.csv",
        |_, run| run.out.contains('\u{1b}').to_string(),
        [("color = 'always'", "true"), ("color = 'never'", "false")],
    ),
    ("strict", "check --select COD011 claims.csv", exit, [("strict = true", "2"), ("strict = false", "0")]),
    (
        "quiet",
        "check noted.csv",
        |_, run| run.err.lines().count().to_string(),
        [("quiet = true", "0"), ("quiet = false", "1")],
    ),
    // The report is the same for any number.
    (
        "threads",
        "config show",
        |_, run| line(run, "threads"),
        [("threads = 1", "threads 1 cleanclaim.toml:1"), ("threads = 3", "threads 3 cleanclaim.toml:1")],
    ),
    (
        "max-findings",
        FINDINGS,
        claims,
        [("select = 'COD002'\nmax-findings = 1", "A"), ("select = 'COD002'\nmax-findings = 2", "A B")],
    ),
    ("group", "check --select FMT004 scattered.csv", exit, [("group = 16", "0"), ("group = 0", "1")]),
    (
        "profile",
        FINDINGS,
        claims,
        [("[[profile]]\nwhen = { payer = 'Plan' }\nselect = 'MOD'", "A"), ("select = 'COD'", "A B")],
    ),
    (
        "name",
        "check claims.csv",
        |_, run| line(run, "one:") + &line(run, "two:"),
        [
            ("[[profile]]\nname = 'one'\nwhen = { payer = 'Plan' }", "one: 1 claim"),
            ("[[profile]]\nname = 'two'\nwhen = { payer = 'Plan' }", "two: 1 claim"),
        ],
    ),
    (
        "when",
        FINDINGS,
        claims,
        [
            ("[[profile]]\nwhen = { payer = 'Plan' }\nselect = 'MOD'", "A"),
            ("[[profile]]\nwhen = { claim-type = 'professional' }\nselect = 'MOD'", "B"),
        ],
    ),
];

/// The conditions of a profile: one that claim A meets, and one that B meets.
static CONDITIONS: &[(&str, [&str; 2])] = &[
    ("payer", ["'medicare'", "['Plan X', 'Plan Y']"]),
    ("jurisdiction", ["'J6'", "'IL'"]),
    ("claim-type", ["'professional'", "['dental']"]),
    ("taxonomy", ["'207Q00000X'", "'208D00000X'"]),
    ("billing-npi", ["'1234567893'", "['1245319599']"]),
];

fn exit(_: &Folder, run: &Run) -> String {
    run.code.unwrap().to_string()
}

/// The claims with COD002, of an ndjson report.
fn claims(_: &Folder, run: &Run) -> String {
    let findings = run.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of = |finding: Value| {
        (finding["rule"] == "COD002").then(|| finding["claim_id"].as_str().unwrap().to_owned())
    };
    findings.filter_map(of).collect::<Vec<_>>().join(" ")
}

fn field(_: &Folder, run: &Run) -> String {
    let finding: Value =
        serde_json::from_str(run.out.lines().find(|line| line.contains("E11")).unwrap()).unwrap();
    finding["field"].as_str().unwrap().to_owned()
}

fn texts(folder: &Folder, _: &Run) -> String {
    folder.files().into_iter().filter(|file| file.ends_with(".txt")).collect()
}

/// The line that begins so.
fn line(run: &Run, begin: &str) -> String {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    run.out.lines().map(words).find(|line| line.starts_with(begin)).unwrap_or_default()
}

/// The keys, as the reference page has them, which is made from their declarations.
fn keys() -> Vec<String> {
    let page = cleanclaim::config::config_page();
    page.lines().filter_map(|line| Some(line.strip_prefix("### `")?.strip_suffix('`')?.to_owned())).collect()
}

fn seen(config: &str, command: &str, sees: Sees) -> String {
    let folder = folder(config);
    for name in ["own", "other"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    folder.write("a.csv", "rule,claim,reason\nCOD002,A,seen\n");
    folder.write("b.csv", "rule,claim,reason\nCOD002,B,seen\n");
    folder.write("theirs.csv", "Number,Day,Service,Diag,Other\nA,2026-03-02,99213,E11,E10\n");
    folder.write(
        "theirs.toml",
        "[columns]\nclaim_id = 'Number'\ndos_from = 'Day'\nprocedure = 'Service'\ndx3 = 'Other'\n",
    );
    let rows: Vec<&str> = CLAIMS.lines().collect();
    folder.write("scattered.csv", [rows[0], rows[1], rows[2], &rows[1].replace("A,1,", "A,2,")].join("\n"));
    folder.write("noted.csv", CLAIMS.replace("jurisdiction", "favourite"));
    sees(&folder, &folder.run(command))
}

#[test]
fn every_key_holds_on_both_sides() {
    let tried: Vec<&str> = SIDES.iter().map(|of| of.0).chain(CONDITIONS.iter().map(|of| of.0)).collect();
    assert_eq!(keys(), tried, "a key is not tried, or there is no such key");
    for (key, command, sees, sides) in SIDES {
        for (config, expected) in sides {
            assert_eq!(seen(config, command, *sees), *expected, "{key}: {config}");
        }
    }
    for (key, values) in CONDITIONS {
        for (value, others) in values.iter().zip(["B", "A"]) {
            let config = format!("[[profile]]\nwhen = {{ {key} = {value} }}\nselect = 'MOD'");
            assert_eq!(seen(&config, FINDINGS, claims), others, "{config}");
        }
    }
}

#[test]
fn every_key_says_where_it_is_wrong() {
    for key in keys() {
        // No key takes a time of day.
        let condition = CONDITIONS.iter().any(|of| of.0 == key);
        let config = match key.as_str() {
            _ if condition => format!("[[profile]]\nwhen = {{ {key} = 07:32:00 }}\n"),
            "name" | "when" => format!("[[profile]]\n{key} = 07:32:00\n"),
            _ => format!("\n{key} = 07:32:00\n"),
        };
        let run = folder(&config).run("config check");
        let said = |line: &str| line.starts_with("cleanclaim.toml:2:") && line.contains("expected");
        assert!(run.code == Some(1) && run.out.lines().any(said), "{key}: {}", run.out);
    }
}
