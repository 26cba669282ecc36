//! What was looked up once: claims use few codes, and an index costs several times as much.

use prefetch_index::prefetch_index;
use rustc_hash::FxHashMap;

use super::Facts;
use crate::table::{Letters, Rank};

/// What is remembered of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Its rank, if the table has it.
    pub(super) rank: Option<Rank>,
    /// The number of its history, if it is small enough to be remembered.
    pub(super) history: Option<u16>,
    /// What it brings with it.
    pub(super) facts: Facts,
    /// What its notes can name.
    pub(super) letters: Letters,
}

/// Slots of a set: their marks, then what they say, together one cache line. A code may stand in any of them.
const SLOTS: usize = 8;
const SET: usize = 2 * SLOTS;
/// A mark has so many bits, and together with the number of its set it is the whole code: see [`Memo::place`]. Below them comes [`BESIDE`].
const MARK: u32 = 31;
/// The code stands in the set beside its own.
const BESIDE: u32 = 1;
/// With this many bits of sets at least, a code of seven characters is told apart from all others.
const FEWEST: u32 = 11;

/// A memory of looked-up codes that may forget.
///
/// A code stands in one of the slots of its set or, once that is full, of the set beside it: claims that use all codes of a table evenly find
/// nearly all of them here all the same. A slot has eight bytes, so that all of ICD-10-CM stays in the processor's second cache.
pub(super) struct Memo {
    /// As plain numbers, for zeroed memory of them costs nothing until it is touched. A slot that says 0 is empty.
    slots: Box<[u32]>,
    /// Numbers before the first set, so that every set is one cache line.
    skipped: usize,
    /// The number of sets is two to the power of it.
    sets: u32,
    /// What a slot says: below, so many bits of rank, and above the number of what else is known, from 1.
    rank_bits: u32,
    kinds: Vec<Kind>,
    numbers: FxHashMap<Kind, u32>,
}

/// What many codes have in common.
type Kind = (Option<u16>, Facts, Letters);

impl Memo {
    /// Room for all codes of a table, and some that are none.
    pub(super) fn new(codes: usize) -> Memo {
        let sets = (codes * 5 / 4 / SLOTS).next_power_of_two().trailing_zeros().max(FEWEST);
        let slots = vec![0; (SET << sets) + SET].into_boxed_slice();
        let skipped = slots.as_ptr().align_offset(SET * size_of::<u32>());
        // The number after the last rank says that there is none.
        let rank_bits = usize::BITS - (codes + 1).leading_zeros();
        // It may be any number, if the address cannot be known.
        let skipped = if skipped < SET { skipped } else { 0 };
        Memo { slots, skipped, sets, rank_bits, kinds: vec![], numbers: FxHashMap::default() }
    }

    /// The set of a code and its mark there. Both together are the code and nothing but it: its characters, of which six bits tell digits and
    /// capital letters apart, times an odd number, modulo a power of two.
    #[inline]
    fn place(&self, key: u64) -> (usize, u32) {
        debug_assert!(key & 0xFF == 0, "more than seven characters");
        let closer = |of: u64, low: u64, shift: u32| of & low | (of & low << (shift * 4)) >> shift;
        let pairs = closer(key & 0x3F3F_3F3F_3F3F_3F3F, 0x003F_003F_003F_003F, 2);
        let fours = closer(pairs, 0x0FFF_0000_0FFF, 4);
        // The last six of 48 bits are 0.
        let whole = closer(fours, 0x00FF_FFFF, 8);
        let mixed = (whole >> (17 - self.sets.min(17))).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = mixed & ((1 << (MARK + self.sets)) - 1);
        ((mixed >> MARK) as usize, (mixed as u32) << 1)
    }

    #[inline]
    fn all(&self) -> &[[u32; SET]] {
        self.slots[self.skipped..].as_chunks().0
    }

    /// Has the memory fetched where a code will be looked for.
    #[inline]
    pub(super) fn fetch(&self, key: u64) {
        prefetch_index(self.all(), self.place(key).0);
    }

