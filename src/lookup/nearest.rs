//! What is no code: why, and which codes are spelt nearly so.

use super::Named;
use crate::Date;
use crate::code::{CodeError, Icd10Cm, Procedure, ProcedureKind};
use crate::table::{Cover, InForce, Rank, Standing, TableKind, Tables};

/// Why a text that may be a code of more than one kind is none that is known.
pub(super) fn why_not(
    tables: &Tables,
    diagnosis: Result<Icd10Cm, CodeError>,
    procedure: Result<Procedure, CodeError>,
    text: &str,
) -> String {
    let of_diagnosis = match diagnosis {
        // Letters alone are words.
        Ok(_) if !text.contains(|c: char| c.is_ascii_digit()) => None,
        Ok(_) => Some("in no release of ICD-10-CM".to_owned()),
        // Five digits without a dot are a procedure before they are an old diagnosis.
        Err(CodeError::Icd9) if procedure.is_err() => Some(
            "has the shape of an ICD-9-CM code, which ended on 2015-09-30; look for it by its words"
                .to_owned(),
        ),
        Err(_) => None,
    };
    let of_procedure = procedure
        .ok()
        .map(|code| unlisted(tables, code).unwrap_or_else(|| format!("no {} code", code.kind().name())));
    match (of_diagnosis, of_procedure) {
        (Some(one), Some(other)) => format!("{one}; {other}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) if text.trim().is_empty() => "type a code or words".to_owned(),
        (None, None) if text.contains(char::is_alphabetic) => {
            "no code and no title has these words".to_owned()
        }
        (None, None) => "has the shape of no code".to_owned(),
    }
}

/// Why the tables cannot tell whether there is such a procedure.
fn unlisted(tables: &Tables, code: Procedure) -> Option<String> {
    let kind = code.kind();
    match cover(tables, kind) {
        Cover::None => no_table(tables, kind),
        Cover::Partial { codes, .. } => {
            Some(format!("not in the list that was added, of {codes} {} codes", kind.name()))
        }
        Cover::Whole { .. } => None,
    }
}

fn cover(tables: &Tables, kind: ProcedureKind) -> Cover {
    tables.procedures.as_ref().map_or(Cover::None, |t| t.cover(kind))
}

/// That there is no table of such codes, and what to do.
pub(super) fn no_table(tables: &Tables, kind: ProcedureKind) -> Option<String> {
    let is_none = matches!(cover(tables, kind), Cover::None);
    is_none.then(|| match kind.is_cpt() {
        true => {
            format!("no table of {} codes; a licensed list comes in by `cleanclaim tables add`", kind.name())
        }
        false => {
            format!(
                "no table of {} codes; add one with `{}`",
                kind.name(),
                TableKind::Procedures.how_to_add()
            )
        }
    })
}

/// Why nothing is known of a modifier.
pub(super) fn no_modifier(tables: &Tables) -> String {
    match tables.procedures {
        Some(_) => "no modifier of the tables on that day".to_owned(),
        None => {
            let add = TableKind::Procedures.how_to_add();
            format!("no table of HCPCS modifiers; add one with `{add}`")
        }
    }
}

/// The characters that are mistaken for one another, as one of them.
fn as_read(character: u8) -> u8 {
    match character {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    }
}

/// Codes spelt nearly so: one edit away, or two if there is none; at most five of each table.
pub(super) fn nearest(tables: &Tables, text: &str, as_of: Date) -> Vec<Named> {
    const MOST: usize = 5;
    let key: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    if !(3..=8).contains(&key.len()) || !key.bytes().any(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let looks_alike = |code: &[u8]| code.iter().map(|&c| as_read(c)).eq(key.bytes().map(as_read));
    let has_the_same = |code: &[u8]| {
        let sorted = |mut of: Vec<u8>| {
            of.sort_unstable();
            of
        };
        sorted(code.to_vec()) == sorted(key.clone().into_bytes())
    };
    // What looks like it first, as O24.4 for 024.4; then billable codes, then the longest common beginning, then the same length.
    let sorted = |mut near: Vec<(bool, Vec<u8>, Rank)>| {
        let common = |code: &[u8]| code.iter().zip(key.as_bytes()).take_while(|(a, b)| a == b).count();
        near.sort_by_cached_key(|(billable, code, _)| {
            (
                !looks_alike(code),
                !billable,
                std::cmp::Reverse(common(code)),
                code.len().abs_diff(key.len()),
                code.clone(),
            )
        });
        near.truncate(MOST);
        near
    };
    let mut out = Vec::new();
    for distance in 1..=2 {
        let table = &tables.icd10cm;
        let mut near = table.index().near(&key, distance, 2000);
        // No diagnosis begins with a digit: it was meant as a letter, or the letter stands behind it.
        if !key.starts_with(|c: char| c.is_ascii_uppercase()) {
            near.retain(|(code, _)| looks_alike(code) || has_the_same(code));
        }
        let near = near.into_iter().filter_map(|(code, rank)| match table.standing(rank, as_of) {
            Standing::Billable(_) => Some((true, code, rank)),
            Standing::Header => Some((false, code, rank)),
            _ => None,
        });
        for (_, _, rank) in sorted(near.collect()) {
            let code = table.code(rank).map(|c| c.to_string()).unwrap_or_default();
            out.push(Named { code, title: table.title_on(rank, as_of) });
        }
        // No procedure has a dot.
        if let Some(table) = tables.procedures.as_ref().filter(|_| !text.contains('.')) {
            let near = table.index().near(&key, distance, 2000).into_iter();
            let near = near.filter(|&(_, rank)| table.in_force(rank, as_of) == Some(InForce::Yes));
            for (_, code, rank) in sorted(near.map(|(code, rank)| (true, code, rank)).collect()) {
                let code = String::from_utf8_lossy(&code).into_owned();
                out.push(Named { code, title: table.title(rank) });
            }
        }
        if !out.is_empty() {
            break;
        }
    }
    out
}
