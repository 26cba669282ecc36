//! What the README shows is what the program prints.
#![cfg(feature = "cli")]

mod common;

use std::process::Command;

use common::document::{LEFT_OUT, Part, parts, shows};

#[test]
fn the_output_on_the_first_screen_is_real() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let block = |part: &Part<'_>| matches!(part, Part::Block("text", _));
    let Some(Part::Block(_, shown)) = parts(&readme).into_iter().find(block) else { panic!("no output") };
    let run = Command::new(env!("CARGO_BIN_EXE_cleanclaim"))
        .args(["check", "data/sample/claims.csv"])
        .env_remove("CLEANCLAIM_TABLES")
        .env("XDG_DATA_HOME", "/nonexistent")
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1));
    let printed = String::from_utf8(run.stdout).unwrap();
    // The screen begins and ends in the midst of it.
    let shown = format!("{LEFT_OUT}{shown}{LEFT_OUT}");
    assert!(shows(&shown, &printed), "not printed, or not in this order:\n{shown}---\n{printed}");
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
