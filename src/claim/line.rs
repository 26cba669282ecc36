//! One service line.

use super::{Coded, Modifiers};
use crate::code::{Npi, PlaceOfService, Procedure, Revenue};
use crate::{Cents, Date, Units};

/// A service line of a claim.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Line {
    /// The submitter's number of the line.
    pub number: u32,
    /// First day of service.
    pub from: Option<Date>,
    /// Last day of service, if another than the first.
    pub to: Option<Date>,
    /// Place of service.
    pub place: Option<PlaceOfService>,
    /// Procedure.
    pub procedure: Option<Coded<Procedure>>,
    /// Modifiers of the procedure.
    pub modifiers: Modifiers,
    /// Units of service.
    pub units: Option<Units>,
    /// The line's total charge, not a price per unit.
    pub charge: Option<Cents>,
    /// The diagnoses that it points at.
    pub points: Points,
    /// Revenue code (institutional).
    pub revenue: Option<Revenue>,
    /// Who rendered the service.
    pub rendering_npi: Option<Npi>,
    /// Row of the source, from 1; 0 if it has no rows.
    pub row: u64,
}

/// Which diagnoses of the claim a line refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Points {
    /// It does not say: all of the claim's.
    #[default]
    All,
    /// The row had diagnoses of its own; indices into the claim's list.
    Own(IndexList),
    /// It has pointers: numbers of diagnoses from 1, 0 or too large if there is no such diagnosis; the columns are the numbers as stated.
    Stated(IndexList),
}

/// Up to 25 small numbers, in place, each with the column that it was read from.
// Aligned, for it is copied with every line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(8))]
pub struct IndexList {
    list: [u8; 25],
    columns: [u8; 25],
    len: u8,
}

impl IndexList {
    /// Most numbers that it holds.
    pub const MOST: usize = 25;

    /// An empty list.
    pub const fn new() -> IndexList {
        IndexList { list: [0; 25], columns: [0; 25], len: 0 }
    }

    /// Adds a number; `false` if the list is full.
    pub fn push(&mut self, number: u8) -> bool {
        self.push_from(number, self.len + 1)
    }

    /// Adds a number read from column `column` of its kind; `false` if the list is full.
    pub fn push_from(&mut self, number: u8, column: u8) -> bool {
        let at = usize::from(self.len);
        if at == IndexList::MOST {
            return false;
        }
        self.list[at] = number;
        self.columns[at] = column;
        self.len += 1;
        true
    }

    /// Says that the first number stands in that column.
    pub(crate) fn set_first_column(&mut self, column: u8) {
        self.columns[0] = column;
    }

    /// The number that was read from that column, the first if several were.
    pub(crate) fn in_column(&self, column: u8) -> Option<u8> {
        let at = self.columns().iter().position(|&c| c == column)?;
        self.as_slice().get(at).copied()
    }

    /// The columns, parallel to the numbers.
    pub fn columns(&self) -> &[u8] {
        &self.columns[..usize::from(self.len)]
    }

    /// The numbers.
    pub fn as_slice(&self) -> &[u8] {
        &self.list[..usize::from(self.len)]
    }
}

impl Default for IndexList {
    fn default() -> IndexList {
        IndexList::new()
    }
}

impl Points {
    /// Indices of the diagnoses, given how many the claim has; pointers out of range are left out.
    pub(crate) fn indices(&self, all: usize) -> impl Iterator<Item = usize> + '_ {
        let (list, first, count): (&[u8], usize, usize) = match self {
            Points::All => (&[], 0, all),
            Points::Own(list) => (list.as_slice(), 0, list.as_slice().len()),
            Points::Stated(list) => (list.as_slice(), 1, list.as_slice().len()),
        };
        (0..count)
            .filter_map(move |i| match list.get(i) {
                Some(&n) => usize::from(n).checked_sub(first),
                None => Some(i),
            })
            .filter(move |&i| i < all)
    }
}

impl Line {
    /// An empty line.
    pub fn new(number: u32) -> Line {
        Line { number, ..Line::default() }
    }

    /// Sets the procedure from text. What is not a code is kept as such and found by the checks.
    pub fn set_procedure(&mut self, text: &str) {
        self.procedure = Coded::read(text.as_bytes(), Procedure::parse(text.as_bytes()));
    }

    /// Points at diagnoses by their numbers, from 1. More than 25 are dropped.
    pub fn point_at(&mut self, numbers: &[u8]) {
        let mut list = IndexList::new();
        for &n in numbers {
            list.push_from(n, n);
        }
        self.points = Points::Stated(list);
    }

    /// The procedure, if there is one and it can be read.
    #[inline]
    pub fn code(&self) -> Option<Procedure> {
        self.procedure.as_ref()?.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_out_of_range_are_left_out() {
        let mut line = Line::new(1);
        assert_eq!(line.points.indices(3).collect::<Vec<_>>(), [0, 1, 2]);
        line.point_at(&[2, 9, 0, 1]);
        assert_eq!(line.points.indices(3).collect::<Vec<_>>(), [1, 0]);
        let mut own = IndexList::new();
        own.push(2);
        line.points = Points::Own(own);
        assert_eq!(line.points.indices(3).collect::<Vec<_>>(), [2]);
    }
}
