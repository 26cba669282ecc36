//! Codes that are near another, among sorted codes of up to eight characters, each packed into a number from its highest byte on.

use std::ops::Range;

/// Places of the codes that differ from a code of so many characters by one character put in, left out or mistaken, or by two swapped;
/// some twice.
///
/// Goes along the code, with the range of the codes that begin as it does so far, and within that range looks for what each edit at this
/// character would give.
pub(super) fn away(codes: &[u64], code: u64, len: usize) -> Vec<u32> {
    let mut found = Vec::new();
    let mut begun = 0..codes.len();
    for at in 0..=len.min(7) {
        let shift = 56 - at * 8;
        // What stands before this character, from it on, and after it; it alone, and the next.
        let before = code & !(u64::MAX >> (at * 8));
        let from = code & (u64::MAX >> (at * 8));
        let own = from & 0xFF << shift;
        let after = from ^ own;
        let next = after & 0xFF << shift >> 8;
        let mut look = |range: &Range<usize>, sought: u64| {
            if let Ok(place) = codes[range.clone()].binary_search(&sought) {
                found.push((range.start + place) as u32);
            }
        };
        // Put in by the writer; swapped with the next.
        if at < len {
            look(&begun, before | after << 8);
        }
        if at + 1 < len && next << 8 != own {
            look(&begun, code ^ own ^ next | next << 8 | own >> 8);
        }
        let mut same = 0..0;
        let mut start = begun.start + codes[begun.clone()].partition_point(|&c| c <= before);
        while start < begun.end {
            let character = codes[start] >> shift;
            let end = start + codes[start..begun.end].partition_point(|&c| c >> shift == character);
            let range = start..end;
            let here = before | (character & 0xFF) << shift;
            // Left out by the writer; mistaken.
            look(&range, here | from >> 8);
            if at < len && here == before | own {
                same = range;
            } else if at < len {
                look(&range, here | after);
            }
            start = end;
        }
        begun = same;
    }
    found
}
