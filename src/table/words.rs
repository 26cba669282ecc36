//! Words as people write them and as titles have them: one spelling for both sides of a search.

/// Hands on the words of a text in lower case and without accents; what is joined by a hyphen in parts.
/// A possessive `'s` goes: "Crohn's" is found as "crohns" and "crohn".
pub(crate) fn each_word(text: &str, mut take: impl FnMut(&str)) {
    let mut word = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' | '’' if !word.is_empty() => {
                // The rest of a possessive, or a letter inside a name: "o'clock".
                let mut after = rest.clone();
                let possessive = matches!(after.next(), Some('s' | 'S'))
                    && !after.next().is_some_and(char::is_alphanumeric);
                if possessive {
                    rest.next();
                }
            }
            _ if c.is_alphanumeric() => fold(c, &mut word),
            _ if !word.is_empty() => {
                take(&word);
                word.clear();
            }
            _ => {}
        }
    }
    if !word.is_empty() {
        take(&word);
    }
}

/// The words of a text in a list, see [`each_word`].
pub(crate) fn words_of(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    each_word(text, |word| out.push(word.to_owned()));
    out
}

/// A letter in lower case and without its accent.
fn fold(c: char, word: &mut String) {
    match c {
        _ if c.is_ascii() => word.push(c.to_ascii_lowercase()),
        'à'..='å' | 'À'..='Å' => word.push('a'),
        'æ' | 'Æ' => word.push_str("ae"),
        'ç' | 'Ç' => word.push('c'),
        'è'..='ë' | 'È'..='Ë' => word.push('e'),
        'ì'..='ï' | 'Ì'..='Ï' => word.push('i'),
        'ñ' | 'Ñ' => word.push('n'),
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' => word.push('o'),
        'œ' | 'Œ' => word.push_str("oe"),
        'ù'..='ü' | 'Ù'..='Ü' => word.push('u'),
        _ => word.extend(c.to_lowercase()),
    }
}

/// Plurals that no ending tells.
const IRREGULAR: [(&str, &str); 6] = [
    ("teeth", "tooth"),
    ("feet", "foot"),
    ("lice", "louse"),
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
];

/// The stem under which the forms of a word are one: plurals, -ed and -ing, a final e, and British spellings of the same sound. Nothing
/// else: "diabetic" is another word than "diabetes", and a row of the table of abbreviations says that it means it.
///
/// ```text
/// fractures, fractured, fracture -> fractur      injuries, injury -> injury
/// oedema, edema -> edema                         tumours, tumor -> tumor
/// ```
pub(crate) fn stem(word: &str) -> String {
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == word) {
        return (*one).to_owned();
    }
    let mut stem = word.to_owned();
    if stem.len() <= 3 || !stem.is_ascii() || stem.bytes().any(|b| b.is_ascii_digit()) {
        return stem;
    }
    let cut = |stem: &mut String, n: usize| stem.truncate(stem.len() - n);
    if stem.ends_with("ies") && stem.len() > 4 {
        cut(&mut stem, 3);
        stem.push('y');
    } else if stem.ends_with("sis") && stem.len() > 5 {
        // "Metastases".
        cut(&mut stem, 2);
    } else if ["sses", "shes", "ches", "xes"].iter().any(|e| stem.ends_with(e)) {
        cut(&mut stem, 2);
    } else if stem.ends_with('s') && !["ss", "us", "is"].iter().any(|e| stem.ends_with(e)) {
        cut(&mut stem, 1);
    }
    for ending in ["ing", "ed"] {
        let kept = stem.len().saturating_sub(ending.len());
        let has_vowel = stem[..kept].bytes().any(|b| b"aeiouy".contains(&b));
        if stem.ends_with(ending) && kept >= 4 && has_vowel && !stem.ends_with("eed") {
            cut(&mut stem, ending.len());
            let end = stem.as_bytes();
            // "stopped", but not "falling".
            if end[end.len() - 1] == end[end.len() - 2] && !b"lsz".contains(&end[end.len() - 1]) {
                cut(&mut stem, 1);
            }
            break;
        }
    }
    if stem.ends_with('e') && stem.len() > 4 {
        cut(&mut stem, 1);
    }
    if stem.len() > 4 {
        for (british, american) in
            [("ae", "e"), ("oe", "e"), ("our", "or"), ("yse", "yze"), ("isation", "ization")]
        {
            if stem.contains(british) {
                stem = stem.replace(british, american);
            }
        }
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded() {
        assert_eq!(
            words_of("Crohn's disease, NOS (small-bowel)"),
            ["crohn", "disease", "nos", "small", "bowel"]
        );
        assert_eq!(words_of("Ménière’s; Sjögren  T36.0X1"), ["meniere", "sjogren", "t36", "0x1"]);
        assert_eq!(words_of(" -- '"), Vec::<String>::new());
    }

    #[test]
    fn forms_of_a_word_have_one_stem_and_other_words_another() {
        let same = [
            ["fractures", "fractured"],
            ["injuries", "injury"],
            ["oedema", "edema"],
            ["tumours", "tumor"],
            ["masses", "mass"],
            ["drowning", "drowned"],
            ["bruises", "bruise"],
            ["haemorrhage", "hemorrhages"],
            ["metastasis", "metastases"],
            ["teeth", "tooth"],
        ];
        for [a, b] in same {
            assert_eq!(stem(a), stem(b));
        }
        for [a, b] in [["diabetes", "diabetic"], ["sepsis", "septic"], ["ring", "r"]] {
            assert_ne!(stem(a), stem(b));
        }
        assert_eq!(stem("pelvis"), "pelvis");
        assert_eq!(stem("3b"), "3b");
    }
}
