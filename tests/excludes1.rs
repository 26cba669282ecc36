//! Pairs of codes that were checked by hand against the printed notes of the April 2026 tabular list.

use cleanclaim::code::Icd10Cm;
use cleanclaim::{Date, Tables};

#[test]
fn every_pair_is_judged_as_the_book_does_in_both_directions() {
    let tables = Tables::embedded();
    let icd = &tables.icd10cm;
    let day = Date::new(2026, 4, 1).unwrap();
    let mut reader = csv::Reader::from_path("tests/data/excludes1_pairs.csv").unwrap();
    let (mut seen, mut wrong) = ([0, 0], vec![]);
    for row in reader.records() {
        let row = row.unwrap();
        let code = |n: usize| row[n].parse::<Icd10Cm>().unwrap();
        let ranked =
            |n: usize| (code(n), icd.rank(code(n)).unwrap_or_else(|| panic!("{} is no code", &row[n])));
        let expected = &row[2] == "yes";
        seen[usize::from(expected)] += 1;
        for (a, b) in [(0, 1), (1, 0)] {
            let found = icd.excludes1(ranked(a), ranked(b), day);
            if found.is_some() != expected {
                let note = found.map(|(n, _)| icd.rule_note(n));
                wrong.push(format!(
                    "{} {}: expected {}, found {note:?}; {}",
                    &row[a], &row[b], &row[2], &row[6]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen[0] >= 100 && seen[1] >= 200, "{seen:?}");
}

#[test]
fn no_code_excludes_itself_or_what_is_above_it() {
    let tables = Tables::embedded();
    let icd = &tables.icd10cm;
    let day = Date::new(2026, 4, 1).unwrap();
    let mut leaves: Vec<Icd10Cm> = Vec::new();
    for category in ["D72", "M26", "M27", "E11", "S72", "Z3A"] {
        let rank = icd.rank(category.parse().unwrap()).unwrap();
        leaves.extend(icd.below(rank).into_iter().filter_map(|r| icd.code(r)));
    }
    for code in leaves {
        let rank = icd.rank(code).unwrap();
        assert_eq!(icd.excludes1((code, rank), (code, rank), day), None, "{code}");
        if let Some(parent) = icd.parent(rank) {
            let above = (icd.code(parent).unwrap(), parent);
            assert_eq!(icd.excludes1((code, rank), above, day), None, "{code}");
        }
    }
}

#[test]
fn a_note_holds_only_while_its_edition_does() {
    // M54.5 could not stand with S39.012 before it was divided, nor can M54.50 since.
    let tables = Tables::embedded();
    let icd = &tables.icd10cm;
    let ranked = |text: &str| {
        let code: Icd10Cm = text.parse().unwrap();
        (code, icd.rank(code).unwrap())
    };
    // Z79.4 with Z79.84 is Excludes1 in the FY2021 list only.
    let on = |y| icd.excludes1(ranked("Z79.4"), ranked("Z79.84"), Date::new(y, 1, 15).unwrap()).is_some();
    assert!(on(2021));
    assert!(!on(2025));
    assert!(!on(2019), "before the first list nothing is known");
}
