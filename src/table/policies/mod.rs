//! Coverage policies: which diagnoses support which procedures, where, when, for which payer.
//!
//! A *policy* in force somewhere for some time is an instance. For each of its procedures it is a *test*: groups of diagnoses that support
//! or exclude, and modifiers that are required or lift it. Procedures with the same groups share a test, groups with the same diagnoses a
//! set, so that an article of six procedures and 121 diagnoses holds 121 ranks.

#[cfg(feature = "import")]
mod build;
mod judge;

#[cfg(feature = "import")]
pub(crate) use build::{Block, Body, PolicyRows, Span, Terms, UNKNOWN_PLACE, build, procedures_named};
#[cfg(feature = "import")]
pub(crate) use build::{diagnoses_of, procedures_of};

pub use judge::{Coverage, Judgement};

use std::sync::OnceLock;

use prefetch_index::prefetch_index;

use super::format::{Description, Pack, Section, u16_at, u32_at};
use super::index::{CodeIndex, Rank};
use super::later::Later;
use super::text::TextStore;
use crate::code::Modifier;
use crate::error::PackError;
use crate::{Date, DateRange, Result};

/// Kind of the pack.
pub(crate) const KIND: &str = "policies";
const INSTANCE: usize = 48;
const TEST: usize = 12;
const GROUP: usize = 16;
const NONE: u32 = u32::MAX;
/// Of a policy whose source does not say where it holds.
const UNKNOWN: &[u8] = b"?|";

/// Coverage policies from the user's own files and the Medicare Coverage Database.
pub struct PolicyTable {
    pack: Pack,
    texts: TextStore,
    /// By rank of the procedure: where its tests begin.
    starts: Section,
    links: Section,
    tests: Section,
    groups: Section,
    /// Where each set of diagnoses begins.
    sets: Section,
    /// The greater part of the pack.
    codes: Later,
    instances: Section,
    /// Jurisdictions and payers as they are compared.
    names: Section,
    /// By rank of the procedure: what is plain enough to be judged at once. Made when a line is judged: most checks of a single line have no use for it.
    plain: OnceLock<Box<[Plain]>>,
}

/// The only policy of a procedure, if it holds everywhere and is one list of diagnoses that support the procedure.
#[derive(Clone, Copy)]
struct Plain {
    /// When it is in force: never, if the procedure's policies are not so plain.
    window: DateRange,
    /// Where the list begins and ends.
    codes: (u32, u32),
}

/// What a group of a policy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// One of its diagnoses, from each part if it has parts, supports the procedure.
    Supports,
    /// None of its diagnoses is covered with the procedure.
    Excludes,
    /// One of its modifiers must be on the line.
    Requires,
    /// One of its modifiers takes the line out of the policy.
    Lifts,
}

impl Relation {
    /// All, in the order in which a test's groups stand.
    pub const ALL: [Relation; 4] =
        [Relation::Supports, Relation::Excludes, Relation::Requires, Relation::Lifts];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Supports => "supports",
            Relation::Excludes => "excludes",
            Relation::Requires => "requires",
            Relation::Lifts => "lifts",
        }
    }
}

/// A policy as it is applied to one procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyTest(u32);

/// A part of a group of a test; most groups have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupPart {
    /// What the group does.
    pub relation: Relation,
    /// With [`Relation::Supports`]: counts only with it; with [`Relation::Excludes`]: does not count with it; else the modifier meant.
    pub modifier: Option<Modifier>,
    name: u32,
    part: u32,
    set: u32,
}

/// What is known of a policy.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PolicyCard {
    /// Its number, as `A56781`.
    pub id: String,
    /// Its title; empty if its source has none.
    pub title: String,
    /// Its version; empty if its source has none.
    pub version: String,
    /// Contractors and states where it holds, as its source writes them; empty if everywhere.
    pub jurisdictions: Vec<String>,
    /// The payer whose it is; empty if everybody's.
    pub payer: String,
    /// From when it is in force.
    pub from: Date,
    /// Until when; `None` if it is open.
    pub to: Option<Date>,
    /// Who says so, and where.
    pub citation: String,
    /// Limits that are kept and shown, but not yet tested: ages, frequencies.
    pub limits: String,
}

/// Does a policy hold where a claim is judged?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does: everywhere, or there.
    Here,
    /// It holds in some jurisdictions, and the claim does not say its own, or the policy's source does not say where.
    Perhaps,
    /// It does not: another jurisdiction or payer.
    Elsewhere,
}

