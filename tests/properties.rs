//! What holds for every code, date and amount: printed text reads back as the same value, and look-ups agree with a sorted map.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use cleanclaim::code::{
    BillType, DischargeStatus, Icd10Cm, Icd10Pcs, Modifier, Npi, PlaceOfService, Procedure, Revenue, Sex,
    Taxonomy,
};
use cleanclaim::table::Standing;
use cleanclaim::{Cents, Date, Tables, Units};
use jiff::civil;
use proptest::prelude::*;

/// What is read prints as text that reads as the same, also in lower case, in blanks, and as JSON.
fn reads_back<T>(text: &str) -> Result<(), TestCaseError>
where
    T: FromStr + Display + PartialEq + std::fmt::Debug + serde::Serialize + serde::de::DeserializeOwned,
{
    let Ok(value) = text.parse::<T>() else { return Ok(()) };
    let printed = value.to_string();
    for spelling in [printed.clone(), printed.to_lowercase(), format!(" {printed} ")] {
        prop_assert!(spelling.parse::<T>().is_ok_and(|again| again == value), "{} from {}", spelling, text);
    }
    let json = serde_json::to_string(&value).unwrap();
    prop_assert!(serde_json::from_str::<T>(&json).is_ok_and(|again| again == value), "{}", json);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn codes_read_back(text in prop_oneof![
        "[A-Za-z][0-9][0-9A-Za-z][.]?[0-9A-Za-z]{0,4}",
        "[0-9A-HJ-NP-Z]{7}",
        "[0-9]{4}[0-9FTUMAftuma]",
        "[A-Va-v][0-9]{4}",
        "[0-9A-Za-z]{2}",
        "[0-9]{1,4}",
        "[0-9]{3}[0-9A-Za-z]{7}",
        "0?[0-9]{2}[0-9A-Za-z]",
        "[FMUfmu]",
        ".{0,12}",
    ]) {
        reads_back::<Icd10Cm>(&text)?;
        reads_back::<Icd10Pcs>(&text)?;
        reads_back::<Procedure>(&text)?;
        reads_back::<Modifier>(&text)?;
        reads_back::<Taxonomy>(&text)?;
        reads_back::<PlaceOfService>(&text)?;
        reads_back::<Revenue>(&text)?;
        reads_back::<BillType>(&text)?;
        reads_back::<DischargeStatus>(&text)?;
        reads_back::<Sex>(&text)?;
    }

    #[test]
    fn nine_digits_have_one_check_digit(first in 1u8..=2, rest in "[0-9]{8}") {
        let npis: Vec<Npi> = (0..10).filter_map(|d| format!("{first}{rest}{d}").parse().ok()).collect();
        prop_assert_eq!(npis.len(), 1);
        reads_back::<Npi>(&npis[0].to_string())?;
    }

    #[test]
    fn amounts_read_back(cents in -100_000_000_000_000i64..=100_000_000_000_000, units in 0i64..=100_000_000_000) {
        prop_assert_eq!(Cents(cents).to_string().parse::<Cents>(), Ok(Cents(cents)));
        prop_assert_eq!(Units(units).to_string().parse::<Units>(), Ok(Units(units)));
    }

    #[test]
    fn amounts_in_thousands_are_the_same(amount in 0u64..1_000_000_000) {
        let (dollars, rest) = (amount / 100, amount % 100);
        let digits = dollars.to_string();
        let mut grouped = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        prop_assert_eq!(format!("${grouped}.{rest:02}").parse::<Cents>(), Ok(Cents(amount as i64)));
    }

    #[test]
    fn dates_are_jiffs(year in 1i16..=9998, month in 1i8..=12, day in 1i8..=31, step in -40_000i32..40_000) {
        let Ok(theirs) = civil::Date::new(year, month, day) else {
            prop_assert!(Date::new(year, month, day).is_none());
            return Ok(());
        };
        let ours = Date::new(year, month, day).unwrap();
        prop_assert_eq!(ours.to_string(), theirs.to_string());
        let forms = ["%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%d-%b-%Y", "%-m/%-d/%Y", "%Y-%m-%dT00:00:00"];
        for form in forms {
            let text = theirs.strftime(form).to_string();
            prop_assert_eq!(text.parse::<Date>(), Ok(ours), "{}", text);
        }
        if let Ok(later) = theirs.checked_add(jiff::Span::new().days(step)) && later.year() >= 1 {
            let ours_later = ours.add_days(step);
            prop_assert_eq!(ours_later.to_string(), later.to_string());
            prop_assert_eq!(ours.days_until(ours_later), step);
            prop_assert_eq!(ours < ours_later, theirs < later);
        }
    }

    #[test]
    fn ages_are_jiffs(year in 1900i16..=2026, month in 1i8..=12, day in 1i8..=31, step in 0i32..40_000) {
        let Ok(born) = civil::Date::new(year, month, day) else { return Ok(()) };
        let later = born.checked_add(jiff::Span::new().days(step)).unwrap();
        // A birthday on 29 February comes, in other years, on 1 March.
        let mut age = later.year() - born.year();
        if (later.month(), later.day()) < (born.month(), born.day()) {
            age -= 1;
        }
        prop_assert_eq!(Date::from(born).age_on(Date::from(later)), Some(age as u16));
        prop_assert_eq!(Date::from(later).age_on(Date::from(born)), (step == 0).then_some(0));
    }
}

