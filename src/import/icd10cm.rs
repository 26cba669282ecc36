//! ICD-10-CM: CMS's order and code files, CDC's tabular list, the Medicare Code Editor's dates and flags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use roxmltree::{Document, Node};

use super::Located;
use super::named_date::next_icd10cm_update;
use crate::code::Icd10Cm;
use crate::error::ImportError;
use crate::table::{Block, CUT, Chapter, Flags, Icd10CmRows, NoteKind, NoteRow};
use crate::{Date, DateRange};

/// One edition of the code set, as a single file gives it.
#[derive(Debug, Default)]
pub(crate) struct Edition {
    /// Codes that it calls billable; empty if the file does not list all of them.
    pub(crate) billable: BTreeSet<String>,
    /// Titles of codes and headers.
    pub(crate) titles: BTreeMap<String, String>,
    /// What only the tabular list has.
    pub(crate) tabular: Option<Tabular>,
}

/// Hierarchy and notes of a tabular list.
#[derive(Debug, Default)]
pub(crate) struct Tabular {
    pub(crate) notes: BTreeMap<String, Vec<NoteRow>>,
    pub(crate) sevenths: BTreeMap<String, Vec<(char, String)>>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) chapters: Vec<Chapter>,
    /// Year in the file: the fiscal year that began in October before.
    pub(crate) year: Option<i16>,
    exceptions: Vec<SeventhException>,
}

/// "7th characters D and S do not apply to codes in category S06 with 6th character 7 - death …, or 8 - death …"
#[derive(Debug)]
struct SeventhException {
    category: String,
    sixth: Vec<u8>,
    seventh: Vec<u8>,
}

impl SeventhException {
    fn parse(note: &str) -> Option<SeventhException> {
        static SHAPE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"7th characters? ([A-Z](?:(?:, | and )[A-Z])*) do(?:es)? not apply to codes in category ([A-Z][0-9A-Z]{2}) with 6th character (.+)")
                .unwrap_or_else(|e| unreachable!("{e}"))
        });
        static SIXTH: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\b([0-9A-Z]) - ").unwrap_or_else(|e| unreachable!("{e}")));
        let found = SHAPE.captures(note)?;
        Some(SeventhException {
            category: found[2].to_owned(),
            sixth: SIXTH.captures_iter(&found[3]).map(|c| c[1].as_bytes()[0]).collect(),
            seventh: found[1].split(", ").flat_map(|s| s.split(" and ")).map(|s| s.as_bytes()[0]).collect(),
        })
    }

    fn covers(&self, code: &str) -> bool {
        let bytes = code.as_bytes();
        code.starts_with(&self.category) && self.sixth.contains(&bytes[5]) && self.seventh.contains(&bytes[6])
    }
}

fn row_error(layout: &'static str, line: usize, expected: &str, got: &str) -> Located {
    let got = got.chars().take(60).collect();
    (Some(line as u64), ImportError::Row { layout, expected: expected.to_owned(), got })
}

fn code_of(text: &str) -> Option<String> {
    let code = Icd10Cm::parse(text.as_bytes()).ok()?;
    Some(code.text().as_str().to_owned())
}

/// `icd10cm_order_*.txt`: order number, code, billable or header, short and long title in fixed columns.
pub(crate) fn order_file(text: &str) -> Result<Edition, Located> {
    const LAYOUT: &str = "ICD-10-CM order file";
    let mut edition = Edition::default();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |expected| row_error(LAYOUT, i + 1, expected, line);
        let column = |from: usize, to: usize| line.get(from..to.min(line.len())).map(str::trim);
        let code = column(6, 13).and_then(code_of).ok_or_else(|| wrong("a code in columns 7 to 13"))?;
        let long = column(77, usize::MAX).filter(|t| !t.is_empty());
        let title = long.or_else(|| column(16, 76)).ok_or_else(|| wrong("a title in column 78"))?;
        match column(14, 15) {
            Some("1") => {
                edition.billable.insert(code.clone());
            }
            Some("0") => {}
            _ => return Err(wrong("0 or 1 in column 15")),
        }
        edition.titles.insert(code, title.to_owned());
    }
    if edition.billable.is_empty() {
        return Err((None, ImportError::NoRows { layout: LAYOUT }));
    }
    Ok(edition)
}

