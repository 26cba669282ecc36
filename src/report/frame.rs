//! A claim line as the text report shows it, with the fields at fault marked in their place.
//!
//! Built from the claim, so it looks the same whatever the input was. Nothing of the patient is ever in it.

use std::fmt::Display;

use crate::claim::{Claim, Coded, Field, Line, Points};
use crate::rule::Finding;

/// Diagnoses shown without being asked for: a claim may have 25.
const MOST_DIAGNOSES: usize = 6;
/// Where a row is broken; a mark must stand under its code on a screen.
const WIDTH: usize = 94;
/// What continued rows begin with.
const INDENT: &str = "    ";

/// The shown rows and where in them each field stands.
pub(super) struct Frame {
    pub(super) rows: Vec<String>,
    pub(super) marks: Vec<Mark>,
}

/// Where a field stands.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) field: Field,
    pub(super) row: usize,
    pub(super) start: usize,
    pub(super) len: usize,
}

impl Frame {
    /// Shows a line of the claim, or the claim as a whole, and every field that the findings name.
    pub(super) fn new(claim: &Claim, line: Option<usize>, findings: &[Finding]) -> Frame {
        let mut frame = Frame { rows: vec![String::new()], marks: Vec::new() };
        let line = line.and_then(|at| claim.lines.get(at));
        if let Some(line) = line {
            frame.line(claim, line);
        }
        frame.diagnoses(claim, line, findings);
        if let Some(Line { points: Points::Stated(list), .. }) = line {
            // As stated, and as the form has them: 1 is A.
            let letter = |&stated: &u8| match stated {
                1..=12 => char::from(b'A' + stated - 1).to_string(),
                other => other.to_string(),
            };
            let stated: Vec<String> = list.columns().iter().map(letter).collect();
            frame.field("-> ", Field::Pointers, stated.join(","));
        }
        for finding in findings {
            if frame.mark(finding.field).is_none() {
                frame.further(claim, line, finding);
            }
        }
        frame.rows.retain(|row| !row.is_empty());
        frame
    }

    /// Where a field stands, if it is shown.
    pub(super) fn mark(&self, field: Field) -> Option<Mark> {
        let wanted = match field {
            Field::Modifiers => Field::Modifier(1),
            Field::Diagnoses => Field::Diagnosis(1),
            _ => field,
        };
        self.marks.iter().find(|m| m.field == field || m.field == wanted).copied()
    }

    fn line(&mut self, claim: &Claim, line: &Line) {
        match line.from {
            Some(from) => {
                self.field("", Field::DosFrom, from);
                if let Some(to) = line.to.filter(|&to| to != from) {
                    self.joined(" to ", Field::DosTo, to);
                }
            }
            // The claim's own dates stand in for the line's.
            None => {
                if let Some(from) = claim.statement.0 {
                    self.field("statement ", Field::StatementFrom, from);
                }
                if let Some(to) = claim.statement.1 {
                    let label = if claim.statement.0.is_some() { " to " } else { "statement to " };
                    self.joined(label, Field::StatementTo, to);
                }
            }
        }
        if let Some(discharged) = claim.facility.discharged.filter(|_| claim.is_inpatient()) {
            self.field("discharged ", Field::Discharged, discharged);
        }
        match line.procedure {
            Some(Coded::Code(code)) => self.field("", Field::Procedure, code),
            Some(Coded::Unreadable(u)) => match u.shown {
                Some(shown) => self.field("", Field::Procedure, shown),
                None => self.field("", Field::Procedure, "(procedure not shown)"),
            },
            None if line.revenue.is_none() => self.field("", Field::Procedure, "(no procedure)"),
            None => {}
        }
        for (number, modifier) in (1..).zip(line.modifiers.iter()) {
            self.joined("-", Field::Modifier(number), modifier);
        }
        if let Some(revenue) = line.revenue {
            self.field("rev ", Field::Revenue, revenue);
        }
        if let Some(units) = line.units {
            self.field("x", Field::Units, units);
        }
    }

    fn diagnoses(&mut self, claim: &Claim, line: Option<&Line>, findings: &[Finding]) {
        let own = match line.map(|l| &l.points) {
            Some(Points::Own(list)) => Some(list),
            _ => None,
        };
        let count = own.map_or(claim.diagnoses.len(), |list| list.as_slice().len());
        let mut hidden = 0;
        for nth in 0..count {
            let (at, column) = match own {
                Some(list) => (usize::from(list.as_slice()[nth]), list.columns().get(nth).copied()),
                None => (nth, None),
            };
            let Some(diagnosis) = claim.diagnoses.get(at) else { continue };
            let field = Field::Diagnosis(column.unwrap_or(diagnosis.column));
            if nth >= MOST_DIAGNOSES && !findings.iter().any(|f| f.field == field) {
                hidden += 1;
                continue;
            }
            let shown = match diagnosis.code {
                Coded::Code(code) => code.to_string(),
                Coded::Unreadable(u) => u.shown.map_or_else(|| "(not shown)".to_owned(), |t| t.to_string()),
            };
            if nth == 0 {
                self.field("dx ", field, shown);
            } else {
                self.joined(" ", field, shown);
            }
        }
        if hidden > 0 {
            let text = format!(" and {hidden} more");
            self.row_for(text.len()).push_str(&text);
        }
    }

