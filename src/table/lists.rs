//! Small lists that are part of the program: places of service, and which numbers are CPT modifiers.

use std::sync::LazyLock;

use super::procedures::InForce;
use crate::Date;
use crate::code::{Modifier, PlaceOfService};

/// A place of service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    name: &'static str,
    from: Option<Date>,
    to: Option<Date>,
}

static PLACES: LazyLock<[Option<Place>; 100]> = LazyLock::new(|| {
    let mut out = [None; 100];
    for [code, from, to, name] in records(include_str!("../../data/lists/places_of_service.csv")) {
        if let Ok(place) = PlaceOfService::parse(code.as_bytes()) {
            let place_slot: &mut Option<Place> = &mut out[usize::from(place.number())];
            *place_slot = Some(Place { name, from: day(from), to: day(to) });
        }
    }
    out
});

/// The first and the last day of a modifier, where they are known.
type Days = (Option<Date>, Option<Date>);

/// By the modifiers' numbers.
static CPT_MODIFIERS: LazyLock<Vec<Option<Days>>> = LazyLock::new(|| {
    let mut out = vec![None; Modifier::COUNT];
    for [code, from, to, _] in records(include_str!("../../data/lists/cpt_modifiers.csv")) {
        if let Some(number) = Modifier::parse(code.as_bytes()).ok().and_then(Modifier::number) {
            out[number] = Some((day(from), day(to)));
        }
    }
    out
});

/// Rows of a list without quotation marks, the header left out.
fn records(text: &'static str) -> impl Iterator<Item = [&'static str; 4]> {
    text.lines().skip(1).map(|line| {
        let mut fields = line.splitn(4, ',');
        std::array::from_fn(|_| fields.next().unwrap_or_default())
    })
}

fn day(text: &str) -> Option<Date> {
    Date::parse(text.as_bytes()).ok()
}

fn in_force(from: Option<Date>, to: Option<Date>, on: Date) -> InForce {
    match (from, to) {
        (Some(from), _) if on < from => InForce::NotYet(from),
        (_, Some(to)) if on > to => InForce::Ended(to),
        _ => InForce::Yes,
    }
}

/// What the place is called; `None` if the code is not assigned.
pub fn place_name(place: PlaceOfService) -> Option<&'static str> {
    PLACES[usize::from(place.number())].map(|p| p.name)
}

/// How the place's code stands on a day; `None` if it is not assigned.
pub fn place_in_force(place: PlaceOfService, on: Date) -> Option<InForce> {
    PLACES[usize::from(place.number())].map(|p| in_force(p.from, p.to, on))
}

/// How one of CPT's modifiers stands on a day; `None` if it is none of CPT's.
pub fn cpt_modifier(modifier: Modifier, on: Date) -> Option<InForce> {
    CPT_MODIFIERS[modifier.number()?].map(|(from, to)| in_force(from, to, on))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_their_dates() {
        let place = |n: &str| n.parse::<PlaceOfService>().unwrap();
        assert_eq!(place_name(place("11")), Some("Office"));
        assert_eq!(
            place_in_force(place("10"), Date::constant(2021, 12, 31)),
            Some(InForce::NotYet(Date::constant(2022, 1, 1)))
        );
        assert_eq!(place_in_force(place("10"), Date::constant(2022, 1, 1)), Some(InForce::Yes));
        assert_eq!(place_in_force(place("30"), Date::constant(2022, 1, 1)), None);
    }

    #[test]
    fn cpt_modifiers_are_known_by_number() {
        let day = Date::constant(2026, 1, 1);
        let modifier = |m: &str| cpt_modifier(m.parse().unwrap(), day);
        assert_eq!(modifier("25"), Some(InForce::Yes));
        assert_eq!(modifier("1P"), Some(InForce::Yes));
        assert_eq!(modifier("28"), None);
        assert_eq!(modifier("LT"), None);
        // None that can be read.
        assert_eq!(cpt_modifier(Modifier::constant(b"2\xff"), day), None);
    }
}
