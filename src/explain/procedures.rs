//! What the tables of edits say about one procedure, or about two on one day: for people who want to know before they bill.
//!
//! ```
//! use cleanclaim::{Tables, explain};
//! let tables = Tables::embedded();
//! let said = explain::pair(&tables, "00010".parse()?, "00011".parse()?, None);
//! // Without a table nothing is known, and that is what is said.
//! assert!(said.edits.is_empty() && said.to_string().contains("not evaluated"));
//! # Ok::<(), cleanclaim::code::CodeError>(())
//! ```

use std::fmt;

use crate::code::Procedure;
use crate::rules::{ANATOMIC, DISTINCT, EITHER_LINE, SERVICE, type_on};
use crate::table::{
    AddOnEdit, AddOnType, Adjudication, Indicator, Indicators, PtpEdit, PtpTable, Rank, Setting, TableKind,
    Tables,
};
use crate::{Date, DateRange};

/// An edit between two procedures.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Edit {
    /// Whose claims it judges.
    pub setting: Setting,
    /// The procedure that is paid.
    pub column1: Procedure,
    /// The procedure that is denied beside it.
    pub column2: Procedure,
    /// First day in force, as far as the file says.
    pub from: Date,
    /// Last day in force; `None` while it is open.
    pub to: Option<Date>,
    /// Was it in force before 1996?
    pub before_1996: bool,
    /// May a modifier separate the two?
    pub indicator: Indicator,
    /// CMS's reason.
    pub rationale: String,
    /// Is it in force on the day asked for?
    pub in_force: Option<bool>,
}

/// What the pair edits say of two procedures on one day.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct PairExplanation {
    /// The procedures asked for.
    pub codes: [Procedure; 2],
    /// The day asked for.
    pub as_of: Option<Date>,
    /// The edits between them, of any date; the oldest first.
    pub edits: Vec<Edit>,
    /// The tables that were looked at, with their editions.
    pub tables: Vec<(TableKind, String)>,
    /// The tables that were not there: what they say is not known.
    pub not_evaluated: Vec<TableKind>,
}

/// What the tables say of one procedure.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct ProcedureExplanation {
    /// The procedure.
    pub code: Procedure,
    /// Its title, if a table that was added has one.
    pub title: Option<String>,
    /// The day asked for.
    pub as_of: Option<Date>,
    /// Its pair edits; on a day asked for only those in force. Longest-standing first.
    pub partners: Vec<Edit>,
    /// Its unit limits.
    pub units: Vec<UnitLimit>,
    /// Its type, if it is an add-on code on the day asked for (without a day: by its newest rows).
    pub add_on: Option<AddOnType>,
    /// The procedures to which it is added.
    pub primaries: Vec<AddOnLink>,
    /// The procedures that are added to it.
    pub add_ons: Vec<AddOnLink>,
    /// The fee schedule's indicators.
    pub indicators: Option<FeeIndicators>,
    /// The tables that were looked at, with their editions.
    pub tables: Vec<(TableKind, String)>,
    /// The tables that were not there, or do not reach back to the day.
    pub not_evaluated: Vec<TableKind>,
}

/// A unit limit.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct UnitLimit {
    /// Whose claims it judges.
    pub setting: Setting,
    /// Units.
    pub limit: u32,
    /// How it is applied.
    pub adjudication: Adjudication,
    /// CMS's reason.
    pub rationale: String,
    /// First day of the quarter.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// Is the day after that quarter?
    pub stale: bool,
}

/// A row of the table of add-on codes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct AddOnLink {
    /// The other procedure; `None` where the contractor says which.
    pub code: Option<Procedure>,
    /// The type of the row.
    pub kind: AddOnType,
    /// First day in force.
    pub from: Date,
    /// Last day in force; `None` while it is open.
    pub to: Option<Date>,
    /// CMS's instruction; mostly empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The fee schedule's indicators.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FeeIndicators {
    /// The first day of the release.
    pub release: Date,
    /// Is the day asked for after its year?
    pub stale: bool,
    /// What it says.
    #[serde(flatten)]
    pub indicators: Indicators,
}

