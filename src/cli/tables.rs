//! `cleanclaim tables`: adds, lists, verifies, removes and compares code tables.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::import::{
    AddOptions, Addition, Change, ChangeKind, Diff, Entry, Side, TablesFolder, UsedChange, UsedCode,
    build_embedded,
};
use crate::read::{ColumnMap, Input, for_each_claim};
use crate::table::{Setting, TableKind, Tables};
use crate::{Date, Error, Result};

/// Adds, lists, verifies, removes and compares code tables.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Example:\n  cleanclaim tables add HCPC2026_JAN_ANWEB.zip\n  cleanclaim tables list")]
pub(crate) struct TablesArgs {
    #[command(subcommand)]
    command: Command,
}

/// Whose pair edits.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Whose {
    /// Practitioners and ambulatory surgical centers (ccipra).
    Practitioner,
    /// Outpatient hospital services (ccioph).
    Hospital,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum Command {
    /// Add publishers' files: recognised by their content, also in zip archives.
    ///
    /// ICD-10-CM order files, code files and tabular lists; HCPCS Level II; CPT descriptor files; your own code list (csv: code, from, to,
    /// title); NCCI pair edits, unit limits and add-on codes; the physician fee schedule. A later edition is merged with an earlier one by dates.
    Add {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// From when they are in force, if neither they nor their names say so; overrides both.
        #[arg(long, value_name = "DATE")]
        effective: Option<Date>,
        /// Whose edits they are: NCCI's pair edits look the same inside, and only the name of the file tells.
        #[arg(long, value_enum, value_name = "WHOSE")]
        setting: Option<Whose>,
        /// They list all codes of the kinds they hold: a code that is not listed does not exist.
        #[arg(long, conflicts_with = "partial")]
        complete: bool,
        /// They list some codes only: a code that is not listed may exist.
        #[arg(long)]
        partial: bool,
    },
    /// List the tables in the folder, and those that are part of the program.
    List {
        /// How to print it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Check every pack's checksum, and that the packs are what their sources give.
    Verify {
        /// Name the good ones, too.
        #[arg(short, long)]
        verbose: bool,
    },
    /// Remove what was added: a name as `list` prints it, a layout (hcpcs), or a table (procedures).
    Remove {
        /// What to remove.
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Build the packs anew from what was added, as after an update of cleanclaim.
    Rebuild,
    /// Say what an edition adds, ends and words otherwise.
    ///
    /// `diff FILE` says what adding the file would change; `diff OLD NEW` compares two editions. Each is a file, a name as `list` prints it, or
    /// `current` or `embedded`.
    Diff {
        /// The older edition, or the only one.
        old: String,
        /// The newer edition.
        new: Option<String>,
        /// Claims: say which of the changed codes they use.
        #[arg(long, value_name = "FILE")]
        claims: Option<PathBuf>,
        /// From when files without a date are in force.
        #[arg(long, value_name = "DATE")]
        effective: Option<Date>,
        /// How to print it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Build the embedded packs from DATA_DIR/sources.toml.
    #[command(hide = true)]
    Embed {
        /// The folder with sources.toml, sources/ and tables/.
        data: PathBuf,
        /// Write nothing; fail if the packs there are not what would be written.
        #[arg(long)]
        check: bool,
    },
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Does it. False is for what was asked and answered with no: something is damaged or stale.
pub(crate) fn run(
    args: &TablesArgs,
    folder: &Path,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<bool> {
    let tables = TablesFolder::open(folder);
    match &args.command {
        Command::Add { files, effective, setting, complete, partial } => {
            let complete = complete.then_some(true).or(partial.then_some(false));
            let err = std::cell::RefCell::new(err);
            let tell = |what: &str| {
                // Progress is a courtesy: that it cannot be shown stops nothing.
                let _ = writeln!(err.borrow_mut(), "{what}");
            };
            let options = AddOptions {
                effective: *effective,
                setting: setting.map(|whose| match whose {
                    Whose::Practitioner => Setting::Practitioner,
                    Whose::Hospital => Setting::Hospital,
                }),
                complete,
                progress: if std::io::stderr().is_terminal() { Some(&tell) } else { None },
            };
            let addition = tables.add(files, &options)?;
            print_addition(&addition, folder, out, &mut **err.borrow_mut())?;
            Ok(true)
        }
        Command::List { format } => list(&tables, *format, out),
        Command::Verify { verbose } => verify(&tables, *verbose, out),
        Command::Remove { names } => {
            for name in tables.remove(names)? {
                line(out, format_args!("removed {name}"))?;
            }
            Ok(true)
        }
        Command::Rebuild => {
            let changed = tables.rebuild()?;
            if changed.is_empty() {
                line(out, format_args!("nothing to do: every pack is what its sources give"))?;
            }
            for file in changed {
                line(out, format_args!("built {file}"))?;
            }
            Ok(true)
        }
        Command::Diff { old, new, claims, effective, format } => {
            let options = AddOptions { effective: *effective, ..AddOptions::default() };
            let diffs = tables.diff(side(old), new.as_deref().map(side), &options)?;
            let used = claims.as_deref().map(used_codes).transpose()?;
            match format {
                Format::Json => diff_json(&diffs, used.as_deref(), out)?,
                Format::Text => diff_text(&diffs, used.as_deref(), out)?,
            }
            Ok(true)
        }
        Command::Embed { data, check } => embed(data, *check, out),
    }
}

/// The codes in a claims file, each with its first row and number of rows.
fn used_codes(claims: &Path) -> Result<Vec<UsedCode>> {
    let mut used: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut count = |code: String, row: u64| {
        used.entry(code).or_insert((row, 0)).1 += 1;
    };
    for_each_claim(&Input::from_argument(claims), &ColumnMap::default(), |claim| {
        for line in &claim.lines {
            line.code().into_iter().for_each(|code| count(code.to_string(), line.row));
            for code in claim.pointed(line).filter_map(|at| claim.diagnoses[at].code.code()) {
                count(code.text().to_string(), line.row);
            }
        }
    })?;
    Ok(used.into_iter().map(|(code, (first_row, count))| UsedCode { code, first_row, count }).collect())
}

fn side(text: &str) -> Side<'_> {
    match text {
        "embedded" => Side::Embedded,
        "current" => Side::Current,
        _ if Path::new(text).exists() || text.contains(['/', '\\']) => Side::File(Path::new(text)),
        _ => Side::Source(text),
    }
}

/// Writes a line; where the reader has gone, the error says so.
fn line(out: &mut dyn Write, text: std::fmt::Arguments<'_>) -> Result<()> {
    writeln!(out, "{text}").map_err(|e| Error::io("-", e))
}

fn json(out: &mut dyn Write, value: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::io("-", e.into()))?;
    line(out, format_args!("{text}"))
}

/// 8623 as 8,623.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn counts(counts: &[(String, u64)]) -> String {
    counts.iter().map(|(what, n)| format!("{} {what}", grouped(*n))).collect::<Vec<_>>().join(", ")
}

fn window(from: Date, to: Date) -> String {
    let since = if from == crate::table::ProcedureTable::UNKNOWN_START {
        "any day".to_owned()
    } else {
        format!("{from} on")
    };
    if to == Date::MAX { format!("knows {since}") } else { format!("knows {since}, stands until {to}") }
}

fn print_addition(
    addition: &Addition,
    folder: &Path,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<()> {
    for added in &addition.added {
        line(out, format_args!("{} from {} as {}", added.edition, added.file, added.name))?;
        line(out, format_args!("  {}; {}", counts(&added.counts), window(added.from, added.to)))?;
        for note in &added.notes {
            line(err, format_args!("note: {}: {note}", added.file))?;
        }
    }
    for skipped in &addition.skipped {
        line(err, format_args!("not read: {}: {}", skipped.file, skipped.why))?;
    }
    line(out, format_args!("tables in {}", folder.display()))
}

fn list(tables: &TablesFolder, format: Format, out: &mut dyn Write) -> Result<bool> {
    let entries = tables.list()?;
    let embedded = Tables::embedded();
    let d = embedded.icd10cm.description();
    let replaced = entries.iter().any(|e| e.layout.is_none() && e.table == TableKind::Icd10Cm);
    if format == Format::Json {
        let embedded = serde_json::json!({
            "table": TableKind::Icd10Cm, "edition": d.edition, "from": d.from, "to": d.to, "counts": d.counts, "in_use": !replaced,
        });
        let all = serde_json::json!({ "folder": tables.path(), "embedded": [embedded], "packs": entries });
        json(out, &all)?;
        return Ok(true);
    }
    line(
        out,
        format_args!("part of cleanclaim{}", if replaced { ", replaced by the folder's" } else { "" }),
    )?;
    line(out, format_args!("  icd10cm: {}", d.edition))?;
    line(out, format_args!("    {}; {}", counts(&d.counts), window(d.from, d.to)))?;
    let (sources, packs): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|e| e.layout.is_some());
    line(
        out,
        format_args!("in {}{}", tables.path().display(), if entries.is_empty() { ": nothing" } else { "" }),
    )?;
    for entry in packs.into_iter().chain(sources) {
        let from =
            if entry.layout.is_some() { format!(", for {}", entry.table.name()) } else { String::new() };
        line(out, format_args!("  {}{from}: {}", entry.name, entry.edition))?;
        line(out, format_args!("    {}; {}", counts(&entry.counts), window(entry.from, entry.to)))?;
        if let Some(complete) = entry.complete {
            let what = if complete { "all codes of its kinds" } else { "some codes only" };
            line(out, format_args!("    added as a list of {what}"))?;
        }
        if entry.layout.is_some() {
            for file in &entry.files {
                line(out, format_args!("    {} sha256 {}", file.name, file.sha256))?;
            }
        }
    }
    Ok(true)
}

fn verify(tables: &TablesFolder, verbose: bool, out: &mut dyn Write) -> Result<bool> {
    let verdicts = tables.verify()?;
    let mut good = true;
    for verdict in &verdicts {
        match &verdict.problem {
            Some(problem) => {
                good = false;
                line(out, format_args!("{}: {problem}", tables.path().join(&verdict.file).display()))?;
            }
            None if verbose => {
                line(out, format_args!("{}: good", tables.path().join(&verdict.file).display()))?
            }
            None => {}
        }
    }
    if good {
        line(out, format_args!("{} packs are good", verdicts.len()))?;
    }
    if verbose {
        let icd10cm = Tables::open_or_embedded(tables.path())?.icd10cm;
        let unread = icd10cm.unread_notes();
        line(
            out,
            format_args!("{} note lines of ICD-10-CM have codes that could not all be read", unread.len()),
        )?;
        for note in unread {
            line(out, format_args!("  {} at {}: {}", note.kind, note.at, note.text))?;
        }
    }
    Ok(good)
}

const KINDS: [(ChangeKind, &str); 4] = [
    (ChangeKind::Added, "added"),
    (ChangeKind::Ended, "ended"),
    (ChangeKind::Redated, "with other dates"),
    (ChangeKind::Retitled, "with another title"),
];

fn diff_text(diffs: &[Diff], used: Option<&[UsedCode]>, out: &mut dyn Write) -> Result<()> {
    if diffs.is_empty() {
        return line(out, format_args!("nothing changes"));
    }
    for diff in diffs {
        line(out, format_args!("{}: {}", diff.table.title(), diff.new))?;
        line(out, format_args!("  against {}", diff.old))?;
        for (what, words) in KINDS {
            let of_kind = || diff.changes.iter().filter(move |c| c.what == what);
            line(out, format_args!("{} {words}", grouped(of_kind().count() as u64)))?;
            for change in of_kind() {
                print_change(change, out)?;
            }
        }
        if let Some(used) = used {
            let used = diff.used(used.iter().cloned());
            line(out, format_args!("{} of these in the claims", grouped(used.len() as u64)))?;
            for UsedChange { change, first_row, count } in used {
                let words = KINDS.iter().find(|(k, _)| *k == change.what).map_or("", |(_, w)| w);
                let times = if count == 1 { "row" } else { "rows" };
                line(
                    out,
                    format_args!(
                        "  {:<8} {words}: on {} {times}, first row {first_row}",
                        change.code,
                        grouped(count)
                    ),
                )?;
            }
        }
    }
    Ok(())
}

fn print_change(change: &Change, out: &mut dyn Write) -> Result<()> {
    let title = change.title.as_deref().unwrap_or("(no title)");
    let days = match (change.from, change.to) {
        (Some(from), None) => format!("since {from}"),
        (Some(from), Some(to)) if change.what != ChangeKind::Ended => format!("{from} to {to}"),
        (_, Some(to)) => format!("until {to}"),
        (None, None) => "no dates".to_owned(),
    };
    if change.what == ChangeKind::Retitled {
        line(out, format_args!("  {:<8} {title}", change.code))?;
        return line(
            out,
            format_args!("  {:<8} was: {}", "", change.old_title.as_deref().unwrap_or("(no title)")),
        );
    }
    line(out, format_args!("  {:<8} {days:<16} {title}", change.code))
}

fn diff_json(diffs: &[Diff], used: Option<&[UsedCode]>, out: &mut dyn Write) -> Result<()> {
    let all: Vec<serde_json::Value> = diffs
        .iter()
        .map(|diff| {
            let mut value = serde_json::json!(diff);
            if let (Some(used), Some(object)) = (used, value.as_object_mut()) {
                object.insert("in_claims".to_owned(), serde_json::json!(diff.used(used.iter().cloned())));
            }
            value
        })
        .collect();
    json(out, &all)
}

fn embed(data: &Path, check: bool, out: &mut dyn Write) -> Result<bool> {
    let mut good = true;
    for (name, bytes) in build_embedded(data)? {
        let path = data.join("tables").join(name);
        let there = std::fs::read(&path).ok();
        let same = there.as_deref() == Some(bytes.as_slice());
        if same {
            line(out, format_args!("{}: unchanged", path.display()))?;
        } else if check {
            good = false;
            line(
                out,
                format_args!(
                    "{}: is not what its sources give; run `cleanclaim tables embed {}`",
                    path.display(),
                    data.display()
                ),
            )?;
        } else {
            std::fs::write(&path, &bytes).map_err(|e| Error::io(&path, e))?;
            line(out, format_args!("{}: {} bytes", path.display(), grouped(bytes.len() as u64)))?;
        }
    }
    Ok(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            ["0", "999", "1,000", "75,909", "1,234,567"],
            [0, 999, 1_000, 75_909, 1_234_567].map(grouped).as_slice()
        );
    }
}