/// `icd10cm_codes_*.txt`: code, blanks, title; billable codes only.
pub(crate) fn codes_file(text: &str) -> Result<Edition, Located> {
    const LAYOUT: &str = "ICD-10-CM code file";
    let mut edition = Edition::default();
    for (i, line) in text.lines().enumerate() {
        let Some((code, title)) = line.trim().split_once(char::is_whitespace) else {
            if line.trim().is_empty() {
                continue;
            }
            return Err(row_error(LAYOUT, i + 1, "a code, blanks and a title", line));
        };
        let code = code_of(code).ok_or_else(|| row_error(LAYOUT, i + 1, "a code", line))?;
        edition.titles.insert(code.clone(), title.trim().to_owned());
        edition.billable.insert(code);
    }
    if edition.billable.is_empty() {
        return Err((None, ImportError::NoRows { layout: LAYOUT }));
    }
    Ok(edition)
}

/// A csv of `code,title`, for codes that no other source names any more.
pub(crate) fn titles_csv(text: &str) -> Result<Edition, Located> {
    const LAYOUT: &str = "code titles (csv)";
    let mut edition = Edition::default();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|e| row_error(LAYOUT, i + 2, "a csv record", &e.to_string()))?;
        let code = record.get(0).and_then(code_of);
        let code = code.ok_or_else(|| row_error(LAYOUT, i + 2, "a code", record.as_slice()))?;
        edition.titles.insert(code, cut(record.get(1).unwrap_or_default()));
    }
    Ok(edition)
}

/// A title of a list with a column of 60 characters: one that fills it, or all but a blank, is cut there, unless it ends as titles do.
fn cut(title: &str) -> String {
    const WIDTH: usize = 60;
    let is_whole = ["encounter", "encntr", "sequela"].iter().any(|end| title.ends_with(end));
    let is_cut = title.len() + 1 >= WIDTH && !is_whole;
    title.chars().chain(is_cut.then_some(CUT)).collect()
}

/// The Medicare Code Editor's master list: code, first day, last day, flags joined by `|`.
///
/// An end of `release_end` stands for "still valid when this release was made".
pub(crate) fn mce(
    text: &str,
    release_end: Date,
) -> Result<BTreeMap<String, Vec<(DateRange, Flags)>>, Located> {
    const LAYOUT: &str = "Medicare Code Editor code list";
    let mut out: BTreeMap<String, Vec<(DateRange, Flags)>> = BTreeMap::new();
    for (i, line) in text.lines().enumerate().skip(1) {
        let wrong = |expected| row_error(LAYOUT, i + 1, expected, line);
        let mut fields = line.split(',');
        let code = fields.next().and_then(code_of).ok_or_else(|| wrong("a code"))?;
        let mut day = || Date::parse(fields.next()?.as_bytes()).ok();
        let (from, to) = day().zip(day()).ok_or_else(|| wrong("two days as YYYYMMDD"))?;
        let to = if to >= release_end { Date::MAX } else { to };
        let mut flags = Flags::default();
        for name in fields.next().unwrap_or_default().split('|').filter(|n| !n.is_empty()) {
            flags = flags.with(Flags::named(name).ok_or_else(|| wrong("known flags"))?);
        }
        out.entry(code).or_default().push((DateRange { from, to }, flags));
    }
    for spans in out.values_mut() {
        spans.sort_unstable();
    }
    Ok(out)
}

/// CDC's tabular list: hierarchy, titles, notes, seventh characters. Codes with a seventh character are made from their parent.
pub(crate) fn tabular(text: &str) -> Result<Edition, Located> {
    const LAYOUT: &str = "ICD-10-CM tabular list";
    let document = Document::parse(text)
        .map_err(|e| (Some(u64::from(e.pos().row)), ImportError::Container(e.to_string())))?;
    let root = document.root_element();
    if root.tag_name().name() != "ICD10CM.tabular" {
        return Err(row_error(LAYOUT, 1, "<ICD10CM.tabular>", root.tag_name().name()));
    }
    let mut edition = Edition::default();
    let mut out =
        Tabular { year: child_text(root, "version").and_then(|v| v.parse().ok()), ..Tabular::default() };
    for chapter in children(root, "chapter") {
        let number = child_text(chapter, "name").and_then(|n| n.parse().ok());
        let number = number.ok_or_else(|| row_error(LAYOUT, line_of(chapter), "a chapter number", ""))?;
        for section in children(chapter, "section") {
            let id = section.attribute("id").unwrap_or_default();
            let (first, last) = id.split_once('-').unwrap_or((id, id));
            if first.len() != 3 || last.len() != 3 {
                // Chapter 22 and others repeat a section around single codes; without categories it is of no use.
                return Err(row_error(LAYOUT, line_of(section), "a block as A00-A09", id));
            }
            let diags: Vec<Node<'_, '_>> = children(section, "diag").collect();
            if diags.is_empty() {
                continue;
            }
            out.blocks.push(Block {
                first: first.to_owned(),
                last: last.to_owned(),
                categories: diags.iter().filter_map(|d| code_of(&child_text(*d, "name")?)).collect(),
                chapter: out.chapters.len(),
                title: unranged(&child_text(section, "desc").unwrap_or_default()),
                notes: notes(section),
            });
            for diag in diags {
                walk(diag, None, &mut edition, &mut out)?;
            }
        }
        let title = unranged(&child_text(chapter, "desc").unwrap_or_default());
        out.chapters.push(Chapter { number, title, notes: notes(chapter) });
    }
    out.blocks.sort_by(|a, b| a.first.cmp(&b.first));
    if edition.billable.is_empty() {
        return Err((None, ImportError::NoRows { layout: LAYOUT }));
    }
    edition.tabular = Some(out);
    Ok(edition)
}

