//! What the README shows is what the program prints.
#![cfg(feature = "cli")]

mod common;

use std::process::Command;

use common::document::{LEFT_OUT, Part, parts, shows};

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
    let mut after = parts(readme).into_iter();
    let shows = |part: &Part<'_>| matches!(part, Part::Block(_, body) if body.contains(command));
    let is_output = |part| if let Part::Block("text", body) = part { Some(body) } else { None };
    let shown = after.find(shows).and_then(|_| after.find_map(is_output));
    shown.unwrap_or_else(|| panic!("the README shows no output of {command}"))
}

#[test]
fn the_output_on_the_first_screen_is_real() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (code, printed) = run(&["check", "data/sample/claims.csv"]);
    assert_eq!(code, Some(1));
    // The screen begins and ends in the midst of it.
    let shown = format!("{LEFT_OUT}{}{LEFT_OUT}", shown(&readme, "check data/sample/claims.csv"));
    assert!(shows(&shown, &printed), "not printed, or not in this order:\n{shown}---\n{printed}");
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
