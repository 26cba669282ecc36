//! Rows become claims.

mod diagnoses;

use std::sync::Arc;

use super::blocks::{Block, unprintable};
use super::header::Layout;
use super::rows::{Row, same};
use super::walk::Walk;
use crate::claim::{Claim, Coded, Fault, Field, IndexList, Kind, Line, Reason, showable};
use crate::code::{
    BillType, DischargeStatus, Icd10Cm, Icd10Pcs, Modifier, Npi, PlaceOfService, Procedure, Revenue, Sex,
    Taxonomy,
};
use crate::{AmountError, Cents, Date, Units};

/// Correct coding edits begin with this day, electronic claims and ICD-10 later: there is nothing with which to judge an earlier service.
const EARLIEST: Date = Date::constant(1996, 1, 1);

/// Most digits of a line number: a claim may have 100,000 lines less one.
const MOST_DIGITS: usize = 5;

/// Ten million dollars, in cents.
const MOST_CENTS: i64 = 1_000_000_000;
/// Ten million units, in thousandths.
const MOST_UNITS: i64 = 10_000_000_000;

/// Puts claims together from the rows of blocks; keeps its buffers.
pub(crate) struct Assembler {
    layout: Arc<Layout>,
    building: Building,
    walk: Walk,
    /// Where the claim's first row lies.
    first: First,
}

/// A claim's first row, to compare the others with: its cuts in the block.
#[derive(Default)]
struct First(Vec<u32>);

impl First {
    fn of<'a>(&'a self, row: &Row<'a>) -> Row<'a> {
        Row { cuts: &self.0, ..*row }
    }
}

/// The claim that is being put together.
struct Building {
    claim: Box<Claim>,
    /// The claim before it, if `waits`: it is given when the one after it is known.
    before: Box<Claim>,
    waits: bool,
    /// Parts of the bill type, where a file has them apart.
    bill_type: [u8; 3],
    /// Diagnoses of the first row, as indices.
    own_first: IndexList,
    /// Have rows different diagnoses?
    rows_differ: bool,
    open: bool,
}

impl Assembler {
    pub(crate) fn new(layout: Arc<Layout>) -> Assembler {
        let building = Building {
            claim: Box::default(),
            before: Box::default(),
            waits: false,
            bill_type: [0; 3],
            own_first: IndexList::new(),
            rows_differ: false,
            open: false,
        };
        Assembler { layout, building, walk: Walk::default(), first: First::default() }
    }

    /// Every claim of a block, in order, each with the one that comes after it in the block: whoever looks up codes can have the memory fetched
    /// that the next claim needs.
    pub(crate) fn claims(&mut self, block: &Block, mut each: impl FnMut(&Claim, Option<&Claim>)) {
        let Assembler { layout, building, walk, first } = self;
        walk.rows(block, layout, |row, at| {
            building.push(layout, &row, first, at.number, &mut each);
            if let Some(rows) = at.swallows {
                let line = building.claim.lines.len().checked_sub(1);
                building.fault(Field::Claim, line, at.number, Reason::OpenQuote { rows }, None);
            }
        });
        building.finish_block(&mut each);
    }
}

impl Building {
    /// The claim that was put together is whole: gives the one before it.
    fn finish(&mut self, each: &mut impl FnMut(&Claim, Option<&Claim>)) {
        if self.open {
            self.open = false;
            if self.waits {
                each(&self.before, Some(&self.claim));
            }
            std::mem::swap(&mut self.before, &mut self.claim);
            self.waits = true;
        }
    }

    /// Gives the last claim of a block.
    fn finish_block(&mut self, each: &mut impl FnMut(&Claim, Option<&Claim>)) {
        self.finish(each);
        if std::mem::take(&mut self.waits) {
            each(&self.before, None);
        }
    }

