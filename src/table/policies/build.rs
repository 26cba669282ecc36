//! Building the pack: patterns become ranks, equal sets and equal tests become one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{KIND, NONE, Relation, compared};
use crate::code::{CodeText, Modifier};
use crate::table::format::{Description, PackWriter, SourceFile};
use crate::table::icd10cm::Icd10CmTable;
use crate::table::index::{CodeIndex, Rank};
use crate::table::text::TextBuilder;
use crate::{Date, DateRange};

/// A code, everything below it, or a range: how a policy names procedures and diagnoses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Span {
    /// This code.
    Code(CodeText),
    /// All that begin so: `E11*`.
    Prefix(CodeText),
    /// From the first through the last, and all that begin as the last does: `A00-A09`.
    Range(CodeText, CodeText),
}

/// Stands for jurisdictions where the source does not say where a policy holds.
pub(crate) const UNKNOWN_PLACE: &str = "?";

/// Where, when and by whom a policy holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Terms {
    pub(crate) policy: String,
    pub(crate) version: String,
    pub(crate) window: DateRange,
    /// As written, separated by `;`.
    pub(crate) jurisdictions: String,
    pub(crate) payer: String,
}

/// Procedures and a list of diagnoses or a modifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) procedures: Vec<Span>,
    pub(crate) relation: Relation,
    pub(crate) group: String,
    pub(crate) part: String,
    pub(crate) modifier: Option<Modifier>,
    pub(crate) diagnoses: Vec<Span>,
}

/// What is said of a policy beside its lists, and its lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) title: String,
    pub(crate) citation: String,
    pub(crate) limits: String,
    pub(crate) blocks: Vec<Block>,
}

/// All policies, from all sources.
#[derive(Clone, Debug, Default)]
pub(crate) struct PolicyRows {
    pub(crate) policies: BTreeMap<Terms, Body>,
    pub(crate) sources: Vec<SourceFile>,
}

impl Span {
    /// Reads a code, a prefix `E11*` or a range `59000-59899`; dots, blanks and case are no matter. `code` says whether a text is one code.
    pub(crate) fn parse(
        text: &str,
        code: fn(&[u8]) -> Option<CodeText>,
        is_prefix: fn(&[u8]) -> bool,
    ) -> Option<Span> {
        let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
        let text = text.to_ascii_uppercase();
        if let Some(prefix) = text.strip_suffix('*') {
            return is_prefix(prefix.as_bytes()).then(|| Span::Prefix(CodeText::new(prefix.as_bytes())));
        }
        // The tabular list writes a category with codes below it as "E11.-".
        if let Some(prefix) = text.strip_suffix('-') {
            return is_prefix(prefix.as_bytes()).then(|| Span::Prefix(CodeText::new(prefix.as_bytes())));
        }
        match text.split_once('-') {
            Some((first, last)) => Some(Span::Range(code(first.as_bytes())?, code(last.as_bytes())?)),
            None => code(text.as_bytes()).map(Span::Code),
        }
    }

    /// As it is written in files.
    pub(crate) fn text(&self) -> String {
        match self {
            Span::Code(code) => code.to_string(),
            Span::Prefix(prefix) => format!("{prefix}*"),
            Span::Range(first, last) => format!("{first}-{last}"),
        }
    }

    /// The codes of an index that it names.
    pub(crate) fn ranks(&self, index: &CodeIndex) -> Vec<Rank> {
        let found = match self {
            Span::Code(code) => return index.rank(code.as_bytes()).into_iter().collect(),
            Span::Prefix(prefix) => index.with_prefix(prefix.as_bytes()),
            Span::Range(first, last) if first > last => vec![],
            Span::Range(first, last) => index.in_range(first.as_bytes(), last.as_bytes()),
        };
        found.into_iter().map(|(_, rank)| rank).collect()
    }
}

/// The diagnoses that a policy's span names: prefixes and ranges mean the codes that are billable on some day of the window.
pub(crate) fn diagnoses_of(span: &Span, icd10cm: &Icd10CmTable, window: DateRange) -> Vec<Rank> {
    let mut ranks = span.ranks(icd10cm.index());
    if !matches!(span, Span::Code(_)) {
        let billable = |&rank: &Rank| {
            let windows = icd10cm.billable_windows(rank);
            windows.iter().any(|w| w.from <= window.to && window.from <= w.to)
        };
        ranks.retain(billable);
    }
    ranks
}

/// The procedures that a span names, among those that any table lists.
pub(crate) fn procedures_of(span: &Span, index: &CodeIndex) -> Vec<Rank> {
    span.ranks(index)
}

/// Procedures that policies name one by one: they belong in the index of all procedures, whatever other tables list.
pub(crate) fn procedures_named(rows: &PolicyRows) -> BTreeSet<CodeText> {
    let spans = rows.policies.values().flat_map(|b| &b.blocks).flat_map(|b| &b.procedures);
    spans.filter_map(|span| if let Span::Code(code) = span { Some(*code) } else { None }).collect()
}

type Key<'a> = (Relation, &'a str, Option<Modifier>, &'a str);

/// Sets of diagnoses, each kept once.
#[derive(Default)]
struct Sets {
    numbers: HashMap<Vec<u32>, u32>,
    starts: Vec<u32>,
    codes: Vec<u32>,
}

impl Sets {
    fn add(&mut self, mut ranks: Vec<u32>) -> u32 {
        ranks.sort_unstable();
        ranks.dedup();
        if let Some(&number) = self.numbers.get(&ranks) {
            return number;
        }
        let number = self.numbers.len() as u32;
        self.codes.extend_from_slice(&ranks);
        self.starts.push(self.codes.len() as u32);
        self.numbers.insert(ranks, number);
        number
    }

