//! The tutorial is a week that was: every command of it is run, every edit made, and every output compared.
#![cfg(all(feature = "cli", unix))]

mod common;

use common::Folder;
use common::document::{carry_out, shows};

const TUTORIAL: &str = "docs/tutorial.md";

#[test]
fn the_week_goes_as_the_tutorial_says() {
    let folder = Folder::new();
    for file in ["week.csv", "tables/hcpcs_synthetic.csv"] {
        let path = std::path::Path::new("data/sample").join(file);
        std::fs::create_dir_all(folder.path().join(path.parent().unwrap())).unwrap();
        std::fs::copy(&path, folder.path().join(&path)).unwrap();
    }
    let there = std::fs::read_to_string(TUTORIAL).unwrap();
    let done = carry_out(&there, folder.path());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(TUTORIAL, &done).unwrap();
    } else if done != there {
        let (said, was) = there.lines().zip(done.lines()).find(|(a, b)| a != b).unwrap_or_default();
        panic!("{TUTORIAL} is stale; run UPDATE=1 cargo test --test tutorial\nsaid: {said}\nwas:  {was}");
    }
}

#[test]
fn a_document_that_shows_something_else_is_noticed() {
    let folder = Folder::new();
    let carry_out = |text: &str| carry_out(text, folder.path());
    let shown = "Write it:\n\n```csv a.csv\none\ntwo\n```\n\n```diff a.csv\n one\n-two\n+three\n```\n\n```console\n$ cat a.csv\none\nthree\n$ cat b.csv > /dev/null; exit 3\n```\n";
    let wrong = shown.replace("one\nthree\n$", "one\ntwo\n$");
    let right = carry_out(shown);
    assert!(
        right.contains("$ cat a.csv\none\nthree\n$") && right.ends_with("(exit code 3)\n```\n"),
        "{right}"
    );
    assert_eq!(carry_out(&wrong), right);
    for broken in ["```text\nx\n```", "```diff a.csv\n-four\n```", "```console\n$ echo one\n…\ntwo\n```"] {
        let broken = std::panic::catch_unwind(|| carry_out(broken));
        assert!(broken.is_err());
    }
}

#[test]
fn what_is_left_out_is_marked() {
    for (shown, printed, is) in [
        ("a\nb\n", "a\nb\n", true),
        ("a\n", "a\nb\n", false),
        ("a\n…\nc\n", "a\nb\nc\n", true),
        ("…\nb\n…\n", "a\nb\nc\n", true),
        ("b\n…\n", "a\nb\nc\n", false),
        ("…\nc\n…\na\n", "a\nb\nc\n", false),
        ("…\nb\n", "a\nb\nc\n", false),
    ] {
        assert_eq!(shows(shown, printed), is, "{shown:?} of {printed:?}");
    }
}
