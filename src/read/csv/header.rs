//! The header row: which column means what.

use std::collections::BTreeMap;
use std::path::Path;

use super::blocks::unprintable;
use super::presets::{PRESETS, Preset};
use crate::claim::Field;
use crate::error::ClaimsError;
use crate::{Error, ErrorKind, Mistake, Result};

/// Names for columns beyond the canonical ones and their aliases. Names match without case, blanks, `_`, `-` and `.`.
const ALIASES: &[(&str, &[&str])] = &[
    (
        "claim_id",
        &["patient_control_number", "pcn", "claim_number", "clm_id", "cur_clm_uniq_id", "claim_no", "claim"],
    ),
    ("line", &["line_number", "line_no", "line_num", "clm_line_num", "claim_line_number", "claim_line"]),
    ("claim_type", &["clm_type"]),
    ("patient_id", &["member_id", "subscriber_id", "bene_id", "person_id"]),
    ("patient_dob", &["dob", "birth_date", "date_of_birth", "birthdate", "patient_birth_date"]),
    ("patient_sex", &["sex", "gender", "patient_gender"]),
    (
        "dos_from",
        &[
            "dos",
            "service_date",
            "from_date",
            "service_date_from",
            "clm_line_from_dt",
            "date_of_service",
            "service_from",
            "claim_line_start_date",
            "service_from_date",
        ],
    ),
    (
        "dos_to",
        &[
            "to_date",
            "service_date_to",
            "clm_line_thru_dt",
            "service_to",
            "claim_line_end_date",
            "service_to_date",
        ],
    ),
    ("pos", &["place_of_service", "place_of_service_code", "clm_pos_cd", "pos_code"]),
    (
        "procedure",
        &[
            "cpt",
            "hcpcs",
            "cpt_code",
            "hcpcs_code",
            "procedure_code",
            "clm_line_hcpcs_cd",
            "proc",
            "proc_code",
            "cpt_hcpcs",
        ],
    ),
    ("mod#", &["modifier#", "hcpcs_modifier_#", "hcpcs_#_mdfr_cd", "cpt_modifier_#"]),
    ("modifiers", &["modifier", "mods", "mod"]),
    ("units", &["qty", "quantity", "service_unit_quantity", "days_units", "unit", "service_units"]),
    ("charge", &["charges", "charge_amount", "line_charge", "line_charge_amount"]),
    ("total_charge", &["total_charges", "claim_charge", "claim_total_charge", "total_charge_amount"]),
    (
        "dx#",
        &[
            "diagnosis_#",
            "diagnosis_code_#",
            "icd#",
            "clm_dgns_#_cd",
            "diag#",
            "dx_code_#",
            "icd_code_#",
            "diag_code_#",
        ],
    ),
    (
        "diagnoses",
        &["icd_codes", "dx_codes", "diagnosis_codes", "diagnosis", "diagnosis_code", "icd", "icd_code", "dx"],
    ),
    (
        "principal_dx",
        &["principal_diagnosis", "principal_diagnosis_code", "prncpal_dgns_cd", "prncpl_dgns_cd"],
    ),
    ("dx_version#", &[]),
    ("line_dx", &["line_diagnosis"]),
    (
        "dx_pointers",
        &[
            "pointers",
            "diagnosis_pointer",
            "diag_ref",
            "dx_pointer",
            "diagnosis_pointers",
            "pointer",
            "diag_pointer",
        ],
    ),
    ("rendering_npi", &["rendering_provider_npi", "provider_npi", "npi", "rendering_provider"]),
    ("billing_npi", &["billing_provider_npi"]),
    ("referring_npi", &["referring_provider_npi"]),
    ("taxonomy", &["taxonomy_code", "provider_taxonomy"]),
    ("payer", &["payer_id", "payer_name"]),
    ("jurisdiction", &["mac", "state"]),
    ("received_date", &["received", "receipt_date", "date_received"]),
    ("statement_from", &["claim_start_date", "clm_from_dt", "statement_from_date"]),
    ("statement_to", &["claim_end_date", "clm_thru_dt", "statement_to_date", "statement_thru"]),
    ("bill_type", &["type_of_bill", "tob", "bill_type_code"]),
    ("bill_facility", &[]),
    ("bill_class", &[]),
    ("bill_frequency", &[]),
    ("revenue_code", &["rev_code", "revenue_center_code", "revenue"]),
    ("patient_status", &["discharge_status", "discharge_disposition_code", "patient_discharge_status"]),
    ("admit_date", &["admission_date", "admitted"]),
    ("discharge_date", &["discharged"]),
    ("admit_dx", &["admitting_diagnosis", "admitting_dx", "admit_diagnosis_code"]),
    ("poa#", &["present_on_admission_#", "diagnosis_poa_#"]),
    ("accept", &["accepted", "accepted_rules"]),
    ("px#", &["icd_procedure_#", "icd_prcdr_cd_#", "icd10_pcs_#", "pcs#"]),
];

