//! Imports point down: readers, importers and rules never see one another, and rules never see files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the bottom up. A module imports from lower layers only, not from its neighbours.
const LAYERS: &[&[&str]] = &[
    &["error"],
    &["code"],
    &["date", "money", "nearest"],
    &["claim"],
    &["table"],
    &["resolve"],
    &["rule"],
    &["coverage"],
    &["read", "import", "rules", "search"],
    &["accept"],
    &["engine", "explain", "repair"],
    &["lookup"],
    &["report"],
    &["config"],
    &["cli"],
];

/// What is allowed all the same, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The interface by which the engine hands claims to whatever writes them; the formats are above it.
    ("engine", "report"),
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// What the crate's root re-exports, and from which module.
fn root_names(lib: &str) -> BTreeMap<String, String> {
    let flat = lib.replace('\n', " ");
    let uses = flat.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next()?.split_once("::"));
    let mut out = BTreeMap::new();
    for (module, names) in uses {
        for name in names.trim_matches(['{', '}', ' ']).split(',') {
            let name = name.trim();
            out.insert(name.rsplit([' ', ':']).next().unwrap_or(name).to_owned(), module.trim().to_owned());
        }
    }
    out
}

/// The modules that a line names through `crate::`.
fn imports(line: &str, roots: &BTreeMap<String, String>) -> Vec<String> {
    let mut out = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let end = |c: char| !(c.is_alphanumeric() || c == '_');
            let name = name.trim().split(end).next().unwrap_or_default();
            let module = roots.get(name).map_or(name, String::as_str);
            if !module.is_empty() {
                out.push(module.to_owned());
            }
        }
    }
    out
}

#[test]
fn imports_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let roots = root_names(&fs::read_to_string(src.join("lib.rs")).unwrap());
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap().to_owned();
        let module = inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        let Some(own) = layer(&module) else {
            wrong.push(format!("src/{}: {module} is in no layer", inside.display()));
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        for (n, line) in text.lines().enumerate() {
            // Tests at the end of a file may use what they like; words in comments import nothing.
            if line.trim() == "#[cfg(test)]" {
                break;
            }
            if line.trim_start().starts_with("//") {
                continue;
            }
            for target in imports(line, &roots) {
                let allowed = target == module
                    || EXCEPTIONS.contains(&(module.as_str(), target.as_str()))
                    // What is no module is a macro or a function of the root.
                    || layer(&target).is_none_or(|of| of < own);
                if !allowed {
                    wrong.push(format!("src/{}:{}: {module} imports {target}", inside.display(), n + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn exceptions_are_in_use() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    for (from, to) in EXCEPTIONS {
        let used = files.iter().any(|file| {
            let inside = file.strip_prefix(&src).unwrap();
            inside.starts_with(from) && fs::read_to_string(file).unwrap().contains(&format!("crate::{to}"))
        });
        assert!(used, "{from} no longer imports {to}: drop the exception");
    }
}

#[test]
fn imports_are_seen_in_every_form() {
    let roots = root_names("pub use claim::{Claim,\n    Coded};\npub use date::Date;\n");
    let seen = |line: &str| imports(line, &roots).join(" ");
    assert_eq!(seen("use crate::rules::find;"), "rules");
    assert_eq!(seen("use crate::{Claim, Date, rules};"), "claim date rules");
    assert_eq!(seen("    let x: crate::Date = crate::table::day();"), "date table");
    assert_eq!(seen("use std::fmt;"), "");
}
