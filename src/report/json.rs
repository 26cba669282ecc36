//! One JSON object: `{"version":1,"findings":[…],"summary":{…}}`, written as it comes, a finding a line. `docs/report.schema.json` is its schema.

use super::record::{FindingRecord, SummaryRecord, json};
use super::{Checked, Reporter};
use crate::engine::Summary;

/// Version of the form: it changes when something that was there is gone or means something else, not when something is added.
pub(super) const VERSION: u32 = 1;

/// The findings in a list, the summary after it.
///
/// ```
/// use cleanclaim::engine::{Options, check_files};
/// use cleanclaim::read::Input;
/// use cleanclaim::report::Json;
/// use cleanclaim::{Checker, Tables};
///
/// let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
/// let claims = [Input::from_argument("data/sample/claims.csv")];
/// let mut out = Vec::new();
/// let outcome = check_files(&checker, &claims, &Options::default(), &Json, &mut out, &mut |_| ())?;
/// let report: serde_json::Value = serde_json::from_slice(&out)?;
/// assert_eq!(report["findings"][0]["rule"], "COD002");
/// assert_eq!(report["summary"]["claims"], outcome.summary.claims);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