impl PolicyTable {
    pub(crate) fn open(
        pack: Pack,
        procedures: &CodeIndex,
        diagnoses: &CodeIndex,
    ) -> Result<PolicyTable, PackError> {
        pack.expect_kind(KIND)?;
        procedures.expect_built_on(&pack)?;
        let (expected, got) =
            (pack.description().built_on.get(1).copied().unwrap_or_default(), diagnoses.fingerprint());
        if expected != got {
            return Err(PackError::RankSpace { expected, got });
        }
        let table = PolicyTable {
            texts: TextStore::open(&pack)?,
            starts: pack.section("starts", 4)?,
            links: pack.section("links", 4)?,
            tests: pack.section("tests", TEST)?,
            groups: pack.section("groups", GROUP)?,
            sets: pack.section("sets", 4)?,
            codes: pack.later("codes", 4)?,
            instances: pack.section("instances", INSTANCE)?,
            names: pack.section("names", 1)?,
            plain: OnceLock::new(),
            pack,
        };
        let procedures = procedures.len();
        let (expected, got) = (procedures + 1, table.starts.count(4));
        if expected != got {
            let what = format!("{got} records for {procedures} procedures, expected {expected}");
            return Err(PackError::Section { section: "starts", what });
        }
        Ok(table)
    }

    /// The section that only claims with a diagnosis list need: it can be left in the file.
    pub(super) const LATER: [&str; 1] = ["codes"];

    /// Reads what was left in the file.
    pub(super) fn load(&self) -> Result<()> {
        self.codes.bytes(&self.pack);
        self.left()
    }

    /// Could everything be read so far that was left in the file?
    pub(super) fn left(&self) -> Result<()> {
        self.pack.left()
    }

    #[inline]
    fn plain(&self) -> &[Plain] {
        let procedures = self.starts.count(4).saturating_sub(1) as u32;
        self.plain.get_or_init(|| (0..procedures).map(|rank| self.plain_of(Rank(rank))).collect())
    }

    fn plain_of(&self, procedure: Rank) -> Plain {
        let none = Plain { window: DateRange::NEVER, codes: (0, 0) };
        let mut tests = self.tests(procedure);
        let (Some(test), None) = (tests.next(), tests.next()) else { return none };
        let at = self.instance(test);
        let mut parts = self.parts(test);
        match (parts.next(), parts.next()) {
            (Some(part), None)
                if part.supports()
                    && part.modifier.is_none()
                    && self.name(at + 8).is_empty()
                    && self.name(at + 16).is_empty() =>
            {
                let (first, end) = self.set(part.set);
                Plain { window: self.window(test), codes: (first as u32, end as u32) }
            }
            _ => none,
        }
    }

    /// Has the memory fetched that [`PolicyTable::plainly_supports`] needs first.
    #[inline]
    pub(crate) fn fetch(&self, procedure: Rank) {
        prefetch_index(self.plain(), procedure.at());
    }

    /// And then the memory where a search in its list goes first.
    #[inline]
    pub(crate) fn fetch_list(&self, procedure: Rank) {
        if let Some(&Plain { codes: (first, end), .. }) = self.plain().get(procedure.at()) {
            let (codes, _) = self.codes.bytes(&self.pack).as_chunks::<4>();
            let (first, quarter) = (first as usize, end.saturating_sub(first) as usize / 4);
            (1..=3).for_each(|n| prefetch_index(codes, first + n * quarter));
        }
    }

    /// Do the procedure's policies cover it on that day with the diagnosis, whatever else the claim says? `false` says nothing: it takes [`PolicyTable::judge`],
    /// of whose time this is a part, and most lines with a policy are covered.
    #[inline]
    pub fn plainly_supports(&self, procedure: Rank, diagnosis: Rank, day: Date) -> bool {
        let plain = self.plain().get(procedure.at());
        plain.is_some_and(|plain| {
            let (first, end) = plain.codes;
            plain.window.contains(day) && self.lists(first as usize, end as usize, diagnosis)
        })
    }

    /// What the table is and from when to when it knows.
    pub fn description(&self) -> &Description {
        self.pack.description()
    }

    /// Bytes of the pack.
    pub fn size(&self) -> usize {
        self.pack.size()
    }

