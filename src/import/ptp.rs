//! NCCI procedure-to-procedure edits: `ccipra-*.txt` (practitioner) and `ccioph-*.txt` (outpatient hospital), in parts f1 to f4.
//!
//! The two look the same inside. They are told apart by the name of the file or of the archive around it, or by what the user says;
//! a file about which neither says anything is refused, because the wrong table gives wrong verdicts.

use rustc_hash::FxHashMap;

use super::Located;
use super::layout::row_error;
use super::quarter;
use crate::code::Procedure;
use crate::error::ImportError;
use crate::table::{PtpRows, PtpTerms, Setting};
use crate::{Date, DateRange};

pub(crate) const LAYOUT: &str = "NCCI pair edits (PTP)";
/// Rows in which the header must come.
const FIRST: u64 = 30;

/// Does the beginning of a file look like this layout?
pub(crate) fn looks<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    rows.take(FIRST as usize).any(|(a, b)| is_header(a, b))
}

fn is_header(first: &str, second: &str) -> bool {
    let plain = |t: &str, n| {
        let t: String = t.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
        t.eq_ignore_ascii_case(n)
    };
    plain(first, "column1") && plain(second, "column2")
}

/// Whose edits they are, by the names of the file and of the archives around it.
pub(crate) fn setting_of_names(names: &[String]) -> Option<Setting> {
    names.iter().find_map(|name| {
        let name = name.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
        let practitioner = has(&["ccipra", "practitioner", "physician"]);
        let hospital = has(&["ccioph", "hospital", "outpatient", "opps"]);
        match (practitioner, hospital) {
            (true, false) => Some(Setting::Practitioner),
            (false, true) => Some(Setting::Hospital),
            _ => None,
        }
    })
}

/// The part of a file's name: 2 of `ccipra-v322r0-f2.txt`.
pub(crate) fn part_of_name(name: &str) -> Option<u8> {
    let name = name.to_ascii_lowercase();
    let stem = name.split('.').next()?;
    let (_, part) = stem.rsplit_once(['-', '_'])?;
    part.strip_prefix('f')?.parse().ok()
}

/// Takes rows, one by one.
#[derive(Default)]
pub(crate) struct Parser {
    rows: PtpRows,
    codes: FxHashMap<u64, u32>,
    terms: FxHashMap<PtpTerms, u32>,
    column1: Option<(Procedure, u32)>,
    /// The fields of the last row's terms: they mostly repeat.
    last: Option<(String, u32)>,
    header: bool,
    seen: u64,
}

impl Parser {
    /// Reads a text.
    pub(crate) fn text(text: &str) -> Result<PtpRows, Located> {
        let mut parser = Parser::default();
        let mut fields: Vec<&str> = Vec::with_capacity(8);
        for (line, n) in text.lines().zip(1..) {
            fields.clear();
            fields.extend(line.split('\t'));
            parser.row(n, &fields)?;
        }
        parser.finish()
    }

    /// One row with its number.
    pub(crate) fn row(&mut self, line: u64, fields: &[&str]) -> Result<(), Located> {
        let field = |at: usize| fields.get(at).map_or("", |f| f.trim());
        self.seen += 1;
        if !self.header {
            if is_header(field(0), field(1)) {
                self.header = true;
            } else if self.seen >= FIRST {
                return Err(row_error(LAYOUT, line, "a header row with Column 1 and Column 2", field(0)));
            }
            return Ok(());
        }
        let one = field(0);
        // The header goes on with rows whose first cell is empty; the file may end with an end-of-file mark of old.
        if one.is_empty() || one == "\u{1a}" {
            if self.rows.pairs.is_empty() || fields.iter().all(|f| f.trim().trim_matches('\u{1a}').is_empty())
            {
                return Ok(());
            }
            return Err(row_error(LAYOUT, line, "a column 1 code", &fields.join(" ")));
        }
        if fields.len() < 6 || fields.len() > 7 {
            let got = format!("{} fields: {}", fields.len(), fields.join(" "));
            return Err(row_error(LAYOUT, line, "seven fields separated by tabs", &got));
        }
        let code = |text: &str, expected| {
            Procedure::parse(text.as_bytes()).map_err(|_| row_error(LAYOUT, line, expected, text))
        };
        let one = code(one, "a column 1 code")?;
        let two = code(field(1), "a column 2 code")?;
        let one = match self.column1 {
            Some((last, number)) if last == one => number,
            _ => {
                let number = self.number(one);
                self.column1 = Some((one, number));
                number
            }
        };
        let two = self.number(two);
        let terms = self.terms(line, [field(2), field(3), field(4), field(5), field(6)])?;
        self.rows.pairs.push([one, two, terms]);
        Ok(())
    }

