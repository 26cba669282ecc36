//! What the README shows is what the program prints.

use std::process::Command;

#[test]
fn the_output_on_the_first_screen_is_real() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let mut blocks = readme.split("```");
    let shown = blocks.find(|b| b.starts_with("text\n")).expect("a block of output");
    let run = Command::new(env!("CARGO_BIN_EXE_cleanclaim"))
        .args(["check", "data/sample/claims.csv"])
        .env_remove("CLEANCLAIM_TABLES")
        .env("XDG_DATA_HOME", "/nonexistent")
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1));
    let printed = String::from_utf8(run.stdout).unwrap();
    let mut rest = printed.as_str();
    // Parts left out are marked by a line of its own.
    for part in shown["text\n".len()..].split("…\n") {
        let part = part.trim_matches('\n');
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("not printed, or not in this order:\n{part}\n---\n{printed}"));
        rest = &rest[at + part.len()..];
    }
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
