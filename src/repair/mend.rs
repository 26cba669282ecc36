//! One cell: its form mended, its meaning left alone. What is not certain stays as it is.

use super::Why;
use crate::Date;
use crate::claim::Field;
use crate::code::{
    DischargeStatus, Icd10Cm, Icd10Pcs, Modifier, Npi, PlaceOfService, Procedure, Revenue, Taxonomy,
};

/// The mended text of a cell and what was done to it last; `None` if it stays as it is. `icd9` says that diagnoses of the file may be of ICD-9, so
/// that they are left alone.
pub(super) fn mend(field: Field, text: &[u8], icd9: bool) -> Option<(Vec<u8>, Why)> {
    // What the reader takes for blanks belongs to no value; in a claim's or a patient's id nothing else is certain.
    let plain = text.trim_ascii();
    let bare = if is_coded(field) { trim_all(plain) } else { plain };
    let changed = match field {
        Field::Diagnosis(_)
        | Field::PrincipalDiagnosis
        | Field::LineDiagnosis
        | Field::AdmittingDiagnosis
            if !icd9 =>
        {
            diagnosis(bare)
        }
        Field::Diagnoses if !icd9 => {
            parts(bare, |b| matches!(b, b' ' | b',' | b':' | b';' | b'|' | b'^'), diagnosis)
        }
        Field::Procedure => number(bare, |t| Procedure::parse(t).is_ok())
            .or_else(|| upper(bare, |t| Procedure::parse(t).is_ok())),
        Field::Modifier(_) => number(bare, |t| Modifier::parse(t).is_ok())
            .or_else(|| upper(bare, |t| Modifier::parse(t).is_ok())),
        Field::Modifiers => parts(
            bare,
            |b| matches!(b, b' ' | b',' | b':' | b';' | b'|'),
            |part| upper(part, |t| Modifier::parse(t).is_ok()),
        ),
        Field::InpatientProcedure(_) => upper(bare, |t| Icd10Pcs::parse(t).is_ok()),
        Field::Taxonomy => upper(bare, |t| Taxonomy::parse(t).is_ok()),
        Field::PresentOnAdmission(_) => upper(bare, |t| matches!(t, [b'Y' | b'N' | b'U' | b'W'])),
        Field::Place => digits(bare, 2, |t| PlaceOfService::parse(t).is_ok()),
        Field::PatientStatus => digits(bare, 2, |t| DischargeStatus::parse(t).is_ok()),
        Field::Revenue => digits(bare, 4, |t| Revenue::parse(t).is_ok()),
        Field::RenderingNpi | Field::BillingNpi | Field::ReferringNpi => {
            number(bare, |t| Npi::parse(t).is_ok())
        }
        Field::Pointers => pointers(bare),
        Field::PatientDob => date(bare, true),
        field if field.is_claim_date() => date(bare, false),
        _ => None,
    };
    changed.or_else(|| (bare != text).then(|| (bare.to_vec(), Why::Blanks)))
}

/// Fields that hold codes, dates or numbers, so that no kind of blank can belong to them.
fn is_coded(field: Field) -> bool {
    !matches!(field, Field::ClaimId | Field::PatientId | Field::Payer | Field::Jurisdiction | Field::Accept)
}

/// Without blanks of any kind around it: also those that come from web pages and are not seen.
fn trim_all(text: &[u8]) -> &[u8] {
    let Ok(text) = std::str::from_utf8(text) else { return text };
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}')).as_bytes()
}

/// In upper case, if that is a code.
fn upper(text: &[u8], is_code: impl Fn(&[u8]) -> bool) -> Option<(Vec<u8>, Why)> {
    let upper = text.to_ascii_uppercase();
    (upper != text && is_code(&upper)).then_some((upper, Why::Case))
}

/// A number that a spreadsheet gave a decimal point: `99213.0`.
fn number(text: &[u8], is_code: impl Fn(&[u8]) -> bool) -> Option<(Vec<u8>, Why)> {
    let whole = text.strip_suffix(b".0")?;
    (whole.iter().all(u8::is_ascii_digit) && is_code(whole)).then(|| (whole.to_vec(), Why::Decimal))
}

/// A code of so many digits whose leading zeros a spreadsheet dropped. Only for code sets of one length, in which no shorter text is a code.
fn digits(text: &[u8], width: usize, is_code: impl Fn(&[u8]) -> bool) -> Option<(Vec<u8>, Why)> {
    let (whole, why) = match text.strip_suffix(b".0") {
        Some(whole) => (whole, Why::Decimal),
        None => (text, Why::LeadingZero),
    };
    if whole.is_empty() || whole.len() > width || !whole.iter().all(u8::is_ascii_digit) || !is_code(whole) {
        return None;
    }
    let mut padded = vec![b'0'; width - whole.len()];
    let why = if padded.is_empty() { why } else { Why::LeadingZero };
    padded.extend_from_slice(whole);
    (padded != text).then_some((padded, why))
}

