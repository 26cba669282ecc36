//! Codes become ranks, once, as of the date of service; rules look at the resolved claim.

use std::fmt;

use rustc_hash::FxHashSet;

use crate::claim::{Claim, Coded, Field, Points};
use crate::code::{Icd10Cm, Procedure};
use crate::table::{
    Cover, Flags, InForce, Indicator, Limit, PtpEdit, PtpTable, Rank, Setting, Standing, TableKind, Tables,
};
use crate::{Date, Line};

/// A claim with what the tables say about its codes.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The claim as submitted.
    pub claim: &'a Claim,
    /// The tables against which it was resolved.
    pub tables: &'a Tables,
    /// Today, for the rules that need it, if anybody said what day it is.
    pub as_of: Option<Date>,
    /// The day as of which the claim as a whole is judged: an inpatient's discharge, otherwise the first day of service.
    pub day: Option<Date>,
    /// Its diagnoses, parallel to [`Claim::diagnoses`], as of [`Case::day`].
    pub diagnoses: &'a [ResolvedDiagnosis],
    /// Where each diagnosis stands on the claim, and as of when it is judged there.
    pub uses: &'a [DiagnosisUse],
    /// Its lines, parallel to [`Claim::lines`].
    pub lines: &'a [ResolvedLine],
    /// Is every diagnosis billable wherever it stands?
    pub all_billable: bool,
    /// By which of NCCI's tables it is judged; `None` for inpatient bills, to which NCCI does not apply.
    pub setting: Option<Setting>,
    /// Pairs of lines of one day whose procedures an edit in force names.
    pub pairs: &'a [ResolvedPair],
}

/// Two lines whose procedures an edit in force on their day names.
#[derive(Clone, Copy, Debug)]
pub struct ResolvedPair {
    /// Index of the line whose procedure is paid.
    pub column1: usize,
    /// Index of the line whose procedure is denied.
    pub column2: usize,
    /// The edit.
    pub edit: PtpEdit,
}

/// A diagnosis and its rank.
#[derive(Clone, Copy, Debug)]
pub struct ResolvedDiagnosis {
    /// The code, if it can be read.
    pub code: Option<Icd10Cm>,
    /// Its rank, if it was ever a code or header.
    pub rank: Option<Rank>,
    /// How it stands on the claim's day.
    pub standing: Option<Standing>,
}

/// A diagnosis at a place of the claim.
#[derive(Clone, Copy, Debug)]
pub struct DiagnosisUse {
    /// Index of the diagnosis.
    pub diagnosis: usize,
    /// Index of the line on which it is reported; `None` on a claim without lines.
    pub line: Option<usize>,
    /// Number of its column there: `dx2` is 2.
    pub column: u8,
    /// The day as of which it is judged.
    pub day: Option<Date>,
    /// How it stands on that day; `None` if it is no code, never was one, or the day is missing.
    pub standing: Option<Standing>,
}

/// A line and the rank of its procedure.
#[derive(Clone, Copy, Debug)]
pub struct ResolvedLine {
    /// The day as of which the line is judged.
    pub day: Option<Date>,
    /// Its procedure, if it can be read.
    pub code: Option<Procedure>,
    /// The procedure's rank, if there is a table and it lists the code.
    pub rank: Option<Rank>,
    /// How the procedure stands on the day.
    pub standing: ProcedureStanding,
    /// The most units of it that are paid, by the table of the claim's setting and the edition of the day.
    pub limit: Option<Limit>,
}

/// How a procedure stands on a day, as far as the user's tables tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcedureStanding {
    /// There is none, or it cannot be read.
    Absent,
    /// Listed and in force.
    InForce,
    /// Listed, begins on this day.
    NotYet(Date),
    /// Listed, ended on this day.
    Ended(Date),
    /// Not in a list of all codes of its kind.
    Unknown,
    /// Not in a list of only this many codes of its kind.
    NotInShortList(u32),
    /// No table lists codes of its kind, or the day is before the table's window or missing.
    NotEvaluated(Why),
}

/// Why a code could not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The table is not there, or does not cover codes of this kind.
    NoTable(TableKind),
    /// The day is before the table's window.
    BeforeTable(TableKind),
    /// The day is before this one, the first for which the notes of the tabular list are known.
    BeforeNotes(Date),
    /// The line has no date of service.
    NoDate,
    /// Nobody said what day it is.
    NoToday,
    /// The file has no such column.
    NoColumn(Field),
    /// More claims, in no order, than are remembered.
    TooManyClaims,
    /// The table says nothing of the code, which is not the same as no limit.
    NotListed(TableKind),
    /// The line is over several days, which only a rule in preview looks at.
    SeveralDays,
    /// What was billed for the patient and the day on other claims; only history tells.
    OtherClaims,
    /// No coverage policy of the procedure is in force on the day, in the claim's jurisdiction, for its payer.
    NoPolicy,
    /// The line has no diagnosis to judge.
    NoDiagnosis,
}

