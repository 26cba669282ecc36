//! Editions and lists of procedure codes become one table: editions of one file by their dates, different files as a union.

use std::collections::BTreeMap;

use super::listing::{self, Listed, by_kind};
use super::source::Source;
use crate::code::{Procedure, ProcedureKind};
use crate::table::{Cover, ProcedureRow, ProcedureRows, ProcedureTable};
use crate::{Date, DateRange, Result};

type Rows = BTreeMap<String, ProcedureRow>;

/// Codes by their spans and titles, modifiers, and what each kind's list is worth.
#[derive(Default)]
struct Family {
    codes: Rows,
    modifiers: Rows,
    covers: BTreeMap<ProcedureKind, Worth>,
}

/// Whether a list has all codes of a kind, since when, and until when it stands.
#[derive(Clone, Copy)]
struct Worth {
    whole: bool,
    from: Date,
    to: Date,
}

/// How many codes of a kind a list has at least if it has all of them: about half of what there are.
fn enough(kind: ProcedureKind) -> u32 {
    match kind {
        ProcedureKind::CategoryOne => 5_000,
        ProcedureKind::LevelTwo => 4_000,
        ProcedureKind::CategoryTwo | ProcedureKind::CategoryThree => 200,
        ProcedureKind::Laboratory => 100,
        ProcedureKind::Multianalyte => 5,
        ProcedureKind::VaccineAdministration => 20,
        ProcedureKind::Dental => 500,
    }
}

/// An edition: the sources of one day.
struct Edition {
    begins: Date,
    window: DateRange,
    codes: BTreeMap<String, Vec<Listed>>,
    modifiers: BTreeMap<String, Vec<Listed>>,
    /// The kinds of which it has all codes.
    whole: Vec<ProcedureKind>,
}

