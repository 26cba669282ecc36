//! Claims of made-up patients, right but for the faults that are planted.

use std::io::{self, Write};

use cleanclaim::Date;

use super::DAYS;
use super::draw::Draw;
use super::tables::{BAND, Tables};

/// The columns.
const HEADER: &str = "claim_id,line,patient_sex,patient_dob,dos_from,pos,procedure,mod1,mod2,units,charge,dx1,dx2,dx3,dx4,dx_pointers";

/// Of a hundred lines, so many are planted with a fault or with what is nearly one.
const PLANTED: f64 = 4.0;

/// What is planted, each as often as the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plant {
    UnknownProcedure,
    ProcedureOutOfDate,
    UnknownDiagnosis,
    HeaderDiagnosis,
    DiagnosisOutOfDate,
    Pair,
    TooManyUnits,
    NotCovered,
    /// Not wrong: an edit with indicator 1, and a modifier that lifts it.
    LiftedPair,
    /// Not wrong: as many units as the limit allows.
    UnitsAtLimit,
}

impl Plant {
    const ALL: [Plant; 10] = [
        Plant::UnknownProcedure,
        Plant::ProcedureOutOfDate,
        Plant::UnknownDiagnosis,
        Plant::HeaderDiagnosis,
        Plant::DiagnosisOutOfDate,
        Plant::Pair,
        Plant::TooManyUnits,
        Plant::NotCovered,
        Plant::LiftedPair,
        Plant::UnitsAtLimit,
    ];
}

/// Modifiers that lift an edit, whatever stands on the other line.
const LIFTING: [&str; 6] = ["59", "XS", "XE", "XU", "25", "79"];
/// Modifiers that NCCI does not know.
const OTHER: [&str; 6] = ["26", "GC", "KX", "76", "GT", "95"];

struct Line {
    day: usize,
    /// Number of the procedure that was meant; its text may be mistyped.
    procedure: u32,
    text: String,
    modifiers: [&'static str; 2],
    units: u32,
    /// Bits of the diagnoses to which it points.
    points: u8,
}

/// Draws claims.
pub(crate) struct Claims<'t> {
    tables: &'t Tables<'t>,
    draw: Draw,
    days: Vec<(Date, String)>,
    next_plant: usize,
    diagnoses: Vec<String>,
    /// The number of each diagnosis, as long as it is one that supports procedures.
    numbers: Vec<u32>,
    lines: Vec<Line>,
}

