//! The columns of a claim, by their canonical names.

use std::fmt;

/// A field of a claim or of a line; prints as its canonical column (`dx1`, `procedure`, `mod2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The claim as a whole.
    Claim,
    /// `claim_id`
    ClaimId,
    /// `line`
    LineNumber,
    /// `claim_type`
    ClaimType,
    /// `patient_id`
    PatientId,
    /// `patient_dob`
    PatientDob,
    /// `patient_sex`
    PatientSex,
    /// `dos_from`
    DosFrom,
    /// `dos_to`
    DosTo,
    /// `pos`
    Place,
    /// `procedure`
    Procedure,
    /// `mod1` to `mod4`
    Modifier(u8),
    /// `modifiers`: all of them in one column
    Modifiers,
    /// `units`
    Units,
    /// `charge`
    Charge,
    /// `total_charge`
    TotalCharge,
    /// `dx1` to `dx25`; number 0 is the principal diagnosis, where a file has it apart and in none of these
    Diagnosis(u8),
    /// `principal_dx`: the principal diagnosis, where a file has it apart
    PrincipalDiagnosis,
    /// `diagnoses`: all of them in one column
    Diagnoses,
    /// `dx_version1`…: 0 or 10 for ICD-10, 9 for ICD-9
    DiagnosisVersion(u8),
    /// `line_dx`: the one diagnosis that a line is for, where a file has it apart
    LineDiagnosis,
    /// `dx_pointers`
    Pointers,
    /// `rendering_npi`
    RenderingNpi,
    /// `billing_npi`
    BillingNpi,
    /// `referring_npi`
    ReferringNpi,
    /// `taxonomy`
    Taxonomy,
    /// `payer`
    Payer,
    /// `jurisdiction`
    Jurisdiction,
    /// `received_date`
    Received,
    /// `statement_from`
    StatementFrom,
    /// `statement_to`
    StatementTo,
    /// `bill_type`
    BillType,
    /// `bill_facility`: first digit of the bill type, where a file has it apart
    BillFacility,
    /// `bill_class`: second digit
    BillClass,
    /// `bill_frequency`: third character
    BillFrequency,
    /// `revenue_code`
    Revenue,
    /// `patient_status`
    PatientStatus,
    /// `admit_date`
    Admitted,
    /// `discharge_date`
    Discharged,
    /// `admit_dx`
    AdmittingDiagnosis,
    /// `poa1` to `poa25`
    PresentOnAdmission(u8),
    /// `px1` to `px25`: ICD-10-PCS
    InpatientProcedure(u8),
    /// `accept`: rules whose findings on this claim were looked at and accepted
    Accept,
}

impl Field {
    /// Is it a date of a service, a stay or the claim, not of a birth?
    pub(crate) fn is_claim_date(self) -> bool {
        matches!(
            self,
            Field::DosFrom
                | Field::DosTo
                | Field::Received
                | Field::StatementFrom
                | Field::StatementTo
                | Field::Admitted
                | Field::Discharged
        )
    }