/// The table of all sources of procedure codes, whatever their order.
pub(crate) fn procedures(sources: &[&Source]) -> Result<ProcedureRows> {
    let mut sources = sources.to_vec();
    sources.sort_by(|a, b| (a.effective, &a.variety, &a.name).cmp(&(b.effective, &b.variety, &b.name)));
    let of = |layout: &str| -> Vec<&Source> {
        sources.iter().copied().filter(|s| s.layout.id == layout).collect()
    };
    let (hcpcs, cpt) = (of("hcpcs"), of("cpt"));
    let dated: Vec<&Source> = cpt.iter().copied().filter(|s| s.effective.is_some()).collect();
    let undated: Vec<&Source> = cpt.iter().copied().filter(|s| s.effective.is_none()).collect();
    let mut families = vec![by_dates(&editions(&hcpcs)?), by_dates(&editions(&dated)?)];
    // Each alone: an undated file says that its codes exist, and no more.
    for source in undated.into_iter().chain(of("list")) {
        families.push(plain(source)?);
    }
    families.push(Family { covers: pooled(&of("list"))?, ..Family::default() });

    let mut out = ProcedureRows::default();
    for family in &families {
        unite(&mut out.codes, &family.codes);
        unite(&mut out.modifiers, &family.modifiers);
    }
    let counts = by_kind(out.codes.keys().map(String::as_str));
    for (&kind, &codes) in &counts {
        let all: Vec<Worth> = families.iter().filter_map(|f| f.covers.get(&kind)).copied().collect();
        let whole: Vec<Worth> = all.iter().copied().filter(|w| w.whole).collect();
        let best = if whole.is_empty() { &all } else { &whole };
        let from = best.iter().map(|w| w.from).min().unwrap_or(ProcedureTable::UNKNOWN_START);
        let cover = if whole.is_empty() { Cover::Partial { codes, from } } else { Cover::Whole { from } };
        out.covers.insert(kind, cover);
        out.ends.insert(kind, best.iter().map(|w| w.to).max().unwrap_or(Date::MAX));
    }
    let from = out.covers.values().filter_map(|c| match c {
        Cover::Whole { from } | Cover::Partial { from, .. } => Some(*from),
        Cover::None => None,
    });
    let known = from.min().map(|from| (from, out.ends.values().copied().min().unwrap_or(Date::MAX)));
    // Files of modifiers only list no kind of codes: then they say themselves from when to when they stand.
    let told = || {
        Some((
            sources.iter().map(|s| s.description.from).min()?,
            sources.iter().map(|s| s.description.to).max()?,
        ))
    };
    out.window = known.or_else(told).map(|(from, to)| DateRange { from, to });
    let mut editions: Vec<&str> = sources.iter().map(|s| s.description.edition.as_str()).collect();
    editions.sort_unstable();
    editions.dedup();
    out.edition = editions.join("; ");
    out.sources = sources.iter().map(|s| s.digest()).collect();
    out.sources.sort_by(|a, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    Ok(out)
}

fn listing_of(source: &Source) -> Result<Vec<Listed>> {
    listing::read(&source.rows).map_err(|e| source.error(e))
}

/// Sources of the same day are one edition: CPT's short and long descriptors say different things of the same codes.
fn editions(sources: &[&Source]) -> Result<Vec<Edition>> {
    let mut out: Vec<Edition> = Vec::new();
    for group in sources.chunk_by(|a, b| a.effective == b.effective) {
        let mut edition = Edition {
            begins: Date::MAX,
            window: DateRange { from: Date::MAX, to: ProcedureTable::UNKNOWN_START },
            codes: BTreeMap::new(),
            modifiers: BTreeMap::new(),
            whole: vec![],
        };
        let complete = match () {
            () if group.iter().any(|s| s.complete == Some(true)) => Some(true),
            () if group.iter().all(|s| s.complete == Some(false)) => Some(false),
            () => None,
        };
        for source in group {
            let window = &source.description;
            edition.begins = source.effective.unwrap_or(window.from);
            edition.window.from = edition.window.from.min(window.from);
            edition.window.to = edition.window.to.max(window.to);
            for listed in listing_of(source)? {
                let into = if listed.is_modifier { &mut edition.modifiers } else { &mut edition.codes };
                into.entry(listed.code.clone()).or_default().push(listed);
            }
        }
        let is_hcpcs = group.iter().any(|s| s.layout.id == "hcpcs");
        edition.whole = by_kind(edition.codes.keys().map(String::as_str))
            .into_iter()
            .filter(|&(kind, n)| {
                let hcpcs = is_hcpcs && kind == ProcedureKind::LevelTwo;
                complete.unwrap_or(hcpcs || n >= enough(kind))
            })
            .map(|(kind, _)| kind)
            .collect();
        out.push(edition);
    }
    Ok(out)
}

/// Editions one after the other. The newest one's dates win for what it lists; what it drops ends the day before it begins.
fn by_dates(editions: &[Edition]) -> Family {
    let mut family = Family::default();
    let mut before: Option<&Edition> = None;
    for edition in editions {
        // A list without days of its own that follows another says only what is new since that one's last day.
        let new_since = match before {
            None => ProcedureTable::UNKNOWN_START,
            Some(b) if b.window.to < edition.begins => b.window.to.add_days(1),
            Some(_) => edition.begins,
        };
        for (code, listed) in &edition.codes {
            let row = family.codes.entry(code.clone()).or_default();
            // Where the edition before did not list all, a code that is new in the list may be an old one.
            let since = if covers_kind(before, code) { new_since } else { ProcedureTable::UNKNOWN_START };
            take(row, listed, since, edition.begins);
        }
        for (code, listed) in &edition.modifiers {
            take(family.modifiers.entry(code.clone()).or_default(), listed, new_since, edition.begins);
        }
        family.codes.retain(|code, row| {
            edition.codes.contains_key(code) || !covers_kind(Some(edition), code) || end(row, edition.begins)
        });
        let all_modifiers = edition.whole.contains(&ProcedureKind::LevelTwo) && !edition.modifiers.is_empty();
        family.modifiers.retain(|code, row| {
            edition.modifiers.contains_key(code) || !all_modifiers || end(row, edition.begins)
        });
        for (kind, _) in by_kind(edition.codes.keys().map(String::as_str)) {
            let whole = edition.whole.contains(&kind);
            let worth = Worth { whole, from: edition.window.from, to: edition.window.to };
            let known = family.covers.entry(kind).or_insert(worth);
            if known.whole == whole {
                known.from = known.from.min(worth.from);
                known.to = known.to.max(worth.to);
            } else if whole {
                *known = worth;
            }
        }
        before = Some(edition);
    }
    family
}

fn covers_kind(edition: Option<&Edition>, code: &str) -> bool {
    let kind = Procedure::parse(code.as_bytes()).map(Procedure::kind);
    kind.is_ok_and(|kind| edition.is_some_and(|e| e.whole.contains(&kind)))
}

/// Takes what an edition says of a code. `since` is the first day of a code that is new in a list without days.
fn take(row: &mut ProcedureRow, listed: &[Listed], since: Date, begins: Date) {
    if listed.iter().any(|l| l.from.is_some() || l.to.is_some()) {
        let spans: Vec<DateRange> = sorted(listed.iter().map(span).collect());
        // Spans that ended before are of an earlier use of the code; others are what the edition tells anew.
        let first = spans.first().map_or(Date::MAX, |s| s.from);
        row.spans.retain(|s| s.to < first);
        row.spans.extend(spans);
    } else if row.spans.last().is_none_or(|s| s.to < begins.add_days(-1)) {
        let after = row.spans.last().map_or(since, |s| since.max(s.to.add_days(1)));
        row.spans.push(DateRange::since(after));
    } else if let Some(last) = row.spans.last_mut() {
        last.to = Date::MAX;
    }
    let mut short = listed.iter().map(|l| &l.short).filter(|t| !t.is_empty());
    let mut long = listed.iter().map(|l| &l.long).filter(|t| !t.is_empty());
    // The newest edition's words: CPT's sources come as long, medium, short.
    if let Some(text) = short.next_back() {
        row.short = Some(text.clone());
    }
    if let Some(text) = long.next() {
        row.long = Some(text.clone());
    }
}

/// Ends what is in force the day before; says whether anything is left.
fn end(row: &mut ProcedureRow, begins: Date) -> bool {
    row.spans.retain(|s| s.from < begins);
    for span in &mut row.spans {
        span.to = span.to.min(begins.add_days(-1));
    }
    !row.spans.is_empty()
}

fn span(listed: &Listed) -> DateRange {
    DateRange {
        from: listed.from.unwrap_or(ProcedureTable::UNKNOWN_START),
        to: listed.to.unwrap_or(Date::MAX),
    }
}

/// Sorted, and those that overlap or touch made one.
fn sorted(mut spans: Vec<DateRange>) -> Vec<DateRange> {
    spans.sort_unstable();
    let mut out: Vec<DateRange> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if last.is_open() || last.to.add_days(1) >= span.from => {
                last.to = last.to.max(span.to)
            }
            _ => out.push(span),
        }
    }
    out
}

