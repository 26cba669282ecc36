//! What coders type, and what they should get: `tests/data/search_queries.csv`, each row with its source.
#![allow(clippy::print_stdout, reason = "misses are listed")]

use cleanclaim::lookup::{Card, look_up};
use cleanclaim::report::{Extent, answer_text};
use cleanclaim::search::{Found, Hit, How, Query, Via};
use cleanclaim::table::{NoteKind, Status};
use cleanclaim::{Date, Tables};
use proptest::prelude::*;

const DAY: Date = Date::constant(2026, 11, 22);

/// Ranking and abbreviations were made with the first in sight, and the second not looked at. The third was written after that with its codes
/// and sources, before the search was asked: then 89 of its 125 were first and 104 among five, and what it showed to be missing was added.
/// The fourth was written after that, in the same way, and nothing was done for it. The fifth is what attackers of the search asked, and was
/// mended by rules; the sixth was written after that, before it was asked.
const SETS: [&str; 6] = ["tuned", "held out", "blind", "fresh", "later", "second blind"];

struct Row {
    query: String,
    expected: String,
    source: String,
    set: String,
}

fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_path("tests/data/search_queries.csv").unwrap();
    reader.records().map(|r| row(&r.unwrap())).collect()
}

fn row(record: &csv::StringRecord) -> Row {
    let [query, expected, source, set] = [0, 1, 2, 3].map(|i| record[i].to_owned());
    assert!(SETS.contains(&set.as_str()), "{query}: {set}");
    Row { query, expected, source, set }
}

/// Where in the answer the expected code stands, from 1; a code below an expected category or header will do.
fn place(tables: &Tables, row: &Row) -> (Option<usize>, Vec<String>) {
    let found = tables.search(&Query::new(row.query.as_str(), DAY));
    let codes: Vec<String> = found.hits.iter().map(|hit| hit.code.to_string()).collect();
    (codes.iter().position(|code| code.starts_with(&row.expected)).map(|at| at + 1), codes)
}

/// At least 95 in 100 among the first five, and 80 first: of all rows, and of each set; of the last, for which nothing was done, 90 among
/// five. The misses are listed; those of the sets that were not to be looked at only with `MISSES=all`, so that nobody fits the ranking to
/// them by accident.
#[test]
fn coders_find_what_they_mean() {
    let tables = Tables::embedded();
    let rows = rows();
    let all = std::env::var_os("MISSES").is_some();
    let (mut of_all, mut wrong) = ((0, 0, 0), Vec::new());
    let too_few = |(rows, first, five): (usize, usize, usize), wanted| {
        first * 100 < rows * 80 || five * 100 < rows * wanted
    };
    for set in SETS {
        let mut count = (0, 0, 0);
        for row in rows.iter().filter(|r| r.set == set) {
            let (place, codes) = place(&tables, row);
            count.0 += 1;
            count.1 += usize::from(place == Some(1));
            count.2 += usize::from(place.is_some_and(|at| at <= 5));
            if place != Some(1) && (all || set == SETS[0]) {
                let at = place.map_or("not among ten".to_owned(), |at| format!("at {at}"));
                println!("{}: {} {at}: {}", row.query, row.expected, codes[..codes.len().min(5)].join(" "));
            }
        }
        assert!(count.0 >= 30, "{set}: {} rows", count.0);
        println!("{set}: {} rows, {} first, {} among the first five", count.0, count.1, count.2);
        if too_few(count, if set == "fresh" { 90 } else { 95 }) {
            wrong.push(set);
        }
        of_all = (of_all.0 + count.0, of_all.1 + count.1, of_all.2 + count.2);
    }
    println!("all: {} rows, {} first, {} among the first five", of_all.0, of_all.1, of_all.2);
    assert!(wrong.is_empty() && !too_few(of_all, 95), "too many misses: {wrong:?}");
}

/// Lists of hits hold the columns of a plain terminal, whatever was typed.
#[test]
fn every_list_fits_a_terminal() {
    let tables = Tables::embedded();
    let odd = ["x".repeat(300), format!("pain {}", "xq".repeat(60)), "dolor é 痛み pain".to_owned()];
    for text in rows().into_iter().map(|row| row.query).chain(odd) {
        let answer = look_up(&tables, &text, DAY);
        for line in answer_text(&answer, Extent::Screen).lines() {
            assert!(line.chars().count() <= 80, "{text}: {line}");
        }
    }
}