const DELIMITERS: [u8; 4] = [b',', b'\t', b'|', b';'];

/// How the columns of a file are to be understood.
#[derive(Clone, Debug, Default)]
pub struct ColumnMap {
    preset: Option<&'static Preset>,
    /// Their name, normalised, to ours.
    own: BTreeMap<String, Field>,
}

/// The columns that a file has; rules that read others were not evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    present: Vec<Field>,
}

/// A file's columns and dialect.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// Between two fields.
    pub(crate) delimiter: u8,
    /// Number of fields of the header.
    pub(crate) width: usize,
    /// Place of the claim id.
    pub(crate) claim_id: usize,
    /// Places of what belongs to the claim.
    pub(crate) of_claim: Vec<(usize, Field)>,
    /// The same as runs of columns side by side: first and last place of each.
    pub(crate) claim_runs: Vec<(usize, usize)>,
    /// Places of what belongs to the line.
    pub(crate) line: LinePlaces,
    /// Places of the diagnosis columns, with their numbers.
    pub(crate) diagnoses: Vec<(usize, u8)>,
    /// First and last place of the diagnosis columns, if nothing else stands between them and none is elsewhere.
    pub(crate) diagnosis_span: Option<(usize, usize)>,
    /// Place of the column that holds all diagnoses.
    pub(crate) diagnosis_list: Option<usize>,
    /// Places of the version indicators.
    pub(crate) versions: Vec<(usize, u8)>,
    /// Place of the principal diagnosis, where it is apart.
    pub(crate) principal: Option<usize>,
    /// Place of the pointers.
    pub(crate) pointers: Option<usize>,
    /// Place of the line's own diagnosis.
    pub(crate) line_diagnosis: Option<usize>,
    /// What each column holds, in the order of the file; `None` for one that means nothing to us.
    pub(crate) fields: Vec<Option<Field>>,
    /// What the file has.
    pub(crate) columns: Columns,
    /// Names of columns that mean nothing to us.
    pub(crate) unknown: Vec<String>,
    /// Rows end with a lone carriage return: only the slow way reads them.
    pub(crate) carriage_returns: bool,
}

/// Where the fields of a line stand, diagnoses apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct LinePlaces {
    pub(crate) number: Option<usize>,
    pub(crate) from: Option<usize>,
    pub(crate) to: Option<usize>,
    pub(crate) place: Option<usize>,
    pub(crate) procedure: Option<usize>,
    /// Those of the modifiers, with their numbers.
    pub(crate) modifiers: Vec<(usize, u8)>,
    /// First and last of them, if nothing else stands between.
    pub(crate) modifier_span: Option<(usize, usize)>,
    /// The column that holds all modifiers.
    pub(crate) modifier_list: Option<usize>,
    pub(crate) units: Option<usize>,
    pub(crate) charge: Option<usize>,
    pub(crate) rendering_npi: Option<usize>,
    pub(crate) revenue: Option<usize>,
}

impl LinePlaces {
    fn set(&mut self, field: Field, at: usize) {
        let place = match field {
            Field::LineNumber => &mut self.number,
            Field::DosFrom => &mut self.from,
            Field::DosTo => &mut self.to,
            Field::Place => &mut self.place,
            Field::Procedure => &mut self.procedure,
            Field::Modifier(n) => return self.modifiers.push((at, n)),
            Field::Modifiers => &mut self.modifier_list,
            Field::Units => &mut self.units,
            Field::Charge => &mut self.charge,
            Field::RenderingNpi => &mut self.rendering_npi,
            Field::Revenue => &mut self.revenue,
            _ => return,
        };
        *place = Some(at);
    }
}

