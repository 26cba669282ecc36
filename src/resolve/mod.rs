//! Codes become ranks, once, as of the date of service; rules look at the resolved claim.

mod codes;
mod facts;
mod memo;
mod why;

pub use facts::Facts;
pub use why::Why;

use rustc_hash::FxHashSet;

use crate::claim::{Claim, Coded, Points};
use crate::code::{Icd10Cm, Modifier, Procedure};
use crate::resolve::codes::{know_diagnosis, know_procedure, procedure_standing};
use crate::resolve::memo::Memo;
use crate::table::{
    Flags, Indicator, Letters, Limit, ProcedureTable, PtpEdit, PtpTable, Rank, Setting, Standing, Tables,
    letter,
};
use crate::{Date, Line, Units};

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
    /// Where each diagnosis stands on the claim, and as of when it is judged there; found only for rules that are asked about each.
    pub(crate) uses: &'a [DiagnosisUse],
    /// Its lines, parallel to [`Claim::lines`].
    pub lines: &'a [ResolvedLine],
    /// Is every diagnosis billable wherever it stands? Likewise.
    pub(crate) all_billable: bool,
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
#[derive(Clone, Copy, Debug, Default)]
pub struct ResolvedDiagnosis {
    /// The code, if it can be read.
    pub code: Option<Icd10Cm>,
    /// Its rank, if it was ever a code or header.
    pub rank: Option<Rank>,
    /// How it stands on the claim's day.
    pub standing: Option<Standing>,
    /// What the code brings with it, whatever the day.
    pub facts: Facts,
    /// First letters of the codes that its notes can name.
    pub(crate) letters: Letters,
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
    /// What its procedure brings with it, whatever the day, and its modifiers, if a rule asks for that.
    pub facts: Facts,
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

/// What the rules know of codes by their text alone.
#[derive(Clone, Copy)]
pub(crate) struct CodeFacts {
    pub(crate) diagnosis: fn(Icd10Cm) -> Facts,
    pub(crate) procedure: fn(Procedure) -> Facts,
    pub(crate) modifier: fn(Modifier) -> Facts,
}

/// Lines on which a table has nothing for a procedure: so common that rules are not asked about each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unlisted {
    /// Without a unit limit in an edition that stands, by setting.
    pub(crate) limits: [u64; Setting::ALL.len()],
    /// Without a coverage policy.
    pub(crate) policies: u64,
}

/// Resolves claims; keeps its buffers and its memory of codes from one claim to the next.
pub(crate) struct Resolver<'t> {
    tables: &'t Tables,
    as_of: Option<Date>,
    code_facts: CodeFacts,
    /// What anybody asks for: other facts may be left out.
    wanted: Facts,
    /// The first day for which notes are known.
    notes_from: Date,
    day: Option<Date>,
    setting: Option<Setting>,
    facts: Facts,
    diagnoses: Vec<ResolvedDiagnosis>,
    uses: Vec<DiagnosisUse>,
    lines: Vec<ResolvedLine>,
    pairs: Vec<ResolvedPair>,
    /// Pairs of lines that may have an edit.
    perhaps: Vec<(usize, usize)>,
    /// Days on which a diagnosis was placed.
    days: FxHashSet<Option<Date>>,
    /// Diagnoses that were placed.
    used: Vec<bool>,
    diagnosis_memo: Memo,
    procedure_memo: Memo,
    unlisted: Unlisted,
    /// Lines whose procedures have lists of supporting diagnoses.
    listed: Vec<usize>,
}

/// What holds of a line whatever the tables say.
const OF_LINE: Facts = Facts::OF_MODIFIERS
    .or(Facts::ODD_UNITS)
    .or(Facts::ODD_CHARGE)
    .or(Facts::SPAN)
    .or(Facts::POINTERS)
    .or(Facts::PLACE)
    .or(Facts::NO_PLACE)
    .or(Facts::UNRENDERED)
    .or(Facts::FUTURE)
    .or(Facts::BEFORE_BIRTH);