const PTP_SETTINGS: [Setting; 2] = [Setting::Practitioner, Setting::Hospital];
const MUE_SETTINGS: [Setting; 3] = [Setting::Practitioner, Setting::Hospital, Setting::Supplier];

/// The modifiers that an edit with indicator 1 accepts.
pub fn associated_modifiers() -> impl Iterator<Item = &'static str> {
    ANATOMIC.iter().chain(&SERVICE).chain(&DISTINCT).filter_map(|m| std::str::from_utf8(*m).ok())
}

/// What the pair edits say of two procedures on one day: which is column 1, whether a modifier may separate them, since when, and why.
pub fn pair(tables: &Tables, a: Procedure, b: Procedure, as_of: Option<Date>) -> PairExplanation {
    let mut out =
        PairExplanation { codes: [a, b], as_of, edits: vec![], tables: vec![], not_evaluated: vec![] };
    let index = tables.procedures.as_ref();
    let ranks = index.and_then(|t| t.rank(a).zip(t.rank(b)));
    for setting in PTP_SETTINGS {
        let Some(table) = tables.ptp(setting) else {
            out.not_evaluated.push(TableKind::ptp(setting));
            continue;
        };
        out.tables.push((TableKind::ptp(setting), table.description().edition.clone()));
        if let Some((a, b)) = ranks.filter(|(a, b)| a != b) {
            out.edits.extend(table.edits(a, b).filter_map(|e| edit(tables, table, setting, &e, as_of)));
        }
    }
    out.edits.sort_by_key(|e| (e.setting, e.from, e.to));
    out
}

fn edit(
    tables: &Tables,
    table: &PtpTable,
    setting: Setting,
    of: &PtpEdit,
    as_of: Option<Date>,
) -> Option<Edit> {
    let codes = tables.procedures.as_ref()?;
    Some(Edit {
        setting,
        column1: codes.code(of.column1)?,
        column2: codes.code(of.column2)?,
        from: of.window.from,
        to: end(of.window),
        before_1996: of.before_1996,
        indicator: of.indicator,
        rationale: table.rationale(of),
        in_force: as_of.map(|day| of.in_force(day)),
    })
}

fn end(window: DateRange) -> Option<Date> {
    (!window.is_open()).then_some(window.to)
}

/// What the tables say of one procedure: its partners, its limits, its add-on codes and primaries, its indicators.
pub fn procedure(tables: &Tables, code: Procedure, as_of: Option<Date>) -> ProcedureExplanation {
    let mut out = ProcedureExplanation {
        code,
        title: None,
        as_of,
        partners: vec![],
        units: vec![],
        add_on: None,
        primaries: vec![],
        add_ons: vec![],
        indicators: None,
        tables: vec![],
        not_evaluated: vec![],
    };
    let rank = tables.procedures.as_ref().and_then(|t| t.rank(code));
    out.title = tables.procedures.as_ref().zip(rank).and_then(|(t, r)| t.title(r));
    for kind in TableKind::ALL.into_iter().filter(|k| k.is_on_procedures()) {
        match tables.description(kind) {
            Some(d) if as_of.is_none_or(|day| day >= d.from) => out.tables.push((kind, d.edition.clone())),
            _ => out.not_evaluated.push(kind),
        }
    }
    let Some(rank) = rank else { return out };
    for setting in PTP_SETTINGS {
        let Some(table) = tables.ptp(setting) else { continue };
        let edits = table.edits_of(rank).into_iter().filter(|e| as_of.is_none_or(|day| e.in_force(day)));
        out.partners.extend(edits.filter_map(|e| edit(tables, table, setting, &e, as_of)));
    }
    out.partners.sort_by_key(|e| (e.setting, e.from, e.column1, e.column2));
    out.units = MUE_SETTINGS.into_iter().filter_map(|s| unit_limit(tables, s, rank, as_of)).collect();
    add_ons(tables, rank, &mut out);
    out.indicators = tables.fees.as_ref().and_then(|table| {
        let edition = table.edition(as_of.unwrap_or(Date::MAX))?;
        let stale = as_of.is_some() && edition.stale;
        let release = table.window(edition).from;
        Some(FeeIndicators { release, stale, indicators: table.indicators(edition, rank)? })
    });
    out
}

