//! Findings become bytes: text, json, ndjson, csv, sarif, html; two reports become a comparison, and a rule a page.

mod card;
mod csv;
mod diagnosis_card;
mod diff;
mod frame;
mod hits;
mod html;
mod json;
mod key;
mod ndjson;
mod noting;
mod procedure_card;
mod record;
mod rule_page;
mod sarif;
mod summary;
mod text;
mod wrap;

pub use card::{Extent, answer_json, answer_text};
pub use csv::Csv;
pub use diff::{OldFinding, OldReport, ReportDiff, Side, diff_text, read_report};
pub use html::Html;
pub use json::Json;
pub use ndjson::Ndjson;
pub use noting::Noting;
pub use rule_page::{rule_json, rule_markdown, rule_text, rules_markdown};
pub use sarif::Sarif;
pub use summary::summary_text;
pub use text::Text;

use crate::claim::Claim;
use crate::engine::Summary;
use crate::rule::Finding;
use crate::table::Tables;
use crate::{Error, ErrorKind};

/// A report format. Claims are rendered by several threads at once, so a reporter has no state; what it wrote is joined in the
/// order of the input.
pub trait Reporter: Sync {
    /// What comes first.
    fn begin(&self, out: &mut Vec<u8>);
    /// What stands between two claims with findings.
    fn separator(&self) -> &'static [u8];
    /// A claim with findings: at least one, sorted by line, field and rule.
    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>);
    /// What comes last.
    fn finish(&self, summary: &Summary, out: &mut Vec<u8>);
    /// Does the end need the counts by provider and payer? They take some hundred bytes for each.
    fn counts_parties(&self) -> bool {
        false
    }
}

/// A claim that has findings.
///
/// ```
/// use cleanclaim::report::{Checked, Ndjson, Reporter};
/// use cleanclaim::{Checker, Claim, Tables};
///
/// let checker = Checker::new(Tables::embedded());
/// let mut claim = Claim::new("A-1");
/// claim.add_diagnosis("E11");
/// let findings = checker.check(&claim).findings;
/// let of = Checked { claim: &claim, findings: &findings, file: "", tables: checker.tables() };
/// let mut out = Vec::new();
/// Ndjson.claim(&of, &mut out);
/// assert_eq!(out.split(|&b| b == b'\n').count(), findings.len() + 1);
/// ```
#[derive(Clone, Copy)]
pub struct Checked<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Its findings.
    pub findings: &'a [Finding],
    /// The file that it came from; `-` for standard input, empty if it came from none.
    pub file: &'a str,
    /// The tables against which it was checked.
    pub tables: &'a Tables,
}

/// The formats of a report.
///
/// ```
/// use cleanclaim::report::Format;
///
/// let format: Format = "SARIF".parse()?;
/// assert_eq!((format, format.name()), (Format::Sarif, "sarif"));
/// assert!("pdf".parse::<Format>().is_err());
/// # Ok::<(), cleanclaim::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: grouped by claim, the offending code shown in its place.
    #[default]
    Text,
    /// One object: findings and summary.
    Json,
    /// One object a line: findings, and the summary last.
    Ndjson,
    /// For spreadsheets: one row a finding, then rows of the summary.
    Csv,
    /// SARIF 2.1.0, for viewers of findings and code hosts.
    Sarif,
    /// One page that opens offline: counts, charts and a work list.
    Html,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 6] =
        [Format::Text, Format::Json, Format::Ndjson, Format::Csv, Format::Sarif, Format::Html];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Csv => "csv",
            Format::Sarif => "sarif",
            Format::Html => "html",
        }
    }

    /// Its reporter; colour is for text only.
    pub fn reporter(self, colour: bool) -> Box<dyn Reporter> {
        match self {
            Format::Text => Box::new(Text { colour }),
            Format::Json => Box::new(Json),
            Format::Ndjson => Box::new(Ndjson),
            Format::Csv => Box::new(Csv),
            Format::Sarif => Box::new(Sarif),
            Format::Html => Box::new(Html),
        }
    }

    /// Most findings that are written unless told otherwise; `None` where there is no limit.
    pub fn most_findings(self) -> Option<u64> {
        match self {
            // Some 6 MB, and less than a second until it can be used.
            Format::Html => Some(20_000),
            _ => None,
        }
    }
}

impl std::str::FromStr for Format {
    type Err = Error;
    fn from_str(s: &str) -> crate::Result<Format> {
        Format::ALL.into_iter().find(|f| f.name().eq_ignore_ascii_case(s)).ok_or_else(|| {
            let names: Vec<&str> = Format::ALL.into_iter().map(Format::name).collect();
            ErrorKind::Usage(format!("{s:?} is no report format: expected one of {}", names.join(", ")))
                .into()
        })
    }
}