    /// What is known of a code; looks it up if it was not remembered.
    #[inline]
    pub(super) fn known(&mut self, key: u64, look_up: impl FnOnce() -> Known) -> Known {
        let (at, mark) = self.place(key);
        match said(&self.all()[at], mark) {
            0 => self.known_beside(key, look_up),
            says => self.unpack(says),
        }
    }

    /// What is known of a code that is not in its own set.
    #[inline(never)]
    fn known_beside(&mut self, key: u64, look_up: impl FnOnce() -> Known) -> Known {
        let (at, mark) = self.place(key);
        match said(&self.all()[at ^ 1], mark | BESIDE) {
            0 => {}
            says => return self.unpack(says),
        }
        let known = look_up();
        let Some(says) = self.pack(known) else { return known };
        let skipped = self.skipped;
        let (sets, _) = self.slots[skipped..].as_chunks_mut::<SET>();
        let full = |set: &[u32; SET]| set[SET - 1] != 0;
        match full(&sets[at]) && !full(&sets[at ^ 1]) {
            false => remember(&mut sets[at], mark, says),
            true => remember(&mut sets[at ^ 1], mark | BESIDE, says),
        }
        known
    }

    /// What a slot says.
    #[inline]
    fn unpack(&self, says: u32) -> Known {
        let none = (1 << self.rank_bits) - 1;
        let rank = says & none;
        let &(history, facts, letters) =
            self.kinds.get((says >> self.rank_bits) as usize - 1).unwrap_or(&NOTHING);
        Known { rank: (rank != none).then_some(Rank(rank)), history, facts, letters }
    }

    /// The other way round; `None` if it does not fit: then it is looked up again each time.
    fn pack(&mut self, known: Known) -> Option<u32> {
        let none = (1 << self.rank_bits) - 1;
        let rank = known.rank.map_or(none, |rank| rank.0);
        let kind = (known.history, Facts::from_code(known.facts.of_code()), known.letters);
        let number = match self.numbers.get(&kind) {
            Some(&number) => number,
            None => {
                self.kinds.push(kind);
                let number = self.kinds.len() as u32;
                self.numbers.insert(kind, number);
                number
            }
        };
        let fits = number.leading_zeros() >= self.rank_bits && (known.rank.is_none() || rank < none);
        fits.then_some(number << self.rank_bits | rank)
    }
}

const NOTHING: Kind = (None, Facts::NONE, Letters::NONE);

/// What the slot with a mark says; 0 if there is none. Without a branch on what is read: it could not be foreseen.
#[inline]
fn said(set: &[u32; SET], mark: u32) -> u32 {
    let (marks, says) = set.split_at(SLOTS);
    marks.iter().zip(says).fold(0, |all, (&own, &says)| all | if own == mark { says } else { 0 })
}

/// Puts it first, and forgets the last.
#[cold]
fn remember(set: &mut [u32; SET], mark: u32, says: u32) {
    let (marks, all) = set.split_at_mut(SLOTS);
    for (numbers, first) in [(marks, mark), (all, says)] {
        numbers.rotate_right(1);
        numbers[0] = first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_was_looked_up() {
        let mut memo = Memo::new(200_000);
        for n in 1..200_000u64 {
            // A letter and six characters.
            let digit = |place: u32| {
                u64::from(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(n / 36u64.pow(place) % 36) as usize])
            };
            let key =
                (0..6).fold(u64::from(b'A' + (n % 26) as u8), |key, place| key << 8 | digit(place)) << 8;
            let known = Known {
                rank: (n % 3 != 0).then_some(Rank(n as u32)),
                history: (n % 5 != 0).then_some((n % 500) as u16),
                facts: Facts::from_code((n % 7) as u32),
                letters: Letters::NONE,
            };
            for _ in 0..2 {
                assert_eq!(memo.known(key, || known), known, "{n}");
            }
        }
    }
}