    /// The name without a number.
    pub fn stem(self) -> &'static str {
        match self {
            Field::Claim => "claim",
            Field::ClaimId => "claim_id",
            Field::LineNumber => "line",
            Field::ClaimType => "claim_type",
            Field::PatientId => "patient_id",
            Field::PatientDob => "patient_dob",
            Field::PatientSex => "patient_sex",
            Field::DosFrom => "dos_from",
            Field::DosTo => "dos_to",
            Field::Place => "pos",
            Field::Procedure => "procedure",
            Field::Modifier(_) => "mod",
            Field::Modifiers => "modifiers",
            Field::Units => "units",
            Field::Charge => "charge",
            Field::TotalCharge => "total_charge",
            Field::Diagnosis(0) | Field::PrincipalDiagnosis => "principal_dx",
            Field::Diagnosis(_) => "dx",
            Field::Diagnoses => "diagnoses",
            Field::DiagnosisVersion(_) => "dx_version",
            Field::LineDiagnosis => "line_dx",
            Field::Pointers => "dx_pointers",
            Field::RenderingNpi => "rendering_npi",
            Field::BillingNpi => "billing_npi",
            Field::ReferringNpi => "referring_npi",
            Field::Taxonomy => "taxonomy",
            Field::Payer => "payer",
            Field::Jurisdiction => "jurisdiction",
            Field::Received => "received_date",
            Field::StatementFrom => "statement_from",
            Field::StatementTo => "statement_to",
            Field::BillType => "bill_type",
            Field::BillFacility => "bill_facility",
            Field::BillClass => "bill_class",
            Field::BillFrequency => "bill_frequency",
            Field::Revenue => "revenue_code",
            Field::PatientStatus => "patient_status",
            Field::Admitted => "admit_date",
            Field::Discharged => "discharge_date",
            Field::AdmittingDiagnosis => "admit_dx",
            Field::PresentOnAdmission(_) => "poa",
            Field::InpatientProcedure(_) => "px",
            Field::Accept => "accept",
        }
    }

    /// Every field; a numbered one as its first.
    pub const ALL: &[Field] = &[
        Field::ClaimId,
        Field::LineNumber,
        Field::ClaimType,
        Field::PatientId,
        Field::PatientDob,
        Field::PatientSex,
        Field::DosFrom,
        Field::DosTo,
        Field::Place,
        Field::Procedure,
        Field::Modifier(1),
        Field::Modifiers,
        Field::Units,
        Field::Charge,
        Field::TotalCharge,
        Field::Diagnosis(1),
        Field::PrincipalDiagnosis,
        Field::Diagnoses,
        Field::DiagnosisVersion(1),
        Field::LineDiagnosis,
        Field::Pointers,
        Field::RenderingNpi,
        Field::BillingNpi,
        Field::ReferringNpi,
        Field::Taxonomy,
        Field::Payer,
        Field::Jurisdiction,
        Field::Received,
        Field::StatementFrom,
        Field::StatementTo,
        Field::BillType,
        Field::BillFacility,
        Field::BillClass,
        Field::BillFrequency,
        Field::Revenue,
        Field::PatientStatus,
        Field::Admitted,
        Field::Discharged,
        Field::AdmittingDiagnosis,
        Field::PresentOnAdmission(1),
        Field::InpatientProcedure(1),
        Field::Accept,
    ];

    /// The same field with another number, if it has one.
    pub fn with_number(self, n: u8) -> Field {
        match self {
            Field::Modifier(_) => Field::Modifier(n),
            Field::Diagnosis(_) => Field::Diagnosis(n),
            Field::DiagnosisVersion(_) => Field::DiagnosisVersion(n),
            Field::PresentOnAdmission(_) => Field::PresentOnAdmission(n),
            Field::InpatientProcedure(_) => Field::InpatientProcedure(n),
            other => other,
        }
    }

    /// Does it say something about the claim as a whole, so that it repeats on each row?
    pub fn is_of_claim(self) -> bool {
        matches!(
            self,
            Field::ClaimType
                | Field::PatientId
                | Field::PatientDob
                | Field::PatientSex
                | Field::TotalCharge
                | Field::BillingNpi
                | Field::ReferringNpi
                | Field::Taxonomy
                | Field::Payer
                | Field::Jurisdiction
                | Field::Received
                | Field::StatementFrom
                | Field::StatementTo
                | Field::BillType
                | Field::BillFacility
                | Field::BillClass
                | Field::BillFrequency
                | Field::PatientStatus
                | Field::Admitted
                | Field::Discharged
                | Field::PrincipalDiagnosis
                | Field::AdmittingDiagnosis
                | Field::PresentOnAdmission(_)
                | Field::InpatientProcedure(_)
                | Field::Accept
        )
    }

    /// The number in the name, as in `dx3`.
    pub fn number(self) -> Option<u8> {
        match self {
            Field::Diagnosis(0) => None,
            Field::Modifier(n)
            | Field::Diagnosis(n)
            | Field::DiagnosisVersion(n)
            | Field::PresentOnAdmission(n)
            | Field::InpatientProcedure(n) => Some(n),
            _ => None,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.stem())?;
        match self.number() {
            Some(n) => write!(f, "{n}"),
            None => Ok(()),
        }
    }
}

impl serde::Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
