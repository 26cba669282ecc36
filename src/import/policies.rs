//! The user's own coverage policies: csv, one row for each procedure and diagnosis, or prefix or range of them.

use std::collections::HashMap;

use super::Located;
use crate::code::{CodeText, Icd10Cm, Modifier, Procedure};
use crate::error::ImportError;
use crate::table::policies::{Block, Body, PolicyRows, Relation, Span, Terms};
use crate::{Date, DateRange};

pub(crate) const NAME: &str = "coverage policies (csv: policy, procedure, relation, diagnosis, …)";

/// The columns, in the order in which rows are kept.
pub(crate) const COLUMNS: [&str; 16] = [
    "policy",
    "procedure",
    "relation",
    "diagnosis",
    "group",
    "part",
    "jurisdiction",
    "payer",
    "from",
    "to",
    "modifier",
    "version",
    "title",
    "age",
    "frequency",
    "citation",
];
/// Columns that a file must have.
const NEEDED: [usize; 2] = [0, 1];
/// A policy without a first day is in force on every day about which anything is known.
pub(crate) const ALWAYS: Date = Date::constant(1900, 1, 1);

/// Where each column stands, if the file has it.
pub(crate) type Places = [Option<usize>; COLUMNS.len()];

/// A row as it stands in the file: its line and its cells.
pub(crate) type Record = (u64, Vec<String>);

/// A column of [`COLUMNS`], by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Column(pub(crate) usize);

impl Column {
    pub(crate) const PROCEDURE: Column = Column(1);
    pub(crate) const RELATION: Column = Column(2);
    pub(crate) const DIAGNOSIS: Column = Column(3);
    pub(crate) const FROM: Column = Column(8);
    pub(crate) const TO: Column = Column(9);
    pub(crate) const MODIFIER: Column = Column(10);

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        COLUMNS[self.0]
    }
}

/// A row that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) terms: Terms,
    pub(crate) procedure: Span,
    pub(crate) relation: Relation,
    pub(crate) diagnosis: Option<Span>,
    pub(crate) group: String,
    pub(crate) part: String,
    pub(crate) modifiers: Vec<Modifier>,
    pub(crate) title: String,
    pub(crate) citation: String,
    pub(crate) limits: String,
}

/// Why a row cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) column: Column,
    pub(crate) expected: String,
    pub(crate) got: String,
}

/// The columns of a header row; `None` if it is no header of a policy file.
pub(crate) fn places(header: &[String]) -> Option<Places> {
    let key = |name: &String| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let keys: Vec<String> = header.iter().map(key).collect();
    let mut out = [None; COLUMNS.len()];
    for (place, name) in out.iter_mut().zip(COLUMNS) {
        *place = keys.iter().position(|k| k == name);
    }
    let needed = NEEDED.iter().all(|&at| out[at].is_some());
    // A rule beyond the two names: what is said of them.
    let said = out[Column::DIAGNOSIS.0].is_some() || out[Column::MODIFIER.0].is_some();
    (needed && said).then_some(out)
}

/// The fields of a row, by column.
pub(crate) fn field<'a>(cells: &'a [String], places: &Places, column: usize) -> &'a str {
    places[column].and_then(|at| cells.get(at)).map_or("", |c| c.trim())
}

fn procedure_code(text: &[u8]) -> Option<CodeText> {
    Procedure::parse(text).ok().map(Procedure::text)
}

fn is_procedure_prefix(text: &[u8]) -> bool {
    (1..=4).contains(&text.len())
        && text[0].is_ascii_alphanumeric()
        && text[1..].iter().all(u8::is_ascii_digit)
}

fn diagnosis_code(text: &[u8]) -> Option<CodeText> {
    Icd10Cm::parse(text).ok().map(Icd10Cm::text)
}