    #[inline]
    fn push(
        &mut self,
        layout: &Layout,
        row: &Row<'_>,
        first: &mut First,
        number: u64,
        each: &mut impl FnMut(&Claim, Option<&Claim>),
    ) {
        let id = row.get(layout.claim_id);
        if !self.open || !same(id, first.of(row).get(layout.claim_id)) || id.is_empty() {
            self.finish(each);
            first.0.clear();
            first.0.extend_from_slice(row.cuts);
            self.begin(layout, row, id, number);
        } else {
            self.compare(layout, row, &first.of(row), number);
        }
        self.line(layout, row, &first.of(row), number);
    }

    /// The first row of a claim.
    fn begin(&mut self, layout: &Layout, row: &Row<'_>, id: &[u8], number: u64) {
        self.open = true;
        self.claim.clear();
        self.claim.row = number;
        self.bill_type = [b' '; 3];
        self.rows_differ = false;
        self.own_first = IndexList::new();
        put(&mut self.claim.id, id);
        if !id.iter().all(u8::is_ascii_graphic) && self.claim.id.contains(unprintable) {
            self.claim.id = self.claim.id.replace(unprintable, "?");
            self.fault(Field::ClaimId, None, number, Reason::ControlCharacters, None);
        }
        if id.is_empty() {
            self.fault(Field::ClaimId, None, number, Reason::NoClaimId, None);
        }
        for &(at, field) in &layout.of_claim {
            let text = row.get(at);
            if !text.is_empty() {
                self.claim_field(layout, row, field, text, number);
            }
        }
        if self.bill_type != [b' '; 3] {
            self.claim_field(layout, row, Field::BillType, &self.bill_type.clone(), number);
        }
        self.diagnoses_of_first(layout, row, number);
    }

    /// A later row must say the same of the claim, or nothing.
    fn compare(&mut self, layout: &Layout, row: &Row<'_>, first: &Row<'_>, number: u64) {
        let repeated = |&run| row.span(run).zip(first.span(run)).is_some_and(|(now, then)| same(now, then));
        if layout.claim_runs.iter().all(repeated) {
            return;
        }
        for &(at, field) in &layout.of_claim {
            let (now, then) = (row.get(at), first.get(at));
            if now != then && !now.is_empty() {
                if then.is_empty() {
                    // The first row left it open.
                    self.claim_field(layout, first, field, now, number);
                } else {
                    self.fault(field, None, number, Reason::Differs, None);
                }
            }
        }
    }

    fn fault(&mut self, field: Field, line: Option<usize>, row: u64, reason: Reason, text: Option<&[u8]>) {
        Cell { field, line, row, faults: &mut self.claim.faults }.fault(reason, text);
    }

    /// A field of the claim. `first` is its first row.
    fn claim_field(&mut self, layout: &Layout, first: &Row<'_>, field: Field, text: &[u8], row: u64) {
        let Building { claim, bill_type, .. } = self;
        let cell = &mut Cell { field, line: None, row, faults: &mut claim.faults };
        match field {
            Field::ClaimType => match claim_type(text) {
                Some(kind) => claim.kind = kind,
                None => cell.fault(Reason::ClaimType, Some(text)),
            },
            Field::PatientId => put(&mut claim.patient.id, text),
            Field::PatientDob => {
                let service = || Date::parse(first.get(layout.line.from?)).ok();
                claim.patient.born = cell.read(text, Date::parse_birth(text, service));
            }
            Field::PatientSex => claim.patient.sex = cell.read(text, Sex::parse(text)),
            Field::TotalCharge => claim.total_charge = cell.read(text, amount(text)),
            Field::BillingNpi => claim.billing_npi = cell.npi(text),
            Field::ReferringNpi => claim.referring_npi = cell.npi(text),
            Field::Taxonomy => claim.taxonomy = cell.read(text, Taxonomy::parse(text)),
            Field::Payer => put(&mut claim.payer, text),
            Field::Jurisdiction => put(&mut claim.jurisdiction, text),
            Field::Accept => put(&mut claim.accepted, text),
            Field::Received => claim.received = cell.read(text, claim_date(text)),
            Field::StatementFrom => claim.statement.0 = cell.read(text, claim_date(text)),
            Field::StatementTo => claim.statement.1 = cell.read(text, claim_date(text)),
            Field::BillType => {
                claim.facility.bill_type = cell.read(text, BillType::parse(text));
                if claim.facility.bill_type.is_some() && !layout.columns.has(Field::ClaimType) {
                    claim.kind = Kind::Institutional;
                }
            }
            Field::BillFacility => bill_type[0] = last(text),
            Field::BillClass => bill_type[1] = last(text),
            Field::BillFrequency => bill_type[2] = last(text),
            Field::PatientStatus => {
                claim.facility.patient_status = cell.read(text, DischargeStatus::parse(text));
            }
            Field::Admitted => claim.facility.admitted = cell.read(text, claim_date(text)),
            Field::Discharged => claim.facility.discharged = cell.read(text, claim_date(text)),
            Field::AdmittingDiagnosis => {
                claim.facility.admitting_diagnosis = Coded::read(text, Icd10Cm::parse(text));
            }
            Field::InpatientProcedure(_) => {
                claim.facility.procedures.extend(Coded::read(text, Icd10Pcs::parse(text)));
            }
            // Read with the diagnoses, to which they belong.
            _ => {}
        }
    }

