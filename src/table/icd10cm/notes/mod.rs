//! Compiles the notes of the ICD-10-CM tabular into code sets.
//!
//! [`parse`] reads one line, [`parse_block`] the lines of one `<excludes1>` (or other) element, whose
//! sub-lines the file does not mark. A line gives the codes it is *about*; codes it mentions in another
//! role are kept apart, and what cannot be read for certain is kept as text and never guessed.

mod code_ref;
mod phrase;

use self::code_ref::CodeRef;
use self::phrase::{Lexeme, Token, list, lists, restriction, tokens};
use super::NoteKind;

/// Whether the lines of such a list stand in alphabetical order, so that a step back ends a sub-list.
fn is_alphabetical(kind: NoteKind) -> bool {
    matches!(kind, NoteKind::Excludes1 | NoteKind::Excludes2)
}

/// What one line says about codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// The codes the line is about: excluded, to be coded first, to be added.
    pub(crate) refs: Vec<CodeRef>,
    /// Codes it takes out of them: `any type except those in B36.-`.
    pub(crate) except: Vec<CodeRef>,
    /// Codes named in another role: `any type in A15 (J65)` is about J65.
    pub(crate) mentions: Vec<CodeRef>,
    /// Parts that hold codes, but could not be read for certain.
    pub(crate) unparsed: Vec<String>,
    /// Whether a clinical condition lifts the note: `... (I05-I09) unless ...`.
    pub(crate) conditional: bool,
}

impl Parsed {
    #[cfg(test)]
    /// Whether the line holds anything that looks like a code.
    #[must_use]
    pub(crate) fn mentions_code(&self) -> bool {
        let Self { refs, except, mentions, unparsed, conditional: _ } = self;
        !(refs.is_empty() && except.is_empty() && mentions.is_empty() && unparsed.is_empty())
    }

    #[cfg(test)]
    /// Whether a code is one the line is about.
    #[must_use]
    pub(crate) fn matches(&self, code: &[u8]) -> bool {
        let any = |refs: &[CodeRef]| refs.iter().any(|one| one.matches(code));
        any(&self.refs) && !any(&self.except)
    }
}

/// A line of a block, with the heading it stands under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// `polyneuropathy (in):`, where the line is part of such a list.
    pub(crate) heading: Option<String>,
    /// The line itself, white space tidied.
    pub(crate) text: String,
    /// The codes of the line; those of the heading are at the heading.
    pub(crate) parsed: Parsed,
}

impl Note {
    #[cfg(test)]
    /// The whole phrase, for a finding to quote.
    #[must_use]
    pub(crate) fn phrase(&self) -> String {
        match &self.heading {
            Some(heading) => format!("{heading} {}", self.text),
            None => self.text.clone(),
        }
    }
}

/// Parses the lines of one element and joins each to its heading, one [`Note`] for each line.
///
/// The file lists headings and sub-lines as equals. A heading ends in a colon. Its list ends with the
/// element, with the next heading or, among excludes, where the alphabet steps back to the heading's
/// level. Where that is uncertain the heading stays: it stands above the line in print, too.
#[must_use]
pub(crate) fn parse_block(kind: NoteKind, notes: &[&str]) -> Vec<Note> {
    let mut heading: Option<String> = None;
    let mut previous = String::new();
    let mut block = Vec::with_capacity(notes.len());
    for note in notes {
        let text = note.split_whitespace().collect::<Vec<_>>().join(" ");
        let parsed = parse(&text);
        if text.ends_with(':') {
            heading = Some(text.clone());
            previous.clear();
            block.push(Note { heading: None, text, parsed });
            continue;
        }
        if is_alphabetical(kind) && heading.as_ref().is_some_and(|above| leaves(above, &previous, &text)) {
            heading = None;
        }
        previous.clone_from(&text);
        block.push(Note { heading: heading.clone(), text, parsed });
    }
    block
}

/// Whether a line is no longer under a heading: it sorts before the line above it, but not before the
/// heading.
fn leaves(heading: &str, previous: &str, line: &str) -> bool {
    let [heading, previous, line] = [heading, previous, line].map(|text| {
        let plain = text.chars().filter(|c| c.is_alphanumeric() || *c == ' ');
        plain.flat_map(char::to_lowercase).collect::<String>()
    });
    line >= heading && line < previous
}

