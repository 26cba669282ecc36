//! Tables whose values belong to a quarter or a year: several editions side by side, each a number a code.

use super::format::{Description, Pack, PackWriter, Section, u32_at};
use super::index::{CodeIndex, Rank};
use crate::error::PackError;
use crate::{Date, DateRange};

const EDITION: usize = 8;

/// Several editions of one table, each with a number for every code of the index; 0 where the edition does not list the code.
pub(super) struct Editions {
    windows: Section,
    values: Section,
    codes: usize,
}

/// The edition that holds on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    pub(super) number: usize,
    /// Is the day after its window, so that it is only the newest there is?
    pub stale: bool,
}

impl Editions {
    pub(super) fn open(pack: &Pack, index: &CodeIndex) -> Result<Editions, PackError> {
        index.expect_built_on(pack)?;
        let of = Editions {
            windows: pack.section("editions", EDITION)?,
            values: pack.section("values", 4)?,
            codes: index.len(),
        };
        let expected = of.windows.count(EDITION) * of.codes;
        let got = of.values.count(4);
        if expected != got {
            let what = format!("{got} values, expected {expected}");
            return Err(PackError::Section { section: "values", what });
        }
        Ok(of)
    }

    pub(super) fn count(&self) -> usize {
        self.windows.count(EDITION)
    }

    pub(super) fn window(&self, pack: &Pack, edition: usize) -> DateRange {
        let bytes = pack.bytes(self.windows);
        let day = |at| Date::from_number_unchecked(u32_at(bytes, at));
        DateRange { from: day(edition * EDITION), to: day(edition * EDITION + 4) }
    }

    /// The newest edition that had begun on the day; `None` before the first.
    #[inline]
    pub(super) fn on(&self, pack: &Pack, day: Date) -> Option<Edition> {
        (0..self.count()).rev().find_map(|number| {
            let window = self.window(pack, number);
            (window.from <= day).then_some(Edition { number, stale: window.to < day })
        })
    }

    /// The number of a code in an edition; 0 if the edition does not list it.
    #[inline]
    pub(super) fn value(&self, pack: &Pack, edition: usize, rank: Rank) -> u32 {
        u32_at(pack.bytes(self.values), (edition * self.codes + rank.at()) * 4)
    }

    /// Writes the sections and what the description says of them.
    pub(super) fn build(
        index: &CodeIndex,
        mut editions: Vec<(DateRange, Vec<(Rank, u32)>)>,
        writer: &mut PackWriter,
        description: &mut Description,
    ) {
        editions.sort_by_key(|(window, _)| *window);
        description.built_on = vec![index.fingerprint()];
        if let (Some((first, _)), Some((last, _))) = (editions.first(), editions.last()) {
            description.from = first.from;
            description.to = last.to;
        }
        writer.u32s("editions", editions.iter().flat_map(|(w, _)| [w.from.number(), w.to.number()]));
        let mut values = vec![0; editions.len() * index.len()];
        for (number, (_, rows)) in editions.iter().enumerate() {
            for &(rank, value) in rows {
                values[number * index.len() + rank.at()] = value;
            }
        }
        writer.u32s("values", values);
    }
}