impl ColumnMap {
    /// The columns of a known layout: `tuva`, `cclf`, `rif`, `cms1500`; `None` if there is none of that name.
    pub fn preset(name: &str) -> Option<ColumnMap> {
        let preset = PRESETS.iter().find(|p| p.name.eq_ignore_ascii_case(name))?;
        Some(ColumnMap { preset: Some(preset), own: BTreeMap::new() })
    }

    /// A preset by its name, or a file; a file that has the name of a preset is written `./rif`.
    ///
    /// # Errors
    /// As [`ColumnMap::from_toml`].
    pub fn named(map: &Path) -> Result<ColumnMap> {
        if let Some(preset) = map.to_str().and_then(ColumnMap::preset) {
            return Ok(preset);
        }
        if !map.exists() && map.extension().is_none() {
            let text = format!(
                "no column map {:?}: expected a TOML file or one of {}",
                map.display(),
                preset_names()
            );
            return Err(ErrorKind::Usage(text).into());
        }
        ColumnMap::from_toml(map)
    }

    /// Says that their column means one of ours, as `("Diag A", "dx1")`.
    ///
    /// # Errors
    /// If `canonical` is no canonical column.
    pub fn add(&mut self, theirs: &str, canonical: &str) -> Result<()> {
        let field = canonical_field(&normalise(canonical)).ok_or_else(|| {
            Error::from(ErrorKind::Usage(format!("column map: {canonical:?} is no column of claims")))
        })?;
        self.own.insert(normalise(theirs), field);
        Ok(())
    }

    /// Reads a map from TOML: `preset = "rif"` and a table `[columns]` of `canonical = "their name"` or a list of names.
    ///
    /// # Errors
    /// If the file cannot be read, is no TOML, or names a column or preset that there is not.
    pub fn from_toml(path: &Path) -> Result<ColumnMap> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            preset: Option<String>,
            #[serde(default)]
            columns: BTreeMap<String, Names>,
        }
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Names {
            One(String),
            Many(Vec<String>),
        }
        let wrong = |what: String| Error::claims(path, None, ClaimsError::Map(what));
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
        // Only what is wrong and where: a file of claims in this place must not be shown.
        let file: File = toml::from_str(&text).map_err(|e| {
            let at = e.span().map_or(0, |span| span.start);
            Error::mistakes(
                path,
                vec![Mistake::at(&text, at, format!("column map: {}", first_line(e.message())))],
            )
        })?;
        let mut map = match file.preset {
            None => ColumnMap::default(),
            Some(name) => ColumnMap::preset(&name)
                .ok_or_else(|| wrong(format!("no preset {name:?}; there are {}", preset_names())))?,
        };
        for (canonical, names) in file.columns {
            let names = match names {
                Names::One(name) => vec![name],
                Names::Many(names) => names,
            };
            for name in names {
                map.add(&name, &canonical).map_err(|_| {
                    wrong(format!("{canonical:?} is no column of claims; the columns are in docs/columns.md"))
                })?;
            }
        }
        Ok(map)
    }

    /// What a column of that name means.
    fn field(&self, name: &str) -> Option<Field> {
        let name = normalise(name);
        if let Some(&field) = self.own.get(&name) {
            return Some(field);
        }
        let (pattern, number) = numbered(&name);
        // There are many names: none is written anew only to be compared.
        let is = |known: &str| normal(known).eq(name.chars());
        let is_pattern = |known: &str| pattern != name && normal(known).eq(pattern.chars());
        if let Some(preset) = self.preset {
            for (theirs, ours) in preset.columns {
                if is(theirs) {
                    return canonical_field(&normalise(ours));
                }
                if is_pattern(theirs) {
                    return canonical_field(&normalise(ours).replace('#', "1"))
                        .map(|f| f.with_number(number));
                }
            }
        }
        for (canonical, aliases) in ALIASES {
            for alias in std::iter::once(canonical).chain(aliases.iter()) {
                if is(alias) {
                    return canonical_field(&normalise(canonical));
                }
                if is_pattern(alias) {
                    return field_of(canonical, number);
                }
            }
        }
        None
    }
}