/// Upper case and the dot in its place, or none if there was none. A dot carries no meaning in ICD-10-CM; in ICD-9-CM it does.
fn diagnosis(text: &[u8]) -> Option<(Vec<u8>, Why)> {
    // An external cause of ICD-9-CM: E812.0.
    if matches!(text, [b'E' | b'e', a, b, c, b'.', d] if [a, b, c, d].iter().all(|n| n.is_ascii_digit())) {
        return None;
    }
    let mut bare = Vec::with_capacity(text.len());
    let mut dots = 0;
    for (at, &b) in text.iter().enumerate() {
        let beside_dot = at > 0 && text[at - 1] == b'.' || text.get(at + 1) == Some(&b'.');
        match b {
            b'.' => dots += 1,
            b' ' if beside_dot => {}
            b => bare.push(b.to_ascii_uppercase()),
        }
    }
    let code = Icd10Cm::parse(&bare).ok()?;
    let mended = if dots > 0 && code.len() > 3 { code.to_string().into_bytes() } else { bare };
    let why = if mended.eq_ignore_ascii_case(text) { Why::Case } else { Why::Dot };
    (mended != text).then_some((mended, why))
}

/// Every part of a list; what stands between them stays.
fn parts(
    text: &[u8],
    separates: impl Fn(u8) -> bool,
    mend: impl Fn(&[u8]) -> Option<(Vec<u8>, Why)>,
) -> Option<(Vec<u8>, Why)> {
    let mut out = Vec::with_capacity(text.len());
    let mut done = None;
    for part in text.split_inclusive(|&b| separates(b)) {
        let (code, after) = match part {
            [code @ .., last] if separates(*last) => (code, &part[code.len()..]),
            _ => (part, &b""[..]),
        };
        match mend(code) {
            Some((mended, why)) => {
                out.extend_from_slice(&mended);
                done = Some(why);
            }
            None => out.extend_from_slice(code),
        }
        out.extend_from_slice(after);
    }
    done.map(|why| (out, why))
}

/// Letters A to L without anything between them. Digits that are not separated are left alone: 12 may be the twelfth, or the first and second.
fn pointers(text: &[u8]) -> Option<(Vec<u8>, Why)> {
    let text_without_point = text.strip_suffix(b".0").filter(|whole| whole.iter().all(u8::is_ascii_digit));
    let whole = text_without_point.unwrap_or(text);
    let separates = |b: &u8| matches!(b, b' ' | b',' | b':' | b';' | b'/' | b'|' | b'.' | b'-');
    let separated = whole.iter().any(separates);
    let mut letters = Vec::with_capacity(whole.len());
    for part in whole.split(separates).filter(|part| !part.is_empty()) {
        if part.iter().all(u8::is_ascii_alphabetic) {
            letters.extend(part.iter().map(u8::to_ascii_uppercase));
        } else if part.iter().all(u8::is_ascii_digit) && part.len() <= 2 && (separated || part.len() == 1) {
            let number = part.iter().fold(0, |n, b| n * 10 + (b - b'0'));
            letters.push(b'A' + number.checked_sub(1).filter(|n| *n < 12)?);
        } else {
            return None;
        }
    }
    let why = if letters.eq_ignore_ascii_case(text) { Why::Case } else { Why::Pointers };
    (!letters.is_empty() && letters != text).then_some((letters, why))
}

