//! What holds of a claim, as bits: a rule says on which claims it can have something to say, and is not asked about the others.

use std::fmt;
use std::ops::BitOr;

/// A set of facts about a claim.
///
/// A rule's [`when`](crate::Rule::when) is what it needs at least one of: a condition without which it neither finds fault nor has to say
/// that it could not be evaluated. A fact may be noted where it does not matter; where it matters it is never left out, and a test asks every
/// rule about every claim with and without them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Facts(u64);

macro_rules! facts {
    ($($(#[doc = $doc:literal])* $name:ident = $bit:literal;)*) => {
        impl Facts {
            $($(#[doc = $doc])* pub const $name: Facts = Facts(1 << $bit);)*
            const NAMED: &[(Facts, &str)] = &[$((Facts::$name, stringify!($name))),*];
        }
    };
}

// What a code brings with it lies in the lower half, so that it fits beside the code in memory; facts of modifiers do for want of room.
facts! {
    /// A diagnosis is a manifestation.
    MANIFESTATION = 0;
    /// A diagnosis is an external cause.
    EXTERNAL_CAUSE = 1;
    /// A diagnosis is unacceptable or questionable as the principal one.
    PRINCIPAL = 2;
    /// A diagnosis says that a wrong procedure was performed.
    WRONG_PROCEDURE = 3;
    /// A diagnosis is for some ages only.
    AGE_BOUND = 4;
    /// A diagnosis is, or was, for one sex only.
    SEX_BOUND = 5;
    /// A diagnosis leaves the side open.
    SIDE_OPEN = 6;
    /// A diagnosis is of the left side.
    LEFT_SIDE = 7;
    /// A diagnosis is of the right side.
    RIGHT_SIDE = 8;
    /// A note that asks plainly for an additional code holds for a diagnosis.
    USE_ADDITIONAL = 9;
    /// A diagnosis is the sequela of a condition.
    SEQUELA = 10;
    /// A diagnosis is of chapter 21, Z00 to Z99.
    Z_CODE = 11;
    /// A diagnosis is of chapter 15, O00 to O9A.
    MATERNAL = 12;
    /// A diagnosis is of chapter 18, R00 to R99.
    SYMPTOM = 13;
    /// A procedure is in the list of what goes with what.
    LISTED = 16;
    /// A procedure is a visit, 99202 to 99499.
    VISIT = 17;
    /// A procedure has a coverage policy, in force or not.
    POLICY = 18;
    /// A procedure is, or may be, an add-on code.
    ADD_ON = 19;
    /// A coverage policy lists diagnoses that support a procedure, and it is not plain that the line has one of them.
    SUPPORTED = 20;
    /// A coverage policy lists diagnoses with which a procedure is not covered.
    EXCLUDED = 21;
    /// A coverage policy may want a modifier with a procedure.
    POLICY_MODIFIER = 22;
    /// A line has modifier 50, both sides.
    BOTH_SIDES = 23;
    /// A modifier names a side.
    ONE_SIDE = 24;
    /// A line has modifier 26 or TC, one component alone.
    COMPONENT = 25;
    /// A modifier says that others took part in the surgery: 62, 66, 80, 81, 82, AS.
    SURGEONS = 26;
    /// A line has two modifiers or more.
    SEVERAL_MODIFIERS = 27;
    /// A line has a modifier and no procedure.
    MODIFIER_ALONE = 28;

    /// Something could not be read.
    FAULT = 32;
    /// A line, or the claim, has no day as of which it is judged.
    UNDATED = 33;
    /// The claim is of a day before the first for which the tabular's notes are known.
    BEFORE_NOTES = 34;
    /// A diagnosis is not billable where it stands.
    BAD_DIAGNOSIS = 35;
    /// There is no diagnosis.
    NO_DIAGNOSIS = 36;
    /// There are several diagnoses.
    SEVERAL_DIAGNOSES = 37;
    /// There are more than twelve diagnoses.
    MANY_DIAGNOSES = 38;
    /// A diagnosis stands twice.
    SAME_DIAGNOSIS = 39;
    /// A procedure is missing, or not in force, or nobody can tell.
    BAD_PROCEDURE = 40;
    /// Two lines have the same procedure.
    SAME_PROCEDURE = 41;
    /// A line has more units than its procedure's limit.
    OVER_LIMIT = 42;
    /// There is no table of limits for a line.
    LIMIT_OPEN = 43;
    /// An edit names two lines of a day.
    PAIR = 44;
    /// There are several lines, and no table of edits for one.
    PAIRS_OPEN = 45;
    /// A line ends on another day than it begins.
    SPAN = 46;
    /// A line has a modifier.
    MODIFIER = 47;
    /// Units are missing, not whole, not positive, or more than a line holds.
    ODD_UNITS = 48;
    /// A charge is missing or negative.
    ODD_CHARGE = 49;
    /// The claim states its total charge.
    TOTAL_CHARGE = 50;
    /// A line has pointers.
    POINTERS = 51;
    /// A line has a place of service.
    PLACE = 52;
    /// A line has none.
    NO_PLACE = 53;
    /// A day is after the day of the check, or nobody said which that is.
    FUTURE = 54;
    /// A service is before the patient's birth.
    BEFORE_BIRTH = 55;
    /// The patient would be over 120 years old.
    OLD = 56;
    /// The claim has a statement period, or days of admission and discharge.
    STAY = 57;
    /// The claim says when it was received.
    RECEIVED = 58;
    /// A line names nobody who rendered the service.
    UNRENDERED = 59;
    /// One diagnosis is of the left side and another of the right.
    TWO_SIDES = 60;
    /// The Excludes1 notes of a diagnosis name codes that begin as another one does.
    EXCLUDES = 61;
    /// The code-first notes of a diagnosis name codes that begin as another one does.
    CODE_FIRST = 62;
    /// Holds of every claim.
    ALWAYS = 63;
}

impl Facts {
    /// All of them.
    pub(crate) const ALL: Facts = Facts(u64::MAX);
    /// None at all.
    pub const NONE: Facts = Facts(0);
    /// Those of a line's modifiers. A rule about lines that names none but these is asked only about the lines of which one holds.
    pub const OF_MODIFIERS: Facts = Facts::MODIFIER
        .or(Facts::BOTH_SIDES)
        .or(Facts::ONE_SIDE)
        .or(Facts::COMPONENT)
        .or(Facts::SURGEONS)
        .or(Facts::SEVERAL_MODIFIERS)
        .or(Facts::MODIFIER_ALONE);

    /// Both sets together.
    #[must_use]
    pub const fn or(self, other: Facts) -> Facts {
        Facts(self.0 | other.0)
    }

    /// Those that are in both sets.
    #[inline]
    pub(crate) const fn both(self, other: Facts) -> Facts {
        Facts(self.0 & other.0)
    }

    /// Those of them that are not among the others.
    #[inline]
    pub(crate) const fn without(self, other: Facts) -> Facts {
        Facts(self.0 & !other.0)
    }

    /// Is any fact of `other` among them?
    #[inline]
    pub const fn any(self, other: Facts) -> bool {
        self.0 & other.0 != 0
    }

    /// Are all of them among these?
    #[inline]
    pub(crate) const fn all(self, others: Facts) -> bool {
        self.0 & others.0 == others.0
    }

    /// Adds what holds.
    #[inline]
    pub(crate) fn note(&mut self, fact: Facts, holds: bool) {
        self.0 |= if holds { fact.0 } else { 0 };
    }

    /// Adds all of `other`.
    #[inline]
    pub(crate) fn add(&mut self, other: Facts) {
        self.0 |= other.0;
    }

    /// What a code brings with it, to be kept beside it.
    #[inline]
    pub(crate) const fn of_code(self) -> u32 {
        self.0 as u32
    }

    /// The other way round.
    #[inline]
    pub(crate) const fn from_code(bits: u32) -> Facts {
        Facts(bits as u64)
    }

    /// Numbers of the facts, ascending.
    pub(crate) fn bits(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            (bit < 64).then_some(bit)
        })
    }
}

impl BitOr for Facts {
    type Output = Facts;
    fn bitor(self, other: Facts) -> Facts {
        self.or(other)
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(Facts::NAMED.iter().filter(|(fact, _)| self.any(*fact)).map(|(_, n)| n))
            .finish()
    }
}