impl Why {
    /// Could the user do something about it? What only history tells no table and no column mends, and most procedures have no policy.
    pub fn can_be_mended(self) -> bool {
        !matches!(self, Why::OtherClaims | Why::NoPolicy)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::NoTable(kind) => {
                write!(f, "no table of {}; add one with `{}`", kind.title(), kind.how_to_add())
            }
            Why::BeforeTable(kind) => {
                write!(
                    f,
                    "the date of service is before the first day that the table of {} covers",
                    kind.title()
                )
            }
            Why::BeforeNotes(day) => {
                write!(
                    f,
                    "the date of service is before {day}, the first day for which the notes of the tabular list are known"
                )
            }
            Why::NoDate => f.write_str("no date of service"),
            Why::NoToday => f.write_str("nobody said what day it is; say it with --as-of"),
            Why::NoColumn(field) => write!(f, "no column {field}"),
            Why::TooManyClaims => f.write_str("more claims, in no order of their ids, than are remembered"),
            Why::NotListed(kind) => {
                write!(
                    f,
                    "the table of {} has no entry for the code, which does not mean no limit",
                    kind.title()
                )
            }
            Why::NoPolicy => f.write_str(
                "no coverage policy of the procedure is in force there on that day, which does not mean that it is covered",
            ),
            Why::NoDiagnosis => f.write_str("no diagnosis to judge"),
            Why::SeveralDays => {
                f.write_str("lines over several days; MUE004, in preview, divides their units by the days")
            }
            Why::OtherClaims => {
                f.write_str("other claims of the same patient, provider and day; only history tells")
            }
        }
    }
}

const NOT_FOUND: u32 = u32::MAX;
const MEMO: usize = 1 << 16;

/// A direct-mapped memory of looked-up codes: claims use few codes, and the FST costs several times as much.
struct Memo {
    /// A key and, below it, its rank. Zeroed memory costs nothing until it is touched.
    slots: Box<[u128]>,
}

impl Memo {
    fn new() -> Memo {
        // Key 0 is no code, so that an empty slot never matches.
        Memo { slots: vec![0; MEMO].into_boxed_slice() }
    }

    #[inline]
    fn get(&mut self, key: u64, look_up: impl FnOnce() -> Option<Rank>) -> Option<Rank> {
        let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - MEMO.trailing_zeros());
        let slot = &mut self.slots[hash as usize];
        if (*slot >> 32) as u64 != key {
            *slot = u128::from(key) << 32 | u128::from(look_up().map_or(NOT_FOUND, |r| r.0));
        }
        let rank = *slot as u32;
        (rank != NOT_FOUND).then_some(Rank(rank))
    }
}

/// Resolves claims; keeps its buffers and its memory of codes from one claim to the next.
pub(crate) struct Resolver {
    diagnoses: Vec<ResolvedDiagnosis>,
    uses: Vec<DiagnosisUse>,
    lines: Vec<ResolvedLine>,
    pairs: Vec<ResolvedPair>,
    /// Days on which a diagnosis was placed.
    days: FxHashSet<Option<Date>>,
    /// Diagnoses that were placed.
    used: Vec<bool>,
    diagnosis_memo: Memo,
    procedure_memo: Memo,
}

impl Resolver {
    pub(crate) fn new() -> Resolver {
        Resolver {
            diagnoses: Vec::new(),
            uses: Vec::new(),
            lines: Vec::new(),
            pairs: Vec::new(),
            days: FxHashSet::default(),
            used: Vec::new(),
            diagnosis_memo: Memo::new(),
            procedure_memo: Memo::new(),
        }
    }

