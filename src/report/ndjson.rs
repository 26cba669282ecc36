//! One JSON object a line: a finding each, and the summary last.

use super::record::{FindingRecord, SummaryRecord, json};
use super::{Checked, Reporter};
use crate::engine::Summary;

/// `{"kind":"finding",…}` lines, then one `{"kind":"summary",…}`.
///
/// ```
/// use cleanclaim::engine::{Options, check_files};
/// use cleanclaim::read::Input;
/// use cleanclaim::report::Ndjson;
/// use cleanclaim::{Checker, Tables};
///
/// let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
/// let claims = [Input::from_argument("data/sample/claims.csv")];
/// let mut out = Vec::new();
/// let outcome = check_files(&checker, &claims, &Options::default(), &Ndjson, &mut out, &mut |_| ())?;
/// let text = String::from_utf8(out)?;
/// assert_eq!(text.lines().count() as u64, outcome.summary.total() + 1);
/// assert!(text.lines().last().is_some_and(|summary| summary.starts_with(r#"{"kind":"summary","#)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Ndjson;

impl Reporter for Ndjson {
    fn begin(&self, _: &mut Vec<u8>) {}

    fn separator(&self) -> &'static [u8] {
        b""
    }

    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>) {
        for finding in of.findings {
            json(out, &FindingRecord::new(of, finding, Some("finding")));
            out.push(b'\n');
        }
    }

    fn finish(&self, summary: &Summary, out: &mut Vec<u8>) {
        json(out, &SummaryRecord::new(summary, Some("summary")));
        out.push(b'\n');
    }
}