fn unit_limit(tables: &Tables, setting: Setting, rank: Rank, as_of: Option<Date>) -> Option<UnitLimit> {
    let table = tables.mue(setting)?;
    let edition = table.edition(as_of.unwrap_or(Date::MAX))?;
    let limit = table.limit(edition, rank)?;
    let window = table.window(edition);
    Some(UnitLimit {
        setting,
        limit: limit.value(),
        adjudication: limit.adjudication(),
        rationale: table.rationale(limit),
        from: window.from,
        to: window.to,
        stale: as_of.is_some() && edition.stale,
    })
}

fn add_ons(tables: &Tables, rank: Rank, out: &mut ProcedureExplanation) {
    let (Some(table), Some(codes)) = (&tables.add_ons, &tables.procedures) else { return };
    let wanted = |row: &AddOnEdit| match out.as_of {
        Some(day) => row.window.contains(day),
        None => row.window.is_open(),
    };
    let link = |row: &AddOnEdit, other: Option<Rank>| AddOnLink {
        code: other.and_then(|r| codes.code(r)),
        kind: row.kind,
        from: row.window.from,
        to: end(row.window),
        note: table.note(row),
    };
    let primaries = table.rows(rank).filter(wanted).map(|row| link(&row, row.primary)).collect();
    let of =
        table.rows_of_primary(rank).iter().filter(|r| wanted(r)).map(|r| link(r, Some(r.add_on))).collect();
    let kind = type_on(table, rank, out.as_of.unwrap_or(Date::MAX));
    (out.primaries, out.add_ons, out.add_on) = (primaries, of, kind);
}

impl Edit {
    /// The procedure on the other side.
    pub fn partner_of(&self, code: Procedure) -> Procedure {
        if self.column1 == code { self.column2 } else { self.column1 }
    }

    fn since(&self) -> String {
        let from = if self.before_1996 { "before 1996".to_owned() } else { self.from.to_string() };
        match self.to {
            None => format!("since {from}"),
            Some(to) if to <= self.from => format!("never in force (effective and deleted {to})"),
            Some(to) => format!("from {from} to {to}"),
        }
    }
}

impl ProcedureExplanation {
    /// Keeps only partners whose code begins so.
    #[must_use]
    pub fn only(mut self, prefix: &str) -> ProcedureExplanation {
        let (code, prefix) = (self.code, prefix.to_ascii_uppercase());
        self.partners.retain(|e| e.partner_of(code).to_string().starts_with(&prefix));
        self
    }
}

impl fmt::Display for PairExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = self.codes;
        writeln!(f, "{a} and {b}{}", on(self.as_of))?;
        for edit in &self.edits {
            let (one, two) = (edit.column1, edit.column2);
            writeln!(f, "\n  {}: column 1 {one}, column 2 {two}, {}", edit.setting.name(), edit.since())?;
            if let Some(in_force) = edit.in_force {
                writeln!(f, "    on that day: {}", if in_force { "in force" } else { "not in force" })?;
            }
            let digit = edit.indicator.digit();
            let meaning = match edit.indicator {
                Indicator::Never => format!("{two} is never paid beside {one}; no modifier separates them"),
                Indicator::WithModifier => {
                    format!(
                        "{two} is paid beside {one} only with an NCCI-associated modifier, if the documentation supports it"
                    )
                }
                Indicator::NotApplicable => "the edit does not apply".to_owned(),
            };
            writeln!(f, "    indicator {digit}: {meaning}")?;
            if edit.indicator == Indicator::WithModifier {
                let mut line = String::new();
                for m in associated_modifiers() {
                    line.push(' ');
                    line.push_str(m);
                }
                writeln!(f, "    modifiers:{line}")?;
                if self.as_of.is_none_or(|day| day < EITHER_LINE) {
                    writeln!(f, "      before {EITHER_LINE} 59 XE XS XP XU on the line of {two} only")?;
                }
                writeln!(f, "      anatomic ones only where the two lines name different sites")?;
            }
            writeln!(f, "    rationale: {}", edit.rationale)?;
        }
        if self.edits.is_empty() && !self.tables.is_empty() {
            writeln!(
                f,
                "\n  no edit between them in the tables below; this does not say that a payer pays both"
            )?;
        }
        footer(f, &self.tables, &self.not_evaluated)
    }
}