    /// Resolves a claim. The resolver must always be used with the same tables.
    pub(crate) fn resolve<'a>(
        &'a mut self,
        claim: &'a Claim,
        tables: &'a Tables,
        as_of: Option<Date>,
    ) -> Case<'a> {
        let inpatient = claim.is_inpatient();
        let discharge = claim.facility.discharged.or(claim.statement.1);
        let line_day = |line: &Line| {
            if inpatient && discharge.is_some() { discharge } else { line.from.or(claim.statement.0) }
        };
        let setting = setting(claim);
        let limits = setting.and_then(|s| tables.mue(s));
        self.lines.clear();
        for line in &claim.lines {
            let day = line_day(line);
            let code = line.code();
            let (rank, standing) = match (code, &tables.procedures) {
                (None, _) => (None, ProcedureStanding::Absent),
                (Some(_), None) => {
                    (None, ProcedureStanding::NotEvaluated(Why::NoTable(TableKind::Procedures)))
                }
                (Some(code), Some(table)) => {
                    let rank = self.procedure_memo.get(code.key(), || table.rank(code));
                    let standing = match (rank, day) {
                        (_, None) => ProcedureStanding::NotEvaluated(Why::NoDate),
                        (Some(rank), Some(day)) => match table.in_force(rank, day) {
                            Some(InForce::Yes) => ProcedureStanding::InForce,
                            Some(InForce::NotYet(from)) => ProcedureStanding::NotYet(from),
                            Some(InForce::Ended(to)) => ProcedureStanding::Ended(to),
                            None => unlisted(table.cover(code.kind()), day),
                        },
                        (None, Some(day)) => unlisted(table.cover(code.kind()), day),
                    };
                    (rank, standing)
                }
            };
            let limit = match (limits, rank, day) {
                (Some(table), Some(rank), Some(day)) => table.edition(day).and_then(|e| table.limit(e, rank)),
                _ => None,
            };
            self.lines.push(ResolvedLine { day, code, rank, standing, limit });
        }
        self.pair_lines(setting.and_then(|s| tables.ptp(s)));
        let day = if inpatient && discharge.is_some() {
            discharge
        } else {
            self.lines.iter().filter_map(|l| l.day).min().or(claim.statement.0)
        };

        self.diagnoses.clear();
        let icd = &tables.icd10cm;
        for diagnosis in &claim.diagnoses {
            let code = diagnosis.code.code();
            let rank = code.and_then(|c| self.diagnosis_memo.get(c.key(), || icd.rank(c)));
            let standing = rank.zip(day).map(|(rank, day)| icd.standing(rank, day));
            self.diagnoses.push(ResolvedDiagnosis { code, rank, standing });
        }
        let all_billable = self.place_diagnoses(claim, tables, day);
        Case {
            claim,
            tables,
            as_of,
            day,
            diagnoses: &self.diagnoses,
            uses: &self.uses,
            lines: &self.lines,
            all_billable,
            setting,
            pairs: &self.pairs,
        }
    }

    /// Finds the lines of one day whose procedures an edit names, in the order of the lines.
    fn pair_lines(&mut self, table: Option<&PtpTable>) {
        self.pairs.clear();
        let Some(table) = table else { return };
        for (at, line) in self.lines.iter().enumerate() {
            let (Some(rank), Some(day)) = (line.rank, line.day) else { continue };
            for (before, other) in self.lines[..at].iter().enumerate() {
                let Some(other_rank) = other.rank.filter(|&r| r != rank && other.day == line.day) else {
                    continue;
                };
                if !table.may_have(rank, other_rank) {
                    continue;
                }
                for edit in table.edits(rank, other_rank).filter(|e| e.in_force(day)) {
                    let (column1, column2) = if edit.column1 == rank { (at, before) } else { (before, at) };
                    let pair = ResolvedPair { column1, column2, edit };
                    match self.pairs.last_mut() {
                        // Windows that overlap: one verdict, the stricter or else the newer.
                        Some(last) if (last.column1, last.column2) == (column1, column2) => {
                            if last.edit.indicator != Indicator::Never {
                                *last = pair;
                            }
                        }
                        _ => self.pairs.push(pair),
                    }
                }
            }
        }
    }

    /// Finds where each diagnosis is judged. Diagnoses of the claim as a whole are judged once for each day of service, on the first
    /// line that points at them; diagnoses that a row has of its own are judged on that row.
    fn place_diagnoses(&mut self, claim: &Claim, tables: &Tables, claim_day: Option<Date>) -> bool {
        self.uses.clear();
        let mut all_billable = true;
        let mut add = |uses: &mut Vec<DiagnosisUse>,
                       of: &ResolvedDiagnosis,
                       diagnosis: usize,
                       line: Option<usize>,
                       column: u8,
                       day: Option<Date>| {
            let standing = if day == claim_day {
                of.standing
            } else {
                of.rank.zip(day).map(|(rank, day)| tables.icd10cm.standing(rank, day))
            };
            all_billable &= matches!(standing, Some(Standing::Billable(_)));
            uses.push(DiagnosisUse { diagnosis, line, column, day, standing });
        };
        let one_day = self.lines.iter().all(|l| l.day == claim_day);
        let plain = claim.lines.iter().all(|l| !matches!(l.points, Points::Own(_)));
        if plain {
            for (i, diagnosis) in claim.diagnoses.iter().enumerate() {
                let first = self.uses.len();
                self.days.clear();
                let pointing = |line: &Line| match line.points {
                    Points::All => true,
                    _ => claim.pointed(line).any(|at| at == i),
                };
                for (at, line) in claim.lines.iter().enumerate() {
                    if !pointing(line) {
                        continue;
                    }
                    let day = self.lines[at].day;
                    if !one_day && !self.days.insert(day) {
                        continue;
                    }
                    add(&mut self.uses, &self.diagnoses[i], i, Some(at), diagnosis.column, day);
                    if one_day {
                        break;
                    }
                }
                if self.uses.len() == first {
                    // No line points at it: it stands on the claim all the same.
                    let line = (!claim.lines.is_empty()).then_some(0);
                    add(&mut self.uses, &self.diagnoses[i], i, line, diagnosis.column, claim_day);
                }
            }
            return all_billable;
        }
        for (at, line) in claim.lines.iter().enumerate() {
            for (nth, i) in claim.pointed(line).enumerate() {
                let column = match line.points {
                    Points::Own(list) => {
                        list.columns().get(nth).copied().unwrap_or(claim.diagnoses[i].column)
                    }
                    _ => claim.diagnoses[i].column,
                };
                add(&mut self.uses, &self.diagnoses[i], i, Some(at), column, self.lines[at].day);
            }
        }
        // Those of no line stand on the claim all the same.
        self.used.clear();
        self.used.resize(claim.diagnoses.len(), false);
        for u in &self.uses {
            self.used[u.diagnosis] = true;
        }
        for (i, diagnosis) in claim.diagnoses.iter().enumerate().filter(|(i, _)| !self.used[*i]) {
            add(&mut self.uses, &self.diagnoses[i], i, Some(0), diagnosis.column, claim_day);
        }
        all_billable
    }
}