    /// A field that lines do not usually show: its value or that it is missing. Fields of the patient stay out.
    fn further(&mut self, claim: &Claim, line: Option<&Line>, finding: &Finding) {
        let field = finding.field;
        let fault = claim.faults.iter().find(|f| f.field == field && f.row == finding.row);
        if let Some(fault) = fault {
            // The claim's id stands above.
            if is_of_patient(field) || matches!(field, Field::Claim | Field::ClaimId) {
                return;
            }
            match fault.shown {
                Some(shown) => self.labelled(&field.to_string(), field, shown),
                None => self.labelled(&field.to_string(), field, "(not shown)"),
            }
            return;
        }
        macro_rules! show {
            ($value:expr) => {
                match $value {
                    Some(value) => self.labelled(field.stem(), field, value),
                    None => self.labelled(field.stem(), field, "(none)"),
                }
            };
        }
        match (field, line) {
            (Field::Place, Some(line)) => show!(line.place),
            (Field::Charge, Some(line)) => show!(line.charge),
            (Field::Units, Some(line)) => show!(line.units),
            (Field::RenderingNpi, Some(line)) => show!(line.rendering_npi),
            (Field::DosFrom, Some(line)) => show!(line.from),
            (Field::DosTo, Some(line)) => show!(line.to.or(line.from)),
            (Field::Procedure, Some(line)) => show!(line.code()),
            (Field::Pointers, Some(_)) => self.labelled(field.stem(), field, "(none)"),
            (Field::Diagnosis(_) | Field::Diagnoses, _) => self.labelled("dx", field, "(none)"),
            (Field::TotalCharge, _) => show!(claim.total_charge),
            (Field::BillingNpi, _) => show!(claim.billing_npi),
            (Field::ReferringNpi, _) => show!(claim.referring_npi),
            (Field::Taxonomy, _) => show!(claim.taxonomy),
            (Field::Received, _) => show!(claim.received),
            (Field::StatementFrom, _) => show!(claim.statement.0),
            (Field::StatementTo, _) => show!(claim.statement.1),
            (Field::BillType, _) => show!(claim.facility.bill_type),
            (Field::PatientStatus, _) => show!(claim.facility.patient_status),
            (Field::Admitted, _) => show!(claim.facility.admitted),
            (Field::Discharged, _) => show!(claim.facility.discharged),
            (Field::AdmittingDiagnosis, _) => {
                show!(claim.facility.admitting_diagnosis.and_then(|d| d.code()))
            }
            (Field::InpatientProcedure(number), _) => {
                let at = usize::from(number).saturating_sub(1);
                if let Some(code) = claim.facility.procedures.get(at).and_then(Coded::code) {
                    self.labelled(&field.to_string(), field, code);
                }
            }
            _ => {}
        }
    }

    /// The row that has room for so many more columns.
    fn row_for(&mut self, len: usize) -> &mut String {
        let last = self.rows.len() - 1;
        if !self.rows[last].is_empty() && self.rows[last].len() + len > WIDTH {
            self.rows.push(INDENT.to_owned());
        }
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// A field apart from those before it.
    fn field(&mut self, label: &str, field: Field, value: impl Display) {
        let value = value.to_string();
        let row = self.row_for(2 + label.len() + value.len());
        if !row.is_empty() && row != INDENT {
            row.push_str("  ");
        }
        row.push_str(label);
        self.value(field, &value);
    }

    /// A field that belongs to the one before it.
    fn joined(&mut self, label: &str, field: Field, value: impl Display) {
        let value = value.to_string();
        let row = self.row_for(label.len() + value.len());
        row.push_str(if row == INDENT { label.trim_start() } else { label });
        self.value(field, &value);
    }

    /// Everything written here is ASCII, so that bytes are columns.
    fn value(&mut self, field: Field, value: &str) {
        let row = self.rows.len() - 1;
        let start = self.rows[row].len();
        self.rows[row].push_str(value);
        self.marks.push(Mark { field, row, start, len: value.len() });
    }

    fn labelled(&mut self, label: &str, field: Field, value: impl Display) {
        self.field(&format!("{label} "), field, value);
    }
}

fn is_of_patient(field: Field) -> bool {
    matches!(field, Field::PatientId | Field::PatientDob | Field::PatientSex)
}