    fn number(&mut self, code: Procedure) -> u32 {
        let codes = &mut self.rows.codes;
        *self.codes.entry(code.key()).or_insert_with(|| {
            codes.push(code);
            (codes.len() - 1) as u32
        })
    }

    fn terms(&mut self, line: u64, fields: [&str; 5]) -> Result<u32, Located> {
        let text = fields.join("\t");
        if let Some((_, number)) = self.last.as_ref().filter(|(last, _)| *last == text) {
            return Ok(*number);
        }
        let [before, from, to, indicator, rationale] = fields;
        let wrong = |expected, got| row_error(LAYOUT, line, expected, got);
        let before_1996 = match before {
            "" => false,
            "*" => true,
            other => return Err(wrong("nothing or * in the third field", other)),
        };
        let day = |text: &str| text.parse().ok().and_then(Date::from_number);
        let from = day(from).ok_or_else(|| wrong("an effective date as YYYYMMDD", from))?;
        let to = match to {
            "*" => Date::MAX,
            text => day(text).ok_or_else(|| wrong("a deletion date as YYYYMMDD, or *", text))?,
        };
        let indicator = match indicator {
            "0" => 0,
            "1" => 1,
            "9" => 9,
            other => return Err(wrong("a modifier indicator: 0, 1 or 9", other)),
        };
        let rationale = rationale.to_owned();
        let terms = PtpTerms { window: DateRange { from, to }, indicator, before_1996, rationale };
        let rows = &mut self.rows;
        let number = *self.terms.entry(terms).or_insert_with_key(|terms| {
            rows.edits.push(terms.clone());
            (rows.edits.len() - 1) as u32
        });
        self.last = Some((text, number));
        Ok(number)
    }

    /// All rows are in.
    pub(crate) fn finish(self) -> Result<PtpRows, Located> {
        if !self.header {
            let expected = "a header row with Column 1 and Column 2";
            return Err(row_error(LAYOUT, self.seen.max(1), expected, "the end of the file"));
        }
        if self.rows.pairs.is_empty() {
            return Err((None, ImportError::NoRows { layout: LAYOUT }));
        }
        Ok(self.rows)
    }
}

/// The quarter whose edits these are, by what they say themselves: that of the latest day on which anything changed.
pub(crate) fn quarter_of_rows(rows: &PtpRows) -> Option<Date> {
    let open = |d: &Date| *d != Date::MAX;
    let last = rows.edits.iter().flat_map(|e| {
        let ended = Some(e.window.to).filter(open).map(|d| d.add_days(1));
        [Some(e.window.from), ended]
    });
    last.flatten().max().map(|day| quarter::around(day).from)
}