impl<'t> Claims<'t> {
    pub(crate) fn draw(tables: &'t Tables<'t>) -> Claims<'t> {
        let days = (0..).map(|n| DAYS.from.add_days(n)).take_while(|&d| d <= DAYS.to);
        Claims {
            tables,
            draw: Draw::stream(6),
            days: days.map(|d| (d, d.to_string())).collect(),
            next_plant: 0,
            diagnoses: vec![],
            numbers: vec![],
            lines: vec![],
        }
    }

    /// Writes so many lines below a header. Ids ascend, and the rows of a claim stand together.
    pub(crate) fn write(&mut self, lines: usize, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{HEADER}")?;
        let (mut written, mut id) = (0, 0);
        while written < lines {
            id += 1;
            self.claim(lines - written);
            self.rows(id, out)?;
            written += self.lines.len();
        }
        Ok(())
    }

    fn rows(&mut self, id: u32, out: &mut dyn Write) -> io::Result<()> {
        let sex = *self.draw.pick(&["F", "M"]);
        let born = Date::constant(
            1940 + self.draw.below(60) as u32,
            1 + self.draw.below(12) as u32,
            1 + self.draw.below(28) as u32,
        );
        let place = *self.draw.pick(&["11", "11", "11", "22", "19"]);
        for (number, line) in self.lines.iter().enumerate() {
            let charge = self.tables.procedures[line.procedure as usize].price * line.units;
            let (day, [one, two]) = (&self.days[line.day].1, line.modifiers);
            write!(out, "K{id:08},{},{sex},{born},{day},{place},{},{one},{two},", number + 1, line.text)?;
            write!(out, "{},{}.{:02}", line.units, charge / 100, charge % 100)?;
            for at in 0..4 {
                write!(out, ",{}", self.diagnoses.get(at).map_or("", String::as_str))?;
            }
            write!(out, ",")?;
            for (at, letter) in ["A", "B", "C", "D"].iter().enumerate() {
                if line.points >> at & 1 == 1 {
                    write!(out, "{letter}")?;
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// Makes the next claim, of at most so many lines.
    fn claim(&mut self, most: usize) {
        let tables = self.tables;
        let draw = &mut self.draw;
        let specialty = draw.below(tables.specialties.len());
        let count = *draw.pick(&[1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 6]);
        let first_day = draw.below(self.days.len() - 1);
        // Services of two days.
        let second_from = if draw.percent(10.0) { count / 2 } else { count };
        self.diagnoses.clear();
        self.numbers.clear();
        for _ in 0..*draw.pick(&[1, 1, 2, 2, 3, 4]) {
            let number = tables.steady[tables.bands[specialty] + draw.skewed(BAND)];
            add_diagnosis(tables, &mut self.diagnoses, &mut self.numbers, number);
        }
        self.lines.clear();
        for at in 0..count.min(most) {
            let day = first_day + usize::from(at >= second_from);
            let line = self.line(specialty, day);
            self.lines.push(line);
        }
        for at in 0..self.lines.len() {
            if self.draw.percent(PLANTED) {
                self.next_plant = (self.next_plant + 1) % Plant::ALL.len();
                self.plant(at, Plant::ALL[self.next_plant]);
            }
        }
        self.drop_unpointed();
    }

    /// A line without fault: in force, apart from the others, covered, within its limit.
    fn line(&mut self, specialty: usize, day: usize) -> Line {
        let tables = self.tables;
        let mut points = 0;
        let mut procedure = 0;
        // Hardly ever are there not enough that fit; then the line has a fault that was not planted.
        for _ in 0..200 {
            let other = self.draw.percent(25.0);
            let of = if other { self.draw.below(tables.specialties.len()) } else { specialty };
            let list = &tables.specialties[of];
            procedure = list[self.draw.skewed(list.len())];
            let in_force = tables.procedures[procedure as usize].window.contains(self.days[day].0);
            let clashes = |l: &Line| l.procedure == procedure || self.edit_of(procedure, l.procedure, day);
            if !in_force || self.lines.iter().any(|l| l.day == day && clashes(l)) {
                continue;
            }
            points = self.points(procedure);
            if points != 0 {
                break;
            }
        }
        let p = &tables.procedures[procedure as usize];
        let units = 1 + if self.draw.percent(15.0) {
            self.draw.below(p.limit.unwrap_or(3).min(6) as usize) as u32
        } else {
            0
        };
        let modifiers = match self.draw.below(20) {
            0..4 => [*self.draw.pick(&OTHER), ""],
            4 => [*self.draw.pick(&LIFTING), ""],
            5 => [*self.draw.pick(&LIFTING), *self.draw.pick(&OTHER)],
            _ => ["", ""],
        };
        Line { day, procedure, text: p.code.clone(), modifiers, units, points: points.max(1) }
    }

    /// Is there an edit between the two, in either direction, in force on the day?
    fn edit_of(&self, a: u32, b: u32, day: usize) -> bool {
        let day = self.days[day].0;
        [self.tables.edit(a, b), self.tables.edit(b, a)].into_iter().flatten().any(|e| e.forbids(day))
    }

    /// Diagnoses to point at, one at least that supports the procedure; a new one where the claim has room. Otherwise none.
    fn points(&mut self, procedure: u32) -> u8 {
        let list = &self.tables.procedures[procedure as usize].supported_by;
        let mut needed = 0;
        if !list.is_empty() {
            let found = self.numbers.iter().position(|n| list.binary_search(n).is_ok());
            let at = found.or_else(|| {
                let number = *self.draw.pick(list);
                let room = self.diagnoses.len() < 4;
                room.then(|| add_diagnosis(self.tables, &mut self.diagnoses, &mut self.numbers, number))?
            });
            let Some(at) = at else { return 0 };
            needed = 1 << at;
        }
        let any = 1 + self.draw.below((1 << self.diagnoses.len()) - 1);
        any as u8 | needed
    }

    fn plant(&mut self, at: usize, plant: Plant) {
        let tables = self.tables;
        let (day, procedure) = (self.lines[at].day, self.lines[at].procedure);
        let limit = tables.procedures[procedure as usize].limit;
        match plant {
            Plant::UnknownProcedure => {
                let place = self.draw.below(4) + 1;
                let digit = self.draw.below(10).to_string();
                let mut text = self.lines[at].text.clone();
                text.replace_range(place..=place, &digit);
                if !tables.has_procedure(&text) {
                    self.lines[at].text = text;
                }
            }
            Plant::ProcedureOutOfDate => {
                for _ in 0..500 {
                    let other = self.draw.below(tables.procedures.len());
                    if !tables.procedures[other].window.contains(self.days[day].0) {
                        return self.replace_procedure(at, other as u32);
                    }
                }
            }
            Plant::UnknownDiagnosis => {
                let of = self.draw.below(self.diagnoses.len());
                let mut text = self.diagnoses[of].clone();
                text.pop();
                text.push(*self.draw.pick(&['X', 'Z', '7', '8', '9']));
                if !text.ends_with('.') && !tables.has_diagnosis(&text) {
                    self.replace_diagnosis(of, text);
                }
            }
            Plant::HeaderDiagnosis => {
                let header = *self.draw.pick(&tables.headers);
                let of = self.draw.below(self.diagnoses.len());
                self.replace_diagnosis(of, tables.diagnoses[header as usize].code.clone());
            }
            Plant::DiagnosisOutOfDate => {
                // Whether it is out of date depends on the day: some are not, near misses.
                let (dated, _) = *self.draw.pick(&tables.dated);
                let of = self.draw.below(self.diagnoses.len());
                self.replace_diagnosis(of, tables.diagnoses[dated as usize].code.clone());
            }
            Plant::Pair | Plant::LiftedPair => {
                let lifted = plant == Plant::LiftedPair;
                let Some(before) = self.lines[..at].iter().rposition(|l| l.day == day) else { return };
                let today = self.days[day].0;
                let edits = &tables.procedures[self.lines[before].procedure as usize].edits;
                for _ in 0..50.min(edits.len()) {
                    let edit = self.draw.pick(edits);
                    let fits = edit.forbids(today) && (!lifted || edit.indicator == 1);
                    if fits && tables.procedures[edit.column2 as usize].window.contains(today) {
                        let column2 = edit.column2;
                        self.replace_procedure(at, column2);
                        self.lines[before].modifiers = ["", ""];
                        self.lines[at].modifiers =
                            if lifted { [*self.draw.pick(&LIFTING), ""] } else { ["", ""] };
                        return;
                    }
                }
            }
            Plant::TooManyUnits => {
                if let Some(limit) = limit {
                    self.lines[at].units = limit + 1 + self.draw.below(3) as u32;
                }
            }
            Plant::UnitsAtLimit => {
                if let Some(limit) = limit {
                    self.lines[at].units = limit;
                }
            }
            Plant::NotCovered => {
                let with_policy: Vec<u32> = self.tables.specialties
                    [tables.procedures[procedure as usize].specialty]
                    .iter()
                    .copied()
                    .filter(|&p| !tables.procedures[p as usize].supported_by.is_empty())
                    .collect();
                if let Some(&other) = with_policy.get(self.draw.below(with_policy.len().max(1))) {
                    self.replace_procedure(at, other);
                    let list = &tables.procedures[other as usize].supported_by;
                    let unsupporting = |&i: &usize| list.binary_search(&self.numbers[i]).is_err();
                    if let Some(of) = (0..self.numbers.len()).find(unsupporting) {
                        self.lines[at].points = 1 << of;
                    }
                }
            }
        }
    }

    fn replace_procedure(&mut self, at: usize, by: u32) {
        self.lines[at].procedure = by;
        self.lines[at].text = self.tables.procedures[by as usize].code.clone();
        self.lines[at].units = 1;
    }

    /// Unless the claim has it already.
    fn replace_diagnosis(&mut self, at: usize, by: String) {
        if !self.diagnoses.contains(&by) {
            self.diagnoses[at] = by;
            self.numbers[at] = u32::MAX;
        }
    }

    /// Takes away the diagnoses to which no line points.
    fn drop_unpointed(&mut self) {
        for at in (0..self.diagnoses.len()).rev() {
            if self.lines.iter().any(|l| l.points >> at & 1 == 1) {
                continue;
            }
            self.diagnoses.remove(at);
            self.numbers.remove(at);
            let below = (1u8 << at) - 1;
            for line in &mut self.lines {
                line.points = line.points & below | line.points >> 1 & !below;
            }
        }
    }
}

/// Adds it, if the claim does not have it; where it stands.
fn add_diagnosis(
    tables: &Tables<'_>,
    texts: &mut Vec<String>,
    numbers: &mut Vec<u32>,
    number: u32,
) -> Option<usize> {
    if !numbers.contains(&number) {
        numbers.push(number);
        texts.push(tables.diagnoses[number as usize].code.clone());
    }
    numbers.iter().position(|&n| n == number)
}
