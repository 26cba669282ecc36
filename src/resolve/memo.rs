//! What was looked up once: claims use few codes, and an index costs several times as much.

use super::Facts;
use crate::table::Rank;

/// What is remembered of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Its rank, if the table has it.
    pub(super) rank: Option<Rank>,
    /// The number of its history, if it is small enough to be remembered.
    pub(super) history: Option<u16>,
    /// What it brings with it.
    pub(super) facts: Facts,
}

/// As many sets of slots: half as many slots again as ICD-10-CM has codes.
const SETS: usize = 1 << 15;
/// Slots of a set, one cache line: a code may stand in any of them.
const WAYS: usize = 4;
const NO_RANK: u32 = (1 << 20) - 1;
const NO_HISTORY: u32 = (1 << 12) - 1;

/// A memory of looked-up codes that may forget.
pub(super) struct Memo {
    /// From above a key, the code's facts, the number of its history, its rank. As plain numbers, for zeroed memory of them costs nothing
    /// until it is touched.
    slots: Box<[u128]>,
}

impl Memo {
    pub(super) fn new() -> Memo {
        // Key 0 is no code, so that an empty slot never matches.
        Memo { slots: vec![0; SETS * WAYS].into_boxed_slice() }
    }

    #[inline]
    pub(super) fn get(&mut self, key: u64, look_up: impl FnOnce() -> Known) -> Known {
        let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SETS.trailing_zeros());
        let (sets, _) = self.slots.as_chunks_mut::<WAYS>();
        let set = &mut sets[hash as usize];
        match set.iter().find(|&&slot| (slot >> 64) as u64 == key) {
            Some(&slot) => known(slot as u64),
            None => remember(set, key, look_up()),
        }
    }
}

/// What the lower half of a slot says.
#[inline]
fn known(low: u64) -> Known {
    let (rank, history) = (low as u32 & NO_RANK, low as u32 >> 20);
    Known {
        rank: (rank != NO_RANK).then_some(Rank(rank)),
        history: (history != NO_HISTORY).then_some(history as u16),
        facts: Facts::from_code((low >> 32) as u32),
    }
}

/// Puts it first, and forgets the last.
#[cold]
fn remember(set: &mut [u128; WAYS], key: u64, known: Known) -> Known {
    let rank = known.rank.map_or(NO_RANK, |r| r.0);
    let history = known.history.map_or(NO_HISTORY, u32::from);
    // What does not fit is looked up again each time.
    if known.rank.is_some() && rank >= NO_RANK || known.history.is_some() && history >= NO_HISTORY {
        return known;
    }
    let low = u64::from(known.facts.of_code()) << 32 | u64::from(history << 20 | rank);
    set.rotate_right(1);
    set[0] = u128::from(key) << 64 | u128::from(low);
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_was_looked_up() {
        let mut memo = Memo::new();
        for key in 1..200_000u64 {
            let known = Known {
                rank: (key % 3 != 0).then_some(Rank((key * 7) as u32)),
                history: (key % 5 != 0).then_some((key % 5000) as u16),
                facts: Facts::from_code(key as u32),
            };
            for _ in 0..2 {
                assert_eq!(memo.get(key << 8, || known), known, "{key}");
            }
        }
    }
}