/// Does the line hold codes that cannot be read for certain?
pub(crate) fn has_unread_codes(note: &str) -> bool {
    !parse(note).unparsed.is_empty()
}

/// Parses one line.
#[must_use]
pub(crate) fn parse(note: &str) -> Parsed {
    let tokens = tokens(note);
    let segments = segments(&tokens);
    // Codes in parentheses are what a line is about; codes in its prose then only describe it.
    let enclosed = segments.iter().any(|segment| segment.enclosed && segment.has_code());
    let mut parsed = Parsed::default();
    for (index, segment) in segments.iter().enumerate().filter(|(_, segment)| segment.has_code()) {
        if segment.enclosed {
            let before = index.checked_sub(1).map_or(&[][..], |before| segments[before].tokens);
            let after = segments.get(index + 1).map_or(&[][..], |after| after.tokens);
            match enclosed_list(segment.tokens, after) {
                Some(refs) if is_exception(before, before.len()) => parsed.except.extend(refs),
                Some(refs) => parsed.refs.extend(refs),
                None => parsed.unparsed.push(segment.text(note)),
            }
            parsed.conditional |= after.iter().any(|token| token.is_word("unless"));
        } else if enclosed {
            parsed.mentions.extend(lists(segment.tokens).into_iter().filter_map(|list| list.refs).flatten());
        } else if !prose(segment.tokens, &mut parsed) {
            parsed.unparsed.push(segment.text(note));
        }
    }
    parsed
}

/// A run of tokens without parentheses, inside or outside of them.
struct Segment<'a> {
    tokens: &'a [Token<'a>],
    enclosed: bool,
}

impl Segment<'_> {
    fn has_code(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token.lexeme, Lexeme::Code(_) | Lexeme::Odd))
    }

    fn text(&self, note: &str) -> String {
        let (start, end) =
            (self.tokens.first().map(|token| token.start), self.tokens.last().map(|token| token.end));
        start.zip(end).and_then(|(start, end)| note.get(start..end)).unwrap_or(note).to_owned()
    }
}

