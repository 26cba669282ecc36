//! Procedures of made-up specialties, and what made-up publishers say about them.
//!
//! The numbers are drawn: that some of them are real codes has no meaning, and no title, edit, limit or policy here is anybody's.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use cleanclaim::code::Icd10Cm;
use cleanclaim::table::{Icd10CmTable, Rank};
use cleanclaim::{Date, DateRange};

use super::draw::Draw;
use super::{DAYS, create};

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Medical specialties; each has as many procedures.
    specialties: usize,
    procedures_each: usize,
    pairs: usize,
    limits: usize,
    policies: usize,
}

impl Scale {
    /// As much as CMS publishes: what comparisons and figures are measured on.
    pub(crate) const FULL: Scale =
        Scale { specialties: 36, procedures_each: 500, pairs: 2_500_000, limits: 15_000, policies: 2_000 };
    /// Enough that every rule has something to do, and ready in a second.
    pub(crate) const SMALL: Scale =
        Scale { specialties: 12, procedures_each: 150, pairs: 60_000, limits: 1_500, policies: 200 };
}

/// A procedure and all that is published about it.
pub(crate) struct Procedure {
    pub(crate) code: String,
    pub(crate) specialty: usize,
    pub(crate) window: DateRange,
    /// The edits in which it is column 1, by the other's number.
    pub(crate) edits: Vec<Edit>,
    /// Most units of a line.
    pub(crate) limit: Option<u32>,
    /// Numbers of the diagnoses that support it, ascending; none if there is no policy.
    pub(crate) supported_by: Vec<u32>,
    /// What a unit costs, in cents.
    pub(crate) price: u32,
}

/// A pair edit, seen from its column 1.
#[derive(Clone, Copy)]
pub(crate) struct Edit {
    /// Number of the procedure of column 2.
    pub(crate) column2: u32,
    pub(crate) window: DateRange,
    pub(crate) indicator: u8,
}

impl Edit {
    /// Does it forbid anything on the day?
    pub(crate) fn forbids(&self, day: Date) -> bool {
        self.indicator != 9 && self.window.contains(day)
    }
}

/// A code or header of ICD-10-CM, real, from the embedded table.
pub(crate) struct Diagnosis {
    pub(crate) code: String,
    billable: Vec<DateRange>,
    header: Vec<DateRange>,
}

/// All tables.
pub(crate) struct Tables<'i> {
    icd10cm: &'i Icd10CmTable,
    pub(crate) procedures: Vec<Procedure>,
    /// The numbers of each specialty's procedures, frequent ones first.
    pub(crate) specialties: Vec<Vec<u32>>,
    pub(crate) diagnoses: Vec<Diagnosis>,
    /// Diagnoses that were billable on all days of the claims, and that no editor's flag restricts.
    pub(crate) steady: Vec<u32>,
    /// Diagnoses that were headers on all those days.
    pub(crate) headers: Vec<u32>,
    /// Diagnoses that began or ended among those days, and when they were billable.
    pub(crate) dated: Vec<(u32, DateRange)>,
    /// Where in [`Tables::steady`] each specialty's diagnoses begin.
    pub(crate) bands: Vec<usize>,
}

/// Diagnoses of a specialty.
pub(crate) const BAND: usize = 1_200;

