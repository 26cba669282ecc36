//! Documents whose blocks are real: their files are written, their edits made, their commands run, and what they show is what is printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A line that stands for what is left out.
pub(crate) const LEFT_OUT: &str = "…\n";

/// A part of a document: text as it is, or what stands between two fences.
pub(crate) enum Part<'d> {
    Text(&'d str),
    /// What stands after the opening fence, and the lines of the block.
    Block(&'d str, &'d str),
}

/// The parts of a document, in their order.
pub(crate) fn parts(document: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = document;
    while let Some(at) = rest.find("```") {
        let (before, fenced) = rest.split_at(at);
        let (info, body) =
            fenced["```".len()..].split_once('\n').expect("an opening fence on a line of its own");
        let (body, after) = body.split_once("```").unwrap_or_else(|| panic!("the block {info:?} has no end"));
        out.extend([Part::Text(before), Part::Block(info, body)]);
        rest = after;
    }
    out.push(Part::Text(rest));
    out
}

/// Is that what was printed? Where lines are left out, what remains must stand there in its order.
pub(crate) fn shows(shown: &str, printed: &str) -> bool {
    let parts: Vec<&str> = shown.split(LEFT_OUT).collect();
    let [first, middle @ .., last] = &parts[..] else { return shown == printed };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Carries a document out in a folder, and returns it with what was printed. There are three kinds of block:
///
/// - `console`: commands after `$ `, each with what it prints and, unless it is 0, its exit code;
/// - `diff FILE`: lines of the file that are taken out (`-`), put in (`+`) or stand around them;
/// - `… FILE`: the file is written.
///
/// # Panics
/// At any other block, an edit that does not fit, and where lines are left out of something else than what was printed.
pub(crate) fn carry_out(document: &str, folder: &Path) -> String {
    let mut place = folder.to_owned();
    let mut out = String::new();
    for part in parts(document) {
        let (info, body) = match part {
            Part::Text(text) => {
                out.push_str(text);
                continue;
            }
            Part::Block(info, body) => (info, body),
        };
        out.push_str(&format!("```{info}\n"));
        match info.split_once(' ') {
            None if info == "console" => out.push_str(&console(body, &mut place)),
            None => panic!("nothing is done with a block of {info:?}"),
            Some((kind, file)) => {
                let path = place.join(file);
                let text = match kind {
                    "diff" => edited(&std::fs::read_to_string(&path).unwrap(), body),
                    _ => body.to_owned(),
                };
                std::fs::write(&path, text).unwrap();
                out.push_str(body);
            }
        }
        out.push_str("```");
    }
    out
}

/// Runs the commands of a block; gives the block with what they printed.
fn console(body: &str, place: &mut PathBuf) -> String {
    let mut steps: Vec<(&str, String)> = Vec::new();
    for line in body.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push((command, String::new())),
            (None, Some((_, shown))) => shown.push_str(&format!("{line}\n")),
            (None, None) => panic!("printed by no command: {line}"),
        }
    }
    let mut out = String::new();
    for (command, shown) in steps {
        out.push_str(&format!("$ {command}\n"));
        if let Some(folder) = command.strip_prefix("cd ") {
            place.push(folder);
            continue;
        }
        let printed = run(command, place);
        if shown.contains(LEFT_OUT) {
            assert!(shows(&shown, &printed), "{command} does not print\n{shown}---\n{printed}");
            out.push_str(&shown);
        } else {
            out.push_str(&printed);
        }
    }
    out
}

/// What a reader sees who runs the command there, without tables of his own.
fn run(command: &str, place: &Path) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_cleanclaim")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&others))).unwrap();
    let run = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1; {command}"))
        .current_dir(place)
        .env_clear()
        .env("PATH", path)
        .env("HOME", place)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let mut printed = String::from_utf8(run.stdout).unwrap();
    if run.status.code() != Some(0) {
        printed.push_str(&format!("(exit code {})\n", run.status.code().unwrap()));
    }
    printed
}

/// A text after an edit. Lines that are taken out, put in, or stand before them are found together; where others follow, they are found anew.
fn edited(text: &str, edit: &str) -> String {
    let mut text = text.to_owned();
    let mut hunks: Vec<(String, String)> = Vec::new();
    let mut added = true;
    for line in edit.split_inclusive('\n') {
        let (sign, line) = line.split_at(1);
        if added && sign != "+" {
            hunks.push((String::new(), String::new()));
        }
        added = sign == "+";
        let (before, after) = hunks.last_mut().expect("something before what is put in");
        match sign {
            "-" => before.push_str(line),
            "+" => after.push_str(line),
            " " => [before, after].into_iter().for_each(|side| side.push_str(line)),
            _ => panic!("neither -, + nor a blank stands before {line}"),
        }
    }
    for (before, after) in hunks {
        let found = text.match_indices(&before).count();
        assert_eq!(found, 1, "these lines are there {found} times:\n{before}");
        text = text.replacen(&before, &after, 1);
    }
    text
}