impl fmt::Display for ProcedureExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.title.as_ref().map_or_else(String::new, |t| format!("  {t}"));
        writeln!(f, "{}{title}{}", self.code, on(self.as_of))?;
        if !self.units.is_empty() {
            writeln!(f, "\nunits")?;
        }
        for u in &self.units {
            let how = match u.adjudication {
                Adjudication::Line => "on each line",
                Adjudication::DayPolicy => "a day, absolute",
                Adjudication::DayClinical => "a day, more if documentation supports it",
            };
            let stale = if u.stale { ", stale" } else { "" };
            let (digit, name) = (u.adjudication.digit(), u.setting.name());
            writeln!(
                f,
                "  {name}: {} {how} (indicator {digit}, {}), {} to {}{stale}",
                u.limit, u.rationale, u.from, u.to
            )?;
        }
        if let Some(kind) = self.add_on {
            let list: Vec<String> = self.primaries.iter().filter_map(|l| Some(l.code?.to_string())).collect();
            let list = if list.is_empty() { "the contractor says which".to_owned() } else { list.join(" ") };
            writeln!(f, "\nadd-on code of type {}, added to\n  {list}", kind.digit())?;
        }
        if !self.add_ons.is_empty() {
            let list: Vec<String> = self.add_ons.iter().filter_map(|l| Some(l.code?.to_string())).collect();
            writeln!(f, "\nprimary of the add-on codes\n  {}", list.join(" "))?;
        }
        if let Some(fee) = &self.indicators {
            let i = &fee.indicators;
            let stale = if fee.stale { ", stale" } else { "" };
            writeln!(f, "\nfee schedule of {}{stale}", fee.release)?;
            writeln!(
                f,
                "  status {}, global days {}, PC/TC {}, multiple procedures {}",
                i.status,
                i.global.text(),
                i.components,
                i.multiple
            )?;
            writeln!(
                f,
                "  bilateral {}, assistant {}, co-surgeons {}, team {}",
                i.bilateral, i.assistant, i.co_surgeons, i.team
            )?;
        }
        let mut last = None;
        for e in &self.partners {
            let first = e.column1 == self.code;
            if last.replace(e.setting) != Some(e.setting) {
                writeln!(f, "\npair edits, {}", e.setting.name())?;
            }
            let side = if first { "denied beside it" } else { "paid, denies it" };
            writeln!(
                f,
                "  {} {side}, indicator {}, {}, {}",
                e.partner_of(self.code),
                e.indicator.digit(),
                e.since(),
                e.rationale
            )?;
        }
        footer(f, &self.tables, &self.not_evaluated)
    }
}

fn on(as_of: Option<Date>) -> String {
    as_of.map_or_else(String::new, |day| format!(" on {day}"))
}

fn footer(f: &mut fmt::Formatter<'_>, tables: &[(TableKind, String)], missing: &[TableKind]) -> fmt::Result {
    writeln!(f)?;
    for (kind, edition) in tables {
        writeln!(f, "{}: {edition}", kind.title())?;
    }
    for kind in missing {
        writeln!(f, "not evaluated: {}; add it with `{}`", kind.title(), kind.how_to_add())?;
    }
    Ok(())
}
