//! What the README shows is what the program prints.

use std::process::Command;

/// What the program prints where nothing was added and nothing configured.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_cleanclaim"))
        .args(arguments)
        .env_remove("CLEANCLAIM_TABLES")
        .env("XDG_DATA_HOME", "/nonexistent")
        .output()
        .unwrap();
    (run.status.code(), String::from_utf8(run.stdout).unwrap())
}

/// The block of output after a command.
fn shown<'r>(readme: &'r str, command: &str) -> &'r str {
    let mut after = readme.split("```").skip_while(|block| !block.contains(command)).skip(1);
    let shown = after.find_map(|block| block.strip_prefix("text\n"));
    shown.unwrap_or_else(|| panic!("the README shows no output of {command}"))
}

#[test]
fn the_output_on_the_first_screen_is_real() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (code, printed) = run(&["check", "data/sample/claims.csv"]);
    assert_eq!(code, Some(1));
    let mut rest = printed.as_str();
    // Parts left out are marked by a line of its own.
    for part in shown(&readme, "check data/sample/claims.csv").split("…\n") {
        let part = part.trim_matches('\n');
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("not printed, or not in this order:\n{part}\n---\n{printed}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn the_look_up_is_real() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (code, printed) = run(&["lookup", "--limit", "4", "dm2", "w", "hypergly"]);
    assert_eq!(code, Some(0));
    assert_eq!(shown(&readme, "cleanclaim lookup --limit 4 dm2 w hypergly"), printed);
}

#[test]
fn the_reference_of_columns_is_fresh() {
    let page = cleanclaim::read::columns_page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write("docs/columns.md", &page).unwrap();
    }
    let there = std::fs::read_to_string("docs/columns.md").unwrap_or_default();
    assert!(there == page, "docs/columns.md is stale; run UPDATE=1 cargo test --test readme");
}
