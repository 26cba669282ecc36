//! The diagnoses of a claim's rows, and which of them a line points at.

use super::Building;
use crate::claim::{Coded, Diagnosis, Field, IndexList, Points, Reason, Unreadable};
use crate::code::{CodeError, Icd10Cm};
use crate::read::csv::header::Layout;
use crate::read::csv::rows::{Row, same};

/// Most diagnoses of a claim: more distinct ones than fit a byte are no claim.
const MOST_DIAGNOSES: usize = 200;

impl Building {
    pub(super) fn diagnoses_of_first(&mut self, layout: &Layout, row: &Row<'_>, number: u64) {
        let mut list = IndexList::new();
        self.row_diagnoses(layout, row, number, &mut list);
        self.own_first = list;
        for &(at, field) in &layout.of_claim {
            let (Field::PresentOnAdmission(n), [indicator]) = (field, row.get(at)) else { continue };
            if let Some(at) = self.claim.diagnosis_in_column(n) {
                match indicator.to_ascii_uppercase() {
                    b @ (b'Y' | b'N' | b'U' | b'W' | b'1') => {
                        self.claim.diagnoses[at].present_on_admission = Some(b);
                    }
                    _ => self.fault(field, None, number, Reason::PresentOnAdmission, None),
                }
            }
        }
    }

    /// The diagnoses of a row, as indices into the claim's list, to which new ones are added.
    pub(super) fn row_diagnoses(
        &mut self,
        layout: &Layout,
        row: &Row<'_>,
        number: u64,
        list: &mut IndexList,
    ) {
        if let Some(at) = layout.principal.filter(|&at| !row.get(at).is_empty()) {
            let icd9 = layout.versions.first().is_some_and(|&(at, _)| row.get(at) == b"9");
            self.diagnosis(row.get(at), 0, icd9, number, list);
        }
        for &(at, column) in &layout.diagnoses {
            let text = row.get(at);
            if text.is_empty() {
                continue;
            }
            let icd9 = !layout.versions.is_empty() && {
                let own = layout.versions.iter().find(|(_, n)| *n == column);
                let version = own.or(layout.versions.first().filter(|_| layout.versions.len() == 1));
                version.is_some_and(|&(at, _)| row.get(at) == b"9")
            };
            self.diagnosis(text, column, icd9, number, list);
        }
        if let Some(at) = layout.diagnosis_list {
            let mut column = layout.diagnoses.iter().map(|&(_, n)| n).max().unwrap_or(0);
            for text in row.get(at).split(|&b| matches!(b, b' ' | b',' | b':' | b';' | b'|' | b'^')) {
                if !text.is_empty() {
                    column = column.saturating_add(1);
                    self.diagnosis(text, column, false, number, list);
                }
            }
        }
    }

    pub(super) fn diagnosis(
        &mut self,
        text: &[u8],
        column: u8,
        icd9: bool,
        number: u64,
        list: &mut IndexList,
    ) {
        let parsed = if icd9 { Err(CodeError::Icd9) } else { Icd10Cm::parse(text) };
        let Some(code) = Coded::read(text, parsed) else { return };
        // The principal diagnosis, where it has a column of its own, stands among the others once more: first, and only once.
        if let (Some(&0), Some(&first)) = (list.columns().first(), list.as_slice().first())
            && let Some(principal) = self.claim.diagnoses.get_mut(usize::from(first))
            && principal.code == code
        {
            list.set_first_column(column);
            if principal.column == 0 {
                principal.column = column;
            }
            return;
        }
        // Within a row each column is a diagnosis of its own, also when it repeats one: that is for a rule to say.
        let others = if self.claim.lines.is_empty() { &[][..] } else { &self.claim.diagnoses };
        let equal = |d: &Diagnosis| match (&d.code, &code) {
            (Coded::Code(a), Coded::Code(b)) => a == b,
            (a, b) => a == b,
        };
        let known = (0..).zip(others).find(|(i, d)| equal(d) && !list.as_slice().contains(i));
        let at = match known {
            Some((at, _)) => usize::from(at),
            None if self.claim.diagnoses.len() < MOST_DIAGNOSES => {
                self.claim.diagnoses.push(Diagnosis { code, column, present_on_admission: None });
                self.claim.diagnoses.len() - 1
            }
            None => {
                self.fault(
                    Field::Diagnosis(column),
                    None,
                    number,
                    Reason::TooMany { most: MOST_DIAGNOSES },
                    None,
                );
                return;
            }
        };
        if !list.push_from(at as u8, column) {
            let line = Some(self.claim.lines.len());
            self.fault(
                Field::Diagnosis(column),
                line,
                number,
                Reason::TooMany { most: IndexList::MOST },
                None,
            );
        }
    }

    /// Which diagnoses the line refers to.
    pub(super) fn points(&mut self, layout: &Layout, row: &Row<'_>, first: &Row<'_>, number: u64) -> Points {
        let own = self.own_diagnoses(layout, row, first, number);
        if let Some(at) = layout.line_diagnosis.filter(|&at| !row.get(at).is_empty()) {
            let text = row.get(at);
            if let Some(code) = Coded::read(text, Icd10Cm::parse(text)) {
                let known = self.claim.diagnoses.iter().position(|d| same_code(&d.code, &code, text));
                let mut list = IndexList::new();
                match known {
                    Some(at) => {
                        list.push_from(at as u8, self.claim.diagnoses[at].column);
                    }
                    None => {
                        let column = self.claim.diagnoses.len().min(254) as u8 + 1;
                        self.diagnosis(text, column, false, number, &mut list);
                    }
                }
                return Points::Own(list);
            }
        }
        if let Some(at) = layout.pointers.filter(|&at| !row.get(at).is_empty()) {
            return self.stated(row.get(at), &own.unwrap_or(self.own_first), number);
        }
        if self.rows_differ { Points::Own(own.unwrap_or(self.own_first)) } else { Points::All }
    }