type Sevenths = Vec<(char, String)>;

/// One code of the hierarchy. `inherited` are the seventh characters defined above it.
fn walk(
    diag: Node<'_, '_>,
    inherited: Option<&Sevenths>,
    edition: &mut Edition,
    out: &mut Tabular,
) -> Result<(), Located> {
    const LAYOUT: &str = "ICD-10-CM tabular list";
    let name = child_text(diag, "name").unwrap_or_default();
    let code = code_of(&name).ok_or_else(|| row_error(LAYOUT, line_of(diag), "a code", &name))?;
    let title = child_text(diag, "desc").unwrap_or_default();
    let mut own: Sevenths = Vec::new();
    for extension in children(diag, "sevenChrDef").flat_map(|d| children(d, "extension")) {
        let character = extension.attribute("char").and_then(|c| c.trim().chars().next());
        if let Some(character) = character {
            own.push((character.to_ascii_uppercase(), text_of(extension)));
        }
    }
    let found = notes(diag);
    out.exceptions.extend(found.iter().filter_map(|n| SeventhException::parse(&n.text)));
    if !found.is_empty() {
        out.notes.insert(code.clone(), found);
    }
    let sevenths = if own.is_empty() { inherited } else { Some(&own) };
    let mut leaf = true;
    for child in children(diag, "diag") {
        leaf = false;
        walk(child, sevenths, edition, out)?;
    }
    match sevenths {
        Some(sevenths) if leaf && code.len() < 7 => {
            for (character, meaning) in sevenths {
                let full = format!("{code:X<6}{character}");
                if out.exceptions.iter().any(|e| e.covers(&full)) {
                    continue;
                }
                edition.titles.insert(full.clone(), format!("{title}, {meaning}"));
                edition.billable.insert(full);
            }
        }
        _ if leaf => {
            edition.billable.insert(code.clone());
        }
        _ => {}
    }
    edition.titles.insert(code.clone(), title);
    if !own.is_empty() {
        out.sevenths.insert(code, own);
    }
    Ok(())
}

/// The notes at an element, one entry a line.
fn notes(node: Node<'_, '_>) -> Vec<NoteRow> {
    const KINDS: [(&str, NoteKind); 9] = [
        ("inclusionTerm", NoteKind::Inclusion),
        ("includes", NoteKind::Includes),
        ("excludes1", NoteKind::Excludes1),
        ("excludes2", NoteKind::Excludes2),
        ("codeFirst", NoteKind::CodeFirst),
        ("useAdditionalCode", NoteKind::UseAdditional),
        ("codeAlso", NoteKind::CodeAlso),
        ("notes", NoteKind::General),
        ("sevenChrNote", NoteKind::Seventh),
    ];
    let mut out = Vec::new();
    for (name, kind) in KINDS {
        for note in children(node, name).flat_map(|n| children(n, "note")) {
            let text = text_of(note);
            if !text.is_empty() {
                // The window is the edition's; the merge sets it.
                out.push(NoteRow { kind, text, window: DateRange::since(Date::ICD10_START) });
            }
        }
    }
    out
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |c| c.has_tag_name(name))
}

fn child_text(node: Node<'_, '_>, name: &'static str) -> Option<String> {
    children(node, name).next().map(text_of)
}

