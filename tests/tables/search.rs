//! Search among the procedures of tables that were added.
#![allow(clippy::print_stdout, reason = "misses are listed")]

use cleanclaim::lookup::{Answer, Card, look_up};
use cleanclaim::report::{Extent, answer_text};
use cleanclaim::search::{FoundCode, How, Query, Via};
use cleanclaim::table::{Status, TableKind};
use cleanclaim::{Date, Tables};

use crate::support::{Temp, add, hcpcs_record, reference, root};

const DAY: Date = Date::constant(2026, 3, 2);

/// The tables of a folder to which the files were added.
fn tables(temp: &Temp, paths: &[std::path::PathBuf]) -> Tables {
    let folder = temp.tables();
    add(&folder, paths).unwrap();
    Tables::open(folder.path()).unwrap()
}

fn codes(tables: &Tables, query: &Query) -> Vec<String> {
    tables.search(query).hits.iter().map(|hit| hit.code.to_string()).collect()
}

fn screen(answer: &Answer) -> String {
    answer_text(answer, Extent::Screen)
}

#[test]
fn a_list_of_codes_is_searched_beside_the_diagnoses() {
    let temp = Temp::new();
    let tables = tables(&temp, &[root().join("data/sample/tables/hcpcs_synthetic.csv")]);
    let found = |text: &str| codes(&tables, &Query::new(text, DAY));
    assert_eq!(found("airway device")[0], "E0601");
    assert_eq!(found("yearly visit, later")[0], "G0439");
    assert_eq!(found("screening high risk synthetic")[0], "G0105");
    // Nothing is lost by it: diagnoses are found as before.
    assert_eq!(found("low back pain")[0], "M54.50");
    let hit = tables.search(&Query::new("synthetic airwy ", DAY)).hits.swap_remove(0);
    assert_eq!((hit.code.to_string().as_str(), hit.words[1].how), ("E0601", How::Typo));
    assert_eq!((hit.status, hit.via), (Status::InForce, Via::Title));
}

#[test]
fn filters_hold_for_procedures() {
    let temp = Temp::new();
    let tables = tables(&temp, &[root().join("data/sample/tables/hcpcs_synthetic.csv")]);
    let screening = || Query { limit: 50, ..Query::new("synthetic screening", DAY) };
    let all = codes(&tables, &screening());
    assert!(all.iter().filter(|code| code.starts_with('G')).count() == 5, "{all:?}");
    // What ended comes after what is in force, says when, and goes where only billable codes are asked for.
    let hits = tables.search(&screening()).hits;
    let ended = hits.iter().find(|hit| hit.code.to_string() == "G0106").unwrap();
    assert_eq!((ended.status, ended.day), (Status::Ended, Some(Date::constant(2024, 12, 31))));
    assert!(hits.iter().all(|hit| hit.status != Status::InForce
        || hit.score > ended.score
        || hit.code.to_string().len() > 5));
    let on_the_last_day = Query { as_of: Date::constant(2024, 12, 31), ..screening() };
    let then = tables.search(&on_the_last_day).hits;
    assert!(then.iter().any(|hit| hit.code.to_string() == "G0106" && hit.status == Status::InForce));
    let billable = codes(&tables, &Query { billable: true, ..screening() });
    assert!(
        billable.contains(&"G0105".to_owned()) && !billable.contains(&"G0106".to_owned()),
        "{billable:?}"
    );
    let within = codes(&tables, &Query { prefix: Some("g010".to_owned()), ..screening() });
    assert_eq!(within.len(), 4, "{within:?}");
    assert!(within.iter().all(|code| code.starts_with("G010")), "{within:?}");
    // A chapter is one of diagnoses.
    let chapter = codes(&tables, &Query { chapter: Some(21), ..screening() });
    assert!(!chapter.is_empty() && chapter.iter().all(|code| code.starts_with('Z')), "{chapter:?}");
    // The beginning of a code of either system.
    assert_eq!(
        codes(&tables, &Query::new("G043", DAY)),
        ["G04.3", "G04.30", "G04.31", "G04.32", "G04.39", "G0438", "G0439"]
    );
    assert_eq!(
        codes(&tables, &Query { billable: true, ..Query::new("G010", DAY) }),
        ["G0101", "G0103", "G0105"]
    );
}

