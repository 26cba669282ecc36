//! What was looked up once: claims use few codes, and an index costs several times as much.

use prefetch_index::prefetch_index;

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

/// As many sets of slots hold all codes of ICD-10-CM.
pub(super) const DIAGNOSES: u32 = 15;
/// As many hold all of CPT and HCPCS.
pub(super) const PROCEDURES: u32 = 13;
/// Slots of a set, one cache line: a code may stand in any of them.
const WAYS: usize = 4;
const NO_RANK: u32 = (1 << 20) - 1;
const NO_HISTORY: u32 = (1 << 12) - 1;

/// A memory of looked-up codes that may forget.
///
/// A code stands in one of the slots of its set or, once that is full, of the set beside it: claims that use all codes of a table evenly find
/// nearly all of them here all the same.
pub(super) struct Memo {
    /// From above a key, the code's facts, the number of its history, its rank. As plain numbers, for zeroed memory of them costs nothing
    /// until it is touched.
    slots: Box<[u128]>,
    /// Slots before the first set, so that every set is one cache line.
    skipped: usize,
    shift: u32,
}

impl Memo {
    /// With two to the power of `sets` sets.
    pub(super) fn new(sets: u32) -> Memo {
        // Key 0 is no code, so that an empty slot never matches.
        let slots = vec![0; (WAYS << sets) + WAYS].into_boxed_slice();
        let skipped = slots.as_ptr().align_offset(WAYS * size_of::<u128>());
        // It may be any number, if the address cannot be known.
        Memo { slots, skipped: if skipped < WAYS { skipped } else { 0 }, shift: 64 - sets }
    }

    #[inline]
    fn set_of(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    #[inline]
    fn sets(&self) -> &[[u128; WAYS]] {
        self.slots[self.skipped..].as_chunks().0
    }

    /// Has the memory fetched where a code will be looked for.
    #[inline]
    pub(super) fn fetch(&self, key: u64) {
        prefetch_index(self.sets(), self.set_of(key));
    }

    /// Looks for a code. The answer is for [`Memo::known`]: whoever has several codes asks for all of them first, so that the memory, which is
    /// what takes time here, is read for all at once.
    #[inline]
    pub(super) fn seek(&self, key: u64) -> Sought {
        let sets = self.sets();
        // Without a branch on what is read: it could not be foreseen.
        sets[self.set_of(key)].iter().fold(Sought { key, found: false, low: 0 }, |sought, &slot| {
            let here = (slot >> 64) as u64 == key;
            Sought {
                found: sought.found | here,
                low: sought.low | (slot as u64 & u64::from(here).wrapping_neg()),
                ..sought
            }
        })
    }

    /// What is known of the code that was sought; looks it up if it was not remembered.
    #[inline]
    pub(super) fn known(&mut self, sought: Sought, look_up: impl FnOnce() -> Known) -> Known {
        if sought.found {
            return unpack(sought.low);
        }
        self.known_beside(sought.key, look_up)
    }

    /// What is known of a code that is not in its own set.
    #[inline(never)]
    fn known_beside(&mut self, key: u64, look_up: impl FnOnce() -> Known) -> Known {
        let at = self.set_of(key);
        let beside = &self.sets()[at ^ 1];
        if let Some(&slot) = beside.iter().find(|&&slot| (slot >> 64) as u64 == key) {
            return unpack(slot as u64);
        }
        let known = look_up();
        let skipped = self.skipped;
        let (sets, _) = self.slots[skipped..].as_chunks_mut::<WAYS>();
        let full = |set: &[u128; WAYS]| set[WAYS - 1] != 0;
        let into = if full(&sets[at]) && !full(&sets[at ^ 1]) { at ^ 1 } else { at };
        remember(&mut sets[into], key, known);
        known
    }
}

/// A code that was looked for.
#[derive(Clone, Copy)]
pub(super) struct Sought {
    key: u64,
    found: bool,
    low: u64,
}

/// What the lower half of a slot says.
#[inline]
fn unpack(low: u64) -> Known {
    let (rank, history) = (low as u32 & NO_RANK, low as u32 >> 20);
    Known {
        rank: (rank != NO_RANK).then_some(Rank(rank)),
        history: (history != NO_HISTORY).then_some(history as u16),
        facts: Facts::from_code((low >> 32) as u32),
    }
}

/// Puts it first, and forgets the last.
#[cold]
fn remember(set: &mut [u128; WAYS], key: u64, known: Known) {
    let rank = known.rank.map_or(NO_RANK, |r| r.0);
    let history = known.history.map_or(NO_HISTORY, u32::from);
    // What does not fit is looked up again each time.
    if known.rank.is_some() && rank >= NO_RANK || known.history.is_some() && history >= NO_HISTORY {
        return;
    }
    // Perhaps it was remembered since: twice in a set it would be read as both.
    if set.iter().any(|&slot| (slot >> 64) as u64 == key) {
        return;
    }
    let low = u64::from(known.facts.of_code()) << 32 | u64::from(history << 20 | rank);
    set.rotate_right(1);
    set[0] = u128::from(key) << 64 | u128::from(low);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_was_looked_up() {
        let mut memo = Memo::new(DIAGNOSES);
        for key in 1..200_000u64 {
            let known = Known {
                rank: (key % 3 != 0).then_some(Rank((key * 7) as u32)),
                history: (key % 5 != 0).then_some((key % 5000) as u16),
                facts: Facts::from_code(key as u32),
            };
            for _ in 0..2 {
                let sought = memo.seek(key << 8);
                assert_eq!(memo.known(sought, || known), known, "{key}");
            }
        }
    }
}