/// The reference page of columns: canonical names, their aliases, and the columns of each preset.
pub fn columns_page() -> String {
    let mut out = String::from(
        "# Columns of claims\n\nOne row a claim line. Names match without case, blanks, `_`, `-` and `.`; `#` stands for a number. \
         Generated; `UPDATE=1 cargo test --test readme` writes it anew.\n\n| column | aliases |\n| --- | --- |\n",
    );
    let quoted = |names: &[&str]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    for (canonical, aliases) in ALIASES {
        out.push_str(&format!("| `{canonical}` | {} |\n", quoted(aliases)));
    }
    for preset in PRESETS {
        out.push_str(&format!(
            "\n## `--map {}`: {}\n\n| their column | ours |\n| --- | --- |\n",
            preset.name, preset.about
        ));
        for (theirs, ours) in preset.columns.iter().filter(|(_, ours)| !ours.is_empty()) {
            out.push_str(&format!("| `{theirs}` | `{ours}` |\n"));
        }
    }
    out
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().replace(unprintable, "?")
}

/// Names of the presets, for messages.
fn preset_names() -> String {
    PRESETS.iter().map(|p| p.name).collect::<Vec<_>>().join(", ")
}

fn normalise(name: &str) -> String {
    normal(name).collect()
}

/// The characters of a name that count.
fn normal(name: &str) -> impl Iterator<Item = char> {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.' | '"' | '\u{feff}'))
        .flat_map(char::to_lowercase)
}

/// The name with its first run of digits made `#`, and the number; leading zeros do not count.
fn numbered(name: &str) -> (String, u8) {
    let Some(start) = name.find(|c: char| c.is_ascii_digit()) else { return (name.to_owned(), 0) };
    let rest = &name[start..];
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let number = rest[..end].parse().unwrap_or(0);
    (format!("{}#{}", &name[..start], &rest[end..]), number)
}

/// The field of a canonical name as `dx3` or `pos`, normalised.
fn canonical_field(name: &str) -> Option<Field> {
    let (pattern, number) = numbered(name);
    Field::ALL.iter().copied().find_map(|field| {
        let stem = normal(field.stem());
        match field.number() {
            None => stem.eq(name.chars()).then_some(field),
            Some(_) => (number > 0 && stem.chain(['#']).eq(pattern.chars()))
                .then(|| field.with_number(number))
                .filter(valid),
        }
    })
}

fn field_of(canonical: &str, number: u8) -> Option<Field> {
    canonical_field(&normalise(canonical).replace('#', &number.to_string()))
}

fn valid(field: &Field) -> bool {
    match field {
        Field::Modifier(n) => (1..=4).contains(n),
        _ => field.number().is_none_or(|n| (1..=25).contains(&n)),
    }
}

impl Columns {
    /// Every column: for claims that were not read from a file.
    pub fn all() -> Columns {
        Columns { present: Field::ALL.to_vec() }
    }

    /// Is there such a column, or one that says the same?
    pub fn has(&self, field: Field) -> bool {
        let has = |field: Field| self.present.contains(&field.with_number(1));
        has(field)
            || match field {
                Field::Modifier(_) => has(Field::Modifiers),
                Field::Diagnosis(_) => {
                    has(Field::Diagnoses) || has(Field::LineDiagnosis) || has(Field::PrincipalDiagnosis)
                }
                Field::DosFrom => has(Field::StatementFrom),
                Field::BillType => has(Field::BillFacility),
                Field::Procedure => has(Field::Revenue),
                _ => false,
            }
    }
}

impl Layout {
    /// Before the header is read.
    pub(super) fn empty() -> Layout {
        Layout {
            delimiter: b',',
            width: 0,
            claim_id: 0,
            of_claim: vec![],
            claim_runs: vec![],
            line: LinePlaces::default(),
            diagnoses: vec![],
            diagnosis_span: None,
            diagnosis_list: None,
            principal: None,
            versions: vec![],
            pointers: None,
            line_diagnosis: None,
            fields: vec![],
            columns: Columns::default(),
            unknown: vec![],
            carriage_returns: false,
        }
    }