fn segments<'a>(tokens: &'a [Token<'a>]) -> Vec<Segment<'a>> {
    let mut depth = 0_usize;
    tokens
        .split_inclusive(|token| matches!(token.lexeme, Lexeme::Open | Lexeme::Close))
        .map(|run| {
            let enclosed = depth > 0;
            let (tokens, change) = match run.split_last() {
                Some((last, rest)) if last.lexeme == Lexeme::Open => (rest, 1),
                Some((last, rest)) if last.lexeme == Lexeme::Close => (rest, -1),
                _ => (run, 0),
            };
            depth = depth.saturating_add_signed(change);
            Segment { tokens, enclosed }
        })
        .collect()
}

/// The codes of a parenthesis that holds nothing else but a restriction, which may also follow it:
/// `(T36-T50) with fifth or sixth character 6`.
fn enclosed_list(tokens: &[Token<'_>], after: &[Token<'_>]) -> Option<Vec<CodeRef>> {
    let start = tokens
        .iter()
        .take_while(|token| token.is_any(&["see", "also", "code", "codes", "category", "categories"]))
        .count();
    let list = tokens.get(start).filter(|token| token.is_code()).map(|_| list(tokens, start))?;
    let (inside, end) = restriction(tokens, list.end)?;
    let (outside, _) = restriction(after, 0)?;
    if !tokens[end..].iter().all(|token| token.is_mark() || token.is_word("}")) {
        return None;
    }
    match (inside, outside) {
        (None, None) => list.refs,
        (Some(one), None) | (None, Some(one)) => one.apply(list.refs?),
        (Some(_), Some(_)) => None,
    }
}

/// Reads codes that stand in the running text. Returns false, and adds nothing, unless every word that
/// could change their meaning is known.
fn prose(tokens: &[Token<'_>], parsed: &mut Parsed) -> bool {
    let (mut refs, mut except, mut mentions) = (None, Vec::new(), Vec::new());
    if tokens.iter().any(|token| token.lexeme == Lexeme::Odd) {
        return false;
    }
    for list in lists(tokens) {
        let before = &tokens[..list.start];
        let Some(codes) = list.refs else { return false };
        if is_exception(tokens, list.start) {
            except.extend(codes);
        } else if matches!(before, [.., one, two] if one.is_word("for") && two.is_any(&["code", "codes"])) {
            mentions.extend(codes);
        } else {
            let cue = before.last().is_some_and(|token| token.is_any(&CUES));
            let known = restriction(tokens, list.end).and_then(|(restriction, end)| {
                let next = tokens[end..].iter().find(|token| !token.is_mark());
                let harmless = next.is_none_or(|token| token.is_any(&HARMLESS));
                let both = before.last().is_some_and(|token| token.is_word("both"));
                (harmless && !both && (cue || !list.bare)).then_some(restriction)
            });
            let codes = match known {
                Some(Some(restriction)) => restriction.apply(codes),
                Some(None) => Some(codes),
                None => None,
            };
            // Two lists are a combination (`in I11.- with any condition in I12.-`), not a set.
            if codes.is_none() || refs.is_some() || !parsed.refs.is_empty() {
                return false;
            }
            refs = codes;
        }
    }
    parsed.refs.extend(refs.into_iter().flatten());
    parsed.except.extend(except);
    parsed.mentions.extend(mentions);
    true
}

/// Words before a category that say it is one.
const CUES: [&str; 9] = ["in", "to", "from", "category", "categories", "code", "codes", "conditions", "see"];

/// Words after a list that leave its meaning alone: `to identify`, `- code to`, `, Weeks of gestation`.
const HARMLESS: [&str; 8] = ["code", "to", "weeks", "see", "except", "excluding", "other", "but"];

/// Whether the words right before a position take out what follows: `except those in`, `other than`.
fn is_exception(tokens: &[Token<'_>], end: usize) -> bool {
    const LINKS: [&str; 14] = [
        "for",
        "those",
        "that",
        "as",
        "in",
        "to",
        "from",
        "the",
        "classified",
        "classifiable",
        "category",
        "categories",
        "code",
        "codes",
    ];
    let mut before = tokens[..end].iter().rev().skip_while(|token| token.is_mark() || token.is_any(&LINKS));
    let Some(last) = before.next() else { return false };
    last.is_any(&["except", "excepting", "excluding", "excludes"])
        || before.next().is_some_and(|first| {
            first.is_word("other") && last.is_word("than") || first.is_word("but") && last.is_word("not")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refs(note: &str) -> String {
        let parsed = parse(note);
        assert!(parsed.unparsed.is_empty(), "{note}: {:?}", parsed.unparsed);
        shown(&parsed.refs)
    }

    fn shown(refs: &[CodeRef]) -> String {
        refs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    fn unparsed(note: &str) -> Vec<String> {
        let parsed = parse(note);
        assert!(parsed.refs.is_empty(), "{note}: {:?}", parsed.refs);
        assert!(parsed.mentions_code(), "{note}");
        parsed.unparsed
    }

    #[test]
    fn single_codes_and_wildcards() {
        assert_eq!(refs("low back strain (S39.012)"), "S39012");
        assert_eq!(refs("secondary diabetes (E08.-)"), "E08");
        assert_eq!(refs("dorsopathies (M50.1.-, M47.2.-)"), "M501 M472");
        assert_eq!(refs("linezolid (T36.8X-)"), "T368X");
        assert_eq!(refs("primary hypertension (I10)"), "I10");
        assert_eq!(refs("seizures (QA0.013, Z3A.-, C7A)"), "QA0013 Z3A C7A");
        assert_eq!(refs("heart disease (See I00-I99)"), "I00-I99");
    }

    #[test]
    fn lists_with_every_separator() {
        assert_eq!(refs("x (J09.X2, J10.1, J11.1)"), "J09X2 J101 J111");
        assert_eq!(refs("x (C43.2-,C44.2-)"), "C432 C442");
        assert_eq!(refs("x (J00-J06; J20-J22)"), "J00-J06 J20-J22");
        assert_eq!(refs("x (I60.-. I61.-, I62.-)"), "I60 I61 I62");
        assert_eq!(refs("x (I70.41-, I70.42-, and I70.43-)"), "I7041 I7042 I7043");
        assert_eq!(refs("x (K50.014, K50.114,)"), "K50014 K50114");
    }

    #[test]
    fn ranges_in_every_spelling() {
        assert_eq!(refs("x (A00-B99)"), "A00-B99");
        assert_eq!(refs("x (O00-O9A)"), "O00-O9A");
        assert_eq!(refs("x (I01.0 -I01.9)"), "I010-I019");
        assert_eq!(refs("x (S00 - S09)"), "S00-S09");
        assert_eq!(refs("x (S00.- to S09.-)"), "S00-S09");
        assert_eq!(refs("x (M05.00 to M05.8A)"), "M0500-M058A");
        assert_eq!(refs("x (F10.-F19.-)"), "F10-F19");
        assert_eq!(refs("x (F10.- -F19.-)"), "F10-F19");
        assert_eq!(refs("x (P28.3- - P28.4-)"), "P283-P284");
        assert_eq!(refs("x (F98.2.-F98.3)"), "F982-F983");
        assert_eq!(refs("x (R10.1-R10.4-)"), "R101-R104");
        assert_eq!(refs("x (A00-R94 and T80-T88.6, T88.8)"), "A00-R94 T80-T886 T888");
        assert_eq!(refs("x (I25.70-I25.73-, I25.79-)"), "I2570-I2573 I2579");
    }

    #[test]
    fn slips_of_the_typesetter() {
        assert_eq!(refs("malignant pleural effusion (J91.0))"), "J910");
        assert_eq!(refs("meconium staining (P96.83 )"), "P9683");
        assert_eq!(refs("electrolyte imbalance (E87.8}"), "E878");
        assert_eq!(refs("absence of knee joint (Z89.52-"), "Z8952");
        assert_eq!(refs("skin of nose C44.301, C44.391)"), "C44301 C44391");
        assert_eq!(refs("gestational diabetes (P70.0)."), "P700");
    }

    #[test]
    fn codes_in_prose() {
        assert_eq!(refs("torticollis NOS M43.6"), "M436");
        assert_eq!(refs("injury to visual cortex S04.04-"), "S0404");
        assert_eq!(refs("hearing loss as classified in H90.-"), "H90");
        assert_eq!(refs("tendinitis as classified in M75-M77"), "M75-M77");
        assert_eq!(refs("code from category T31 or T32 to identify extent"), "T31 T32");
        assert_eq!(refs("code(s) from F11-F16 and F18-F19 to identify manifestations"), "F11-F16 F18-F19");
        assert_eq!(refs("code from category Z3A, Weeks of gestation, to identify the week"), "Z3A");
        assert_eq!(refs("code (B95-B97), to identify infectious agent."), "B95-B97");
        let concussion =
            "in subcategories S06.1- to S06.6-, and S06.81- to S06.89-, code to specified injury";
        assert_eq!(refs(concussion), "S061-S066 S0681-S0689");
        assert_eq!(refs("classifiable to S06.0- to S06.8-code to specified injury"), "S060-S068");
    }

    #[test]
    fn parentheses_beat_prose() {
        let parsed = parse("pneumoconiosis with tuberculosis, any type in A15 (J65)");
        assert_eq!((shown(&parsed.refs), shown(&parsed.mentions)), ("J65".into(), "A15".into()));
        let parsed = parse("any condition in I51.4-I51.9 due to hypertension (I11.-)");
        assert_eq!((shown(&parsed.refs), shown(&parsed.mentions)), ("I11".into(), "I514-I519".into()));
        assert_eq!(refs("postprocedural (I97.190), or during cardiac surgery (I97.790)"), "I97190 I97790");
    }

    #[test]
    fn words_that_are_no_codes() {
        assert!(!parse("vitamin B12 deficiency or folate").mentions_code());
        assert!(!parse("lupus anticoagulant (LAC) finding, H1N1, IQ 70 to 84").mentions_code());
        assert!(!parse("code to site").mentions_code());
        assert_eq!(refs("vitamin B12 deficiency anemia (D51.-)"), "D51");
        assert_eq!(refs("CD30-positive proliferations (C86.6-)"), "C866");
    }

    #[test]
    fn characters_right_after_what_is_written() {
        assert_eq!(refs("neuropathy (E08-E13 with .42)"), "E08-E13 with character 4 42");
        assert_eq!(refs("angiopathy (E08-E13 with .51-.52)"), "E08-E13 with character 4 51-52");
        assert_eq!(refs("arthropathy (E08-E13 with .61-)"), "E08-E13 with character 4 61");
        assert_eq!(refs("drug use (F11-F19 with .15. .25, .95)"), "F11-F19 with character 4 15, 25, 95");
        assert_eq!(refs("dementia (F10-F19, with .17, .97)"), "F10-F19 with character 4 17, 97");
        assert_eq!(refs("mononucleosis (B27.0-B27.9 with .9)"), "B270-B279 with character 5 9");
        assert_eq!(refs("mononucleosis (B27.0-B27.9 with 1)"), "B270-B279 with character 5 1");
        let list = refs("hyperosmolarity (E08, E13 with final characters .00 or .01)");
        assert_eq!(list, "E08 with character 4 00, 01 E13 with character 4 00, 01");
        let acidosis = refs("diabetic acidosis - see categories E08-E10, E13 with ketoacidosis");
        assert_eq!(acidosis, "E08-E10 with character 4 1 E13 with character 4 1");
    }

    #[test]
    fn characters_by_position() {
        assert_eq!(refs("disc (M51.- with fifth character 4)"), "M51 with character 5 4");
        assert_eq!(refs("cough (A37 with fifth-character 1)"), "A37 with character 5 1");
        assert_eq!(refs("amnesia (F10-F19 with 5th character .6)"), "F10-F19 with character 5 6");
        assert_eq!(
            refs("psychosis (F11-F19 with fifth to sixth characters 51)"),
            "F11-F19 with character 5 51"
        );
        assert_eq!(refs("hypercapnia (J96. with 5th character 2)"), "J96 with character 5 2");
        assert_eq!(
            refs("leukemia in remission C91.0-C95.9 with 5th character 1"),
            "C910-C959 with character 5 1"
        );
        assert_eq!(refs("salicylates (T39.0-, with sixth character 1-4)"), "T390 with character 6 1-4");
        assert_eq!(refs("fracture (S92.-with 7th character B)"), "S92 with character 7 B");
        assert_eq!(refs("fracture (S42.- with 7th character B or C)"), "S42 with character 7 B, C");
        assert_eq!(refs("fracture (S32.1--S32.9 with 7th character B)"), "S321-S329 with character 7 B");
        assert_eq!(refs("concussion (S06.0X- with seventh character A)"), "S060X with character 7 A");
        let open = refs("fracture (S52.- with open fracture 7th character)");
        assert_eq!(open, "S52 with character 7 B, C, E, F, H, J, M, N, Q, R");
    }

    #[test]
    fn intent_and_final_characters() {
        assert_eq!(refs("(T36-T65 with fifth or sixth character 1-4 or 6)"), "T36-T65 with intent 1-4, 6");
        assert_eq!(refs("underdosing (T36-T50) with fifth or sixth character 6"), "T36-T50 with intent 6");
        assert_eq!(refs("drug (T36-T50 with fifth or six character 5)"), "T36-T50 with intent 5");
        assert_eq!(refs("(T51-T65 with fifth or sixth character to indicate intent)"), "T51-T65");
        assert_eq!(refs("aphasia (I69. with final characters -20)"), "I69 with end 20");
        assert_eq!(refs("underdosing (T36-T50 with final character 6)"), "T36-T50 with end 6");
    }

    #[test]
    fn exceptions_are_taken_out() {
        let parsed = parse("tinea, any type except those in B36.-");
        assert_eq!((shown(&parsed.refs), shown(&parsed.except)), (String::new(), "B36".into()));
        let parsed = parse("paralysis (complete), except as in G80-G82");
        assert_eq!(shown(&parsed.except), "G80-G82");
        let parsed = parse("infections (A00-B99), other than (A15)");
        assert!(parsed.matches(b"A160") && !parsed.matches(b"A150") && parsed.unparsed.is_empty());
        let parsed = parse("any condition in A00-B99 but not A15.-");
        assert!(parsed.matches(b"A160") && !parsed.matches(b"A150") && parsed.unparsed.is_empty());
        // Words excepted, not codes: the list has done the subtraction already.
        assert_eq!(refs("endocrine disease, except diabetes (E00-E07, E15-E16)"), "E00-E07 E15-E16");
        assert_eq!(refs("allergy status, other than to drugs (Z91.0-)"), "Z910");
    }

    #[test]
    fn conditions_and_scopes() {
        let parsed = parse("diseases of rheumatic origin (I05-I09) unless rheumatic fever is present");
        assert!(parsed.conditional && parsed.refs.len() == 1);
        let parsed = parse("code, if applicable, for codes G31.0-G31.83, G31.85-G31.9, to identify:");
        assert_eq!((parsed.refs.len(), parsed.mentions.len()), (0, 2));
        assert!(parsed.unparsed.is_empty());
    }

    #[test]
    fn what_is_uncertain_stays_text() {
        // A range, or a list without its comma?
        assert_eq!(
            unparsed("deficits (I69.01-I69.11-, I69.81- I69.91-)"),
            ["I69.01-I69.11-, I69.81- I69.91-"]
        );
        assert_eq!(unparsed("deficits (I69.01 I69.11)"), ["I69.01 I69.11"]);
        assert_eq!(unparsed("amphibians (T63.83-R63.81)"), ["T63.83-R63.81"]);
        // Combinations and conditions in words.
        assert_eq!(unparsed("any condition in I11.- with any condition in I12.-").len(), 1);
        assert_eq!(unparsed("classifiable to both I05.0 and I05.2-I05.9, whether or not").len(), 1);
        assert_eq!(unparsed("any condition in N18 and N26 - due to hypertension").len(), 1);
        assert_eq!(unparsed("diabetes (E10.- with retinopathy)"), ["E10.- with retinopathy"]);
        assert_eq!(unparsed("diabetes (E10.-) with retinopathy"), ["E10.-"]);
        assert_eq!(unparsed("diabetes (type 1 E10.-)"), ["type 1 E10.-"]);
        assert_eq!(unparsed("asthma (J45.- with ketoacidosis)").len(), 1);
        // Codes that are none, and a vertebra that is no code.
        assert_eq!(unparsed("x (E114)"), ["E114"]);
        assert_eq!(unparsed("x (S52.12345)"), ["S52.12345"]);
        assert_eq!(unparsed("fracture of T12 vertebra").len(), 1);
    }

    #[test]
    fn headings_join_their_lines() {
        let phrases = |kind, lines: &[&str]| -> Vec<String> {
            parse_block(kind, lines).iter().map(Note::phrase).collect()
        };
        let worms = ["angiostrongyliasis due to:", "Angiostrongylus  cantonensis (B83.2)"];
        assert_eq!(
            phrases(NoteKind::Excludes1, &worms)[1],
            "angiostrongyliasis due to: Angiostrongylus cantonensis (B83.2)"
        );
        let meningitis = ["meningitis (in):", "tuberculosis (A17.0)", "meningoencephalitis (G05)"];
        assert_eq!(
            phrases(NoteKind::Excludes1, &meningitis),
            ["meningitis (in):", "meningitis (in): tuberculosis (A17.0)", "meningoencephalitis (G05)"]
        );
        let first = [", if applicable:", "syphilitic aneurysm (A52.01)", "arterial injury (S25.09)"];
        assert_eq!(phrases(NoteKind::CodeFirst, &first)[2], ", if applicable: arterial injury (S25.09)");
        let two = ["fall in:", "bus (V82.4)", "fall from:", "bus (V82.5)"];
        assert_eq!(phrases(NoteKind::Excludes1, &two)[3], "fall from: bus (V82.5)");
    }

    #[test]
    fn any_text_is_read_without_panic() {
        const PIECES: [&str; 34] = [
            "A00",
            "B99.",
            "S52.01-",
            "E114",
            "S52.12345",
            ".42",
            ".-",
            "-",
            "–",
            "--",
            "(",
            ")",
            ",",
            ";",
            " ",
            "/",
            "with",
            "final",
            "fifth",
            "or",
            "sixth",
            "to",
            "character",
            "1-4",
            "7th",
            "open",
            "fracture",
            "except",
            "for",
            "codes",
            "é",
            "\u{2003}",
            "Z3A",
            ":",
        ];
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |bound: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % bound as u64).unwrap()
        };
        for _ in 0..50_000 {
            let note: String = (0..next(14)).map(|_| PIECES[next(PIECES.len())]).collect();
            let noise: String = (0..next(10)).map(|_| char::from(u8::try_from(next(128)).unwrap())).collect();
            let block = parse_block(NoteKind::Excludes1, &[&note, &noise, &format!("{note} {noise}:")]);
            for note in &block {
                let _ = (note.phrase(), note.parsed.matches(b"S5201XA"), note.parsed.matches(b""));
                let all = note.parsed.refs.iter().chain(&note.parsed.except).chain(&note.parsed.mentions);
                for one in all {
                    assert!(one.first <= one.last && one.first.len() <= 7, "{one}");
                    let _ = one.select(&["", "A00", "S5201XA", "Z3A"]).count();
                }
            }
        }
    }
}
