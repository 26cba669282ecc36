//! The claim: what readers make and rules read.

mod fault;
mod field;
mod line;

pub(crate) use fault::Topic;
pub use fault::{Fault, Reason};
pub use field::Field;
pub use line::{IndexList, Line, Points};

use crate::code::{
    BillType, CodeError, CodeText, DischargeStatus, Icd10Cm, Icd10Pcs, Modifier, Npi, Sex, Taxonomy,
};
use crate::{Cents, Date};

/// A claim, as submitted, with its lines.
///
/// Fields that the source does not have, or that could not be read, are `None`; what could not be read is also in
/// [`Claim::faults`]. Nothing is ever guessed.
///
/// ```
/// use cleanclaim::{Claim, Line};
///
/// let mut claim = Claim::new("A-1");
/// claim.add_diagnosis("E11.65");
/// let mut line = Line::new(1);
/// line.from = Some("2026-03-02".parse().unwrap());
/// line.set_procedure("99213");
/// line.units = Some("1".parse().unwrap());
/// claim.lines.push(line);
/// assert!(claim.faults.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Claim {
    /// The submitter's id of the claim. The only thing by which messages name a claim.
    pub id: String,
    /// Professional, institutional or dental.
    pub kind: Kind,
    /// The patient. Never printed.
    pub patient: Patient,
    /// The diagnoses in the order in which they are listed; the first is the first-listed or principal one.
    pub diagnoses: Vec<Diagnosis>,
    /// The service lines.
    pub lines: Vec<Line>,
    /// Sum of the line charges as stated by the submitter.
    pub total_charge: Option<Cents>,
    /// Who is paid.
    pub billing_npi: Option<Npi>,
    /// Who referred the patient.
    pub referring_npi: Option<Npi>,
    /// The billing or rendering provider's taxonomy code.
    pub taxonomy: Option<Taxonomy>,
    /// The payer, as the submitter names it; empty if not stated.
    pub payer: String,
    /// The contractor or state whose policies hold; empty if not stated.
    pub jurisdiction: String,
    /// When the payer received the claim.
    pub received: Option<Date>,
    /// First and last day of the statement, where the claim itself has dates.
    pub statement: (Option<Date>, Option<Date>),
    /// Fields of institutional claims.
    pub facility: Facility,
    /// What could not be read.
    pub faults: Vec<Fault>,
    /// Ids or names of rules whose findings on this claim a person has looked at and accepted, separated by blanks.
    pub accepted: String,
    /// Row of the source where the claim begins, from 1; 0 if it has no rows.
    pub row: u64,
}

/// The kind of claim form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// CMS-1500, 837P.
    #[default]
    Professional,
    /// UB-04, 837I.
    Institutional,
    /// ADA form, 837D.
    Dental,
}

/// The patient, as far as checks need to know.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Patient {
    /// The submitter's id of the patient; empty if not stated.
    pub id: String,
    /// Date of birth.
    pub born: Option<Date>,
    /// Sex as stated on the claim.
    pub sex: Option<Sex>,
}

/// Fields that only institutional claims have.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Facility {
    /// Type of bill.
    pub bill_type: Option<BillType>,
    /// Discharge status.
    pub patient_status: Option<DischargeStatus>,
    /// Day of admission.
    pub admitted: Option<Date>,
    /// Day of discharge.
    pub discharged: Option<Date>,
    /// Admitting diagnosis.
    pub admitting_diagnosis: Option<Coded<Icd10Cm>>,
    /// ICD-10-PCS procedures.
    pub procedures: Vec<Coded<Icd10Pcs>>,
}

/// A code field: a code by its shape, or what stood there instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coded<T> {
    /// Has the shape of a code.
    Code(T),
    /// Has not.
    Unreadable(Unreadable),
}

/// A text that is not a code, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Why it is not.
    pub error: CodeError,
    /// The text, if it is short and without blanks, so that it can be a mistyped code; a longer one could be a name.
    pub shown: Option<CodeText>,
}

/// A diagnosis of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The code.
    pub code: Coded<Icd10Cm>,
    /// Number of the column that it was first read from, from 1: `dx1` is 1; 0 if it stands only in `principal_dx`.
    pub column: u8,
    /// Present on admission: `Y`, `N`, `U`, `W`, `1`.
    pub present_on_admission: Option<u8>,
}

impl<T: Copy> Coded<T> {
    /// The code, if it is one.
    #[inline]
    pub fn code(&self) -> Option<T> {
        match self {
            Coded::Code(code) => Some(*code),
            Coded::Unreadable(_) => None,
        }
    }

    /// From the result of a code type's `parse`; `None` if the field is blank.
    pub(crate) fn read(text: &[u8], parsed: Result<T, CodeError>) -> Option<Coded<T>> {
        match parsed {
            Ok(code) => Some(Coded::Code(code)),
            Err(CodeError::Empty) => None,
            Err(error) => Some(Coded::Unreadable(Unreadable { error, shown: showable(text) })),
        }
    }
}

/// A mistyped code may be shown; whatever could be a name, a date of birth or an id may not.
pub(crate) fn showable(text: &[u8]) -> Option<CodeText> {
    let text = text.trim_ascii();
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let fits = text.len() <= 9 && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    // A name has no digits; a birth date has eight, or names its month, or has two separators; an identification number has more than seven.
    let separators = text.len() - text.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    // `E11..65` is a code, which begins with a letter and a digit.
    let dotted =
        matches!(text, [a, b, ..] if a.is_ascii_alphabetic() && b.is_ascii_digit()) && !text.contains(&b'-');
    let no_date = (separators < 2 || dotted) && !names_a_month(text);
    (fits && no_date && digits > 0 && digits <= 7).then(|| CodeText::new(text))
}

