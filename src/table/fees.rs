//! The physician fee schedule's indicators: what Medicare's relative value file says of each procedure, beside its price.

use std::collections::BTreeSet;

use super::editions::{Edition, Editions};
use super::format::{Description, Pack, PackWriter, Section, u16_at, u32_at};
use super::index::{CodeIndex, Rank};
use crate::code::{Modifier, Procedure};
use crate::error::PackError;
use crate::{Date, DateRange};

const COMPONENT: usize = 12;

/// The indicators of every release that was added.
pub struct FeeTable {
    pack: Pack,
    editions: Editions,
    /// Rows for a modifier (26, TC, 53), by edition, code and modifier.
    components: Section,
}

/// The days before or after an operation that its price covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Global {
    /// 000: the day itself.
    #[serde(rename = "000")]
    Day,
    /// 010: ten days after.
    #[serde(rename = "010")]
    Ten,
    /// 090: ninety days after and one before.
    #[serde(rename = "090")]
    Ninety,
    /// MMM: maternity.
    #[serde(rename = "MMM")]
    Maternity,
    /// XXX: the concept does not apply.
    #[serde(rename = "XXX")]
    None,
    /// YYY: the contractor says.
    #[serde(rename = "YYY")]
    Contractor,
    /// ZZZ: another service's, to which this one is added.
    #[serde(rename = "ZZZ")]
    AddOn,
}

impl Global {
    const ALL: [(Global, &'static str); 7] = [
        (Global::Day, "000"),
        (Global::Ten, "010"),
        (Global::Ninety, "090"),
        (Global::Maternity, "MMM"),
        (Global::None, "XXX"),
        (Global::Contractor, "YYY"),
        (Global::AddOn, "ZZZ"),
    ];

    /// As CMS prints it.
    pub fn text(self) -> &'static str {
        Global::ALL.iter().find(|(g, _)| *g == self).map_or("", |(_, t)| t)
    }

    /// From what CMS prints.
    pub(crate) fn of(text: &str) -> Option<Global> {
        Global::ALL.iter().find(|(_, t)| *t == text).map(|(g, _)| *g)
    }
}

/// What the file says of a procedure, each as the character that CMS prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Indicators {
    /// Status: `A` active, `X` excluded by law, `I` not valid for Medicare, …
    pub status: char,
    /// Global days.
    pub global: Global,
    /// Professional and technical component, 0 to 9.
    pub components: u8,
    /// Multiple procedures.
    pub multiple: u8,
    /// Bilateral surgery: 0, 1, 2, 3, 9.
    pub bilateral: u8,
    /// Assistant at surgery: 0, 1, 2, 9.
    pub assistant: u8,
    /// Co-surgeons: 0, 1, 2, 9.
    pub co_surgeons: u8,
    /// Team surgery: 0, 1, 2, 9.
    pub team: u8,
}

/// Has the code rows of its own for modifiers? The bit above the indicators.
const HAS_COMPONENTS: u32 = 1 << 31;

impl Indicators {
    /// Five bits of status, three of global days, four of each digit but for co-surgeons and team, which share five values.
    fn pack(self) -> u32 {
        let digit = |d: u8| u32::from(d & 15);
        let status = (self.status as u32).wrapping_sub('A' as u32 - 1) & 31;
        let global = Global::ALL.iter().position(|(g, _)| *g == self.global).unwrap_or(0) as u32;
        // Team and co-surgeons are 0, 1, 2 or 9: nine becomes three.
        let short = |d: u8| u32::from(d).min(3);
        status
            | global << 5
            | digit(self.components) << 8
            | digit(self.multiple) << 12
            | digit(self.bilateral) << 16
            | digit(self.assistant) << 20
            | short(self.co_surgeons) << 24
            | short(self.team) << 26
    }

    fn unpack(bits: u32) -> Indicators {
        let digit = |at: u32| (bits >> at & 15) as u8;
        let short = |at: u32| match (bits >> at & 3) as u8 {
            3 => 9,
            d => d,
        };
        Indicators {
            status: char::from(b'A' - 1 + (bits & 31) as u8),
            global: Global::ALL.get((bits >> 5 & 7) as usize).map_or(Global::None, |(g, _)| *g),
            components: digit(8),
            multiple: digit(12),
            bilateral: digit(16),
            assistant: digit(20),
            co_surgeons: short(24),
            team: short(26),
        }
    }
}

