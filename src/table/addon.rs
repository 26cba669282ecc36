//! Add-on codes (NCCI): procedures that are paid only beside a primary procedure.

use super::format::{Description, Pack, PackWriter, Section, u16_at, u32_at};
use super::index::{CodeIndex, Rank};
use super::text::{TextBuilder, TextStore};
use crate::code::Procedure;
use crate::error::PackError;
use crate::{Date, DateRange};

const LINK: usize = 8;
const TERMS: usize = 16;
const CONTRACTOR: u32 = u32::MAX;

/// Add-on codes with their primaries.
pub struct AddOnTable {
    pack: Pack,
    /// By rank of the add-on code: where its links begin.
    starts: Section,
    /// Primary and terms.
    links: Section,
    terms: Section,
    notes: TextStore,
}

/// Who says which primaries an add-on code has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum AddOnType {
    /// 1: CMS lists all of them.
    #[serde(rename = "1")]
    Listed,
    /// 2: the contractor says; CMS lists none.
    #[serde(rename = "2")]
    Contractor,
    /// 3: CMS lists some, the contractor may say more.
    #[serde(rename = "3")]
    Both,
}

impl AddOnType {
    /// The digit that CMS prints.
    pub fn digit(self) -> u8 {
        match self {
            AddOnType::Listed => 1,
            AddOnType::Contractor => 2,
            AddOnType::Both => 3,
        }
    }

    /// From the digit that CMS prints.
    pub(crate) fn of(digit: u8) -> Option<AddOnType> {
        match digit {
            1 => Some(AddOnType::Listed),
            2 => Some(AddOnType::Contractor),
            3 => Some(AddOnType::Both),
            _ => None,
        }
    }
}

/// One row: an add-on code and one primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddOnEdit {
    /// The add-on code.
    pub add_on: Rank,
    /// Its primary; `None` where the contractor says which.
    pub primary: Option<Rank>,
    /// Who says which primaries there are.
    pub kind: AddOnType,
    /// First and last day in force.
    pub window: DateRange,
    note: u32,
}

impl AddOnTable {
    pub(crate) fn open(pack: Pack, kind: &str, index: &CodeIndex) -> Result<AddOnTable, PackError> {
        pack.expect_kind(kind)?;
        index.expect_built_on(&pack)?;
        let table = AddOnTable {
            starts: pack.section("starts", 4)?,
            links: pack.section("links", LINK)?,
            terms: pack.section("terms", TERMS)?,
            notes: TextStore::open(&pack)?,
            pack,
        };
        let (expected, got) = (index.len() + 1, table.starts.count(4));
        if expected != got {
            let what = format!("{got} records, expected {expected}");
            return Err(PackError::Section { section: "starts", what });
        }
        Ok(table)
    }

    /// What the table is and from when to when it knows.
    pub fn description(&self) -> &Description {
        self.pack.description()
    }

    /// The rows of an add-on code, of any date; none if it is not an add-on code.
    #[inline]
    pub fn rows(&self, add_on: Rank) -> impl Iterator<Item = AddOnEdit> + '_ {
        let starts = self.pack.bytes(self.starts);
        let first = u32_at(starts, add_on.at() * 4) as usize;
        let end = (u32_at(starts, add_on.at() * 4 + 4) as usize).min(self.links.count(LINK));
        (first..end).map(move |at| self.row(add_on, at))
    }

    fn row(&self, add_on: Rank, at: usize) -> AddOnEdit {
        let links = self.pack.bytes(self.links);
        let primary = u32_at(links, at * LINK);
        let terms = self.pack.bytes(self.terms);
        let at = u32_at(links, at * LINK + 4) as usize * TERMS;
        let day = |at| Date::from_number_unchecked(u32_at(terms, at));
        AddOnEdit {
            add_on,
            primary: (primary != CONTRACTOR).then_some(Rank(primary)),
            kind: AddOnType::of(u16_at(terms, at + 8) as u8).unwrap_or(AddOnType::Contractor),
            window: DateRange { from: day(at), to: day(at + 4) },
            note: u32_at(terms, at + 12),
        }
    }

    /// CMS's instruction on the row; mostly empty.
    pub fn note(&self, row: &AddOnEdit) -> String {
        self.notes.get(&self.pack, row.note)
    }

    /// The rows in which a code is the primary. Walks through the whole table: for people, not for checks.
    pub fn rows_of_primary(&self, primary: Rank) -> Vec<AddOnEdit> {
        let codes = self.starts.count(4).saturating_sub(1) as u32;
        (0..codes).flat_map(|add_on| self.rows(Rank(add_on))).filter(|r| r.primary == Some(primary)).collect()
    }
}

/// A row from which the pack is built.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AddOnRow {
    pub(crate) add_on: Procedure,
    pub(crate) primary: Option<Procedure>,
    pub(crate) window: DateRange,
    pub(crate) kind: AddOnType,
    pub(crate) note: String,
}

/// Builds the pack. Rows whose codes the index does not list are left out.
pub(crate) fn build(rows: &[AddOnRow], index: &CodeIndex, mut description: Description) -> Vec<u8> {
    let rank_of = |code: Procedure| index.rank(code.text().as_bytes());
    let mut texts = TextBuilder::default();
    let (mut terms, mut term_bytes): (Vec<(AddOnType, DateRange, u32)>, Vec<u8>) = (vec![], vec![]);
    let mut links: Vec<(Rank, u32, u32)> = Vec::new();
    for row in rows {
        let Some(add_on) = rank_of(row.add_on) else { continue };
        let primary = match row.primary {
            None => CONTRACTOR,
            Some(code) => match rank_of(code) {
                Some(rank) => rank.0,
                None => continue,
            },
        };
        let of = (row.kind, row.window, texts.add(&row.note));
        let at = terms.iter().position(|t| *t == of).unwrap_or_else(|| {
            term_bytes.extend_from_slice(&of.1.from.number().to_le_bytes());
            term_bytes.extend_from_slice(&of.1.to.number().to_le_bytes());
            term_bytes.extend_from_slice(&u32::from(of.0.digit()).to_le_bytes());
            term_bytes.extend_from_slice(&of.2.to_le_bytes());
            terms.push(of);
            terms.len() - 1
        });
        links.push((add_on, primary, at as u32));
    }
    links.sort_unstable();
    links.dedup();
    let mut starts = Vec::with_capacity(index.len() + 1);
    let mut at = 0;
    let mut add_ons = 0;
    for rank in 0..index.len() as u32 {
        starts.push(at as u32);
        let before = at;
        while links.get(at).is_some_and(|l| l.0.0 == rank) {
            at += 1;
        }
        add_ons += u64::from(at > before);
    }
    starts.push(at as u32);
    description.built_on = vec![index.fingerprint()];
    description.counts = vec![("pairs".to_owned(), links.len() as u64), ("add-on codes".to_owned(), add_ons)];
    let mut writer = PackWriter::default();
    writer.u32s("starts", starts);
    writer.u32s("links", links.iter().flat_map(|l| [l.1, l.2]));
    writer.section("terms", term_bytes);
    texts.finish(&mut writer);
    writer.finish(&description)
}