/// First and last days by code.
type Windows = BTreeMap<String, Vec<(u32, u32)>>;

/// The codes of the Medicare Code Editor's list with their windows, read here and not by the crate.
fn master() -> Windows {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sources/mce_v44_icd10cm.csv.zst");
    let packed = std::fs::read(path).unwrap();
    let mut text = String::new();
    structured_zstd::decoding::StreamingDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    let mut codes = Windows::new();
    for line in text.lines().skip(1) {
        let f: Vec<&str> = line.split(',').collect();
        codes.entry(f[0].to_owned()).or_default().push((f[1].parse().unwrap(), f[2].parse().unwrap()));
    }
    codes
}

#[test]
fn the_index_is_a_sorted_map() {
    let master = master();
    let tables = Tables::embedded();
    let icd = &tables.icd10cm;
    // All codes and all that is shorter, in order: ranks count them.
    let mut all: Vec<&str> = master.keys().flat_map(|c| (3..=c.len()).map(|n| &c[..n])).collect();
    all.sort_unstable();
    all.dedup();
    let mut found = 0;
    let mut last = None;
    for text in &all {
        let code: Icd10Cm = text.parse().unwrap();
        let Some(rank) = icd.rank(code) else {
            assert!(!master.contains_key(*text), "{text} is not found");
            continue;
        };
        found += 1;
        assert_eq!(icd.code(rank), Some(code));
        assert!(last < Some(rank), "{text}: ranks are in the order of the codes");
        last = Some(rank);
        if let Some(parent) = icd.parent(rank) {
            let parent = icd.code(parent).unwrap();
            assert!(code.is_within(parent) && parent != code && parent.len() < code.len(), "{text}");
        }
        for child in icd.children(rank) {
            assert_eq!(icd.parent(child), Some(rank), "{text}");
        }
    }
    assert_eq!(found, icd.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn look_ups_agree_with_a_map(
        text in "[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}",
        pick in any::<proptest::sample::Index>(),
        change in any::<proptest::sample::Index>(),
        with in "[0-9A-Z]",
        day in (2015i16..=2027, 1i8..=12, 1i8..=28),
    ) {
        thread_local! {
            static MASTER: (Windows, Vec<String>, Tables) = {
                let master = master();
                let keys = master.keys().cloned().collect();
                (master, keys, Tables::embedded())
            };
        }
        MASTER.with(|(master, keys, tables)| {
            let icd = &tables.icd10cm;
            let real = keys[pick.index(keys.len())].clone();
            let mut near = real.clone();
            let at = change.index(near.len());
            near.replace_range(at..=at, &with);
            let day = Date::new(day.0, day.1, day.2).unwrap();
            for text in [text.clone(), real, near] {
                let Ok(code) = text.parse::<Icd10Cm>() else { continue };
                let windows = master.get(&text);
                let rank = icd.rank(code);
                prop_assert!(windows.is_none() || rank.is_some(), "{}", text);
                let billable = rank.is_some_and(|r| matches!(icd.standing(r, day), Standing::Billable(_)));
                let last = Date::new(2027, 3, 31).unwrap().number();
                // After its last day the newest edition stands.
                let number = day.number().min(last);
                let expected = windows.is_some_and(|w| w.iter().any(|&(from, to)| from <= number && number <= to));
                prop_assert_eq!(billable, expected, "{} on {}", text, day);
            }
            Ok(())
        })?;
    }
}