    fn is_first_of_its_code(&self, index: u8) -> bool {
        let (before, from) = self.claim.diagnoses.split_at_checked(usize::from(index)).unwrap_or_default();
        from.first().is_some_and(|own| before.iter().all(|other| other.code != own.code))
    }

    /// The diagnoses of a row, if they are others than the first row's.
    fn own_diagnoses(
        &mut self,
        layout: &Layout,
        row: &Row<'_>,
        first: &Row<'_>,
        number: u64,
    ) -> Option<IndexList> {
        let places = || layout.diagnoses.iter().map(|&(at, _)| at).chain(layout.diagnosis_list);
        let all_same = || places().all(|at| row.get(at) == first.get(at));
        let plain = layout.principal.is_none() && layout.versions.is_empty();
        let one_span = || Some(same(row.span(layout.diagnosis_span?)?, first.span(layout.diagnosis_span?)?));
        let repeated = || match one_span() {
            // Others may stand between them that do not count.
            Some(false) if !plain => all_same(),
            same => same.unwrap_or_else(all_same),
        };
        if self.claim.lines.is_empty() || repeated() {
            return None;
        }
        let mut own = IndexList::new();
        let mut any = false;
        if plain && layout.diagnosis_list.is_none() {
            for &(at, column) in &layout.diagnoses {
                let text = row.get(at);
                if text.is_empty() {
                    continue;
                }
                any = true;
                // What stands in the same column of the first row need not be read again, if reading it would find the same diagnosis: the first
                // with its code, and not another column's of this row.
                let repeats = same(text, first.get(at));
                let listed = repeats.then(|| self.own_first.in_column(column)).flatten();
                let is_found =
                    |&index: &u8| self.is_first_of_its_code(index) && !own.as_slice().contains(&index);
                match listed.filter(is_found) {
                    Some(index) => _ = own.push_from(index, column),
                    None => self.diagnosis(text, column, false, number, &mut own),
                }
            }
        } else {
            any = places().any(|at| !row.get(at).is_empty());
            if any {
                self.row_diagnoses(layout, row, number, &mut own);
            }
        }
        if !any {
            return None;
        }
        // The same codes with and without dots are the same diagnoses.
        if own != self.own_first && !self.rows_differ {
            self.rows_differ = true;
            for line in &mut self.claim.lines {
                if line.points == Points::All {
                    line.points = Points::Own(self.own_first);
                }
            }
        }
        Some(own)
    }

    /// Pointers: letters A to L or numbers 1 to 12, joined or separated.
    fn stated(&mut self, text: &[u8], own: &IndexList, row: u64) -> Points {
        let mut list = IndexList::new();
        let mut ok = true;
        let mut add = |list: &mut IndexList, number: u32| {
            let stated = number.min(255) as u8;
            // A pointer names a column of its row; the diagnosis stands at some index of the claim's list.
            let at = own.columns().iter().position(|&c| u32::from(c) == number);
            let index = at.map_or(0, |at| own.as_slice()[at] + 1);
            ok &= list.push_from(index, stated);
        };
        let separators = |b: &u8| matches!(b, b' ' | b',' | b':' | b';' | b'/' | b'|' | b'.' | b'-');
        let separated = text.iter().any(separators);
        for part in text.split(separators).filter(|p| !p.is_empty()) {
            if part.iter().all(u8::is_ascii_digit) {
                let number =
                    part.iter().fold(0u32, |n, b| n.saturating_mul(10).saturating_add(u32::from(b - b'0')));
                // "12" is twelve if there is a twelfth diagnosis, otherwise one and two.
                let whole =
                    separated || part.len() == 1 || own.columns().iter().any(|&c| u32::from(c) == number);
                if whole {
                    add(&mut list, number);
                } else {
                    part.iter().for_each(|b| add(&mut list, u32::from(b - b'0')));
                }
            } else if part.iter().all(u8::is_ascii_alphabetic) {
                part.iter().for_each(|b| add(&mut list, u32::from(b.to_ascii_uppercase() - b'A') + 1));
            } else {
                self.fault(Field::Pointers, Some(self.claim.lines.len()), row, Reason::Pointer, Some(text));
                return Points::All;
            }
        }
        if list.as_slice().is_empty() && ok {
            self.fault(Field::Pointers, Some(self.claim.lines.len()), row, Reason::Pointer, Some(text));
            return Points::All;
        }
        if !ok {
            let reason = Reason::TooMany { most: IndexList::MOST };
            self.fault(Field::Pointers, Some(self.claim.lines.len()), row, reason, None);
        }
        Points::Stated(list)
    }
}

/// The same code, also where the claim's list says that it is of ICD-9 and the line's field cannot.
fn same_code(listed: &Coded<Icd10Cm>, code: &Coded<Icd10Cm>, text: &[u8]) -> bool {
    match listed {
        Coded::Unreadable(Unreadable { shown: Some(shown), .. }) => shown.as_bytes() == text,
        _ => listed == code,
    }
}
