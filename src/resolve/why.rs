//! Why something could not be evaluated.

use std::fmt;

use crate::Date;
use crate::claim::Field;
use crate::table::TableKind;

/// Why a code could not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The table is not there.
    NoTable(TableKind),
    /// There are tables of CPT and HCPCS codes, and none with codes or modifiers of this kind.
    NoneOfThisKind,
    /// The day is before the table's window.
    BeforeTable(TableKind),
    /// The day is before this one, the first for which the notes of the tabular list are known.
    BeforeNotes(Date),
    /// The line has no date of service.
    NoDate,
    /// Nobody said what day it is.
    NoToday,
    /// The file has no such column.
    NoColumn(Field),
    /// More claims, in no order, than are remembered.
    TooManyClaims,
    /// The table says nothing of the code, which is not the same as no limit.
    NotListed(TableKind),
    /// The line is over several days, which only a rule in preview looks at.
    SeveralDays,
    /// What was billed for the patient and the day on other claims; only history tells.
    OtherClaims,
    /// No coverage policy of the procedure is in force on the day, in the claim's jurisdiction, for its payer.
    NoPolicy,
    /// The line has no diagnosis to judge.
    NoDiagnosis,
}

impl Why {
    /// Could the user do something about it? What only history tells no table and no column mends, and most procedures have no policy.
    pub fn can_be_mended(self) -> bool {
        !matches!(self, Why::OtherClaims | Why::NoPolicy)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::NoTable(kind) => {
                write!(f, "no table of {}; add one with `{}`", kind.title(), kind.how_to_add())
            }
            Why::NoneOfThisKind => write!(
                f,
                "the table of {} has none of this kind; CPT codes come with `cleanclaim tables add LONGULT.txt`, HCPCS codes and modifiers with \
                 `{}`",
                TableKind::Procedures.title(),
                TableKind::Procedures.how_to_add()
            ),
            Why::BeforeTable(kind) => {
                write!(
                    f,
                    "the date of service is before the first day that the table of {} covers",
                    kind.title()
                )
            }
            Why::BeforeNotes(day) => {
                write!(
                    f,
                    "the date of service is before {day}, the first day for which the notes of the tabular list are known"
                )
            }
            Why::NoDate => f.write_str("no date of service"),
            Why::NoToday => f.write_str("nobody said what day it is; say it with --as-of"),
            Why::NoColumn(field) => write!(f, "no column {field}"),
            Why::TooManyClaims => f.write_str("more claims, in no order of their ids, than are remembered; `--group` puts the rows of each together"),
            Why::NotListed(kind) => {
                write!(
                    f,
                    "the table of {} has no entry for the code, which does not mean no limit",
                    kind.title()
                )
            }
            Why::NoPolicy => f.write_str(
                "no coverage policy of the procedure is in force there on that day, which does not mean that it is covered",
            ),
            Why::NoDiagnosis => f.write_str("no diagnosis to judge"),
            Why::SeveralDays => {
                f.write_str("lines over several days; MUE004, in preview, divides their units by the days")
            }
            Why::OtherClaims => {
                f.write_str("other claims of the same patient, provider and day; only history tells")
            }
        }
    }
}