impl FeeTable {
    pub(crate) fn open(pack: Pack, kind: &str, index: &CodeIndex) -> Result<FeeTable, PackError> {
        pack.expect_kind(kind)?;
        let editions = Editions::open(&pack, index)?;
        Ok(FeeTable { editions, components: pack.section("components", COMPONENT)?, pack })
    }

    /// What the table is and from when to when it knows.
    pub fn description(&self) -> &Description {
        self.pack.description()
    }

    /// The release of a day: the newest that had begun; `None` before the first.
    #[inline]
    pub fn edition(&self, day: Date) -> Option<Edition> {
        self.editions.on(&self.pack, day)
    }

    /// The days for which a release stands.
    pub fn window(&self, edition: Edition) -> DateRange {
        self.editions.window(&self.pack, edition.number)
    }

    /// What a release says of a code without a modifier.
    #[inline]
    pub fn indicators(&self, edition: Edition, rank: Rank) -> Option<Indicators> {
        let bits = self.editions.value(&self.pack, edition.number, rank);
        (bits != 0).then(|| Indicators::unpack(bits))
    }

    /// What a release says of a code with a modifier, where it has a row for that.
    pub fn component(&self, edition: Edition, rank: Rank, modifier: Modifier) -> Option<Indicators> {
        if self.editions.value(&self.pack, edition.number, rank) & HAS_COMPONENTS == 0 {
            return None;
        }
        let bytes = self.pack.bytes(self.components);
        let wanted = component_key(edition.number, rank, modifier);
        let key = |i: usize| {
            let at = i * COMPONENT;
            let high = u64::from(u16_at(bytes, at + 4)) << 48 | u64::from(u32_at(bytes, at)) << 16;
            high | u64::from(u16_at(bytes, at + 6))
        };
        let (mut low, mut high) = (0, self.components.count(COMPONENT));
        while low < high {
            let mid = usize::midpoint(low, high);
            if key(mid) < wanted { low = mid + 1 } else { high = mid }
        }
        let found = low < self.components.count(COMPONENT) && key(low) == wanted;
        found.then(|| Indicators::unpack(u32_at(bytes, low * COMPONENT + 8)))
    }
}

/// Orders the rows for modifiers.
fn component_key(edition: usize, rank: Rank, modifier: Modifier) -> u64 {
    (edition as u64) << 48 | u64::from(rank.0) << 16 | u64::from(u16::from_be_bytes(modifier.bytes()))
}

/// One release's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FeeRows {
    pub(crate) window: DateRange,
    pub(crate) rows: Vec<FeeRow>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FeeRow {
    pub(crate) code: Procedure,
    pub(crate) modifier: Option<Modifier>,
    pub(crate) indicators: Indicators,
}

impl FeeRows {
    /// Builds the pack from one or more releases.
    pub(crate) fn build(releases: &[FeeRows], index: &CodeIndex, mut description: Description) -> Vec<u8> {
        let mut releases: Vec<&FeeRows> = releases.iter().collect();
        releases.sort_by_key(|r| r.window);
        let mut components: Vec<(u64, u32)> = Vec::new();
        let mut editions = Vec::new();
        for (number, release) in releases.iter().enumerate() {
            let mut values: Vec<(Rank, u32)> = Vec::new();
            for row in &release.rows {
                let Some(rank) = index.rank(row.code.text().as_bytes()) else { continue };
                match row.modifier {
                    None => values.push((rank, row.indicators.pack())),
                    Some(m) => components.push((component_key(number, rank, m), row.indicators.pack())),
                }
            }
            let own: BTreeSet<u64> = components.iter().map(|c| c.0 >> 16).collect();
            for (rank, value) in &mut values {
                if own.contains(&(component_key(number, *rank, Modifier::constant(&[0, 0])) >> 16)) {
                    *value |= HAS_COMPONENTS;
                }
            }
            editions.push((release.window, values));
        }
        components.sort_unstable();
        description.counts = vec![
            ("releases".to_owned(), releases.len() as u64),
            ("rows".to_owned(), releases.last().map_or(0, |r| r.rows.len()) as u64),
        ];
        let mut writer = PackWriter::default();
        Editions::build(index, editions, &mut writer, &mut description);
        let mut bytes = Vec::with_capacity(components.len() * COMPONENT);
        for (key, value) in components {
            bytes.extend_from_slice(&((key >> 16) as u32).to_le_bytes());
            bytes.extend_from_slice(&((key >> 48) as u16).to_le_bytes());
            bytes.extend_from_slice(&(key as u16).to_le_bytes());
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        writer.section("components", bytes);
        writer.finish(&description)
    }
}
