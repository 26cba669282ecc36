//! Digits read all at once.

/// The number that eight digits are, the first in the lowest byte, and its third and fourth pair of digits; all at once: neighbours become two digits,
/// those four, those eight.
#[inline]
pub(crate) fn eight_digits(text: u64) -> Option<[u32; 3]> {
    // A digit has 3 in its upper half, and still has after 6 was added.
    if text & text.wrapping_add(0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0 != 0x3030_3030_3030_3030 {
        return None;
    }
    let ones = text & 0x0F0F_0F0F_0F0F_0F0F;
    let twos = (ones * 10 + (ones >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (twos * 100 + (twos >> 16)) & 0x0000_FFFF_0000_FFFF;
    let number = (fours as u32) * 10_000 + (fours >> 32) as u32;
    Some([number, (twos >> 32) as u32 & 0xFF, (twos >> 48) as u32])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(number: u32) -> [u32; 3] {
        [number, number / 100 % 100, number % 100]
    }

    proptest::proptest! {
        #[test]
        fn eight_digits_are_their_number(text in "[/-:]{8}", byte in 0u8.., at in 0usize..8) {
            let mut bytes: [u8; 8] = text.as_bytes().try_into().unwrap();
            for _ in 0..2 {
                let digits = bytes.iter().all(u8::is_ascii_digit);
                let number = digits.then(|| std::str::from_utf8(&bytes).unwrap().parse().unwrap());
                proptest::prop_assert_eq!(eight_digits(u64::from_le_bytes(bytes)), number.map(parts));
                bytes[at] = byte;
            }
        }

        #[test]
        fn all_digits_are_read(number in 0u32..=99_999_999) {
            let bytes = format!("{number:08}").into_bytes().try_into().unwrap();
            proptest::prop_assert_eq!(eight_digits(u64::from_le_bytes(bytes)), Some(parts(number)));
        }
    }
}