impl<'i> Tables<'i> {
    pub(crate) fn draw(scale: Scale, icd10cm: &'i Icd10CmTable) -> Tables<'i> {
        let (diagnoses, steady, headers, dated) = diagnoses(icd10cm);
        let mut draw = Draw::stream(1);
        let bands: Vec<usize> = (0..scale.specialties).map(|_| draw.below(steady.len() - BAND)).collect();
        let mut procedures = procedures(scale);
        edits(scale, &mut procedures);
        limits(scale, &mut procedures);
        policies(scale, &mut procedures, &steady, &bands);
        let mut specialties = vec![vec![]; scale.specialties];
        for (number, procedure) in procedures.iter().enumerate() {
            specialties[procedure.specialty].push(number as u32);
        }
        specialties.iter_mut().for_each(|list| draw.shuffle(list));
        Tables { icd10cm, procedures, specialties, diagnoses, steady, headers, dated, bands }
    }

    /// The edit of two procedures, if there is one.
    pub(crate) fn edit(&self, column1: u32, column2: u32) -> Option<&Edit> {
        let edits = &self.procedures[column1 as usize].edits;
        edits.binary_search_by_key(&column2, |e| e.column2).ok().map(|at| &edits[at])
    }

    /// Is there such a diagnosis or header?
    pub(crate) fn has_diagnosis(&self, code: &str) -> bool {
        code.parse().is_ok_and(|code| self.icd10cm.rank(code).is_some())
    }

    /// Is there such a procedure?
    pub(crate) fn has_procedure(&self, code: &str) -> bool {
        self.procedures.binary_search_by_key(&code, |p| &p.code).is_ok()
    }

    /// Writes the files that `cleanclaim tables add` reads, in the publishers' layouts; returns their names.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<Vec<&'static str>> {
        type Writer<'i> = fn(&Tables<'i>, &mut dyn Write) -> io::Result<()>;
        let files: [(&'static str, Writer<'i>); 4] = [
            ("procedures.csv", Tables::write_procedures),
            ("ccipra-v999r0-f1.txt", Tables::write_edits),
            ("MCR_MUE_PractitionerServices_Eff_01-01-2023.csv", Tables::write_limits),
            ("policies.csv", Tables::write_policies),
        ];
        for (name, writer) in files {
            let mut out = create(&folder.join(name))?;
            writer(self, &mut out)?;
            out.flush()?;
        }
        Ok(files.map(|(name, _)| name).to_vec())
    }

    fn write_procedures(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "code,from,to,title")?;
        for p in &self.procedures {
            writeln!(
                out,
                "{},{},{},Made-up procedure {}",
                p.code,
                p.window.from,
                open(p.window.to, ""),
                p.code
            )?;
        }
        Ok(())
    }

    /// Seven fields separated by tabs, below a notice and a header of four rows.
    fn write_edits(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(
            out,
            "Made-up edits, for measuring only; no release of CMS.\t\t\t\t\t\t\r\nColumn1/Column2 Edits\t\t\t\t\t\t\r\n"
        )?;
        write!(
            out,
            "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
        )?;
        write!(out, "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n")?;
        write!(out, "\t\t\t\t*=no data\t1=allowed\t\r\n\t\t\t\t\t9=not applicable\t\r\n")?;
        for p in &self.procedures {
            for e in &p.edits {
                let (one, two) = (&p.code, &self.procedures[e.column2 as usize].code);
                let from = e.window.from.number();
                write!(out, "{one}\t{two}\t\t{from}\t")?;
                if e.window.is_open() {
                    write!(out, "*")?;
                } else {
                    write!(out, "{}", e.window.to.number())?;
                }
                write!(out, "\t{}\tMade-up rationale\r\n", e.indicator)?;
            }
        }
        Ok(())
    }

    /// A notice of two lines in one quoted cell, a header whose first cell holds a line end, the rows.
    fn write_limits(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "\"Made-up limits, for measuring only;\nno release of CMS.\",,,\n")?;
        write!(
            out,
            "\"HCPCS/\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n"
        )?;
        for p in &self.procedures {
            if let Some(limit) = p.limit {
                writeln!(out, "{},{limit},1 Line Edit,Made-up rationale", p.code)?;
            }
        }
        Ok(())
    }

    fn write_policies(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "policy,procedure,relation,diagnosis,group,jurisdiction,payer,from,to,modifier,citation"
        )?;
        for p in &self.procedures {
            for &d in &p.supported_by {
                let code = &self.diagnoses[d as usize].code;
                writeln!(out, "MADE-UP-{0},{0},supports,{code},1,,,2020-01-01,,,made up", p.code)?;
            }
        }
        Ok(())
    }

    /// Writes ICD-10-CM for the peer: when each code was billable, when it was a header. A code whose history has gaps is left out,
    /// here and in the claims, so that the peer needs no more than one row a code.
    pub(crate) fn write_diagnoses(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "code,billable_from,billable_to,header_from,header_to")?;
        for d in self.diagnoses.iter().filter(|d| d.is_simple()) {
            write!(out, "{}", d.code)?;
            for windows in [&d.billable, &d.header] {
                match windows.first() {
                    Some(w) => write!(out, ",{},{}", w.from, open(w.to, "9999-12-31"))?,
                    None => write!(out, ",,")?,
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

impl Diagnosis {
    fn is_simple(&self) -> bool {
        self.billable.len() <= 1 && self.header.len() <= 1
    }
}

fn open(day: Date, text: &str) -> String {
    if day == Date::MAX { text.to_owned() } else { day.to_string() }
}

type Sorted = (Vec<Diagnosis>, Vec<u32>, Vec<u32>, Vec<(u32, DateRange)>);

fn diagnoses(icd10cm: &Icd10CmTable) -> Sorted {
    let (mut all, mut steady, mut headers, mut dated) = (vec![], vec![], vec![], vec![]);
    let whole = |w: &DateRange| w.contains(DAYS.from) && w.contains(DAYS.to);
    let part = |w: &DateRange| DAYS.contains(w.from) || DAYS.contains(w.to);
    for rank in ranks(icd10cm) {
        let Some(code) = icd10cm.code(rank) else { continue };
        let (billable, header) = (icd10cm.billable_windows(rank), icd10cm.header_windows(rank));
        let number = all.len() as u32;
        match (billable.as_slice(), header.as_slice()) {
            // Sequelae may not come first, and flags are about age, sex and the like.
            ([w], [])
                if whole(w)
                    && code.seventh() != Some('S')
                    && icd10cm.flags_ever(rank).names().next().is_none() =>
            {
                steady.push(number);
            }
            ([w], []) if part(w) => dated.push((number, *w)),
            ([], [w]) if whole(w) => headers.push(number),
            _ => {}
        }
        all.push(Diagnosis { code: code.to_string(), billable, header });
    }
    (all, steady, headers, dated)
}

/// The codes and headers of all categories.
fn ranks(icd10cm: &Icd10CmTable) -> Vec<Rank> {
    let third = || (b'0'..=b'9').chain(b'A'..=b'Z').map(char::from);
    let mut out = Vec::new();
    for first in 'A'..='Z' {
        for (second, third) in ('0'..='9').flat_map(|second| third().map(move |third| (second, third))) {
            let category = format!("{first}{second}{third}").parse::<Icd10Cm>().ok();
            if let Some(rank) = category.and_then(|code| icd10cm.rank(code)) {
                out.push(rank);
                out.extend(icd10cm.below(rank));
            }
        }
    }
    out
}

/// Six of ten have five digits, the others a letter and four; those of a specialty stand near one another, as real ones do.
fn procedures(scale: Scale) -> Vec<Procedure> {
    const LETTERS: &[u8; 15] = b"ABCEGHJKLMPQRSV";
    let mut draw = Draw::stream(2);
    let mut out = Vec::new();
    for specialty in 0..scale.specialties {
        let mut digits = 1_000 + specialty * 2_700;
        let letter = char::from(LETTERS[specialty % LETTERS.len()]);
        let mut after_letter = specialty / LETTERS.len() * 3_300;
        for n in 0..scale.procedures_each {
            let step = 1 + draw.below(8);
            let code = if n % 5 < 3 {
                digits += step;
                format!("{digits:05}")
            } else {
                after_letter += step;
                format!("{letter}{after_letter:04}")
            };
            out.push(Procedure {
                code,
                specialty,
                window: window(&mut draw),
                edits: vec![],
                limit: None,
                supported_by: vec![],
                price: 1_500 + draw.skewed(90_000) as u32,
            });
        }
    }
    out.sort_by(|a, b| a.code.cmp(&b.code));
    out
}

/// Most procedures are older than the claims and go on; a few begin or end among them.
fn window(draw: &mut Draw) -> DateRange {
    let quarter = |draw: &mut Draw| {
        let (year, month) = (2023 + draw.below(4) as u32, 1 + 3 * draw.below(4) as u32);
        Date::constant(year, month, 1)
    };
    match draw.below(25) {
        0 => DateRange::since(quarter(draw).max(DAYS.from.add_days(90))),
        1 => DateRange {
            from: Date::constant(2001, 1, 1),
            to: quarter(draw).max(DAYS.from.add_days(90)).add_days(-1),
        },
        _ => DateRange::since(Date::constant(1990 + draw.below(30) as u32, 1, 1)),
    }
}

/// A column 1 procedure has from one to some thousand partners: of its specialty, of the services that are part of nearly everything,
/// and any others.
fn edits(scale: Scale, procedures: &mut [Procedure]) {
    let mut draw = Draw::stream(3);
    let count = procedures.len();
    let mut numbers: Vec<u32> = (0..count as u32).collect();
    draw.shuffle(&mut numbers);
    let usual = numbers[..count / 45].to_vec();
    let of_specialty = |procedures: &[Procedure], specialty: usize| -> Vec<u32> {
        (0..count as u32).filter(|&n| procedures[n as usize].specialty == specialty).collect()
    };
    let near: Vec<Vec<u32>> = (0..scale.specialties).map(|s| of_specialty(procedures, s)).collect();
    let mut partners: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); count];
    let mut total = 0;
    'all: loop {
        for &one in &numbers[..count * 3 / 4] {
            // Nearly all have few, a few have thousands.
            let many = (12.0 / (draw.unit() + 0.004)) as usize;
            for _ in 0..many.min(count / 6) {
                let two = match draw.below(10) {
                    0..5 => *draw.pick(&near[procedures[one as usize].specialty]),
                    5..8 => *draw.pick(&usual),
                    _ => draw.below(count) as u32,
                };
                if two != one && partners[one as usize].insert(two) {
                    total += 1;
                    if total == scale.pairs {
                        break 'all;
                    }
                }
            }
        }
    }
    for (one, partners) in partners.into_iter().enumerate() {
        let edit = |column2: u32| {
            let indicator = [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9][draw.below(20)];
            let from = Date::constant(1996 + draw.below(30) as u32, 1 + 3 * draw.below(4) as u32, 1);
            let to = match draw.below(4) {
                _ if indicator == 9 => from,
                0 => from.add_days(365 * (1 + draw.below(12) as i32)).min(Date::constant(2026, 9, 30)),
                _ => Date::MAX,
            };
            Edit { column2, window: DateRange { from, to }, indicator }
        };
        procedures[one].edits = partners.into_iter().map(edit).collect();
    }
}

fn limits(scale: Scale, procedures: &mut [Procedure]) {
    let mut draw = Draw::stream(4);
    let mut numbers: Vec<usize> = (0..procedures.len()).collect();
    draw.shuffle(&mut numbers);
    for &n in &numbers[..scale.limits] {
        procedures[n].limit = Some(*draw.pick(&[1, 1, 1, 1, 2, 2, 3, 4, 6, 50]));
    }
}

/// Lists of diagnoses of the procedure's specialty, in runs, as articles have them.
fn policies(scale: Scale, procedures: &mut [Procedure], steady: &[u32], bands: &[usize]) {
    let mut draw = Draw::stream(5);
    let mut numbers: Vec<usize> = (0..procedures.len()).collect();
    draw.shuffle(&mut numbers);
    for &n in &numbers[..scale.policies] {
        let band = bands[procedures[n].specialty];
        let wanted = 20 + draw.skewed(800);
        let mut list = BTreeSet::new();
        while list.len() < wanted {
            let at = draw.below(BAND);
            let run = 1 + draw.below(30);
            list.extend(&steady[band + at..band + (at + run).min(BAND)]);
        }
        procedures[n].supported_by = list.into_iter().collect();
    }
}