/// `YYYY-MM-DD`; the eight digits that claims are sent with stay. A birth date of two digits has no certain century.
fn date(text: &[u8], birth: bool) -> Option<(Vec<u8>, Why)> {
    let iso = |day: Date| (day.to_string().into_bytes(), Why::DateForm);
    if let [y @ .., b'.', b'0'] = text
        && y.len() == 8
        && y.iter().all(u8::is_ascii_digit)
    {
        return Date::parse(y).is_ok().then(|| (y.to_vec(), Why::Decimal));
    }
    let parts: Vec<&[u8]> = text.split(|b| matches!(b, b'/' | b'-' | b'.')).collect();
    if let [year, month, day] = parts[..]
        && year.len() == 4
        && text.iter().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'-' | b'.'))
    {
        let number = |part: &[u8]| match part.len() {
            1..=4 => Some(part.iter().fold(0i16, |n, b| n * 10 + i16::from(b - b'0'))),
            _ => None,
        };
        let day =
            Date::new(number(year)?, i8::try_from(number(month)?).ok()?, i8::try_from(number(day)?).ok()?)?;
        return Some(iso(day)).filter(|(mended, _)| mended != text);
    }
    if text.len() == 8 && text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if birth && parts.last().is_some_and(|year| year.len() == 2) && parts.len() == 3 && parts[0].len() <= 2 {
        return None;
    }
    Some(iso(Date::parse(text).ok()?)).filter(|(mended, _)| mended != text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(field: Field, text: &str) -> String {
        match mend(field, text.as_bytes(), false) {
            Some((new, _)) => {
                assert_eq!(mend(field, &new, false), None, "{text}: mending it again changes it again");
                String::from_utf8(new).unwrap()
            }
            None => text.to_owned(),
        }
    }

    #[test]
    fn what_is_certain_is_mended_and_nothing_else() {
        let dx = Field::Diagnosis(1);
        for (field, text, expected) in [
            (dx, " e11.65 ", "E11.65"),
            (dx, "e1165", "E1165"),
            (dx, "E1165", "E1165"),
            (dx, "E1.165", "E11.65"),
            (dx, "E11..65", "E11.65"),
            (dx, "E11. 65", "E11.65"),
            (dx, "I10.", "I10"),
            (dx, "\u{a0}I10\u{200b}", "I10"),
            (dx, "E812.0", "E812.0"),
            (dx, "250.00", "250.00"),
            (dx, "I10 E119", "I10 E119"),
            (dx, "O.Brien", "O.Brien"),
            (dx, "J45.9O9", "J45.9O9"),
            (Field::Diagnoses, "e11.65;i10 ,J459.09", "E11.65;I10 ,J45.909"),
            (Field::Procedure, "g0008", "G0008"),
            (Field::Procedure, "99213.0", "99213"),
            (Field::Procedure, "9921", "9921"),
            (Field::Procedure, "100", "100"),
            (Field::Modifier(1), "rt", "RT"),
            (Field::Modifier(1), "25.0", "25"),
            (Field::Modifier(1), "1", "1"),
            (Field::Modifiers, "rt,59 xs", "RT,59 XS"),
            (Field::Place, "2", "02"),
            (Field::Place, "11.0", "11"),
            (Field::Place, "2.0", "02"),
            (Field::Place, "0", "0"),
            (Field::Place, "111", "111"),
            (Field::Revenue, "250", "0250"),
            (Field::Revenue, "045X", "045X"),
            (Field::PatientStatus, "1", "01"),
            (Field::BillType, "131", "131"),
            (Field::BillingNpi, "1234567893.0", "1234567893"),
            (Field::BillingNpi, "1234567890.0", "1234567890.0"),
            (Field::PresentOnAdmission(1), "y", "Y"),
            (Field::PresentOnAdmission(1), "x", "x"),
            (Field::InpatientProcedure(1), "02hv33z", "02HV33Z"),
            (Field::Taxonomy, "207q00000x", "207Q00000X"),
            (Field::Pointers, "ac", "AC"),
            (Field::Pointers, "1", "A"),
            (Field::Pointers, "1,3", "AC"),
            (Field::Pointers, "A:2", "AB"),
            (Field::Pointers, "1,12", "AL"),
            (Field::Pointers, "1.0", "A"),
            (Field::Pointers, "12", "12"),
            (Field::Pointers, "1A", "1A"),
            (Field::Pointers, "0", "0"),
            (Field::Pointers, "1,13", "1,13"),
            (Field::DosFrom, "3/2/2026", "2026-03-02"),
            (Field::DosFrom, "3/2/26", "2026-03-02"),
            (Field::DosFrom, "02-Mar-2026", "2026-03-02"),
            (Field::DosFrom, "2026/3/2", "2026-03-02"),
            (Field::DosFrom, "2026.03.02", "2026-03-02"),
            (Field::DosFrom, "2026-03-02 00:00:00", "2026-03-02"),
            (Field::DosFrom, "20260302", "20260302"),
            (Field::DosFrom, "20260302.0", "20260302"),
            (Field::DosFrom, "2026-02-30", "2026-02-30"),
            (Field::DosFrom, "46083", "46083"),
            (Field::DosFrom, "31/12/2026", "31/12/2026"),
            (Field::PatientDob, "7/8/61", "7/8/61"),
            (Field::PatientDob, "7/8/1961", "1961-07-08"),
            (Field::ClaimId, " A-1 ", "A-1"),
            (Field::ClaimId, "\u{a0}A-1", "\u{a0}A-1"),
            (Field::Payer, "medicare", "medicare"),
            (Field::Charge, "$1,250.00", "$1,250.00"),
        ] {
            assert_eq!(mended(field, text), expected, "{field} {text:?}");
        }
        assert_eq!(mend(dx, b"e11", true), None);
    }

    proptest::proptest! {
        #[test]
        fn mending_twice_is_mending_once(text in "[ -~\u{a0}]{0,14}", code in "[eEiIzZ][0-9]{1,2}[.]?[0-9a-z.]{0,4}", at in 0..Field::ALL.len()) {
            for text in [text, code] {
                mended(Field::ALL[at], &text);
            }
        }
    }
}
