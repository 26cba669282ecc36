//! One JSON object: `{"version":1,"findings":[…],"summary":{…}}`, written as it comes, a finding a line. `docs/report.schema.json` is its schema.

use super::record::{FindingRecord, SummaryRecord, json};
use super::{Checked, Reporter};
use crate::engine::Summary;

/// Version of the form: it changes when something that was there is gone or means something else, not when something is added.
pub(super) const VERSION: u32 = 1;

/// The findings in a list, the summary after it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

impl Reporter for Json {
    fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{{\"version\":{VERSION},\"findings\":[\n").as_bytes());
    }

    fn separator(&self) -> &'static [u8] {
        b",\n"
    }

    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>) {
        for (i, finding) in of.findings.iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(self.separator());
            }
            json(out, &FindingRecord::new(of, finding, None));
        }
    }

    fn finish(&self, summary: &Summary, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\n],\n\"summary\":");
        json(out, &SummaryRecord::new(summary, None));
        out.extend_from_slice(b"}\n");
    }
}