    fn union(&mut self, a: u32, b: u32) -> u32 {
        let of = |set: u32| {
            let first = if set == 0 { 0 } else { self.starts[set as usize - 1] };
            self.codes[first as usize..self.starts[set as usize] as usize].to_vec()
        };
        let both = [of(a), of(b)].concat();
        self.add(both)
    }
}

/// Builds the pack. Procedures that the index does not list are left out.
pub(crate) fn build(rows: &PolicyRows, procedures: &CodeIndex, icd10cm: &Icd10CmTable) -> Vec<u8> {
    let (mut texts, mut sets) = (TextBuilder::default(), Sets::default());
    let (mut instances, mut names, mut groups, mut tests) = (vec![], Vec::<u8>::new(), vec![], vec![]);
    let mut tests_of: Vec<Vec<u32>> = vec![vec![]; procedures.len()];
    let mut pairs = 0u64;
    for (number, (terms, body)) in rows.policies.iter().enumerate() {
        let mut of: BTreeMap<Rank, BTreeMap<Key<'_>, u32>> = BTreeMap::new();
        let mut spans: HashMap<Span, Vec<Rank>> = HashMap::new();
        for block in &body.blocks {
            let ranks =
                block.diagnoses.iter().flat_map(|d| diagnoses_of(d, icd10cm, terms.window)).map(|r| r.0);
            let by_modifier = matches!(block.relation, Relation::Requires | Relation::Lifts);
            let ranks: Vec<u32> = ranks.collect();
            if ranks.is_empty() && !by_modifier && block.part.is_empty() {
                // A list of codes that all are unknown would support nothing: the procedure would never be covered.
                continue;
            }
            let set = if by_modifier { NONE } else { sets.add(ranks) };
            let key = (block.relation, block.group.as_str(), block.modifier, block.part.as_str());
            for span in &block.procedures {
                let ranks = spans.entry(*span).or_insert_with(|| procedures_of(span, procedures));
                for &rank in ranks.iter() {
                    let there = of.entry(rank).or_default().entry(key).or_insert(set);
                    if *there != set {
                        *there = sets.union(*there, set);
                    }
                }
            }
        }
        let mut numbers: HashMap<Vec<(Key<'_>, u32)>, u32> = HashMap::new();
        for (rank, parts) in of {
            let parts: Vec<(Key<'_>, u32)> = parts.into_iter().collect();
            for &(_, set) in parts.iter().filter(|(_, set)| *set != NONE) {
                let first = if set == 0 { 0 } else { sets.starts[set as usize - 1] };
                pairs += u64::from(sets.starts[set as usize] - first);
            }
            let test = *numbers.entry(parts.clone()).or_insert_with(|| {
                tests.push([number as u32, (groups.len() / 4) as u32, parts.len() as u32]);
                for ((relation, group, modifier, part), set) in parts {
                    let modifier = modifier.map_or(0, |m| u16::from_le_bytes(m.bytes()));
                    let last = relation as u32 | u32::from(modifier) << 16;
                    groups.extend([texts.add(group), texts.add(part), set, last]);
                }
                (tests.len() - 1) as u32
            });
            tests_of[rank.at()].push(test);
        }
        let mut name = |text: String| {
            let first = names.len() as u32;
            names.extend_from_slice(text.as_bytes());
            [first, text.len() as u32]
        };
        let places = terms.jurisdictions.split(';').map(compared).filter(|p| !p.is_empty()).map(|p| p + "|");
        let unknown = terms.jurisdictions == UNKNOWN_PLACE;
        let [places, places_len] = name(if unknown { "?|".to_owned() } else { places.collect() });
        let [payer, payer_len] = name(compared(&terms.payer));
        let written = format!("{}\u{1f}{}", terms.jurisdictions, terms.payer);
        instances.extend([terms.window.from.number(), terms.window.to.number()]);
        instances.extend([places, places_len, payer, payer_len]);
        instances.extend(
            [&terms.policy, &body.title, &terms.version, &body.citation, &body.limits, &written]
                .map(|t| texts.add(t)),
        );
    }
    let mut starts = vec![0u32];
    let mut links = Vec::new();
    for tests in &tests_of {
        links.extend_from_slice(tests);
        starts.push(links.len() as u32);
    }
    let from = rows.policies.keys().map(|t| t.window.from).min().unwrap_or(Date::MAX);
    let description = Description {
        kind: KIND.to_owned(),
        edition: format!("{} policies", rows.policies.len()),
        from,
        to: Date::MAX,
        built_on: vec![procedures.fingerprint(), icd10cm.index().fingerprint()],
        base: None,
        sources: rows.sources.clone(),
        counts: vec![
            ("policies".to_owned(), rows.policies.len() as u64),
            ("procedures".to_owned(), tests_of.iter().filter(|t| !t.is_empty()).count() as u64),
            ("pairs".to_owned(), pairs),
        ],
    };
    let mut writer = PackWriter::default();
    writer.u32s("starts", starts);
    writer.u32s("links", links);
    writer.u32s("tests", tests.into_iter().flatten());
    writer.u32s("groups", groups);
    writer.u32s("sets", [0].into_iter().chain(sets.starts));
    writer.u32s("instances", instances);
    writer.section("names", names);
    texts.finish(&mut writer);
    writer.rest_is_later();
    writer.u32s("codes", sets.codes);
    writer.finish(&description)
}
