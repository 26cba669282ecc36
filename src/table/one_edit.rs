//! Codes that are near another, among sorted codes of up to eight digits and capital letters, each packed into a number from its highest
//! byte on.

use std::ops::Range;

/// Sorted codes, and where those of each beginning lie.
pub(super) struct Sorted {
    codes: Box<[u64]>,
    /// By the classes of a code's first three characters: how many codes come before. One more at the end.
    heads: Box<[u32]>,
    /// Two bits for each code in one of the words.
    bits: Box<[u64]>,
    /// The characters that codes have in the first places.
    characters: [Vec<u8>; HEAD],
}

/// So many characters of a code are looked up at once.
const HEAD: usize = 3;
/// Classes of characters: none, ten digits, twenty-six letters.
const CLASSES: usize = 37;

impl Sorted {
    pub(super) fn new(codes: Vec<u64>) -> Sorted {
        let mut heads = vec![0; CLASSES.pow(HEAD as u32) + 1];
        for &code in &codes {
            heads[head(code) + 1] += 1;
        }
        let mut before = 0;
        for count in &mut heads {
            before += *count;
            *count = before;
        }
        let mut bits = vec![0; (codes.len() / 4).next_power_of_two()];
        for &code in &codes {
            let (word, of) = bits_of(code, bits.len());
            bits[word] |= of;
        }
        let mut seen = [[false; 256]; HEAD];
        for &code in &codes {
            seen.iter_mut().zip(code.to_be_bytes()).for_each(|(seen, byte)| seen[usize::from(byte)] = true);
        }
        let characters = seen.map(|seen| (1..=u8::MAX).filter(|&byte| seen[usize::from(byte)]).collect());
        Sorted { codes: codes.into(), heads: heads.into(), bits: bits.into(), characters }
    }

    /// Can it be a code? `false` is certain.
    #[inline]
    fn may_have(&self, code: u64) -> bool {
        let (word, of) = bits_of(code, self.bits.len());
        self.bits[word] & of == of
    }

    /// The place of a code.
    pub(super) fn place(&self, code: u64) -> Option<u32> {
        self.place_in(|| self.alike(code), code)
    }

    /// The same, where it is known between which places it must be.
    #[inline]
    fn place_in(&self, range: impl FnOnce() -> Range<usize>, code: u64) -> Option<u32> {
        if !self.may_have(code) {
            return None;
        }
        let range = range();
        let place = self.codes[range.clone()].binary_search(&code).ok()?;
        Some((range.start + place) as u32)
    }

    pub(super) fn get(&self, at: usize) -> Option<u64> {
        self.codes.get(at).copied()
    }

    /// Codes that begin as this one does.
    fn alike(&self, code: u64) -> Range<usize> {
        let head = head(code);
        self.heads[head] as usize..self.heads[head + 1] as usize
    }

    /// Places of the codes that differ from a code of so many characters by one character put in, left out or mistaken, or by two swapped;
    /// some twice.
    ///
    /// Most edits give no code, which the bits say at once. Tries every character in the first three places. Behind them goes along the code, with the
    /// range of the codes that begin as it does so far, and within that range looks for what each edit at this character would give.
    pub(super) fn away(&self, code: u64, len: usize) -> Vec<u32> {
        let mut found = Vec::new();
        let mut search = |range: Option<Range<usize>>, sought: u64| {
            found.extend(self.place_in(|| range.unwrap_or_else(|| self.alike(sought)), sought));
        };
        let mut begun = self.alike(code);
        for at in 0..=len.min(7) {
            let shift = 56 - at * 8;
            // What stands before this character, from it on, and after it; it alone, and the next.
            let before = code & !(u64::MAX >> (at * 8));
            let from = code & (u64::MAX >> (at * 8));
            let own = from & 0xFF << shift;
            let after = from ^ own;
            let next = after & 0xFF << shift >> 8;
            // Put in by the writer; swapped with the next.
            if at < len {
                search(None, before | after << 8);
            }
            if at + 1 < len && next << 8 != own {
                search(None, code ^ own ^ next | next << 8 | own >> 8);
            }
            if at < HEAD {
                // Left out by the writer; mistaken.
                for &character in &self.characters[at] {
                    search(None, before | u64::from(character) << shift | from >> 8);
                }
                let mistaken = if at < len { self.characters[at].as_slice() } else { &[] };
                for &character in mistaken {
                    search(None, before | u64::from(character) << shift | after);
                }
                continue;
            }
            let mut same = 0..0;
            let mut start = begun.start + self.codes[begun.clone()].partition_point(|&c| c <= before);
            while start < begun.end {
                let character = self.codes[start] >> shift;
                let end = start + self.codes[start..begun.end].partition_point(|&c| c >> shift == character);
                let here = before | (character & 0xFF) << shift;
                search(Some(start..end), here | from >> 8);
                if at < len && here == before | own {
                    same = start..end;
                } else if at < len {
                    search(Some(start..end), here | after);
                }
                start = end;
            }
            begun = same;
        }
        // No code is near itself.
        found.retain(|&place| self.codes[place as usize] != code);
        found
    }
}

/// The word of a code among so many, a power of two, and its bits there.
#[inline]
fn bits_of(code: u64, words: usize) -> (usize, u64) {
    let mixed = code.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = mixed ^ mixed >> 32;
    let bit = |shift: u32| 1 << (mixed >> shift & 63);
    // Bits of their own for the word, or the others would say little.
    ((mixed >> 44) as usize & (words - 1), bit(0) | bit(6))
}

/// A number for the first characters of a code that ascends with the codes.
fn head(code: u64) -> usize {
    code.to_be_bytes()[..HEAD].iter().fold(0, |head, &byte| head * CLASSES + class(byte))
}

/// What no code has counts as its neighbour, so that the classes ascend with the characters.
fn class(byte: u8) -> usize {
    usize::from(match byte {
        0..b'0' => 0,
        b'0'..b':' => byte - b'0' + 1,
        b':'..b'A' => 10,
        b'A'..=b'Z' => byte - b'A' + 11,
        _ => 36,
    })
}