/// Each source is a title or a term that the tables have, at the code that is expected, above it, or below it if a category is.
#[test]
fn the_sources_of_queries_are_in_the_tables() {
    let tables = Tables::embedded();
    let mut wrong = Vec::new();
    for row in rows() {
        let answer = look_up(&tables, &row.expected, DAY);
        let Some(Card::Diagnosis(card)) = answer.cards.first() else {
            wrong.push(format!("{}: {} is no code", row.query, row.expected));
            continue;
        };
        if !matches!(card.status, Status::InForce | Status::Header) {
            wrong.push(format!("{}: {} is {:?}", row.query, row.expected, card.status));
        }
        let Some((kind, text)) = row.source.split_once(": ") else {
            wrong.push(format!("{}: {}", row.query, row.source));
            continue;
        };
        let is_there = match kind {
            "title" => card.title.as_deref() == Some(text),
            // A card has its own terms, and the lines under Includes of all that stands above it.
            "inclusion term" => {
                let above =
                    card.parents.iter().map(|above| above.code.as_str()).chain([row.expected.as_str()]);
                let cards = above.filter_map(|code| look_up(&tables, code, DAY).cards.into_iter().next());
                let mut notes = cards.flat_map(|card| match card {
                    Card::Diagnosis(card) => card.notes,
                    _ => Vec::new(),
                });
                let says = |kind| matches!(kind, NoteKind::Inclusion | NoteKind::Includes);
                notes.any(|note| says(note.kind) && note.text == text)
            }
            _ => false,
        };
        if !is_there {
            wrong.push(format!("{}: {} is not at {}: {:?}", row.query, row.source, row.expected, card.title));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn found(text: &str) -> Found {
    Tables::embedded().search(&Query::new(text, DAY))
}

fn first(text: &str) -> Hit {
    found(text).hits.into_iter().next().unwrap_or_else(|| panic!("nothing for {text}"))
}

fn how(hit: &Hit, written: &str) -> Option<How> {
    hit.words.iter().find(|word| word.written == written).map(|word| word.how)
}

#[test]
fn every_hit_says_why() {
    let hit = first("dm2 w hyperglycemia");
    assert_eq!(hit.code.to_string(), "E11.65");
    assert_eq!(hit.words[0].meant.as_deref(), Some("type 2 diabetes mellitus"));
    assert_eq!((how(&hit, "dm2"), how(&hit, "hyperglycemia")), (Some(How::Synonym), Some(How::Exact)));
    assert!(hit.missing.is_empty());

    let hit = first("hypertesion ");
    assert_eq!(hit.words[0].how, How::Typo);
    assert_eq!(hit.words[0].meant.as_deref(), Some("hypertension"));
    assert!(
        matches!(&hit.via, Via::Inclusion { text } if text.starts_with("hypertension (arterial)")),
        "{hit:?}"
    );

    assert_eq!(first("hyperglyc").words[0].how, How::Prefix);
    assert_eq!(first("coughs ").words[0].how, How::Stem);
    assert_eq!(first("e1165").words[0].how, How::Code);
    assert_eq!(first("e1165").via, Via::Code);
    // A former title leads to the code, and says so.
    let hit = first("influenza due to identified novel influenza a virus ");
    assert!(hit.code.to_string().starts_with("J09"), "{hit:?}");
}

#[test]
fn a_blank_ends_a_word() {
    assert_eq!(first("hyperglyc").words[0].how, How::Prefix);
    let whole = found("hyperglyc ");
    assert!(whole.hits.iter().all(|hit| hit.words.iter().all(|word| word.how != How::Prefix)), "{whole:?}");
}

#[test]
fn a_known_word_is_never_taken_for_a_mistyped_one() {
    // "stoke" is one letter from "stroke" and "smoke"; "cough" is one letter from "rough" and is a word.
    let hits = found("cough ").hits;
    assert!(hits.iter().all(|hit| hit.words.iter().all(|word| word.how == How::Exact)), "{hits:?}");
    assert_eq!(found("xqzxqzxqz ").unknown, ["xqzxqzxqz"]);
    assert!(found("xqzxqzxqz ").hits.is_empty());
    assert_eq!(found("xqzxqzxqz cough ").hits[0].code.to_string(), "R05.9");
}

#[test]
fn words_of_sides_and_encounters_become_characters() {
    let code = |text: &str| first(text).code.to_string();
    assert_eq!(code("fx clavicle shaft displaced right initial closed"), "S42.021A");
    assert_eq!(code("fx clavicle shaft displaced left initial closed"), "S42.022A");
    assert_eq!(code("fx clavicle shaft displaced left initial open"), "S42.022B");
    assert_eq!(code("fx clavicle shaft displaced left subsequent delayed healing"), "S42.022G");
    assert_eq!(code("fx clavicle shaft displaced left subsequent nonunion"), "S42.022K");
    assert_eq!(code("fx clavicle shaft displaced left sequela"), "S42.022S");
    let hit = first("fx clavicle shaft displaced left");
    assert_eq!((hit.code.to_string().as_str(), hit.wants_seventh, hit.seventh), ("S42.022", true, None));
    let hit = first("fx clavicle shaft displaced left initial closed");
    assert_eq!(hit.seventh.map(|s| s.character), Some('A'));
}

#[test]
fn what_a_title_denies_is_not_found_by_those_who_have_it() {
    assert!(first("gerd esophagitis").code.to_string().starts_with("K21.0"));
    assert_eq!(first("gerd without esophagitis").code.to_string(), "K21.9");
    assert_eq!(first("asthma without exacerbation").code.to_string(), "J45.909");
    assert_eq!(first("laceration without foreign body of scalp, initial").code.to_string(), "S01.01XA");
    assert_ne!(first("fever without source").code.to_string(), "R68.83");
}

#[test]
fn a_header_stands_for_what_says_nothing_further() {
    let code = |text: &str| first(text).code.to_string();
    // Not J18.8, "other pneumonia, unspecified organism".
    let hits = found("pneumonia").hits;
    let header = |hit: &&Hit| matches!(&hit.via, Via::Header { code } if code.to_string() == "J18");
    assert!(
        hits[0].code.to_string() == "J18.9" && hits.iter().filter(header).all(|hit| hit.code == hits[0].code),
        "{hits:?}"
    );
    assert_eq!(code("asthma"), "J45.909");
    // What a header's term says holds for the codes below it, and the hit says so.
    let hit = first("wet amd right eye");
    assert_eq!(hit.code.to_string(), "H35.321");
    assert!(
        matches!(&hit.via, Via::Inclusion { text } if text == "Wet age-related macular degeneration"),
        "{hit:?}"
    );
    // Two words in one.
    let hit = first("hammertoe rt");
    assert_eq!((hit.code.to_string().as_str(), how(&hit, "hammertoe")), ("M20.41", Some(How::Split)));
    // But one typing error is likelier: "over" and "does" stand in titles, too.
    assert_eq!(how(&first("overdoes "), "overdoes"), Some(How::Typo));
    // A stray letter is worth little.
    assert!(code("diabetes x").starts_with("E1"), "{:?}", found("diabetes x").hits);
}

#[test]
fn the_day_decides() {
    let on = |day: &str| {
        let day: Date = day.parse().unwrap();
        Tables::embedded().search(&Query::new("low back pain ", day)).hits
    };
    assert_eq!(on("2021-09-30")[0].code.to_string(), "M54.5");
    assert_eq!(on("2021-09-30")[0].status, Status::InForce);
    assert_eq!(on("2021-10-01")[0].code.to_string(), "M54.50");
    // What is not in force comes after what is, and says since or until when.
    let early = on("2021-09-30");
    for hit in early.iter().filter(|hit| hit.status == Status::NotYet) {
        assert!(hit.day.is_some() && hit.score < early[0].score);
    }
}

#[test]
fn filters_hold() {
    let tables = Tables::embedded();
    let query = |text: &str| Query { limit: 50, ..Query::new(text, DAY) };
    let pain = tables.search(&Query { chapter: Some(13), ..query("pain") }).hits;
    assert!(!pain.is_empty() && pain.iter().all(|hit| hit.code.to_string().starts_with('M')), "{pain:?}");
    let e11 = tables.search(&Query { prefix: Some("e11.6".to_owned()), ..query("diabetes") }).hits;
    assert!(!e11.is_empty() && e11.iter().all(|hit| hit.code.to_string().starts_with("E11.6")), "{e11:?}");
    let billable = tables.search(&Query { billable: true, ..query("fracture of clavicle") }).hits;
    assert!(!billable.is_empty() && billable.iter().all(|hit| hit.status == Status::InForce), "{billable:?}");
    assert!(
        tables.search(&query("fracture of clavicle")).hits.iter().any(|hit| hit.status == Status::Header)
    );
    assert_eq!(tables.search(&Query { limit: 3, ..query("pain") }).hits.len(), 3);
    assert!(tables.search(&Query { limit: 0, ..query("pain") }).hits.is_empty());
    let codes = tables.search(&Query { billable: true, limit: 4, ..query("M54") }).hits;
    assert_eq!(codes.len(), 4);
    assert!(codes.iter().all(|hit| hit.status == Status::InForce));
    // What is left out does not stand in the way of the frequent words of what is left.
    let right = tables.search(&Query { chapter: Some(13), ..query("appendicitis right ") }).hits;
    assert!(!right.is_empty() && right.iter().all(|hit| hit.code.to_string().starts_with('M')), "{right:?}");
    // A code outside of its own filter is not words.
    assert!(tables.search(&Query { chapter: Some(1), ..query("M54") }).hits.is_empty());
}

#[test]
fn the_beginning_of_a_code_gives_the_codes() {
    let codes = |text: &str| found(text).hits.iter().map(|h| h.code.to_string()).collect::<Vec<_>>();
    assert_eq!(codes("e1165"), ["E11.65"]);
    assert_eq!(codes("M54.5"), ["M54.5", "M54.50", "M54.51", "M54.59"]);
    assert_eq!(codes("E11.")[..2], ["E11", "E11.0"]);
    assert_eq!(codes("S01.00X"), ["S01.00XA", "S01.00XD", "S01.00XS"]);
    // A block, as cards write it, gives its categories; an open end is no block.
    assert_eq!(codes("E08-E13"), ["E08", "E09", "E10", "E11", "E13"]);
    assert_eq!(codes("i10-")[0], "I10");
    let billable = Query { billable: true, limit: 3, ..Query::new("E08-E13", DAY) };
    let billable = Tables::embedded().search(&billable).hits;
    assert!(billable.len() == 3 && billable.iter().all(|hit| hit.status == Status::InForce), "{billable:?}");
}

#[test]
fn any_order_and_any_spelling() {
    let code = |text: &str| first(text).code.to_string();
    for text in ["pain, low back", "back pain low", "LOW BACK PAIN", "  low--back\tpain "] {
        assert!(code(text).starts_with("M54.5"), "{text}");
    }
    assert_eq!(code("hypertension, essential"), "I10");
    assert_eq!(code("hypertension benign arterial"), "I10");
    assert_eq!(code("oedema"), code("edema"));
    assert_eq!(code("Meniere's disease"), code("Ménière’s disease"));
    assert_eq!(code("preeclampsia"), code("pre-eclampsia"));
    // "Pain in unspecified finger(s)" is about a finger.
    assert_eq!(code("pain"), "R52");
    assert_eq!(code("pain in finger unspecified"), "M79.646");
}

fn check(query: &Query) -> Result<(), TestCaseError> {
    static TABLES: std::sync::LazyLock<Tables> = std::sync::LazyLock::new(Tables::embedded);
    let found = TABLES.search(query);
    prop_assert!(found.hits.len() <= query.limit);
    prop_assert!(found.hits.iter().all(|hit| hit.score.is_finite() && hit.score > 0.0));
    prop_assert!(found.hits.windows(2).all(|two| two[0].score >= two[1].score));
    let codes: std::collections::BTreeSet<_> = found.hits.iter().map(|hit| hit.code).collect();
    prop_assert_eq!(codes.len(), found.hits.len(), "a code twice");
    if query.billable {
        prop_assert!(found.hits.iter().all(|hit| hit.status == Status::InForce));
    }
    if let Some(prefix) = &query.prefix {
        prop_assert!(found.hits.iter().all(|hit| hit.code.to_string().starts_with(prefix.as_str())));
    }
    let again = TABLES.search(query);
    prop_assert_eq!(serde_json::to_string(&found).unwrap(), serde_json::to_string(&again).unwrap());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_an_answer(
        text in prop_oneof![
            ".{0,60}",
            "[A-Za-z][0-9][0-9A-Za-z.]{0,7}",
            "((fx|dm2|w/o|s/p|diabetes|fracture|left|pain|of|initial|htn|hyperten|[a-z]{1,12}|[0-9]{1,3})[ ,/-]){0,20}[a-z]{0,9}",
        ],
        billable: bool,
        chapter in prop::option::of(0u32..30),
        prefix in prop::option::of("[A-Z][0-9]{0,2}"),
        limit in 0usize..60,
        year in 2014u32..2031,
    ) {
        let as_of = Date::constant(year, 3, 2);
        check(&Query { billable, chapter, prefix, limit, ..Query::new(text, as_of) })?;
    }
}

/// What attackers of the search found.
#[test]
fn headers_of_several_things_newborns_and_foreign_bodies() {
    for (text, code) in [
        ("nausea and vomiting", "R11.2"),
        ("inguinal hernia", "K40.90"),
        ("hyponatremia", "E87.1"),
        ("septic shock", "R65.21"),
        ("overweight and obesity", "E66.9"),
        ("migraine without aura", "G43.009"),
    ] {
        assert_eq!(first(text).code.to_string(), code, "{text}");
    }
    let has =
        |text: &str, code: &str| found(text).hits.iter().any(|hit| hit.code.to_string().starts_with(code));
    assert!(has("laceration nose", "S01.21"));
    assert!(has("b/l knee pain", "M25.56"));
    assert!(!has("suicidal ideation", "R45.850"));
}

/// Of the places of the body, the title that names the place comes before one that names only the limb of which it is a part.
#[test]
fn a_wider_place_counts_less_than_the_place_itself() {
    for place in ["knee", "ankle", "elbow", "wrist", "shoulder", "hip", "hand", "foot", "thigh", "forearm"] {
        for side in ["", "left ", "right ", "bilateral "] {
            let hit = first(&format!("{side}{place} pain "));
            let title = hit.title.clone().unwrap();
            assert!(title.starts_with("Pain in ") && title.contains(place), "{side}{place}: {hit:?}");
            assert_ne!(how(&hit, place), Some(How::Wider));
        }
    }
    // Where no title names the place, the wider one does.
    let hit = first("gout right big toe ");
    assert_eq!((hit.code.to_string().as_str(), how(&hit, "big toe")), ("M10.071", Some(How::Wider)));
    assert_eq!(first("herniated disc l4 l5").code.to_string(), "M51.26");
}

#[test]
fn both_sides_are_the_code_for_both_or_that_of_each() {
    let codes = |text: &str| found(text).hits.iter().map(|h| h.code.to_string()).collect::<Vec<_>>();
    assert_eq!(codes("bilateral knee pain")[..2], ["M25.561", "M25.562"]);
    assert_eq!(codes("pain in both feet ")[..2], ["M79.671", "M79.672"]);
    // Where there is a code for both, it is first.
    assert_eq!(codes("bilateral carpal tunnel syndrome")[0], "G56.03");
    assert_eq!(codes("impacted cerumen bilateral")[0], "H61.23");
}

/// Every body mass index from 10 on, against the ranges of Z68 in the tabular list.
#[test]
fn a_number_is_found_in_the_range_of_a_title() {
    for bmi in 10..100 {
        let expected = match bmi {
            ..20 => "Z68.1".to_owned(),
            20..40 => format!("Z68.{bmi}"),
            40..45 => "Z68.41".to_owned(),
            45..50 => "Z68.42".to_owned(),
            50..60 => "Z68.43".to_owned(),
            60..70 => "Z68.44".to_owned(),
            _ => "Z68.45".to_owned(),
        };
        let codes: Vec<String> =
            found(&format!("bmi {bmi} adult ")).hits.iter().map(|h| h.code.to_string()).collect();
        assert!(codes.iter().take(2).any(|code| *code == expected), "{bmi}: {expected}, not {codes:?}");
        let text = format!("bmi {bmi}.4");
        assert!(found(&text).hits.iter().take(2).any(|h| h.code.to_string() == expected), "{text}");
    }
    assert!(first("burns 15% of body surface ").code.to_string().starts_with("T31.1"));
}

/// Guideline I.C.4.a.2: if the type of diabetes is not documented, it is type 2. What is another disease, or another type, stays that.
#[test]
fn diabetes_of_no_named_type_is_type_2() {
    let code = |text: &str| first(text).code.to_string();
    for text in [
        "diabetes",
        "diabetic",
        "dm",
        "diabetes without complications",
        "diabetic foot ulcer",
        "diabetes with neuropathy",
        "diabetic nephropathy",
        "diabetic retinopathy",
        "diabetic ketoacidosis",
        "dka",
        "diabetes with hypoglycemia",
    ] {
        assert!(code(text).starts_with("E11."), "{text}: {}", code(text));
    }
    for (text, category) in [
        ("gestational diabetes", "O24.4"),
        ("diabetes insipidus", "E23.2"),
        ("neonatal diabetes", "P70.2"),
        ("type 1 diabetes with neuropathy", "E10.4"),
        ("drug induced diabetes", "E09"),
        ("secondary diabetes", "E13"),
        ("diabetes in pregnancy", "O24.9"),
        ("prediabetes", "R73.03"),
        ("family history of diabetes", "Z83.3"),
        ("diabetes screening", "Z13.1"),
        ("diabetes due to underlying condition", "E08"),
    ] {
        assert!(code(text).starts_with(category), "{text}: {}", code(text));
    }
}

#[test]
fn what_stands_after_with_and_what_is_never_first_come_after() {
    let code = |text: &str| first(text).code.to_string();
    assert_eq!(code("rectal bleeding"), "K62.5");
    assert_eq!(code("septic shock"), "R65.21");
    // A manifestation has the same term: N16.
    assert_eq!(code("pyelonephritis"), "N12");
    assert_eq!(code("fever without source"), "R50.9");
    // Neither acute nor chronic was said.
    assert_eq!(code("hepatitis c"), "B19.20");
    assert_eq!(code("acute hepatitis c"), "B17.10");
    assert_eq!(code("chronic hepatitis c"), "B18.2");
    // "On insulin" is no insulin.
    assert_eq!(code("on insulin"), "Z79.4");
    assert_eq!(code("on coumadin"), "Z79.01");
}

#[test]
fn what_a_title_leaves_open_says_nothing() {
    let code = |text: &str| first(text).code.to_string();
    assert_eq!(code("otitis media"), "H66.90");
    assert_eq!(code("hearing loss"), "H91.90");
    assert_eq!(code("respiratory failure"), "J96.90");
    assert_eq!(code("acute respiratory failure"), "J96.00");
    // ", unspecified with hypoxia" does not leave it open.
    assert_eq!(code("respiratory failure with hypoxia"), "J96.91");
    assert_eq!(code("otitis media bilateral"), "H66.93");
}

#[test]
fn what_says_how_somebody_was_seen_is_set_aside() {
    let tables = Tables::embedded();
    let found = |text: &str| tables.search(&Query::new(text, DAY));
    for (text, code, aside) in [
        ("pt w/ htn", "I10", &["pt"][..]),
        ("pt with dm2", "E11.9", &["pt"]),
        ("r/o mi", "I21.9", &["r o"]),
        ("45 yo f c/o headache", "R51.9", &["45", "yo f", "c o"]),
        ("6 yo w asthma", "J45.909", &["6", "yo"]),
    ] {
        let found = found(text);
        assert_eq!(found.hits[0].code.to_string(), code, "{text}");
        assert_eq!(found.aside, aside, "{text}");
    }
    // Alone it is all there is; and only beside an age is a number one.
    assert!(found("patient").aside.is_empty() && !found("patient").hits.is_empty());
    assert_eq!(found("pt bmi 42").hits[0].code.to_string(), "Z68.41");
}

#[test]
fn a_word_is_shortened_wherever_it_stands_and_a_long_one_takes_no_time() {
    let code = |text: &str| first(text).code.to_string();
    assert_eq!(code("pyelo acute"), "N10");
    assert_eq!(code("s/p chole"), "Z90.49");
    assert_eq!(code("lung ca rul"), "C34.11");
    // A word as long as a file is no two words, whichever way it is cut.
    let tables = Tables::embedded();
    assert!(tables.search(&Query::new("x".repeat(1 << 20), DAY)).hits.is_empty());
}

#[test]
fn words_hold_in_any_order_and_in_any_plural() {
    let code = |text: &str| first(text).code.to_string();
    assert_eq!(code("fracture hip left"), code("hip fracture left"));
    assert_eq!(code("fracture of left hip"), code("hip fracture left"));
    assert_eq!(code("edema of leg"), "R60.0");
    let hit = first("impacted tooth ");
    assert_eq!(hit.code.to_string(), "K01.1");
    assert!(hit.missing.is_empty());
    // "Migrans" is no form of what is a letter from migraine.
    assert_eq!(how(&first("migrane "), "migrane"), Some(How::Typo));
    assert_eq!(code("pain in finger unspecified"), "M79.646");
}