/// Above this, comparing all with all takes longer than asking the rules.
const FEW: usize = 16;

impl<'t> Resolver<'t> {
    pub(crate) fn new(tables: &'t Tables, as_of: Option<Date>, code_facts: CodeFacts) -> Resolver<'t> {
        Resolver {
            tables,
            as_of,
            code_facts,
            wanted: Facts::ALL,
            notes_from: tables.icd10cm.notes_from(),
            day: None,
            setting: None,
            facts: Facts::NONE,
            diagnoses: Vec::new(),
            uses: Vec::new(),
            lines: Vec::new(),
            pairs: Vec::new(),
            perhaps: Vec::new(),
            days: FxHashSet::default(),
            used: Vec::new(),
            diagnosis_memo: Memo::new(tables.icd10cm.len()),
            procedure_memo: Memo::new(tables.procedures.as_ref().map_or(0, ProcedureTable::len)),
            unlisted: Unlisted::default(),
            listed: Vec::new(),
        }
    }

    /// Leaves out facts that are not among these, where that saves time.
    pub(crate) fn want(&mut self, facts: Facts) {
        self.wanted = facts;
    }

    /// Looks up a claim's codes, and says what holds of it. [`Resolver::case`] gives the rest, for the same claim.
    pub(crate) fn look(&mut self, claim: &Claim) -> Facts {
        self.facts = Facts::ALWAYS;
        self.listed.clear();
        self.setting = setting(claim);
        let inpatient = claim.is_inpatient();
        let stay = claim.facility.discharged.or(claim.statement.1).filter(|_| inpatient);
        self.look_at_lines(claim, stay);
        self.day = stay.or_else(|| self.lines.iter().filter_map(|l| l.day).min()).or(claim.statement.0);
        self.sift_pairs();
        self.fetch_lists();
        self.look_at_diagnoses(claim);
        self.pair_lines();
        self.look_at_lists(claim);
        self.look_at_the_rest(claim);
        self.facts
    }

    /// The claim that was looked at last; with the places of its diagnoses, if somebody is asked about them.
    pub(crate) fn case<'a>(&'a mut self, claim: &'a Claim, places: bool) -> Case<'a> {
        self.uses.clear();
        let all_billable = !places || self.place_diagnoses(claim);
        Case {
            claim,
            tables: self.tables,
            as_of: self.as_of,
            day: self.day,
            diagnoses: &self.diagnoses,
            uses: &self.uses,
            lines: &self.lines,
            all_billable,
            setting: self.setting,
            pairs: &self.pairs,
        }
    }

    /// The lines of the claim that was looked at last.
    pub(crate) fn lines(&self) -> &[ResolvedLine] {
        &self.lines
    }

    /// By which of NCCI's tables the claim that was looked at last is judged.
    pub(crate) fn setting(&self) -> Option<Setting> {
        self.setting
    }

    /// Lines so far on which a table had nothing for the procedure.
    pub(crate) fn unlisted(&self) -> Unlisted {
        self.unlisted
    }

    /// Has the memory fetched where a claim's codes, and the pairs of its procedures, will be looked for.
    #[inline]
    pub(crate) fn fetch(&self, claim: &Claim) {
        claim.diagnoses.iter().filter_map(|d| d.code.code()).for_each(|c| self.diagnosis_memo.fetch(c.key()));
        let several = claim.lines.len() > 1;
        let pairs = setting(claim).filter(|_| several).and_then(|s| self.tables.ptp(s)).map(PtpTable::filter);
        for (at, line) in claim.lines.iter().enumerate().take(FEW) {
            let Some(code) = line.code() else { continue };
            self.procedure_memo.fetch(code.key());
            let Some(pairs) = pairs else { continue };
            let before = claim.lines[..at].iter().filter_map(Line::code);
            before.for_each(|other| pairs.fetch(code, other));
        }
    }

    /// Has the memory fetched of the lists in which diagnoses are looked for, once they are known.
    fn fetch_lists(&self) {
        let Some(policies) = &self.tables.policies else { return };
        self.listed.iter().filter_map(|&at| self.lines[at].rank).for_each(|rank| policies.fetch_list(rank));
    }

    /// Notes the lines whose procedures have lists of supporting diagnoses, but for those that are plainly covered: most are.
    fn look_at_lists(&mut self, claim: &Claim) {
        let Some(policies) = &self.tables.policies else { return };
        for at in self.listed.drain(..) {
            let line = &mut self.lines[at];
            let covered = line.rank.zip(line.day).is_some_and(|(rank, day)| {
                let ranks = claim.pointed(&claim.lines[at]).filter_map(|at| self.diagnoses[at].rank);
                ranks.into_iter().any(|diagnosis| policies.plainly_supports(rank, diagnosis, day))
            });
            line.facts.note(Facts::SUPPORTED, !covered);
            self.facts.note(Facts::SUPPORTED, !covered);
        }
    }

    fn look_at_lines(&mut self, claim: &Claim, stay: Option<Date>) {
        let tables = self.tables;
        let code_facts = self.code_facts;
        let wanted = self.wanted;
        let limits = self.setting.map(|s| (s, tables.mue(s)));
        // Lines of a claim are mostly of one day.
        let mut edition = (None, None);
        let mut facts = Facts::NONE;
        self.lines.clear();
        for (at, line) in claim.lines.iter().enumerate() {
            let day = stay.or(line.from).or(claim.statement.0);
            let code = line.code();
            let (mut rank, mut standing) = (None, ProcedureStanding::Absent);
            let (mut limit, mut own) = (None, Facts::NONE);
            if let Some(code) = code {
                let known =
                    self.procedure_memo.known(code.key(), || know_procedure(tables, code_facts, code));
                own = known.facts;
                rank = known.rank;
                standing = procedure_standing(tables, code, known, day);
                match limits {
                    None => {}
                    Some((setting, Some(table))) => {
                        if edition.0 != day || day.is_none() {
                            edition = (day, day.and_then(|d| table.edition(d)));
                        }
                        limit = edition.1.zip(rank).and_then(|(edition, rank)| table.limit(edition, rank));
                        facts.note(Facts::LIMIT_OPEN, edition.1.is_none());
                        self.unlisted.limits[setting as usize] +=
                            u64::from(edition.1.is_some() && limit.is_none());
                    }
                    Some((_, None)) => facts.add(Facts::LIMIT_OPEN),
                }
                self.unlisted.policies += u64::from(!own.any(Facts::POLICY));
                // Whoever asks all rules about everything wants what the rule itself says.
                if wanted.any(Facts::SUPPORTED)
                    && own.any(Facts::SUPPORTED)
                    && let Some((policies, rank)) = tables.policies.as_ref().zip(rank)
                {
                    policies.fetch(rank);
                    own = own.without(Facts::SUPPORTED);
                    self.listed.push(at);
                }
                if wanted.any(Facts::SAME_PROCEDURE) {
                    let same = |l: &ResolvedLine| l.code == Some(code);
                    facts.note(Facts::SAME_PROCEDURE, at > FEW || self.lines.iter().any(same));
                }
            }
            facts.note(Facts::BAD_PROCEDURE, standing != ProcedureStanding::InForce);
            facts.note(Facts::UNDATED, day.is_none());
            let over = |(limit, units): (Limit, Units)| units.0 > i64::from(limit.value()) * 1000;
            facts.note(Facts::OVER_LIMIT, limit.zip(line.units).is_some_and(over));
            if wanted.any(OF_LINE) {
                facts.add(self.facts_of_line(claim, line));
                if !line.modifiers.is_empty() {
                    own.add(facts_of_modifiers(code_facts, line));
                }
            }
            facts.add(own);
            self.lines.push(ResolvedLine { day, code, rank, standing, limit, facts: own });
        }
        self.facts.add(facts);
    }

    /// Those of [`OF_LINE`] that hold, but for those of modifiers.
    #[inline]
    fn facts_of_line(&self, claim: &Claim, line: &Line) -> Facts {
        let mut facts = if line.place.is_some() { Facts::PLACE } else { Facts::NO_PLACE };
        let odd = |units: Units| !(1..=9_999_900).contains(&units.0) || !units.is_whole();
        facts.note(Facts::ODD_UNITS, line.units.is_none_or(odd));
        facts.note(Facts::ODD_CHARGE, line.charge.is_none_or(|c| c.0 < 0));
        facts.note(Facts::SPAN, line.to.is_some() && line.to != line.from);
        facts.note(Facts::POINTERS, matches!(line.points, Points::Stated(_)));
        facts.note(Facts::UNRENDERED, line.rendering_npi.is_none());
        facts.note(Facts::FUTURE, line.from.max(line.to) > self.as_of);
        facts.note(Facts::BEFORE_BIRTH, line.from.is_some_and(|d| claim.patient.born > Some(d)));
        facts
    }

    fn look_at_diagnoses(&mut self, claim: &Claim) {
        let tables = self.tables;
        let icd = &tables.icd10cm;
        let code_facts = self.code_facts;
        let day = self.day;
        let one_day = self.lines.iter().all(|l| l.day == day);
        let mut facts = Facts::NONE;
        // First letters so far, and those that notes of the diagnoses so far can name.
        let (mut letters, mut named) = (0, Letters::NONE);
        let (mut excludes, mut code_first) = (false, false);
        let of_notes = self.wanted.any(Facts::EXCLUDES.or(Facts::CODE_FIRST));
        self.diagnoses.clear();
        for (at, diagnosis) in claim.diagnoses.iter().enumerate() {
            let code = diagnosis.code.code();
            let mut resolved = ResolvedDiagnosis { code, ..ResolvedDiagnosis::default() };
            if let Some(code) = code {
                let known =
                    self.diagnosis_memo.known(code.key(), || know_diagnosis(tables, code_facts, code));
                facts.add(known.facts);
                resolved.rank = known.rank;
                (resolved.facts, resolved.letters) = (known.facts, known.letters);
                if of_notes {
                    let own = letter(code);
                    excludes |= known.letters.excludes1 & letters != 0 || named.excludes1 & own != 0;
                    code_first |= known.letters.code_first & letters != 0 || named.code_first & own != 0;
                    letters |= own;
                    named = named.or(known.letters);
                }
                if let Some(rank) = known.rank {
                    let stands = |day| match known.history {
                        Some(history) => icd.standing_by(history, rank, day),
                        None => icd.standing(rank, day),
                    };
                    resolved.standing = day.map(stands);
                    if !one_day {
                        // Perhaps a line of another day points at it.
                        let billable = |d: Option<Date>| matches!(d.map(stands), Some(Standing::Billable(_)));
                        facts.note(Facts::BAD_DIAGNOSIS, !self.lines.iter().all(|l| billable(l.day)));
                    }
                }
                if self.wanted.any(Facts::SAME_DIAGNOSIS) {
                    let same = |d: &ResolvedDiagnosis| d.code == Some(code);
                    facts.note(Facts::SAME_DIAGNOSIS, at > FEW || self.diagnoses.iter().any(same));
                }
            }
            facts.note(Facts::BAD_DIAGNOSIS, !matches!(resolved.standing, Some(Standing::Billable(_))));
            self.diagnoses.push(resolved);
        }
        if excludes {
            self.diagnoses.iter().filter_map(|d| d.rank).for_each(|rank| icd.fetch_notes(rank));
        }
        let count = self.diagnoses.len();
        facts.note(Facts::NO_DIAGNOSIS, count == 0);
        facts.note(Facts::SEVERAL_DIAGNOSES, count > 1);
        facts.note(Facts::MANY_DIAGNOSES, count > 12);
        facts.note(Facts::TWO_SIDES, facts.all(Facts::LEFT_SIDE.or(Facts::RIGHT_SIDE)));
        facts.note(Facts::EXCLUDES, excludes);
        facts.note(Facts::CODE_FIRST, code_first);
        facts.note(Facts::BEFORE_NOTES, day.is_some_and(|d| d < self.notes_from));
        self.facts.add(facts);
    }

    fn look_at_the_rest(&mut self, claim: &Claim) {
        let mut facts = Facts::NONE;
        facts.note(Facts::FAULT, !claim.faults.is_empty());
        facts.note(Facts::UNDATED, self.day.is_none());
        facts.note(Facts::TOTAL_CHARGE, claim.total_charge.is_some());
        let (from, to) = claim.statement;
        let facility = &claim.facility;
        let stay = from.or(to).or(facility.admitted).or(facility.discharged);
        facts.note(Facts::STAY, stay.is_some());
        facts.note(Facts::FUTURE, self.as_of.is_none() || from.max(to) > self.as_of);
        facts.note(Facts::RECEIVED, claim.received.is_some());
        if let (Some(born), Some(day)) = (claim.patient.born, self.day.max(facility.admitted)) {
            // Both are numbers YYYYMMDD.
            facts.note(Facts::OLD, day.number().saturating_sub(born.number()) > 120_0000);
        }
        self.facts.add(facts);
    }

    /// Pairs of lines of one day that may have an edit. Before the diagnoses are looked at, so that the filter is read meanwhile.
    fn sift_pairs(&mut self) {
        self.perhaps.clear();
        let Some(setting) = self.setting.filter(|_| self.lines.len() > 1) else { return };
        let Some(table) = self.tables.ptp(setting) else { return self.facts.add(Facts::PAIRS_OPEN) };
        let from = table.description().from;
        let filter = table.filter();
        let mut open = self.lines.first().is_some_and(|l| l.day.is_none_or(|d| d < from));
        for (at, line) in self.lines.iter().enumerate().skip(1) {
            open |= line.day.is_none_or(|d| d < from);
            let (Some(code), Some(rank), Some(_)) = (line.code, line.rank, line.day) else { continue };
            for (before, other) in self.lines[..at].iter().enumerate() {
                if let Some(other_code) = other.code
                    && other.rank.is_some_and(|r| r != rank)
                    && other.day == line.day
                    && filter.may_have(code, other_code)
                {
                    self.perhaps.push((at, before));
                }
            }
        }
        self.facts.note(Facts::PAIRS_OPEN, open);
    }

    /// Finds the lines of one day whose procedures an edit names, in the order of the lines.
    fn pair_lines(&mut self) {
        self.pairs.clear();
        let Some(table) = self.setting.and_then(|s| self.tables.ptp(s)) else { return };
        for &(at, before) in &self.perhaps {
            let (line, other) = (&self.lines[at], &self.lines[before]);
            let (Some(rank), Some(other_rank), Some(day)) = (line.rank, other.rank, line.day) else {
                continue;
            };
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
        self.facts.note(Facts::PAIR, !self.pairs.is_empty());
    }

    /// Finds where each diagnosis is judged. Diagnoses of the claim as a whole are judged once for each day of service, on the first
    /// line that points at them; diagnoses that a row has of its own are judged on that row.
    fn place_diagnoses(&mut self, claim: &Claim) -> bool {
        let (tables, claim_day) = (self.tables, self.day);
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
                let column = match &line.points {
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

/// What holds of a line that has modifiers.
fn facts_of_modifiers(facts_of: CodeFacts, line: &Line) -> Facts {
    let mut facts = line.modifiers.iter().fold(Facts::MODIFIER, |all, m| all | (facts_of.modifier)(m));
    facts.note(Facts::SEVERAL_MODIFIERS, line.modifiers.are_several());
    facts.note(Facts::MODIFIER_ALONE, line.procedure.is_none());
    facts
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

    /// The first line that points at a diagnosis; else, for it stands on the claim all the same, the first one that there is.
    pub fn line_of(&self, diagnosis: usize) -> Option<usize> {
        let lines = &self.claim.lines;
        let first = lines.iter().position(|line| self.claim.pointed(line).any(|at| at == diagnosis));
        first.or((!lines.is_empty()).then_some(0))
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