/// A list that stands alone. Codes without dates get no span: nothing is known against them.
fn plain(source: &Source) -> Result<Family> {
    let mut family = Family::default();
    for listed in listing_of(source)? {
        let into = if listed.is_modifier { &mut family.modifiers } else { &mut family.codes };
        let row = into.entry(listed.code.clone()).or_default();
        if listed.from.is_some() || listed.to.is_some() {
            row.spans.push(span(&listed));
        }
        row.short = row.short.take().or(Some(listed.short).filter(|t| !t.is_empty()));
        row.long = row.long.take().or(Some(listed.long).filter(|t| !t.is_empty()));
    }
    for row in family.codes.values_mut().chain(family.modifiers.values_mut()) {
        row.spans = sorted(std::mem::take(&mut row.spans));
    }
    if source.layout.id != "list" {
        family.covers = pooled(&[source])?;
    }
    Ok(family)
}

/// What lists are worth together: many short ones may be one long one in pieces.
fn pooled(lists: &[&Source]) -> Result<BTreeMap<ProcedureKind, Worth>> {
    let mut all: BTreeMap<String, (Date, Option<bool>)> = BTreeMap::new();
    for source in lists {
        for listed in listing_of(source)? {
            let from = span(&listed).from;
            let entry = all.entry(listed.code).or_insert((from, source.complete));
            entry.0 = entry.0.min(from);
            entry.1 = entry.1.max(source.complete);
        }
    }
    let mut out = BTreeMap::new();
    for (kind, n) in by_kind(all.keys().map(String::as_str)) {
        let of_kind = || {
            let is = |c: &str| Procedure::parse(c.as_bytes()).is_ok_and(|p| p.kind() == kind);
            all.iter().filter(move |(c, _)| is(c)).map(|(_, said)| *said)
        };
        let from = of_kind().map(|(from, _)| from).min().unwrap_or(ProcedureTable::UNKNOWN_START);
        let partial = of_kind().filter(|(_, complete)| *complete == Some(false)).count() as u32;
        let whole = of_kind().any(|(_, complete)| complete == Some(true)) || n - partial >= enough(kind);
        out.insert(kind, Worth { whole, from, to: Date::MAX });
    }
    Ok(out)
}

/// Adds what another source says. A source without dates says nothing against those of another.
fn unite(into: &mut Rows, more: &Rows) {
    for (code, row) in more {
        let have = into.entry(code.clone()).or_default();
        let spans = have.spans.iter().chain(&row.spans).copied().collect();
        have.spans = sorted(spans);
        have.short = have.short.take().or_else(|| row.short.clone());
        have.long = have.long.take().or_else(|| row.long.clone());
    }
}