fn is_diagnosis_prefix(text: &[u8]) -> bool {
    (1..=6).contains(&text.len())
        && text[0].is_ascii_uppercase()
        && text.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// A procedure, a prefix or a range of them.
pub(crate) fn procedure_span(text: &str) -> Option<Span> {
    Span::parse(text, procedure_code, is_procedure_prefix)
}

/// A diagnosis, a prefix or a range of them. The ends of a range may be categories, headers or codes.
pub(crate) fn diagnosis_span(text: &str) -> Option<Span> {
    Span::parse(text, diagnosis_code, is_diagnosis_prefix)
}

/// Reads a row. All that is wrong with it, not only the first.
pub(crate) fn row(
    line: u64,
    cells: &[String],
    places: &Places,
    effective: Option<Date>,
) -> Result<Row, Vec<Fault>> {
    let mut faults = Vec::new();
    let get = |column: usize| field(cells, places, column);
    let mut wrong = |column: usize, expected: String| {
        faults.push(Fault { column: Column(column), expected, got: get(column).chars().take(40).collect() });
    };
    if get(0).is_empty() {
        wrong(0, "the name or number of a policy".to_owned());
    }
    let procedure = procedure_span(get(1));
    if procedure.is_none() {
        wrong(1, "a procedure code, a prefix 9938* or a range 59000-59899".to_owned());
    }
    let relation = match get(2) {
        "" => Some(Relation::Supports),
        text => Relation::ALL.into_iter().find(|r| r.name().eq_ignore_ascii_case(text)),
    };
    let Some(relation) = relation else {
        wrong(2, "supports, excludes, requires or lifts".to_owned());
        return Err(faults);
    };
    let by_modifier = matches!(relation, Relation::Requires | Relation::Lifts);
    let diagnosis = diagnosis_span(get(3));
    if by_modifier && !get(3).is_empty() {
        wrong(3, format!("nothing, for {} is about modifiers", relation.name()));
    } else if !by_modifier && diagnosis.is_none() {
        wrong(3, "a diagnosis code, a prefix E11* or a range E08-E13".to_owned());
    }
    let mut day = |column: usize| match get(column) {
        "" => None,
        text => {
            let parsed = Date::parse(text.as_bytes());
            if let Err(e) = parsed {
                wrong(column, format!("a date ({e})"));
            }
            parsed.ok()
        }
    };
    let (from, to) = (day(8), day(9));
    let window = DateRange { from: from.or(effective).unwrap_or(ALWAYS), to: to.unwrap_or(Date::MAX) };
    if from.is_some() && to.is_some() && window.to < window.from {
        wrong(9, format!("a last day not before the first, {}", window.from));
    }
    let words = get(10).split([' ', ';', ',', '/']).filter(|m| !m.is_empty());
    let modifiers: Result<Vec<Modifier>, _> = words.map(|m| Modifier::parse(m.as_bytes())).collect();
    let modifiers = match modifiers {
        Ok(list) if list.is_empty() && by_modifier => {
            wrong(10, format!("a modifier, for the row is about what {}", relation.name()));
            list
        }
        Ok(list) => list,
        Err(_) => {
            wrong(10, "modifiers of two characters".to_owned());
            vec![]
        }
    };
    let Some(procedure) = procedure.filter(|_| faults.is_empty()) else { return Err(faults) };
    let limit =
        |name: &str, text: &str| if text.is_empty() { String::new() } else { format!("{name} {text}") };
    let limits = [limit("age", get(13)), limit("frequency", get(14))];
    Ok(Row {
        line,
        terms: Terms {
            policy: get(0).to_owned(),
            version: get(11).to_owned(),
            window,
            jurisdictions: places_text(get(6)),
            payer: get(7).to_owned(),
        },
        procedure,
        relation,
        diagnosis: diagnosis.filter(|_| !by_modifier),
        group: if get(4).is_empty() { "1".to_owned() } else { get(4).to_owned() },
        part: get(5).to_owned(),
        modifiers,
        title: get(12).to_owned(),
        citation: get(15).to_owned(),
        limits: limits.iter().filter(|l| !l.is_empty()).map(String::as_str).collect::<Vec<_>>().join("; "),
    })
}

/// Jurisdictions, separated by `;`.
fn places_text(text: &str) -> String {
    text.split([';', ',', '|']).map(str::trim).filter(|p| !p.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Reads the rows of a text, each with its line; the first is the header.
pub(crate) fn records(text: &str) -> Result<(Places, Vec<Record>), Located> {
    let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let delimiter =
        [b',', b'\t', b';', b'|'].into_iter().max_by_key(|&d| first.bytes().filter(|&b| b == d).count());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.unwrap_or(b','))
        .quoting(delimiter != Some(b'\t'))
        .from_reader(text.as_bytes());
    let mut out = Vec::new();
    let mut header = None;
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map(csv::Position::line);
            (line, ImportError::Container(format!("cannot read the row: {e}")))
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if cells.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        match header {
            None => {
                let found = places(&cells);
                // A file of claims in this place must not be shown.
                let got = format!("{} columns without those that are needed", cells.len());
                let expected = "a header with policy, procedure, relation, diagnosis, group, jurisdiction, payer, from, to, modifier, citation";
                let wrong =
                    || (Some(line), ImportError::Row { layout: NAME, expected: expected.to_owned(), got });
                header = Some(found.ok_or_else(wrong)?);
            }
            Some(_) => out.push((line, cells)),
        }
    }
    match header {
        Some(places) if !out.is_empty() => Ok((places, out)),
        _ => Err((None, ImportError::NoRows { layout: NAME })),
    }
}

/// Reads a file, to its first wrong row.
pub(crate) fn read(text: &str, effective: Option<Date>) -> Result<Vec<Row>, Located> {
    let (places, records) = records(text)?;
    let wrong = |line: u64, faults: Vec<Fault>| {
        let (expected, got) = faults.into_iter().next().map_or_else(Default::default, |f| {
            let got = if f.got.is_empty() { "nothing".to_owned() } else { format!("{:?}", f.got) };
            (format!("in column {}, {}", f.column.name(), f.expected), got)
        });
        (Some(line), ImportError::Row { layout: NAME, expected, got })
    };
    records
        .iter()
        .map(|(line, cells)| row(*line, cells, &places, effective).map_err(|f| wrong(*line, f)))
        .collect()
}

/// Rows as they are kept: tab separated, all columns.
pub(crate) fn write(rows: &[Row]) -> String {
    let mut out = COLUMNS.join("\t") + "\n";
    for row in rows {
        let t = &row.terms;
        let day = |day: Date, open: Date| if day == open { String::new() } else { day.to_string() };
        let limit = |name: &str| {
            let found = row.limits.split("; ").find_map(|l| l.strip_prefix(name));
            found.map_or_else(String::new, |l| l.trim().to_owned())
        };
        let modifiers: Vec<String> = row.modifiers.iter().map(Modifier::to_string).collect();
        let cells = [
            t.policy.clone(),
            row.procedure.text(),
            row.relation.name().to_owned(),
            row.diagnosis.map_or_else(String::new, |d| d.text()),
            row.group.clone(),
            row.part.clone(),
            t.jurisdictions.clone(),
            t.payer.clone(),
            day(t.window.from, ALWAYS),
            day(t.window.to, Date::MAX),
            modifiers.join(" "),
            t.version.clone(),
            row.title.clone(),
            limit("age "),
            limit("frequency "),
            row.citation.clone(),
        ];
        for (i, cell) in cells.iter().enumerate() {
            out.push_str(if i == 0 { "" } else { "\t" });
            out.extend(cell.chars().map(|c| if c.is_control() { ' ' } else { c }));
        }
        out.push('\n');
    }
    out
}

/// Gathers rows into policies: rows that say the same of a procedure are one list of diagnoses.
pub(crate) fn gather(rows: &[Row], into: &mut PolicyRows) {
    type Key<'a> = (&'a Terms, Span, Relation, &'a str, &'a str, Option<Modifier>);
    let mut places: HashMap<Key<'_>, usize> = HashMap::new();
    for row in rows {
        let body = into.policies.entry(row.terms.clone()).or_default();
        let Body { title, citation, limits, blocks } = body;
        for (kept, new) in [(title, &row.title), (citation, &row.citation), (limits, &row.limits)] {
            if kept.is_empty() {
                kept.clone_from(new);
            }
        }
        let modifiers: Vec<Option<Modifier>> = if row.modifiers.is_empty() {
            vec![None]
        } else {
            row.modifiers.iter().map(|&m| Some(m)).collect()
        };
        for modifier in modifiers {
            let key =
                (&row.terms, row.procedure, row.relation, row.group.as_str(), row.part.as_str(), modifier);
            let at = *places.entry(key).or_insert_with(|| {
                blocks.push(Block {
                    procedures: vec![row.procedure],
                    relation: row.relation,
                    group: row.group.clone(),
                    part: row.part.clone(),
                    modifier,
                    diagnoses: vec![],
                });
                blocks.len() - 1
            });
            if let Some(block) = blocks.get_mut(at) {
                block.diagnoses.extend(row.diagnosis);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_row_is_read() {
        let text = "Policy,Procedure,Relation,Diagnosis,Group,Jurisdiction,From,To,Modifier\n\
            P1,99381-99397,supports,Z00.*,1,\"J6, IL\",2024-01-01,,\n\
            P1,g0101,,Z01.411,,,1/1/2020,12/31/2024,\n\
            P1,9938*,excludes,E08-E13,x,,,,25\n\
            P1,99381,requires,,m,,,,KX GA\n";
        let rows = read(text, None).unwrap();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0].procedure.text(), "99381-99397");
        assert_eq!(rows[0].diagnosis.unwrap().text(), "Z00*");
        assert_eq!(rows[0].terms.jurisdictions, "J6; IL");
        assert_eq!((rows[1].procedure.text().as_str(), rows[1].relation), ("G0101", Relation::Supports));
        assert_eq!(rows[2].diagnosis.unwrap().text(), "E08-E13");
        assert_eq!((rows[3].modifiers.len(), rows[3].line), (2, 5));
        let again = read(&write(&rows), None).unwrap();
        assert_eq!(again.len(), 4);
        for (a, b) in rows.iter().zip(&again) {
            assert_eq!(Row { line: 0, ..a.clone() }, Row { line: 0, ..b.clone() });
        }
        let mut policies = PolicyRows::default();
        gather(&rows, &mut policies);
        assert_eq!(policies.policies.len(), 3);
    }

    #[test]
    fn a_wrong_row_is_an_error_with_its_line_and_column() {
        let wrong = |row: &str| {
            let text = format!("policy,procedure,relation,diagnosis,from,to,modifier\n{row}\n");
            let (line, e) = read(&text, None).unwrap_err();
            assert_eq!(line, Some(2));
            e.to_string()
        };
        assert!(wrong("P,9921,supports,I10,,,").contains("in column procedure, a procedure code"));
        assert!(
            wrong("P,99213,allows,I10,,,").contains("supports, excludes, requires or lifts, got \"allows\"")
        );
        assert!(wrong("P,99213,supports,,,,").contains("in column diagnosis"));
        assert!(wrong("P,99213,supports,I10,2024-02-30,,").contains("in column from"));
        assert!(wrong("P,99213,supports,I10,2024-02-01,2024-01-31,").contains("a last day not before"));
        assert!(wrong("P,99213,requires,,,,").contains("in column modifier"));
        assert!(wrong(",99213,supports,I10,,,").contains("in column policy"));
    }

    #[test]
    fn other_files_are_not_taken() {
        let header = |t: &str| places(&t.split(',').map(str::to_owned).collect::<Vec<_>>()).is_some();
        assert!(header("policy,procedure,diagnosis"));
        assert!(
            !header("claim_id,procedure,dx1") && !header("policy,diagnosis") && !header("policy,procedure")
        );
    }
}