    /// Understands a header row.
    pub(crate) fn of(path: &str, line: &[u8], map: &ColumnMap) -> Result<Layout> {
        let wrong = |reason| Error::claims(path, Some(1), reason);
        let text: String = match std::str::from_utf8(line) {
            Ok(text) => text.to_owned(),
            Err(_) => line.iter().map(|&b| char::from(b)).collect(),
        };
        let cut = |delimiter: u8| -> Vec<String> {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .delimiter(delimiter)
                .from_reader(text.as_bytes());
            let first = reader.records().next().and_then(Result::ok);
            first.map(|r| r.iter().map(|n| n.trim().to_owned()).collect()).unwrap_or_default()
        };
        // The delimiter that makes most sense of the header; a comma if there is none.
        let understood = |delimiter| {
            let names = cut(delimiter);
            let fields: Vec<Option<Field>> = names.iter().map(|n| map.field(n)).collect();
            (delimiter, names, fields)
        };
        let (delimiter, names, fields) = DELIMITERS
            .into_iter()
            .filter(|d| line.contains(d))
            .rev()
            .map(understood)
            .max_by_key(|(_, names, fields)| (fields.iter().flatten().count(), names.len()))
            .unwrap_or_else(|| understood(b','));
        if fields.iter().flatten().count() == 0 {
            let numbers = names.iter().filter(|n| n.bytes().any(|b| b.is_ascii_digit())).count();
            let hint = if numbers * 2 >= names.len() { "; the first row looks like data" } else { "" };
            return Err(wrong(ClaimsError::NoHeader { hint: hint.to_owned() }));
        }
        let mut seen: BTreeMap<Field, usize> = BTreeMap::new();
        for (at, field) in fields.iter().enumerate() {
            let Some(field) = field else { continue };
            if let Some(first) = seen.insert(*field, at) {
                let shown = |at: usize| format!("{:?} (column {})", names[at], at + 1);
                return Err(wrong(ClaimsError::DuplicateColumn {
                    column: field.to_string(),
                    first: shown(first),
                    second: shown(at),
                }));
            }
        }
        let claim_id = *seen.get(&Field::ClaimId).ok_or_else(|| {
            wrong(ClaimsError::MissingColumn {
                column: "claim_id",
                aliases: ALIASES[0].1.join(", "),
                hint: similar(&names, "claimid"),
            })
        })?;
        let says = |f: &Field| {
            matches!(
                f,
                Field::Procedure
                    | Field::Diagnosis(_)
                    | Field::Diagnoses
                    | Field::LineDiagnosis
                    | Field::PrincipalDiagnosis
                    | Field::Revenue
            )
        };
        if !seen.keys().any(says) {
            return Err(wrong(ClaimsError::MissingColumn {
                column: "procedure or dx1",
                aliases: "cpt, hcpcs, procedure_code; diagnosis_1, icd1, diagnoses".to_owned(),
                hint: similar(&names, "procedure"),
            }));
        }
        let mut layout = Layout { delimiter, width: names.len(), claim_id, ..Layout::empty() };
        // Values among the names: what means nothing to us may be a patient's.
        let data = names.iter().any(|name| {
            let digits = name.bytes().filter(u8::is_ascii_digit).count();
            digits > 4 || crate::Date::parse(name.as_bytes()).is_ok()
        });
        for (at, &field) in fields.iter().enumerate() {
            match field {
                None if data => layout.unknown.push(format!("number {}", at + 1)),
                None => layout.unknown.push(names[at].replace(unprintable, "?")),
                Some(Field::ClaimId) => {}
                Some(Field::Diagnosis(n)) => layout.diagnoses.push((at, n)),
                Some(Field::DiagnosisVersion(n)) => layout.versions.push((at, n)),
                Some(Field::Diagnoses) => layout.diagnosis_list = Some(at),
                Some(Field::Pointers) => layout.pointers = Some(at),
                Some(Field::LineDiagnosis) => layout.line_diagnosis = Some(at),
                Some(Field::PrincipalDiagnosis) => {
                    layout.principal = Some(at);
                    layout.of_claim.push((at, Field::PrincipalDiagnosis));
                }
                Some(field) if field.is_of_claim() => layout.of_claim.push((at, field)),
                Some(field) => layout.line.set(field, at),
            }
        }
        layout.diagnoses.sort_by_key(|&(_, n)| n);
        layout.line.modifiers.sort_by_key(|&(_, n)| n);
        layout.line.modifier_span = side_by_side(&layout.line.modifiers);
        layout.diagnosis_span = side_by_side(&layout.diagnoses).filter(|_| layout.diagnosis_list.is_none());
        for &(at, _) in &layout.of_claim {
            match layout.claim_runs.last_mut().filter(|(_, last)| last + 1 == at) {
                Some((_, last)) => *last = at,
                None => layout.claim_runs.push((at, at)),
            }
        }
        // The service date is needed to read a birth date, whose century may be missing.
        layout.of_claim.sort_by_key(|&(_, f)| f);
        layout.columns.present = seen.into_keys().map(|f| f.with_number(1)).collect();
        layout.columns.present.dedup();
        layout.fields = fields;
        Ok(layout)
    }
}

