//! Look-ups through the library: facts checked by hand against the tabular list and the code files.

use cleanclaim::lookup::{Answer, Card, DiagnosisCard, Status, look_up, texts};
use cleanclaim::report::{Extent, answer_text};
use cleanclaim::search::Query;
use cleanclaim::table::{NoteKind, TableKind};
use cleanclaim::{Date, Tables};

fn answer(text: &str, day: &str) -> Answer {
    look_up(&Tables::embedded(), text, day.parse().unwrap())
}

fn on_screen(answer: &Answer) -> String {
    answer_text(answer, Extent::Screen)
}

fn diagnosis(text: &str, day: &str) -> DiagnosisCard {
    match answer(text, day).cards.into_iter().next() {
        Some(Card::Diagnosis(card)) => *card,
        other => panic!("{text}: {other:?}"),
    }
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

#[test]
fn a_billable_code_shows_where_it_stands() {
    let card = diagnosis("e1165", "2026-03-02");
    assert_eq!(card.status, Status::InForce);
    assert_eq!(card.parents.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["E11", "E11.6"]);
    assert_eq!(card.chapter.as_ref().map(|c| c.code.as_str()), Some("4"));
    assert_eq!(card.block.as_ref().map(|b| b.code.as_str()), Some("E08-E13"));
    assert!(card.children.is_empty() && !card.stale);
    // Inclusion terms above are not this code's.
    assert!(card.notes.iter().all(|n| n.kind != NoteKind::Inclusion || n.at == "E11.65"));
    assert!(card.notes.iter().any(|n| n.kind == NoteKind::Excludes1 && n.at == "E11"));
}

#[test]
fn the_day_decides() {
    assert_eq!(diagnosis("M54.5", "2021-09-30").status, Status::InForce);
    let header = diagnosis("M54.5", "2021-10-01");
    assert_eq!((header.status, header.billable_below), (Status::Header, 3));
    let early = diagnosis("M54.50", "2021-09-30");
    assert_eq!((early.status, early.day), (Status::NotYet, day("2021-10-01")));
    let ended = diagnosis("I60.21", "2017-10-01");
    assert_eq!(ended.status, Status::Ended);
    assert!(on_screen(&answer("I60.21", "2017-10-01")).contains("billable      no: ended on "));
    assert_eq!(diagnosis("E11.65", "2015-09-30").status, Status::BeforeTable);
    assert!(diagnosis("E11.65", "2030-01-01").stale);
}

#[test]
fn flags_come_in_words_and_with_their_days() {
    let text = on_screen(&answer("V00.01XA", "2026-03-02"));
    assert!(text.contains("external cause: never listed first"), "{text}");
    let card = diagnosis("O80", "2026-03-02");
    assert!(card.flags.iter().any(|f| f.flag == "maternity" && !f.windows.is_empty()), "{:?}", card.flags);
    for flag in card.flags {
        assert!(flag.windows.windows(2).all(|w| w[0].to.is_some_and(|to| to.add_days(1) < w[1].from)));
    }
}

#[test]
fn seventh_characters_are_spelled_out() {
    let text = on_screen(&answer("S72.001", "2026-03-02"));
    assert!(text.contains("7th character S72.001A  initial encounter for closed fracture\n"), "{text}");
    assert!(!text.contains("below  "), "{text}");
    let text = on_screen(&answer("S72.001A", "2026-03-02"));
    assert!(text.contains("7th character A: initial encounter for closed fracture\n"), "{text}");
    let text = on_screen(&answer("S72", "2026-03-02"));
    assert!(text.contains("7th character one of A B C D "), "{text}");
}

#[test]
fn modifiers_and_places_have_cards_too() {
    let text = on_screen(&answer("11", "2026-03-02"));
    assert_eq!(text, "place of service 11  Office\n  in force      yes\n");
    let text = on_screen(&answer("10", "2021-12-31"));
    assert!(text.contains("in force      no: begins on 2022-01-01"), "{text}");
    assert!(matches!(answer("25", "2026-03-02").cards[0], Card::Modifier(_)));
}

/// Every 150th code and header there ever was, those with the longest titles, and those with the most below them.
fn sample() -> Vec<String> {
    let tables = Tables::embedded();
    let mut all: Vec<(usize, String)> = Vec::new();
    for letter in 'A'..='Z' {
        for digit in 0..10 {
            let beginning = Query::new(format!("{letter}{digit}"), Date::constant(2026, 11, 22));
            let hits = tables.search(&Query { limit: usize::MAX, ..beginning }).hits;
            all.extend(
                hits.into_iter().map(|hit| (hit.title.unwrap_or_default().len(), hit.code.to_string())),
            );
        }
    }
    assert!(all.len() > 90_000, "{} codes", all.len());
    let mut sample: Vec<String> = all.iter().step_by(150).map(|(_, code)| code.clone()).collect();
    all.sort();
    sample.extend(all.iter().rev().take(50).map(|(_, code)| code.clone()));
    sample.extend(
        ["E11", "S72", "T36.0X1A", "Z3A.20", "C7A", "O80", "U07.1", "QA0", "I10", "Z68", "S06"]
            .map(str::to_owned),
    );
    sample
}

#[test]
fn every_card_fits_a_screen() {
    let (tables, mut folded, mut chapters) = (Tables::embedded(), 0, std::collections::BTreeSet::new());
    for code in sample() {
        let answer = look_up(&tables, &code, Date::constant(2026, 11, 22));
        let (screen, full) = (answer_text(&answer, Extent::Screen), answer_text(&answer, Extent::Full));
        for text in [&screen, &full] {
            let widest = text.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(widest.chars().count() <= 80, "{code}: {widest}");
        }
        assert!(screen.lines().count() <= 40, "{code}: {} lines\n{screen}", screen.lines().count());
        // What is left out is told, and nothing else is missing.
        assert_eq!(screen == full, !screen.contains("--full"), "{code}\n{screen}");
        assert!(!full.contains("--full"), "{code}\n{full}");
        folded += usize::from(screen != full);
        let Some(Card::Diagnosis(card)) = answer.cards.first() else { panic!("{code}: {answer:?}") };
        chapters.extend(card.chapter.as_ref().map(|chapter| chapter.code.clone()));
    }
    assert_eq!(chapters.len(), 22, "{chapters:?}");
    assert!(folded > 20, "{folded} cards are longer than a screen");
}

/// What is counted on the screen is what all of the card has more.
#[test]
fn what_does_not_fit_is_counted() {
    let answer = answer("S72.001A", "2026-03-02");
    let Card::Diagnosis(card) = &answer.cards[0] else { panic!() };
    let screen = on_screen(&answer);
    let shown: Vec<_> = screen.lines().collect();
    let at =
        shown.iter().position(|line| line.starts_with("  more notes")).unwrap_or_else(|| panic!("{screen}"));
    let told: usize = shown[at..]
        .join(" ")
        .split(" at ")
        .filter_map(|part| part.rsplit([' ', ',']).next()?.parse::<usize>().ok())
        .sum();
    let begins = |text: &str| text.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    let seen =
        card.notes.iter().filter(|note| shown.iter().any(|line| begins(line) == begins(&note.text))).count();
    assert_eq!(seen + told, card.notes.len(), "{screen}");
    assert!(answer_text(&answer, Extent::Full).contains("Use secondary code(s) from Chapter 20"));
}

#[test]
fn what_is_no_code_says_so() {
    let why = |text: &str| answer(text, "2026-03-02").why.unwrap();
    assert_eq!(why(""), "type a code or words");
    assert_eq!(
        why("250.00"),
        "has the shape of an ICD-9-CM code, which ended on 2015-09-30; look for it by its words"
    );
    assert!(why("99213").starts_with("no table of CPT Category I codes"));
    assert!(why("E1166").starts_with("in no release of ICD-10-CM; no table of HCPCS Level II codes"));
    let near = answer("E11.66", "2026-03-02").nearest;
    assert_eq!(near.iter().take(2).map(|n| n.code.as_str()).collect::<Vec<_>>(), ["E11.65", "E11.69"]);
    // Two characters swapped are one error: no other code is as near.
    let near = answer("E11.56", "2026-03-02").nearest;
    assert!(near.iter().any(|n| n.code == "E11.65"), "{near:?}");
    assert!(answer(&"E".repeat(100_000), "2026-03-02").nearest.is_empty());
}

#[test]
fn codes_are_found_among_words() {
    let texts = |line: &str| texts(&Tables::embedded(), &[line]);
    for (line, expected) in [
        ("99213 RT", &["99213", "RT"][..]),
        ("99213-25", &["99213", "25"]),
        ("20610 rt knee", &["20610", "rt knee"]),
        ("E11.65 hyperglycemia", &["E11.65", "hyperglycemia"]),
        ("diabetes E1165 and hypertension, i10", &["diabetes", "E1165", "hypertension", "i10"]),
        ("E11.65/I10", &["E11.65", "I10"]),
        ("E11.65, I10 and M54.5", &["E11.65", "I10", "M54.5"]),
        ("E11.65 & I10 + M54.5;", &["E11.65", "I10", "M54.5"]),
        ("m545, 99213-25", &["m545", "99213", "25"]),
        ("E11.65.", &["E11.65"]),
        ("E11.65, I10?", &["E11.65", "I10"]),
        ("I10 with heart failure, and asthma", &["I10", "heart failure, and asthma"]),
        ("E08-E13 diabetes", &["E08-E13", "diabetes"]),
        ("E08 - E13", &["E08 - E13"]),
        ("11 25", &["11", "25"]),
        ("E11.65\u{a0}", &["E11.65"]),
        ("\u{200b}E11.65\u{200b}\u{a0}I10", &["E11.65", "I10"]),
        // Words, though some are written as codes are, and as they came.
        ("htn ckd 3b", &["htn ckd 3b"]),
        ("n/v w/o fever ", &["n/v w/o fever "]),
        ("fracture of t12 vertebra", &["fracture of t12 vertebra"]),
        ("pain, low back", &["pain, low back"]),
        ("of the", &["of the"]),
        ("", &[""]),
        ("--", &["--"]),
    ] {
        assert_eq!(texts(line), expected, "{line:?}");
    }
}

#[test]
fn blanks_and_dashes_of_other_kinds_are_no_matter() {
    assert_eq!(diagnosis("E11.65\u{a0}", "2026-03-02").code.to_string(), "E11.65");
    assert_eq!(diagnosis("\u{feff}E11.65\u{200b}", "2026-03-02").code.to_string(), "E11.65");
    let codes = |text: &str| -> Vec<String> {
        answer(text, "2026-03-02").hits.iter().map(|hit| hit.code.to_string()).collect()
    };
    assert_eq!(codes("E08–E13"), codes("E08-E13"));
    assert!(codes("E08-E13").len() == 5);
    // What steers a terminal, or turns the direction of writing, is seen.
    for text in ["xq\u{202e}zxq", "pain\u{202e}knee", "pain\u{9b}knee"] {
        let shown = on_screen(&answer(text, "2026-03-02"));
        assert!(!shown.contains(['\u{202e}', '\u{9b}']) && shown.contains('\u{fffd}'), "{shown:?}");
    }
}

#[test]
fn letters_for_digits_and_digits_for_letters_are_the_nearest() {
    let nearest = |text: &str| -> Vec<String> {
        answer(text, "2026-03-02").nearest.into_iter().map(|near| near.code).collect()
    };
    assert!(nearest("024.4")[0].starts_with("O24.4"), "{:?}", nearest("024.4"));
    assert_eq!(nearest("110")[0], "I10");
    assert_eq!(nearest("E11.6S"), nearest("e116s"));
    assert_eq!(nearest("I1O")[0], "I10");
    assert_eq!(nearest("1E1.65"), ["E11.65"]);
    // No five digits are a diagnosis with a mistake.
    assert!(nearest("99213").is_empty());
}

#[test]
fn a_day_after_the_table_is_told_whatever_was_asked() {
    for text in ["low back pain", "M5", "xqzxqzxqz"] {
        let late = answer(text, "2030-01-01");
        assert_eq!(late.stale.iter().map(|stale| stale.table).collect::<Vec<_>>(), [TableKind::Icd10Cm]);
        let told = format!("2030-01-01 is after {}, the last day", late.stale[0].to);
        let shown = on_screen(&late).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(&told), "{shown}");
        let last = look_up(&Tables::embedded(), text, late.stale[0].to);
        assert!(last.stale.is_empty() && !on_screen(&last).contains("stale"), "{last:?}");
    }
}