/// Puts a part's rows to those of other parts.
pub(crate) fn merge(into: &mut PtpRows, part: &PtpRows) {
    let mut codes: FxHashMap<Procedure, u32> = into.codes.iter().copied().zip(0..).collect();
    let mut terms: FxHashMap<PtpTerms, u32> = into.edits.iter().cloned().zip(0..).collect();
    let code: Vec<u32> = part
        .codes
        .iter()
        .map(|&c| {
            *codes.entry(c).or_insert_with(|| {
                into.codes.push(c);
                (into.codes.len() - 1) as u32
            })
        })
        .collect();
    let term: Vec<u32> = part
        .edits
        .iter()
        .map(|t| {
            *terms.entry(t.clone()).or_insert_with(|| {
                into.edits.push(t.clone());
                (into.edits.len() - 1) as u32
            })
        })
        .collect();
    let at = |list: &[u32], i: u32| list.get(i as usize).copied().unwrap_or(0);
    into.pairs.extend(part.pairs.iter().map(|&[a, b, t]| [at(&code, a), at(&code, b), at(&term, t)]));
}

/// Rows as a tables folder keeps them: the terms, one a line, then a line for each column 1 code with its column 2 codes, each with
/// the number of its terms (`97597 3`).
pub(crate) fn write(rows: &PtpRows) -> String {
    let mut out = String::with_capacity(rows.pairs.len() * 9 + rows.edits.len() * 60);
    for e in &rows.edits {
        let (from, to) = (e.window.from.number(), e.window.to.number());
        let before = u8::from(e.before_1996);
        out.push_str(&format!(
            "T\t{from}\t{to}\t{}\t{before}\t{}\n",
            e.indicator,
            e.rationale.replace(['\t', '\n'], " ")
        ));
    }
    let mut last = None;
    let text = |code: u32| rows.codes.get(code as usize).map(|c| c.text());
    let mut number = [0u8; 10];
    for &[one, two, terms] in &rows.pairs {
        if last != Some(one) {
            out.push_str("\nP\t");
            out.push_str(text(one).as_ref().map_or("", |t| t.as_str()));
            last = Some(one);
        }
        out.push('\t');
        out.push_str(text(two).as_ref().map_or("", |t| t.as_str()));
        // Numbers by hand: there are millions.
        let (mut n, mut at) = (terms, number.len());
        loop {
            at -= 1;
            number[at] = b'0' + (n % 10) as u8;
            n /= 10;
            if n == 0 {
                break;
            }
        }
        out.push(' ');
        out.push_str(std::str::from_utf8(&number[at..]).unwrap_or("0"));
    }
    out.push('\n');
    out
}

/// Reads what [`write`] wrote.
pub(crate) fn read(text: &str) -> Result<PtpRows, Located> {
    const KEPT: &str = "kept rows of pair edits";
    let mut parser = Parser::default();
    for (line, n) in text.lines().zip(1..) {
        let wrong = |expected| row_error(KEPT, n, expected, line);
        let mut fields = line.split('\t');
        match fields.next() {
            Some("T") => {
                let mut field = || fields.next().unwrap_or("");
                let mut number = || field().parse::<u32>().map_err(|_| wrong("a number"));
                let window = DateRange {
                    from: Date::from_number_unchecked(number()?),
                    to: Date::from_number_unchecked(number()?),
                };
                let (indicator, before_1996) = (number()? as u8, number()? == 1);
                let rationale = field().to_owned();
                parser.rows.edits.push(PtpTerms { window, indicator, before_1996, rationale });
            }
            Some("P") => {
                let code = |text: Option<&str>| {
                    Procedure::parse(text.unwrap_or_default().as_bytes()).map_err(|_| wrong("a code"))
                };
                let one = code(fields.next())?;
                let one = parser.number(one);
                for field in fields {
                    let (two, terms) = field.split_once(' ').ok_or_else(|| wrong("a code and a number"))?;
                    let two = parser.number(code(Some(two))?);
                    let terms: u32 = terms.parse().map_err(|_| wrong("a number"))?;
                    if terms as usize >= parser.rows.edits.len() {
                        return Err(wrong("a number of terms above"));
                    }
                    parser.rows.pairs.push([one, two, terms]);
                }
            }
            Some("") => {}
            _ => return Err(wrong("T or P")),
        }
    }
    Ok(parser.rows)
}