    /// The tests of a procedure, of any date and place. No policy: none.
    #[inline]
    pub fn tests(&self, procedure: Rank) -> impl Iterator<Item = PolicyTest> + '_ {
        let starts = self.pack.bytes(self.starts);
        let first = u32_at(starts, procedure.at() * 4) as usize;
        let end = (u32_at(starts, procedure.at() * 4 + 4) as usize).min(self.links.count(4));
        let links = self.pack.bytes(self.links);
        (first..end).map(move |at| PolicyTest(u32_at(links, at * 4)))
    }

    /// Has any test of the procedure, of any date and place, a part of which that holds?
    pub(crate) fn has_part(&self, procedure: Rank, what: fn(&GroupPart) -> bool) -> bool {
        self.tests(procedure).any(|test| self.parts(test).any(|part| what(&part)))
    }

    fn instance(&self, test: PolicyTest) -> usize {
        u32_at(self.pack.bytes(self.tests), test.0 as usize * TEST) as usize * INSTANCE
    }

    /// When the test is in force.
    #[inline]
    pub fn window(&self, test: PolicyTest) -> DateRange {
        let bytes = self.pack.bytes(self.instances);
        let at = self.instance(test);
        let day = |at| Date::from_number_unchecked(u32_at(bytes, at));
        DateRange { from: day(at), to: day(at + 4) }
    }

    /// Does the test hold for a claim of that jurisdiction and payer? Empty means not stated.
    #[inline]
    pub fn reach(&self, test: PolicyTest, jurisdiction: &str, payer: &str) -> Reach {
        let at = self.instance(test);
        let own = self.name(at + 16);
        if !own.is_empty() && letters(payer).next().is_some() && !starts_with(payer, own) {
            return Reach::Elsewhere;
        }
        let places = self.name(at + 8);
        if places.is_empty() {
            Reach::Here
        } else if places == UNKNOWN || letters(jurisdiction).next().is_none() {
            Reach::Perhaps
        } else if is_among(jurisdiction, places) {
            Reach::Here
        } else {
            Reach::Elsewhere
        }
    }

    fn name(&self, at: usize) -> &[u8] {
        let bytes = self.pack.bytes(self.instances);
        let (first, len) = (u32_at(bytes, at) as usize, u32_at(bytes, at + 4) as usize);
        self.pack.bytes(self.names).get(first..first.saturating_add(len)).unwrap_or_default()
    }

    /// The parts of a test's groups; those of one group stand together.
    #[inline]
    pub fn parts(&self, test: PolicyTest) -> impl Iterator<Item = GroupPart> + Clone + '_ {
        let tests = self.pack.bytes(self.tests);
        let first = u32_at(tests, test.0 as usize * TEST + 4) as usize;
        let end = first.saturating_add(u32_at(tests, test.0 as usize * TEST + 8) as usize);
        let groups = self.pack.bytes(self.groups);
        (first..end.min(self.groups.count(GROUP))).map(move |i| {
            let at = i * GROUP;
            let modifier = u16_at(groups, at + 14);
            GroupPart {
                name: u32_at(groups, at),
                part: u32_at(groups, at + 4),
                set: u32_at(groups, at + 8),
                relation: Relation::ALL[usize::from(u16_at(groups, at + 12)).min(3)],
                modifier: (modifier != 0).then(|| Modifier::constant(&modifier.to_le_bytes())),
            }
        })
    }

    /// Is the diagnosis in the part? A binary search among ranks.
    #[inline]
    pub fn holds(&self, part: &GroupPart, diagnosis: Rank) -> bool {
        let (first, end) = self.set(part.set);
        self.lists(first, end, diagnosis)
    }

    #[inline]
    fn lists(&self, first: usize, end: usize, diagnosis: Rank) -> bool {
        let (codes, _) = self.codes.bytes(&self.pack).as_chunks::<4>();
        let among = codes.get(first..end).unwrap_or_default();
        // The standard search goes on without a branch that could not be foreseen.
        let at = among.partition_point(|&code| u32::from_le_bytes(code) < diagnosis.0);
        among.get(at).is_some_and(|&code| u32::from_le_bytes(code) == diagnosis.0)
    }

    #[inline]
    fn set(&self, set: u32) -> (usize, usize) {
        if set == NONE {
            return (0, 0);
        }
        let sets = self.pack.bytes(self.sets);
        let end = u32_at(sets, set as usize * 4 + 4) as usize;
        (u32_at(sets, set as usize * 4) as usize, end.min(self.codes.count(4)))
    }

    /// The diagnoses of a part, in order.
    pub fn diagnoses(&self, part: &GroupPart) -> impl Iterator<Item = Rank> + '_ {
        let (first, end) = self.set(part.set);
        let codes = self.codes.bytes(&self.pack);
        (first..end).map(move |at| Rank(u32_at(codes, at * 4)))
    }

    /// How many diagnoses a part has.
    pub fn count(&self, part: &GroupPart) -> usize {
        let (first, end) = self.set(part.set);
        end.saturating_sub(first)
    }

    /// The name of a part's group.
    pub fn group_name(&self, part: &GroupPart) -> String {
        self.texts.get(&self.pack, part.name)
    }

    /// The name of the part itself; mostly empty.
    pub fn part_name(&self, part: &GroupPart) -> String {
        self.texts.get(&self.pack, part.part)
    }

    /// The number of a test's policy, as `A56781`.
    pub fn policy_id(&self, test: PolicyTest) -> String {
        let at = self.instance(test);
        self.texts.get(&self.pack, u32_at(self.pack.bytes(self.instances), at + 24))
    }

    /// All that is known of a test's policy.
    pub fn card(&self, test: PolicyTest) -> PolicyCard {
        let at = self.instance(test);
        let text = |nth: usize| {
            self.texts.get(&self.pack, u32_at(self.pack.bytes(self.instances), at + 24 + nth * 4))
        };
        // The sixth text is jurisdictions and payer as they were written.
        let written = text(5);
        let (places, payer) = written.split_once('\u{1f}').unwrap_or((written.as_str(), ""));
        let window = self.window(test);
        PolicyCard {
            id: text(0),
            title: text(1),
            version: text(2),
            jurisdictions: places
                .split(';')
                .map(str::trim)
                .filter(|p| !p.is_empty())
                .map(str::to_owned)
                .collect(),
            payer: payer.trim().to_owned(),
            from: window.from,
            to: (window.to != Date::MAX).then_some(window.to),
            citation: text(3),
            limits: text(4),
        }
    }

    /// Every test with its procedures. Walks through the table: for people, not for checks.
    pub fn all_tests(&self) -> Vec<(PolicyTest, Vec<Rank>)> {
        let procedures = self.starts.count(4).saturating_sub(1) as u32;
        let mut out: Vec<(PolicyTest, Vec<Rank>)> =
            (0..self.tests.count(TEST) as u32).map(|t| (PolicyTest(t), vec![])).collect();
        for rank in (0..procedures).map(Rank) {
            for test in self.tests(rank) {
                if let Some((_, of)) = out.get_mut(test.0 as usize) {
                    of.push(rank);
                }
            }
        }
        out
    }
}

