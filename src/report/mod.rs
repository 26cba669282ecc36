//! Findings become bytes: text, json, ndjson, csv.

use crate::claim::Claim;
use crate::engine::Summary;
use crate::rule::Finding;
use crate::table::Tables;

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
}

/// A claim that has findings.
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
