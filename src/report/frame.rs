//! A claim line as the text report shows it, with the fields at fault marked in their place.
//!
//! Built from the claim, so it looks the same whatever the input was. Nothing of the patient is ever in it.

use std::fmt::{Display, Write as _};

use crate::claim::{Claim, Coded, Field, Line, Points};
use crate::rule::Finding;

/// Diagnoses shown without being asked for; a claim may have 25, and the mark must stand under the code on a screen.
const MOST_DIAGNOSES: usize = 6;

/// The shown text and where in it each field stands.
pub(super) struct Frame {
    pub(super) text: String,
    marks: Vec<(Field, usize, usize)>,
}

impl Frame {
    /// Shows a line of the claim, or the claim as a whole, and every field that the findings name.
    pub(super) fn new(claim: &Claim, line: Option<usize>, findings: &[Finding]) -> Frame {
        let mut frame = Frame { text: String::new(), marks: Vec::new() };
        let line = line.and_then(|at| claim.lines.get(at));
        if let Some(line) = line {
            frame.line(line);
        }
        frame.diagnoses(claim, line, findings);
        if let Some(Line { points: Points::Stated(list), .. }) = line {
            frame.gap();
            frame.text.push_str("-> ");
            let start = frame.text.len();
            for (i, number) in list.as_slice().iter().enumerate() {
                frame.write(format_args!("{}{number}", if i > 0 { "," } else { "" }));
            }
            frame.mark(Field::Pointers, start);
        }
        for finding in findings {
            if frame.span(finding.field).is_none() {
                frame.further(claim, line, finding);
            }
        }
        frame
    }

    /// Where a field stands: column and width.
    pub(super) fn span(&self, field: Field) -> Option<(usize, usize)> {
        let wanted = match field {
            Field::Modifiers => Field::Modifier(1),
            Field::Diagnoses => Field::Diagnosis(1),
            _ => field,
        };
        let found = self.marks.iter().find(|(f, ..)| *f == field || *f == wanted);
        found.map(|&(_, start, len)| (start, len))
    }

    fn line(&mut self, line: &Line) {
        if let Some(from) = line.from {
            self.field(Field::DosFrom, from);
        }
        if let Some(to) = line.to.filter(|&to| Some(to) != line.from) {
            self.text.push_str(" to");
            self.text.push(' ');
            let start = self.text.len();
            self.write(to);
            self.mark(Field::DosTo, start);
        }
        match line.procedure {
            Some(Coded::Code(code)) => self.field(Field::Procedure, code),
            Some(Coded::Unreadable(u)) => match u.shown {
                Some(shown) => self.field(Field::Procedure, shown),
                None => self.field(Field::Procedure, "(procedure not shown)"),
            },
            None if line.revenue.is_none() => self.field(Field::Procedure, "(no procedure)"),
            None => {}
        }
        for (number, modifier) in (1..).zip(line.modifiers.iter()) {
            self.text.push('-');
            let start = self.text.len();
            self.write(modifier);
            self.mark(Field::Modifier(number), start);
        }
        if let Some(revenue) = line.revenue {
            self.labelled("rev", Field::Revenue, revenue);
        }
        if let Some(units) = line.units {
            self.gap();
            self.text.push('x');
            let start = self.text.len();
            self.write(units);
            self.mark(Field::Units, start);
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
            if nth == 0 {
                self.gap();
                self.text.push_str("dx ");
            } else {
                self.text.push(' ');
            }
            let start = self.text.len();
            match diagnosis.code {
                Coded::Code(code) => self.write(code),
                Coded::Unreadable(u) => match u.shown {
                    Some(shown) => self.write(shown),
                    None => self.text.push_str("(not shown)"),
                },
            }
            self.mark(field, start);
        }
        if hidden > 0 {
            self.write(format_args!(" and {hidden} more"));
        }
    }

    /// A field that lines do not usually show: its value or that it is missing. Fields of the patient stay out.
    fn further(&mut self, claim: &Claim, line: Option<&Line>, finding: &Finding) {
        let field = finding.field;
        let fault = claim.faults.iter().find(|f| f.field == field && f.row == finding.row);
        if let Some(fault) = fault {
            if is_of_patient(field) || field == Field::Claim {
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

    fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push_str("  ");
        }
    }

    fn field(&mut self, field: Field, value: impl Display) {
        self.gap();
        let start = self.text.len();
        self.write(value);
        self.mark(field, start);
    }

    fn labelled(&mut self, label: &str, field: Field, value: impl Display) {
        self.gap();
        self.text.push_str(label);
        self.text.push(' ');
        let start = self.text.len();
        self.write(value);
        self.mark(field, start);
    }

    fn mark(&mut self, field: Field, start: usize) {
        self.marks.push((field, start, self.text.len() - start));
    }

    fn write(&mut self, value: impl Display) {
        // Writing to a string cannot fail; everything written here is ASCII, so that bytes are columns.
        let _ = write!(self.text, "{value}");
    }
}

fn is_of_patient(field: Field) -> bool {
    matches!(field, Field::PatientId | Field::PatientDob | Field::PatientSex)
}