    /// Adds the row's line.
    fn line(&mut self, layout: &Layout, row: &Row<'_>, first: &Row<'_>, number: u64) {
        let at = self.claim.lines.len();
        let points = self.points(layout, row, first, number);
        if row.width() != layout.width {
            let reason = Reason::FieldCount { expected: layout.width, got: row.width() };
            self.fault(Field::Claim, Some(at), number, reason, None);
        }
        let Claim { lines, faults, .. } = &mut *self.claim;
        let mut cell = Cell { field: Field::Claim, line: Some(at), row: number, faults };
        let first_day = lines.first().and_then(|line| line.from);
        lines.push(Line { row: number, points, ..Line::new(at as u32 + 1) });
        let Some(line) = lines.last_mut() else { return };
        let places = &layout.line;
        if let Some(text) = row.cell(places.number) {
            match whole_number(text) {
                Some(n) => line.number = n,
                None => cell.of(Field::LineNumber).fault(Reason::LineNumber, None),
            }
        }
        if let Some(text) = row.cell(places.from) {
            // The lines of a claim are mostly of one day.
            let repeats = || first.cell(places.from).is_some_and(|first| same(first, text));
            line.from = match first_day.filter(|_| repeats()) {
                Some(day) => Some(day),
                None => cell.of(Field::DosFrom).read(text, claim_date(text)),
            };
        }
        if let Some(text) = row.cell(places.to) {
            line.to = cell.of(Field::DosTo).read(text, claim_date(text));
        }
        if let Some(text) = row.cell(places.place) {
            line.place = cell.of(Field::Place).read(text, PlaceOfService::parse(text));
        }
        if let Some(text) = row.cell(places.procedure) {
            line.procedure = Coded::read(text, Procedure::parse(text));
        }
        // Most lines have none.
        if !places.modifier_span.is_some_and(|span| row.is_blank(span)) {
            for &(place, n) in &places.modifiers {
                if let Some(text) = row.cell(Some(place)) {
                    add_modifier(line, text, cell.of(Field::Modifier(n)));
                }
            }
        }
        if let Some(text) = row.cell(places.modifier_list) {
            let parts = text.split(|&b| matches!(b, b' ' | b',' | b':' | b';' | b'|'));
            for part in parts.filter(|part| !part.is_empty()) {
                add_modifier(line, part, cell.of(Field::Modifiers));
            }
        }
        if let Some(text) = row.cell(places.units) {
            line.units = cell.of(Field::Units).read(text, units(text));
        }
        if let Some(text) = row.cell(places.charge) {
            line.charge = cell.of(Field::Charge).read(text, amount(text));
        }
        if let Some(text) = row.cell(places.rendering_npi) {
            line.rendering_npi = cell.of(Field::RenderingNpi).npi(text);
        }
        if let Some(text) = row.cell(places.revenue) {
            line.revenue = cell.of(Field::Revenue).read(text, Revenue::parse(text));
        }
    }
}