#[test]
fn a_code_that_may_be_a_procedure_says_that_no_table_tells() {
    let text = on_screen(&answer("J1100", "2026-03-02"));
    assert!(
        text.starts_with("J11.00  ") && text.contains("\nJ1100: may be a code of HCPCS Level II, too: "),
        "{text}"
    );
    assert!(answer("J11.00", "2026-03-02").also.is_none() && answer("M545", "2026-03-02").also.is_none());
}

/// T07 is a block and its only category: their notes are one list.
#[test]
fn notes_of_one_kind_and_place_have_one_heading() {
    let text = on_screen(&answer("T07", "2026-03-02"));
    assert_eq!(text.matches("\n  Excludes1\n").count(), 1, "{text}");
    assert!(text.contains("injury NOS (T14.90)\n    burns and corrosions"), "{text}");
}

#[test]
fn a_title_that_its_source_cuts_says_so() {
    let text = on_screen(&answer("I60.21", "2017-10-01"));
    assert!(
        text.contains("from right anterior com…\n") && text.contains("  title         cut so in "),
        "{text}"
    );
    // A title of 59 characters that is whole.
    let card = diagnosis("T40.4X6A", "2020-01-01");
    assert_eq!(card.title.as_deref(), Some("Underdosing of other synthetic narcotics, initial encounter"));
}

#[test]
fn a_modifier_that_only_names_a_side_is_no_search() {
    let right = answer("RT", "2026-03-02");
    assert!(right.hits.is_empty() && right.cards.is_empty(), "{right:?}");
    assert!(on_screen(&right).starts_with("RT: no table of HCPCS modifiers; add one with "), "{right:?}");
    assert!(!answer("ms", "2026-03-02").hits.is_empty() && !answer("os", "2026-03-02").hits.is_empty());
}