/// First and last place of columns with nothing else between them.
fn side_by_side(columns: &[(usize, u8)]) -> Option<(usize, usize)> {
    let places = || columns.iter().map(|&(at, _)| at);
    let (first, last) = places().min().zip(places().max())?;
    (last - first + 1 == columns.len()).then_some((first, last))
}

/// A hint at a column with a similar name.
fn similar(names: &[String], wanted: &str) -> String {
    let common = |name: &str| {
        let name = normalise(name);
        name.contains(wanted) || wanted.contains(name.as_str()) && name.len() > 3
    };
    names.iter().find(|n| common(n)).map_or_else(String::new, |n| format!(" (perhaps {n:?}?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> Option<String> {
        ColumnMap::default().field(name).map(|f| f.to_string())
    }

    #[test]
    fn names_match_without_case_and_punctuation() {
        for (name, expected) in [
            ("Claim ID", "claim_id"),
            ("PatientControlNumber", "claim_id"),
            ("service-date", "dos_from"),
            ("HCPCS_1_MDFR_CD", "mod1"),
            ("Modifier 02", "mod2"),
            ("diagnosis_code_12", "dx12"),
            ("clm_dgns_3_cd", "dx3"),
            ("POS", "pos"),
            ("dx", "diagnoses"),
            ("mod", "modifiers"),
            ("poa3", "poa3"),
            ("px1", "px1"),
        ] {
            assert_eq!(field(name).as_deref(), Some(expected), "{name}");
        }
        for name in ["mod5", "dx26", "dx0", "note", "", "line_item"] {
            assert_eq!(field(name), None, "{name}");
        }
    }

    #[test]
    fn every_canonical_name_is_its_own_alias() {
        for f in Field::ALL {
            assert_eq!(field(&f.to_string()), Some(f.to_string()));
        }
    }

    #[test]
    fn presets_name_only_columns_that_there_are() {
        for preset in PRESETS {
            for (theirs, ours) in preset.columns.iter().filter(|(_, ours)| !ours.is_empty()) {
                assert!(canonical_field(&normalise(ours).replace('#', "1")).is_some(), "{theirs} -> {ours}");
            }
        }
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_sense() {
        for (line, delimiter) in [
            ("claim_id,dos,cpt,dx1", b','),
            ("claim_id|dos|cpt|dx1", b'|'),
            ("claim_id\tdos\tcpt\tdx1", b'\t'),
            ("\"claim;id\";dos;cpt;dx1", b';'),
        ] {
            let layout =
                Layout::of("-", line.replace("claim;id", "claim_id").as_bytes(), &ColumnMap::default());
            assert_eq!(layout.unwrap().delimiter, delimiter, "{line}");
        }
    }

    #[test]
    fn a_header_that_cannot_be_used_says_why() {
        let why =
            |line: &str| Layout::of("c.csv", line.as_bytes(), &ColumnMap::default()).unwrap_err().to_string();
        assert!(why("C1,2026-03-02,99213,E1165").contains("looks like data"));
        assert!(why("dos,cpt,dx1").contains("no column claim_id"));
        assert!(why("claim_id,dos").contains("no column procedure or dx1"));
        assert!(why("claim_id,cpt,hcpcs,dx1").contains("both mean procedure"));
    }
}