/// A field of a row that is read, and where it goes that it cannot be.
struct Cell<'f> {
    field: Field,
    line: Option<usize>,
    row: u64,
    faults: &'f mut Vec<Fault>,
}

impl<'f> Cell<'f> {
    /// The same row's field.
    #[inline]
    fn of(&mut self, field: Field) -> &mut Cell<'f> {
        self.field = field;
        self
    }

    #[cold]
    fn fault(&mut self, reason: Reason, text: Option<&[u8]>) {
        let shown = text.and_then(showable);
        self.faults.push(Fault { field: self.field, line: self.line, row: self.row, reason, shown });
    }

    /// Keeps a value, or notes why it cannot be read.
    #[inline]
    fn read<T, E: Into<Reason>>(&mut self, text: &[u8], parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(e) => {
                self.fault(e.into(), Some(text));
                None
            }
        }
    }

    /// CMS's files fill an absent identifier with zeros or blanks.
    fn npi(&mut self, text: &[u8]) -> Option<Npi> {
        if text.iter().all(|&b| b == b'0') {
            return None;
        }
        self.read(text, Npi::parse(text))
    }
}

fn add_modifier(line: &mut Line, text: &[u8], cell: &mut Cell<'_>) {
    if let Some(modifier) = cell.read(text, Modifier::parse(text))
        && !line.modifiers.push(modifier)
    {
        cell.fault(Reason::TooMany { most: 4 }, None);
    }
}

/// A date of a claim. One that is too early for any is a birth date, most likely, from columns that have slipped: as unreadable, it is never shown.
#[inline]
fn claim_date(text: &[u8]) -> Result<Date, Reason> {
    match Date::parse(text) {
        Ok(day) if day < EARLIEST => Err(Reason::TooEarly),
        day => Ok(day?),
    }
}

/// Money as claim forms hold it: seven digits of dollars (UB-04, form locator 47). What is longer is an identifier or a date of birth.
#[inline]
fn amount(text: &[u8]) -> Result<Cents, AmountError> {
    Cents::parse(text)
        .and_then(|it| if it.0.abs() < MOST_CENTS { Ok(it) } else { Err(AmountError::TooLarge) })
}

/// Units, likewise.
#[inline]
fn units(text: &[u8]) -> Result<Units, AmountError> {
    Units::parse(text)
        .and_then(|it| if it.0.abs() < MOST_UNITS { Ok(it) } else { Err(AmountError::TooLarge) })
}

/// Professional, institutional or dental, in words, letters, or the type codes of CMS's files.
fn claim_type(text: &[u8]) -> Option<Kind> {
    let upper = text.to_ascii_uppercase();
    match upper.as_slice() {
        b"P" | b"PROFESSIONAL" | b"837P" | b"PHYSICIAN" => Some(Kind::Professional),
        b"I" | b"INSTITUTIONAL" | b"837I" | b"FACILITY" => Some(Kind::Institutional),
        b"D" | b"DENTAL" | b"837D" => Some(Kind::Dental),
        b"71" | b"72" | b"81" | b"82" => Some(Kind::Professional),
        b"10" | b"20" | b"30" | b"40" | b"50" | b"60" | b"61" | b"62" | b"63" | b"64" => {
            Some(Kind::Institutional)
        }
        _ => None,
    }
}

/// A whole number, also as files write it that passed through a spreadsheet: `1.0`.
fn whole_number(text: &[u8]) -> Option<u32> {
    let text = text.strip_suffix(b".0").unwrap_or(text);
    // A longer number is a date or an identifier, which must not be shown as a line.
    let text = Some(text).filter(|text| text.len() <= MOST_DIGITS)?;
    text.iter().try_fold(0u32, |n, b| {
        if !b.is_ascii_digit() {
            return None;
        }
        n.checked_mul(10)?.checked_add(u32::from(b - b'0'))
    })
}