/// By which of NCCI's tables a claim is judged.
///
/// Facilities' bills go by the outpatient hospital tables, but inpatient ones, to which NCCI does not apply. A professional claim is a
/// supplier's if its taxonomy is one of those that bill the DME contractors (332B: medical equipment, 335E: prosthetics and orthotics,
/// 332H: eyewear), or if its jurisdiction begins with "DME"; all others go by the practitioner tables.
pub(crate) fn setting(claim: &Claim) -> Option<Setting> {
    if claim.kind == crate::claim::Kind::Institutional {
        return (!claim.is_inpatient()).then_some(Setting::Hospital);
    }
    let supplies = |t: crate::code::Taxonomy| {
        let text = t.bytes();
        [b"332B", b"335E", b"332H"].iter().any(|p| text.starts_with(*p))
    };
    let jurisdiction = claim.jurisdiction.get(..3).is_some_and(|j| j.eq_ignore_ascii_case("dme"));
    let supplier = jurisdiction || claim.taxonomy.is_some_and(supplies);
    Some(if supplier { Setting::Supplier } else { Setting::Practitioner })
}

/// What can be said of a code that the table does not list.
fn unlisted(cover: Cover, day: Date) -> ProcedureStanding {
    match cover {
        Cover::None => ProcedureStanding::NotEvaluated(Why::NoTable(TableKind::Procedures)),
        Cover::Whole { from } | Cover::Partial { from, .. } if day < from => {
            ProcedureStanding::NotEvaluated(Why::BeforeTable(TableKind::Procedures))
        }
        Cover::Whole { .. } => ProcedureStanding::Unknown,
        Cover::Partial { codes, .. } => ProcedureStanding::NotInShortList(codes),
    }
}

impl Case<'_> {
    /// Are two lines the same provider's, as far as they say? Facilities bill as one; persons are told apart by their NPI.
    pub fn same_provider(&self, a: usize, b: usize) -> bool {
        let npi = |at: usize| self.claim.lines.get(at).and_then(|l| l.rendering_npi);
        self.setting == Some(Setting::Hospital) || npi(a).zip(npi(b)).is_none_or(|(a, b)| a == b)
    }

    /// The claim's first-listed or principal diagnosis, with its flags, if it is billable on the claim's day.
    pub fn first_listed(&self) -> Option<(Icd10Cm, Flags)> {
        let first = self.diagnoses.first()?;
        match first.standing {
            Some(Standing::Billable(flags)) => Some((first.code?, flags)),
            _ => None,
        }
    }

    /// The text of a diagnosis field as it may be shown.
    pub fn shown(&self, diagnosis: usize) -> String {
        match self.claim.diagnoses.get(diagnosis).map(|d| d.code) {
            Some(Coded::Code(code)) => code.to_string(),
            Some(Coded::Unreadable(u)) => u.shown.map_or_else(|| "(not shown)".to_owned(), |t| t.to_string()),
            None => String::new(),
        }
    }
}