/// A day, three letters, a year: `07NOV1931`.
fn names_a_month(text: &[u8]) -> bool {
    let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let first = text.iter().position(u8::is_ascii_alphabetic).unwrap_or(0);
    let month = text.get(first..first + 3).is_some_and(|m| m.iter().all(u8::is_ascii_alphabetic));
    letters == 3 && month && first > 0 && text.len() > first + 3
}

impl Claim {
    /// An empty professional claim.
    pub fn new(id: impl Into<String>) -> Claim {
        Claim { id: id.into(), ..Claim::default() }
    }

    /// Lists one more diagnosis. Blank text is ignored; what is not a code is kept as such and found by the checks.
    pub fn add_diagnosis(&mut self, text: &str) {
        let column = self.diagnoses.len().saturating_add(1).min(255) as u8;
        if let Some(code) = Coded::read(text.as_bytes(), Icd10Cm::parse(text.as_bytes())) {
            self.diagnoses.push(Diagnosis { code, column, present_on_admission: None });
        }
    }

    /// Makes it an empty claim and keeps its buffers.
    pub fn clear(&mut self) {
        self.id.clear();
        self.kind = Kind::Professional;
        self.patient.id.clear();
        self.patient.born = None;
        self.patient.sex = None;
        self.diagnoses.clear();
        self.lines.clear();
        self.total_charge = None;
        self.billing_npi = None;
        self.referring_npi = None;
        self.taxonomy = None;
        self.payer.clear();
        self.jurisdiction.clear();
        self.received = None;
        self.statement = (None, None);
        self.facility.bill_type = None;
        self.facility.patient_status = None;
        self.facility.admitted = None;
        self.facility.discharged = None;
        self.facility.admitting_diagnosis = None;
        self.facility.procedures.clear();
        self.faults.clear();
        self.accepted.clear();
        self.row = 0;
    }

    /// What is charged for it: the stated total, or else the sum of the charges of its lines; `None` if it states neither.
    ///
    /// ```
    /// use cleanclaim::{Cents, Claim, Line};
    ///
    /// let mut claim = Claim::new("A-1");
    /// assert_eq!(claim.charge(), None);
    /// for number in [1, 2] {
    ///     let mut line = Line::new(number);
    ///     line.charge = Some(Cents(1_250));
    ///     claim.lines.push(line);
    /// }
    /// assert_eq!(claim.charge(), Some(Cents(2_500)));
    /// claim.total_charge = Some(Cents(3_000));
    /// assert_eq!(claim.charge(), Some(Cents(3_000)));
    /// ```
    pub fn charge(&self) -> Option<Cents> {
        let add =
            |sum: Option<Cents>, next: Cents| Some(Cents(sum.map_or(0, |s| s.0).saturating_add(next.0)));
        self.total_charge.or_else(|| self.lines.iter().filter_map(|line| line.charge).fold(None, add))
    }

    /// Is it a facility's inpatient bill, judged as of the discharge date?
    pub fn is_inpatient(&self) -> bool {
        self.kind == Kind::Institutional && self.facility.bill_type.is_some_and(BillType::is_inpatient)
    }

    /// What could not be read of a topic.
    pub(crate) fn faults_of(&self, topic: Topic) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |f| f.topic() == topic)
    }

    /// Could the field not be read on that line? Then it is not missing. Readers list faults in the order of rows.
    pub(crate) fn is_unreadable(&self, line: usize, field: Field) -> bool {
        let row = self.lines.get(line).map_or(0, |l| l.row);
        let first = self.faults.partition_point(|f| f.row < row);
        self.faults[first..]
            .iter()
            .take_while(|f| f.row == row)
            .any(|f| f.line == Some(line) && f.field == field)
    }

    /// The diagnoses to which a line points, as indices into [`Claim::diagnoses`]; all of them if the line does not say.
    pub fn pointed<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = usize> + 'a {
        let all = self.diagnoses.len();
        line.points.indices(all)
    }

    /// The diagnosis that was read from column `dx{number}`, as an index.
    pub fn diagnosis_in_column(&self, number: u8) -> Option<usize> {
        self.diagnoses.iter().position(|d| d.column == number)
    }
}

/// Up to four modifiers of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modifiers {
    // Filled from the front.
    list: [Option<Modifier>; 4],
}

impl Modifiers {
    /// Most modifiers of a line.
    pub const MOST: usize = 4;

    /// Adds one; `false` if there are four already.
    pub fn push(&mut self, modifier: Modifier) -> bool {
        match self.list.iter_mut().find(|m| m.is_none()) {
            Some(free) => {
                *free = Some(modifier);
                true
            }
            None => false,
        }
    }

    /// The modifiers in order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = Modifier> + '_ {
        self.list.iter().map_while(|m| *m)
    }

    /// Is it among them?
    #[inline]
    pub fn has(&self, modifier: Modifier) -> bool {
        self.iter().any(|m| m == modifier)
    }

    /// Are there none?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.list[0].is_none()
    }

    /// Are there two or more?
    #[inline]
    pub(crate) fn are_several(&self) -> bool {
        self.list[1].is_some()
    }
}

impl FromIterator<Modifier> for Modifiers {
    fn from_iter<I: IntoIterator<Item = Modifier>>(iter: I) -> Modifiers {
        let mut out = Modifiers::default();
        for m in iter {
            out.push(m);
        }
        out
    }
}