fn last(text: &[u8]) -> u8 {
    *text.last().unwrap_or(&b' ')
}

fn put(into: &mut String, text: &[u8]) {
    /// Aligned, and of a length that is seen to be text at once; a shorter one is looked at byte by byte.
    #[repr(align(8))]
    struct Padded([u8; 32]);

    into.clear();
    let mut padded = Padded([0; 32]);
    if let Some(start) = padded.0.get_mut(..text.len())
        && text.is_ascii()
    {
        start.copy_from_slice(text);
        let padded = std::str::from_utf8(&padded.0).unwrap_or_default();
        return into.push_str(padded.get(..text.len()).unwrap_or_default());
    }
    match std::str::from_utf8(text) {
        Ok(text) => into.push_str(text),
        Err(_) => into.extend(text.iter().map(|&b| char::from(b))),
    }
}

#[cfg(test)]
mod tests {
    use crate::claim::{Field, Points, Reason};
    use crate::read::csv_claims;

    #[test]
    fn fields_of_every_kind_arrive() {
        let claims = csv_claims(
            "pcn,dob,sex,dos,to_date,pos,cpt,mod1,mod2,qty,charges,total_charge,icd1,icd2,pointers,rendering_npi\n\
             A,1980-05-06,F,2026-03-02,,11,99213,25,,1,120.00,150.00,E11.65,I10,AB,1234567893\n\
             A,1980-05-06,F,2026-03-02,,11,36415,,,1,30.00,150.00,E11.65,I10,B,1234567893\n",
        )
        .unwrap();
        assert_eq!(claims.len(), 1);
        let claim = &claims[0];
        assert!(claim.faults.is_empty(), "{:?}", claim.faults);
        assert_eq!(claim.diagnoses.len(), 2);
        assert_eq!(claim.lines.iter().map(|l| l.row).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(claim.pointed(&claim.lines[0]).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(claim.pointed(&claim.lines[1]).collect::<Vec<_>>(), [1]);
        assert_eq!(claim.total_charge.unwrap().0, 15_000);
        assert_eq!(claim.lines[0].modifiers.iter().count(), 1);
    }

    #[test]
    fn rows_with_diagnoses_of_their_own_keep_them() {
        let claims = csv_claims(
            "claim_id,cpt,dx1,dx2\nA,99213,E11.65,I10\nA,99214,I10,J45.909\nA,99215,E11.65,I10\nA,99216,,\n",
        )
        .unwrap();
        let claim = &claims[0];
        assert_eq!(claim.diagnoses.len(), 3);
        let of = |i: usize| claim.pointed(&claim.lines[i]).collect::<Vec<_>>();
        assert_eq!((of(0), of(1), of(2), of(3)), (vec![0, 1], vec![1, 2], vec![0, 1], vec![0, 1]));
        let Points::Own(list) = claim.lines[1].points else { panic!("own") };
        assert_eq!(list.columns(), [1, 2]);
    }

    #[test]
    fn a_principal_diagnosis_of_its_own_column_comes_first() {
        let read = |text: &str| {
            let claims = csv_claims(text).unwrap();
            let listed = |claim: &crate::Claim| {
                let shown = |d: &crate::Diagnosis| format!("{}:{}", d.code.code().unwrap(), d.column);
                claim.diagnoses.iter().map(shown).collect::<Vec<_>>().join(" ")
            };
            assert!(claims.iter().all(|c| c.lines.iter().all(|l| l.points == Points::All)));
            claims.iter().map(listed).collect::<Vec<_>>()
        };
        let text = "claim_id,cpt,principal_dx,dx1,dx2\nA,1,I10,E1165,I10\nA,2,I10,E11.65,i10\nB,1,I10,I10,I10\nC,1,J45.909,I10,\nD,1,,I10,\n";
        assert_eq!(read(text), ["I10:2 E11.65:1", "I10:1 I10:2", "J45.909:0 I10:1", "I10:1"]);
    }

    #[test]
    fn a_later_row_may_list_a_diagnosis_twice() {
        let claims = csv_claims("claim_id,cpt,dx1,dx2\nA,1,E11.65,I10\nA,2,I10,I10\n").unwrap();
        let claim = &claims[0];
        assert_eq!(claim.pointed(&claim.lines[1]).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(claim.diagnoses[1].code, claim.diagnoses[2].code);
    }

    proptest::proptest! {
        /// With a column of versions every row is read; without, what stands where it stood on the first row is not.
        #[test]
        fn diagnoses_that_are_not_read_again_are_the_same(
            rows in proptest::collection::vec(proptest::array::uniform3(r"|I10|E11\.65|E1165|A00\.1|x"), 1..5),
        ) {
            let text = |header: &str, version: &str| {
                let rows = rows.iter().map(|row| format!("A,99213,{}{version}\n", row.join(",")));
                format!("claim_id,cpt,dx1,dx2,dx3{header}\n{}", rows.collect::<String>())
            };
            let read = |header, version| format!("{:?}", csv_claims(&text(header, version)).unwrap());
            proptest::prop_assert_eq!(read("", ""), read(",dx_version1", ",0"));
        }
    }

    #[test]
    fn pointers_read_in_every_spelling() {
        let text = |p: &str| format!("claim_id,cpt,dx1,dx2,dx3,dx_pointers\nA,99213,E11.65,,I10,\"{p}\"\n");
        let pointed = |p: &str| {
            let claims = csv_claims(&text(p)).unwrap();
            claims[0].pointed(&claims[0].lines[0]).collect::<Vec<_>>()
        };
        for p in ["AC", "A,C", "a:c", "1,3", "13", "1 3"] {
            assert_eq!(pointed(p), [0, 1], "{p}");
        }
        // dx2 is empty.
        assert_eq!(pointed("B"), [] as [usize; 0]);
        assert_eq!(csv_claims(&text("1A")).unwrap()[0].faults[0].reason, Reason::Pointer);
    }

    #[test]
    fn broken_rows_keep_their_place_and_harm_no_other() {
        let claims = csv_claims("claim_id,dos,cpt,dx1\nA,2026-02-30,99213,E11.65\nB,2026-03-02,99213\n,2026-03-02,99213,I10\nC,2026-03-02,99213,I10,,\n").unwrap();
        let faults: Vec<_> = claims.iter().flat_map(|c| &c.faults).map(|f| (f.row, f.field)).collect();
        assert_eq!(faults, [(2, Field::DosFrom), (3, Field::Claim), (4, Field::ClaimId), (5, Field::Claim)]);
        assert_eq!(claims.len(), 4);
    }

    #[test]
    fn quoted_and_plain_text_give_the_same_claims() {
        let plain =
            "claim_id,dos,cpt,dx1,payer\nA,2026-03-02,99213,E11.65,Medicare\nB,2026-03-03,99214,I10,\n";
        let quoted = "claim_id,dos,cpt,dx1,payer\n\"A\",\"2026-03-02\",99213,\"E11.65\",\"Medicare\"\n\n\"B\",2026-03-03,\"99214\",I10,\n";
        let strip = |text: &str| {
            let mut claims = csv_claims(text).unwrap();
            for claim in &mut claims {
                claim.row = 0;
                claim.lines.iter_mut().for_each(|l| l.row = 0);
            }
            format!("{claims:?}")
        };
        assert_eq!(strip(plain), strip(quoted));
        assert_eq!(csv_claims(quoted).unwrap()[1].row, 4);
    }

    #[test]
    fn a_claim_says_the_same_on_each_row_or_differs() {
        let claims =
            csv_claims("claim_id,payer,dob,cpt\nA,X,,99213\nA,Y,1980-01-01,99214\nA,,,99215\n").unwrap();
        assert_eq!(claims[0].faults.len(), 1);
        assert_eq!((claims[0].faults[0].field, claims[0].faults[0].row), (Field::Payer, 3));
        assert!(claims[0].patient.born.is_some());
    }
}
