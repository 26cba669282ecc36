//! Numbers of a query: a title that says "40.0-44.9" or "70 or greater" has those between.

/// The number that a word is. A single digit is none: "type 2" and "stage 3" are names, and many titles have one.
pub(super) fn number_of(word: &str) -> Option<u32> {
    let is_number = (2..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| word.parse().ok()).flatten()
}

/// How many other numbers a text has in the range in which the number lies; `None` if there is no such range.
pub(super) fn others_in_range(text: &str, number: u32) -> Option<usize> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = f64::from(number);
    let says = |at: usize, what: &[&str]| words.get(at).is_some_and(|word| what.contains(&bare(word)));
    words.iter().enumerate().find_map(|(i, word)| {
        let word = bare(word);
        let holds = match word.split_once('-') {
            // To the end of the last: 44.9 has all of 44, and 19 all of 19.
            Some((first, last)) => limit(first)? <= number && number < limit(last)?.floor() + 1.0,
            None => {
                let limit = limit(word)?;
                // "Or more" may follow a unit: "24 hours or more".
                let or = [i + 1, i + 2].into_iter().find(|&at| says(at, &["or"])).unwrap_or(usize::MAX);
                let than = i.checked_sub(2).filter(|_| says(i - 1, &["than"])).unwrap_or(usize::MAX);
                says(or.saturating_add(1), &["more", "greater", "over"]) && number >= limit
                    || says(or.saturating_add(1), &["less", "under"]) && number <= limit
                    || says(than, &["less", "Less"]) && number < limit
                    || says(than, &["more", "greater"]) && number > limit
            }
        };
        holds.then(|| {
            let numbers = word.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
            numbers.filter(|digits| limit(digits) != Some(number)).count()
        })
    })
}

/// A word without what is written around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_ascii_alphanumeric())
}

fn limit(text: &str) -> Option<f64> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_what_lies_between_its_limits() {
        for (text, from, to, numbers) in [
            ("Body mass index [BMI] 40.0-44.9, adult", 40, 44, &[40, 0, 44, 9][..]),
            ("Body mass index [BMI] 70 or greater, adult", 70, 9999, &[70]),
            ("Body mass index [BMI] 19.9 or less, adult", 0, 19, &[19, 9]),
            ("Burns involving 10-19% of body surface with 0% to 9% third degree burns", 10, 19, &[10, 19]),
            ("Burns involving 90% or more of body surface", 90, 9999, &[90]),
            ("Loss of consciousness 24 hours or more", 24, 9999, &[24]),
            ("Less than 8 weeks gestation of pregnancy", 0, 7, &[8]),
            ("Glasgow coma scale score 9-12, at arrival", 9, 12, &[9, 12]),
        ] {
            for number in 0..=9999 {
                let others = numbers.iter().filter(|other| **other != number).count();
                let expected = (from..=to).contains(&number).then_some(others);
                assert_eq!(others_in_range(text, number), expected, "{number} in {text}");
            }
        }
        for text in [
            "Type 2 diabetes mellitus",
            "COVID-19",
            "non-ST",
            "1-",
            "-",
            "",
            "Spotted or more",
            "A-9 or",
            "less than",
        ] {
            assert_eq!(others_in_range(text, 2), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_short_and_of_digits() {
        assert_eq!(
            ["42", "007", "12345", "4a", "", "4"].map(number_of),
            [Some(42), Some(7), None, None, None, None]
        );
    }
}