#[test]
fn a_short_title_finds_its_code_together_with_the_title() {
    let temp = Temp::new();
    let record = |code, long, short| hcpcs_record(code, '3', long, short, ["20200101", "20260101", ""]);
    let file = record("G9001", "Administration of a synthetic vaccine", "Admin synth vac")
        + &record("G9002", "Synthetic management of vaccines", "Mgmt vac")
        + &record("G9003", "Visit", "Visit xyztherapy")
        + &hcpcs_record("LT", '7', "Left side", "Left side", ["19840101", "19840101", ""])
        + &hcpcs_record("MS", '7', "Six month fee", "Six month fee", ["19840101", "19840101", ""]);
    let path = temp.file("HCPC2026_JAN_ANWEB.txt", file);
    let tables = tables(&temp, &[path]);
    // One word in either title.
    let hits = tables.search(&Query::new("admin vaccine ", DAY)).hits;
    assert_eq!(hits[0].code.to_string(), "G9001");
    assert!(hits[0].missing.is_empty(), "{:?}", hits[0]);
    let hits = tables.search(&Query::new("xyztherapy ", DAY)).hits;
    assert!(matches!(&hits[0].via, Via::ShortTitle { text } if text == "Visit xyztherapy"), "{:?}", hits[0]);
    assert!(screen(&look_up(&tables, "xyztherapy", DAY)).contains("short title: Visit xyztherapy"));
    // A short title that adds nothing to the title is no reason.
    assert_eq!(tables.search(&Query::new("synthetic management ", DAY)).hits[0].via, Via::Title);

    // A modifier that only names a side is no search for all that is on that side; one that is a disease for coders is both.
    let answer = look_up(&tables, "lt", DAY);
    assert!(matches!(answer.cards[..], [Card::Modifier(_)]) && answer.hits.is_empty(), "{answer:?}");
    let answer = look_up(&tables, "ms", DAY);
    assert!(matches!(answer.cards[..], [Card::Modifier(_)]), "{answer:?}");
    assert!(answer.hits[0].code.to_string().starts_with("G35"), "{answer:?}");
    // One text can be a diagnosis and a procedure: both cards fit one screen.
    let answer = look_up(&tables, "G9001", DAY);
    assert!(matches!(answer.cards[..], [Card::Diagnosis(_), Card::Procedure(_)]), "{answer:?}");
    let text = screen(&answer);
    assert!(text.starts_with("G90.01  Carotid") && text.contains("\n\nG9001  Administration"), "{text}");
    assert!(text.lines().count() <= 40, "{text}");
    let near = look_up(&tables, "G9010", DAY);
    assert!(near.nearest.iter().any(|near| near.code == "G9001"), "{near:?}");
}