impl GroupPart {
    /// Does it list diagnoses with which a procedure is covered?
    pub fn supports(&self) -> bool {
        self.relation == Relation::Supports
    }

    /// Does it list diagnoses with which a procedure is not covered?
    pub fn excludes(&self) -> bool {
        self.relation == Relation::Excludes
    }

    /// Can a modifier be missing because of it?
    pub fn wants_modifier(&self) -> bool {
        self.relation == Relation::Requires || self.supports() && self.modifier.is_some()
    }

    /// Do both belong to one group?
    pub fn is_of_group(&self, other: &GroupPart) -> bool {
        self.relation == other.relation && self.name == other.name && self.modifier == other.modifier
    }

    /// Do both belong to groups of one name that do the same?
    pub fn is_of_name(&self, other: &GroupPart) -> bool {
        self.relation == other.relation && self.name == other.name
    }
}

/// Letters and digits of a name, upper case: "J-6" and "j6" are the same.
pub(crate) fn letters(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase())
}

/// A name as it is compared.
#[cfg(feature = "import")]
pub(crate) fn compared(text: &str) -> String {
    letters(text).map(char::from).collect()
}

/// Does the text begin with the name?
fn starts_with(text: &str, name: &[u8]) -> bool {
    let mut given = letters(text);
    name.iter().all(|&b| given.next() == Some(b))
}

/// Is the text, or one of the words in it, among names that are each followed by a bar?
fn is_among(text: &str, names: &[u8]) -> bool {
    let among = |word: &str| {
        names.split(|&b| b == b'|').any(|name| !name.is_empty() && letters(word).eq(name.iter().copied()))
    };
    among(text) || text.split([';', ',', '/', ' ']).any(|word| !word.is_empty() && among(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_letters_and_digits() {
        assert!(is_among("J-6", b"J6|IL|"));
        assert!(is_among("il", b"J6|IL|"));
        assert!(is_among("MAC J6, WI", b"J6|IL|"));
        assert!(!is_among("J", b"J6|IL|") && !is_among("", b"J6|"));
        assert!(starts_with("Medicare Part B", b"MEDICARE") && !starts_with("Medi", b"MEDICARE"));
    }
}
