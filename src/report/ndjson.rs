//! One JSON object a line: a finding each, and the summary last.

use super::record::{FindingRecord, SummaryRecord, json};
use super::{Checked, Reporter};
use crate::engine::Summary;

/// `{"kind":"finding",…}` lines, then one `{"kind":"summary",…}`.
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
