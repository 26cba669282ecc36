//! A report that also takes down what would have to be accepted for it to be empty.

use std::sync::{Mutex, PoisonError};

use super::{Checked, Reporter};
use crate::accept::NewAcceptance;
use crate::engine::Summary;

/// Passes everything on to another reporter, and notes each finding.
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
}