fn text_of(node: Node<'_, '_>) -> String {
    let text: String = node.descendants().filter_map(|n| n.is_text().then(|| n.text()).flatten()).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title without the range of codes in brackets at its end.
fn unranged(title: &str) -> String {
    match title.rfind('(') {
        Some(at) if title.ends_with(')') => title[..at].trim().to_owned(),
        _ => title.to_owned(),
    }
}

fn line_of(node: Node<'_, '_>) -> usize {
    node.document().text_pos_at(node.range().start).row as usize
}

impl Edition {
    /// The tabular words some titles otherwise than CMS's files do. Keeps those of codes without a title, and those that the tabular
    /// itself changed since the one before.
    pub(crate) fn drop_reworded_titles(
        &mut self,
        rows: &Icd10CmRows,
        before: Option<&BTreeMap<String, String>>,
    ) {
        self.titles.retain(|code, title| {
            let untitled = rows.codes.get(code).is_none_or(|row| row.titles.is_empty());
            untitled || before.and_then(|titles| titles.get(code)).is_some_and(|before| before != title)
        });
    }

    /// Merges the edition, in force from `effective`, into the table.
    ///
    /// Dates that the table knows stand: within its window only titles and notes are taken, and from its newest edition codes unheard of.
    /// After the window, codes that the edition adds begin on `effective` and codes that it drops end the day before.
    pub(crate) fn merge(self, rows: &mut Icd10CmRows, effective: Date) {
        let beyond = effective > rows.window.to;
        let is_newest = next_icd10cm_update(effective) > rows.window.to;
        for code in &self.billable {
            let row = rows.codes.entry(code.clone()).or_default();
            let in_force = row.spans.iter().any(|(span, _)| span.contains(effective));
            if !in_force && (beyond || (is_newest && row.spans.is_empty())) {
                let flags = row.spans.last().map_or(Flags::default(), |(_, f)| *f);
                row.spans.push((DateRange::since(effective), flags));
                row.spans.sort_unstable();
            }
        }
        if beyond && !self.billable.is_empty() {
            for (code, row) in &mut rows.codes {
                if self.billable.contains(code) {
                    continue;
                }
                row.spans.retain(|(span, _)| span.from < effective);
                if let Some((last, _)) = row.spans.last_mut() {
                    last.to = last.to.min(effective.add_days(-1));
                }
            }
        }
        if let Some(tabular) = self.tabular {
            tabular.merge(rows, effective);
        }
        for (code, title) in &self.titles {
            rows.codes.entry(code.clone()).or_default().add_title(effective, title);
        }
        if beyond {
            rows.window.to = next_icd10cm_update(effective).add_days(-1);
        }
    }
}

impl Tabular {
    /// Merges notes, seventh characters and hierarchy of a tabular list that is newer than those merged before; an older one is left alone.
    fn merge(mut self, rows: &mut Icd10CmRows, effective: Date) {
        let (first, previous) = rows.tabular.unwrap_or((effective, effective));
        if effective < previous {
            return;
        }
        rows.tabular = Some((first, effective));
        // Between two editions that lie years apart nobody knows when a note went: it is not held to have outlived its own year.
        let gone = effective.min(previous.add_years(1)).add_days(-1);
        let merge = |old: &mut Vec<NoteRow>, new: Vec<NoteRow>| {
            let before = std::mem::take(old);
            let is = |note: &NoteRow, other: &NoteRow| note.kind == other.kind && note.text == other.text;
            for mut note in new {
                let since = before.iter().find(|o| is(o, &note) && o.window.is_open());
                note.window = DateRange::since(since.map_or(effective, |o| o.window.from));
                old.push(note);
            }
            for mut note in before {
                if !note.window.is_open() {
                    old.push(note);
                } else if !old.iter().any(|o| o.window.is_open() && is(o, &note)) && note.window.from <= gone
                {
                    note.window.to = gone;
                    old.push(note);
                }
            }
        };
        for (code, row) in &mut rows.codes {
            merge(&mut row.notes, self.notes.remove(code).unwrap_or_default());
        }
        for (code, notes) in self.notes {
            merge(&mut rows.codes.entry(code).or_default().notes, notes);
        }
        for (code, sevenths) in self.sevenths {
            rows.codes.entry(code).or_default().sevenths = sevenths;
        }
        for block in &mut self.blocks {
            let old = rows.blocks.iter_mut().find(|b| b.first == block.first && b.last == block.last);
            let mut notes = old.map(|b| std::mem::take(&mut b.notes)).unwrap_or_default();
            merge(&mut notes, std::mem::take(&mut block.notes));
            block.notes = notes;
        }
        for chapter in &mut self.chapters {
            let old = rows.chapters.iter_mut().find(|c| c.number == chapter.number);
            let mut notes = old.map(|c| std::mem::take(&mut c.notes)).unwrap_or_default();
            merge(&mut notes, std::mem::take(&mut chapter.notes));
            chapter.notes = notes;
        }
        rows.blocks = self.blocks;
        rows.chapters = self.chapters;
    }
}