/// The published file: what a supplier or a nurse would type, and the code that its title gives.
#[test]
fn hcpcs_is_found_by_what_people_type() {
    let Some(path) = reference("hcpcs/HCPC2026_JAN_ANWEB_01122026.xlsx") else { return };
    let temp = Temp::new();
    let tables = tables(&temp, &[path]);
    let queries = [
        ("ketorolac injection", "J1885"),
        ("cpap device", "E0601"),
        ("flu vaccine administration", "G0008"),
        ("pneumococcal vaccine administration", "G0009"),
        ("screening colonoscopy high risk", "G0105"),
        ("wheeled walker folding", "E0143"),
        ("standard wheelchair", "K0001"),
        ("ondansetron injection 1 mg", "J2405"),
        ("ceftriaxone injection", "J0696"),
        ("dexamethasone injection 1 mg", "J1100"),
        ("portable oxygen concentrator", "E1392"),
        ("annual wellness visit initial", "G0438"),
        ("annual wellness visit subsequent", "G0439"),
        ("ambulance mileage ground", "A0425"),
        ("glucose test strips", "A4253"),
        ("lancets", "A4259"),
        ("hospital bed semi electric with mattress", "E0260"),
        ("commode chair", "E0163"),
        ("nebulizer with compressor", "E0570"),
        ("surgical tray", "A4550"),
        ("rituximab 10 mg", "J9312"),
        ("normal saline infusion 1000 cc", "J7030"),
        ("screening mammography digital", "G0202"),
        ("prolonged office visit", "G2212"),
        ("diabetic shoe", "A5500"),
    ];
    let mut first = 0;
    let mut misses = Vec::new();
    for (query, expected) in queries {
        let answer = look_up(&tables, query, DAY);
        assert!(screen(&answer).lines().all(|line| line.chars().count() <= 80), "{query}");
        let codes: Vec<String> = answer.hits.iter().map(|hit| hit.code.to_string()).collect();
        match codes.iter().position(|code| code == expected) {
            Some(0) => first += 1,
            Some(place) if place < 5 => {
                println!("{query}: {expected} at {}: {:?}", place + 1, &codes[..place])
            }
            _ => misses.push(format!("{query}: {expected}, not {codes:?}")),
        }
    }
    assert!(misses.len() * 10 <= queries.len(), "not among five: {misses:#?}");
    assert!(first * 10 >= queries.len() * 6, "{first} of {} first", queries.len());
}

/// The words of the HCPCS file, and what they mean there, do not stand in the way of diagnoses.
#[test]
fn diagnoses_are_found_beside_hcpcs() {
    let Some(path) = reference("hcpcs/HCPC2026_JAN_ANWEB_01122026.xlsx") else { return };
    let temp = Temp::new();
    let tables = tables(&temp, &[path]);
    let mut rows = csv::Reader::from_path(root().join("tests/data/search_queries.csv")).unwrap();
    let (mut all, mut first, mut among_five) = (0, 0, 0);
    for row in rows.records().map(Result::unwrap) {
        let hits = tables.search(&Query { limit: 20, ..Query::new(&row[0], DAY) }).hits;
        let diagnoses = hits.iter().filter(|hit| matches!(hit.code, FoundCode::Diagnosis(_)));
        let place = diagnoses.map(|hit| hit.code.to_string()).position(|code| code.starts_with(&row[1]));
        all += 1;
        first += usize::from(place == Some(0));
        among_five += usize::from(place.is_some_and(|at| at < 5));
    }
    println!("beside HCPCS: {all} rows, {first} first, {among_five} among the first five diagnoses");
    assert!(first * 100 >= all * 80 && among_five * 100 >= all * 95, "{first} and {among_five} of {all}");
    // No CPT or HCPCS code has a dot.
    let old = look_up(&tables, "250.00", DAY);
    assert!(old.hits.is_empty() && old.nearest.is_empty(), "{old:?}");
}

