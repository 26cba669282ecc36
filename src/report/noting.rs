//! A report that also takes down what would have to be accepted for it to be empty.

use std::sync::{Mutex, PoisonError};

use super::{Checked, Reporter};
use crate::accept::NewAcceptance;
use crate::engine::Summary;

/// Passes everything on to another reporter, and notes each finding.
///
/// ```
/// use cleanclaim::accept::write_new;
/// use cleanclaim::engine::{Options, check_files};
/// use cleanclaim::read::Input;
/// use cleanclaim::report::{Noting, Text};
/// use cleanclaim::{Checker, Tables, rules};
///
/// let duplicates = rules::find("DUP001").map(|rule| (rule, rule.severity));
/// let checker = Checker::new(Tables::embedded()).rules(duplicates);
/// let claims = [Input::from_argument("data/sample/claims.csv")];
/// let (text, mut out) = (Text::default(), Vec::new());
/// let noting = Noting::new(&text);
/// check_files(&checker, &claims, &Options::default(), &noting, &mut out, &mut |_| ())?;
///
/// // What `check --accept-new` writes.
/// let file = write_new("accepted.csv".as_ref(), b"", &noting.into_noted(), "two tracings", None)?;
/// let file = String::from_utf8(file)?;
/// assert!(file.starts_with("rule,claim,fingerprint,codes,reason,until\nDUP001,S026,f-"));
/// assert!(file.ends_with(",93000,two tracings,\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Noting<'r> {
    inner: &'r dyn Reporter,
    noted: Mutex<Vec<NewAcceptance>>,
}

impl<'r> Noting<'r> {
    /// Over a reporter.
    pub fn new(inner: &'r dyn Reporter) -> Noting<'r> {
        Noting { inner, noted: Mutex::default() }
    }

    /// The findings, by row and rule, each once: the same for any number of threads.
    pub fn into_noted(self) -> Vec<NewAcceptance> {
        let mut noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        noted.sort();
        noted.dedup();
        noted
    }
}

impl Reporter for Noting<'_> {
    fn begin(&self, out: &mut Vec<u8>) {
        self.inner.begin(out);
    }

    fn separator(&self) -> &'static [u8] {
        self.inner.separator()
    }

    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>) {
        let new = of.findings.iter().map(|finding| NewAcceptance::of(of.claim, finding));
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).extend(new);
        self.inner.claim(of, out);
    }

    fn finish(&self, summary: &Summary, out: &mut Vec<u8>) {
        self.inner.finish(summary, out);
    }

    fn counts_parties(&self) -> bool {
        self.inner.counts_parties()
    }
}
