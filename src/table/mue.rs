//! Medically unlikely edits (NCCI): the most units of a procedure that are paid on a line or a day.

use super::editions::{Edition, Editions};
use super::format::{Description, Pack, PackWriter};
use super::index::{CodeIndex, Rank};
use super::text::{TextBuilder, TextStore};
use crate::code::Procedure;
use crate::error::PackError;
use crate::{Date, DateRange};

/// The limits of one setting (practitioner, outpatient hospital, supplier), each edition for its quarter.
pub struct MueTable {
    pack: Pack,
    editions: Editions,
    rationales: TextStore,
}

/// How a limit is applied: the MUE adjudication indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Adjudication {
    /// 1: each line by itself.
    #[serde(rename = "1")]
    Line,
    /// 2: all units of a day; based on policy, absolute.
    #[serde(rename = "2")]
    DayPolicy,
    /// 3: all units of a day; documentation may support more.
    #[serde(rename = "3")]
    DayClinical,
}

/// A limit, packed: 22 bits of value, 2 of adjudication, 8 of rationale. Never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(std::num::NonZeroU32);

impl Limit {
    /// More than that the pack cannot hold, and nobody bills.
    pub(crate) const MOST: u32 = (1 << 22) - 1;
    /// Distinct rationales that the pack holds.
    pub(crate) const RATIONALES: usize = 1 << 8;

    fn of(value: u32, adjudication: Adjudication, rationale: u32) -> u32 {
        (value.min(Limit::MOST) << 10) | (u32::from(adjudication.digit()) << 8) | (rationale & 255)
    }

    /// Units.
    #[inline]
    pub fn value(self) -> u32 {
        self.0.get() >> 10
    }

    /// How it is applied.
    #[inline]
    pub fn adjudication(self) -> Adjudication {
        match self.0.get() >> 8 & 3 {
            1 => Adjudication::Line,
            2 => Adjudication::DayPolicy,
            _ => Adjudication::DayClinical,
        }
    }
}

impl Adjudication {
    /// The digit that CMS prints.
    pub fn digit(self) -> u8 {
        match self {
            Adjudication::Line => 1,
            Adjudication::DayPolicy => 2,
            Adjudication::DayClinical => 3,
        }
    }

    /// From the digit that CMS prints.
    pub(crate) fn of(digit: u8) -> Option<Adjudication> {
        match digit {
            1 => Some(Adjudication::Line),
            2 => Some(Adjudication::DayPolicy),
            3 => Some(Adjudication::DayClinical),
            _ => None,
        }
    }
}

impl MueTable {
    pub(crate) fn open(pack: Pack, kind: &str, index: &CodeIndex) -> Result<MueTable, PackError> {
        pack.expect_kind(kind)?;
        Ok(MueTable { editions: Editions::open(&pack, index)?, rationales: TextStore::open(&pack)?, pack })
    }

    /// What the table is and from when to when it knows.
    pub fn description(&self) -> &Description {
        self.pack.description()
    }

    /// The edition of a day: the newest that had begun; `None` before the first.
    #[inline]
    pub fn edition(&self, day: Date) -> Option<Edition> {
        self.editions.on(&self.pack, day)
    }

    /// The days for which an edition stands.
    pub fn window(&self, edition: Edition) -> DateRange {
        self.editions.window(&self.pack, edition.number)
    }

    /// The limit of a code; `None` if the edition has none, which does not mean that there is none.
    #[inline]
    pub fn limit(&self, edition: Edition, rank: Rank) -> Option<Limit> {
        std::num::NonZeroU32::new(self.editions.value(&self.pack, edition.number, rank)).map(Limit)
    }

    /// CMS's reason for the limit.
    pub fn rationale(&self, limit: Limit) -> String {
        self.rationales.get(&self.pack, limit.0.get() & 255)
    }
}

/// One edition's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MueRows {
    pub(crate) window: DateRange,
    pub(crate) limits: Vec<MueRow>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MueRow {
    pub(crate) code: Procedure,
    pub(crate) value: u32,
    pub(crate) adjudication: Adjudication,
    pub(crate) rationale: String,
}

impl MueRows {
    /// Builds the pack from one or more editions of a setting.
    pub(crate) fn build(editions: &[MueRows], index: &CodeIndex, mut description: Description) -> Vec<u8> {
        let mut texts = TextBuilder::default();
        let mut rows = Vec::new();
        for edition in editions {
            let mut limits = Vec::with_capacity(edition.limits.len());
            for row in &edition.limits {
                let Some(rank) = index.rank(row.code.text().as_bytes()) else { continue };
                let rationale = texts.add(&row.rationale).min(Limit::RATIONALES as u32 - 1);
                limits.push((rank, Limit::of(row.value, row.adjudication, rationale)));
            }
            rows.push((edition.window, limits));
        }
        let newest = editions.iter().max_by_key(|e| e.window);
        description.counts = vec![
            ("editions".to_owned(), editions.len() as u64),
            ("limits".to_owned(), newest.map_or(0, |e| e.limits.len()) as u64),
        ];
        let mut writer = PackWriter::default();
        Editions::build(index, rows, &mut writer, &mut description);
        texts.finish(&mut writer);
        writer.finish(&description)
    }
}
