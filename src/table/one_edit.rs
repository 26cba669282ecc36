//! Codes that are near another, among sorted codes of up to eight digits and capital letters, each packed into a number from its highest
//! byte on.

use std::ops::Range;

/// Sorted codes, and where those of each beginning lie.
pub(super) struct Sorted {
    codes: Box<[u64]>,
    /// By the classes of a code's first three characters: how many codes come before. One more at the end.
    heads: Box<[u32]>,
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
        Sorted { codes: codes.into(), heads: heads.into() }
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
    /// Tries every character in the first three places. Behind them goes along the code, with the range of the codes that begin as it does so
    /// far, and within that range looks for what each edit at this character would give.
    pub(super) fn away(&self, code: u64, len: usize) -> Vec<u32> {
        let mut found = Vec::new();
        let mut look = |range: Range<usize>, sought: u64| {
            if let Ok(place) = self.codes[range.clone()].binary_search(&sought) {
                found.push((range.start + place) as u32);
            }
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
                let shorter = before | after << 8;
                look(self.alike(shorter), shorter);
            }
            if at + 1 < len && next << 8 != own {
                let swapped = code ^ own ^ next | next << 8 | own >> 8;
                look(self.alike(swapped), swapped);
            }
            if at < HEAD {
                for character in (b'0'..=b'9').chain(b'A'..=b'Z') {
                    let here = u64::from(character) << shift;
                    // Left out by the writer; mistaken.
                    let longer = before | here | from >> 8;
                    look(self.alike(longer), longer);
                    if at < len && here != own {
                        look(self.alike(before | here | after), before | here | after);
                    }
                }
                continue;
            }
            let mut same = 0..0;
            let mut start = begun.start + self.codes[begun.clone()].partition_point(|&c| c <= before);
            while start < begun.end {
                let character = self.codes[start] >> shift;
                let end = start + self.codes[start..begun.end].partition_point(|&c| c >> shift == character);
                let here = before | (character & 0xFF) << shift;
                look(start..end, here | from >> 8);
                if at < len && here == before | own {
                    same = start..end;
                } else if at < len {
                    look(start..end, here | after);
                }
                start = end;
            }
            begun = same;
        }
        found
    }
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