/// A folder from before there was a search: its tables are not searched, and that is told.
#[test]
fn a_table_that_cannot_be_searched_is_named() {
    let temp = Temp::new();
    let folder = temp.tables();
    add(&folder, &[root().join("data/sample/tables/hcpcs_synthetic.csv")]).unwrap();
    let path = folder.path().join("procedures.tbl");
    let mut pack = std::fs::read(&path).unwrap();
    let at = pack.windows(6).position(|name| name == b"w_map\0").unwrap();
    pack[at] = b'v';
    let sum = crc32fast::hash(&pack[16..]);
    pack[12..16].copy_from_slice(&sum.to_le_bytes());
    std::fs::write(&path, pack).unwrap();

    let tables = Tables::open(folder.path()).unwrap();
    let answer = look_up(&tables, "airway device", DAY);
    assert_eq!(answer.unsearched, [TableKind::Procedures]);
    assert!(!answer.hits.iter().any(|hit| hit.code.to_string() == "E0601"), "{answer:?}");
    let told = "not searched: CPT and HCPCS codes; an earlier cleanclaim made the table,\n  `cleanclaim tables rebuild` makes it anew\n";
    assert!(screen(&answer).ends_with(told), "{}", screen(&answer));
    let json: serde_json::Value = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["unsearched"], serde_json::json!(["procedures"]));
    // With nothing found, too; but not where nothing of it was wanted.
    assert!(screen(&look_up(&tables, "xqzxqzxqz", DAY)).ends_with(told));
    assert!(look_up(&tables, "E0601", DAY).unsearched.is_empty());
    let diagnoses = Query { chapter: Some(10), ..Query::new("airway", DAY) };
    assert!(tables.search(&diagnoses).unsearched.is_empty());

    // The remedy helps.
    folder.rebuild().unwrap();
    let answer = look_up(&Tables::open(folder.path()).unwrap(), "airway device", DAY);
    assert!(answer.unsearched.is_empty() && answer.hits[0].code.to_string() == "E0601", "{answer:?}");
}

/// With every table at hand a procedure's card still fits a terminal, one screen unless all is asked for; and each table has its row.
#[test]
fn cards_of_procedures_fit_with_all_tables_at_hand() {
    let names = [
        "hcpcs/HCPC2026_JAN_ANWEB_01122026.xlsx",
        "ncci/MCR_MUE_DMESupplierServices_Eff_07-01-2024.reshaped.csv",
        "ncci/MCR_MUE_OutpatientHospitalServices_Eff_07-01-2024.reshaped.csv",
        "ncci/MCR_MUE_PractitionerServices_Eff_07-01-2024.reshaped.csv",
        "ncci/AOC_V2024Q2.reshaped.txt",
    ];
    let packed = [
        ("pfs/PPRRVU24_JAN.redacted.csv.zst", "PPRRVU24_JAN.csv"),
        ("ncci/ccipra-2024q3.reshaped.txt.zst", "ccipra-2024q3.txt"),
    ];
    let Some(mut paths) = names.into_iter().map(reference).collect::<Option<Vec<_>>>() else { return };
    let temp = Temp::new();
    for (packed, name) in packed {
        let Some(path) = reference(packed) else { return };
        paths.push(temp.file(name, crate::support::unzstd(&path)));
    }
    let tables = tables(&temp, &paths);
    let day = Date::constant(2024, 8, 1);
    let mut labels = std::collections::BTreeSet::new();
    let mut folded = 0;
    for code in [
        "99213", "99291", "36415", "J1100", "G0439", "G0008", "A0425", "E0601", "20610", "64999", "96372",
        "93000", "0232T", "90471", "90472", "97110", "45378", "11045", "G2212", "Q3014", "00100", "K0001",
        "L3000", "99459",
    ] {
        let answer = look_up(&tables, code, day);
        let is_procedure =
            |card: &Card| matches!(card, Card::Procedure(card) if card.code.to_string() == code);
        assert!(answer.cards.iter().any(is_procedure), "{code}: {answer:?}");
        let (screen, full) = (screen(&answer), answer_text(&answer, Extent::Full));
        for line in screen.lines().chain(full.lines()) {
            assert!(line.chars().count() <= 80, "{code}: {line}");
        }
        assert!(screen.lines().count() <= 40, "{code}: {screen}");
        folded += usize::from(full.len() > screen.len());
        let own = &screen[screen.find(&format!("{code}  ")).unwrap()..];
        labels.extend(own.lines().skip(1).filter_map(|line| line.get(2..14)).map(|l| l.trim().to_owned()));
    }
    for label in [
        "set",
        "short title",
        "in force",
        "units",
        "add-on to",
        "add-ons",
        "indicators",
        "pair edits",
        "not known",
    ] {
        assert!(labels.contains(label), "{label}: {labels:?}");
    }
    assert!(folded >= 10, "{folded} have more than a screen shows");
}
