//! The Medicare Code Editor's flags of a diagnosis, and the kinds of tabular notes.

use std::fmt;

/// The Medicare Code Editor's flags of a diagnosis in one window, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(pub(crate) u32);

macro_rules! flags {
    ($($(#[doc = $doc:literal])* $name:ident = $bit:literal, $text:literal;)*) => {
        impl Flags {
            $($(#[doc = $doc])* pub const $name: Flags = Flags(1 << $bit);)*
            const NAMED: &[(Flags, &str)] = &[$((Flags::$name, $text)),*];
        }
    };
}

flags! {
    /// Manifestation: never the first-listed or principal diagnosis.
    MANIFESTATION = 0, "manifestation";
    /// External cause: never the first-listed or principal diagnosis.
    EXTERNAL_CAUSE = 1, "ecodepdx";
    /// Not acceptable as the principal diagnosis of an admission.
    UNACCEPTABLE = 2, "unacceptable";
    /// Acceptable as principal only with a secondary diagnosis.
    REQUIRES_SECONDARY = 3, "reqsdx";
    /// Admission for it is questioned.
    QUESTIONABLE_ADMISSION = 4, "qadm";
    /// Leaves the side open while others of its family name it.
    UNSPECIFIED = 5, "unspecified";
    /// Newborn: age 0.
    NEWBORN = 6, "newborn";
    /// Pediatric: age 0 to 17.
    PEDIATRIC = 7, "pediatric";
    /// Maternity: age 9 to 64.
    MATERNITY = 8, "maternity";
    /// Adult: age 15 to 124.
    ADULT = 9, "adult";
    /// Female patients.
    FEMALE = 10, "female";
    /// Male patients.
    MALE = 11, "male";
    /// Wrong procedure performed.
    WRONG_PROCEDURE = 12, "wrngproc";
    /// Outcome of delivery.
    DELIVERY_OUTCOME = 13, "delout";
    /// Type 1 diabetes, for coverage of transplants.
    DIABETES_TYPE_1 = 14, "diabtypeI";
    /// Encounter in a clinical trial.
    CLINICAL_TRIAL = 15, "clintrial";
    /// Not covered, combination 6.
    NOT_COVERED_6 = 16, "ncov6";
    /// Not covered, combination 7.
    NOT_COVERED_7 = 17, "ncov7";
    /// Sterilisation, for coverage.
    NOT_COVERED_Z302 = 18, "ncov_z302";
}

impl Flags {
    /// Are all flags of `other` set?
    #[inline]
    pub fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Is any flag of `other` set?
    #[inline]
    pub fn any(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// The flag of that name in CMS's list, as `ecodepdx`.
    pub(crate) fn named(name: &str) -> Option<Flags> {
        Flags::NAMED.iter().find(|(_, text)| *text == name).map(|(flag, _)| *flag)
    }

    /// Names of the set flags.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Flags::NAMED.iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, text)| *text)
    }
}

/// What a note of the tabular list does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// A condition for which the code is used.
    Inclusion,
    /// What the category contains.
    Includes,
    /// Never to be coded together.
    Excludes1,
    /// Not included here, may be coded too.
    Excludes2,
    /// The underlying condition comes first.
    CodeFirst,
    /// A further code is to be added.
    UseAdditional,
    /// A further code may be needed, in any order.
    CodeAlso,
    /// Advice.
    General,
    /// About the seventh character.
    Seventh,
}

impl NoteKind {
    const ALL: [NoteKind; 9] = [
        NoteKind::Inclusion,
        NoteKind::Includes,
        NoteKind::Excludes1,
        NoteKind::Excludes2,
        NoteKind::CodeFirst,
        NoteKind::UseAdditional,
        NoteKind::CodeAlso,
        NoteKind::General,
        NoteKind::Seventh,
    ];

    pub(crate) fn number(self) -> u32 {
        NoteKind::ALL.iter().position(|&k| k == self).unwrap_or_default() as u32
    }

    pub(crate) fn from_number(number: u32) -> NoteKind {
        NoteKind::ALL.get(number as usize).copied().unwrap_or(NoteKind::General)
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoteKind::Inclusion => "Inclusion term",
            NoteKind::Includes => "Includes",
            NoteKind::Excludes1 => "Excludes1",
            NoteKind::Excludes2 => "Excludes2",
            NoteKind::CodeFirst => "Code first",
            NoteKind::UseAdditional => "Use additional code",
            NoteKind::CodeAlso => "Code also",
            NoteKind::General => "Note",
            NoteKind::Seventh => "7th character",
        })
    }
}
