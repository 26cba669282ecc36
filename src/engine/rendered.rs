//! What claims become on their way to the report, and how much of it is written when a report is limited.

/// The findings of a block's claims, rendered.
#[derive(Default)]
pub(super) struct Rendered {
    pub(super) bytes: Vec<u8>,
    /// For each claim with findings: where it ends, and how many findings it has.
    claims: Vec<(usize, u64)>,
}

impl Rendered {
    /// Forgets what there is, and keeps the room.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.claims.clear();
    }

    /// Says that a claim's findings end here.
    pub(super) fn end_claim(&mut self, findings: usize) {
        self.claims.push((self.bytes.len(), findings as u64));
    }
}

/// What was written so far, over all files of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    /// Most findings that are written.
    most: u64,
    /// Findings that were.
    pub(super) findings: u64,
    /// Was there no room for a claim? Then none is written after it, so that a report is a beginning of the whole one.
    pub(super) full: bool,
}

impl Written {
    pub(super) fn new(most: Option<u64>) -> Written {
        Written { most: most.unwrap_or(u64::MAX), findings: 0, full: false }
    }

    /// The part of a block that is written. A claim is written with all its findings or not at all.
    pub(super) fn part<'r>(&mut self, rendered: &'r Rendered) -> &'r [u8] {
        let mut end = 0;
        for &(at, findings) in &rendered.claims {
            let sum = self.findings.saturating_add(findings);
            self.full |= sum > self.most;
            if self.full {
                break;
            }
            (self.findings, end) = (sum, at);
        }
        &rendered.bytes[..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(claims: &[(&str, usize)]) -> Rendered {
        let mut out = Rendered::default();
        for (text, findings) in claims {
            out.bytes.extend_from_slice(text.as_bytes());
            out.end_claim(*findings);
        }
        out
    }

    #[test]
    fn a_limited_report_is_a_beginning_of_the_whole_one() {
        let blocks = [block(&[("a", 2), ("b", 1)]), block(&[("c", 2), ("d", 1)]), block(&[("e", 1)])];
        let written = |most| {
            let mut written = Written::new(most);
            let parts: Vec<&[u8]> = blocks.iter().map(|b| written.part(b)).collect();
            (String::from_utf8(parts.concat()).unwrap(), written.findings, written.full)
        };
        assert_eq!(written(None), ("abcde".to_owned(), 7, false));
        assert_eq!(written(Some(7)), ("abcde".to_owned(), 7, false));
        assert_eq!(written(Some(6)), ("abcd".to_owned(), 6, true));
        // `d` would fit where `c` did not.
        assert_eq!(written(Some(4)), ("ab".to_owned(), 3, true));
        assert_eq!(written(Some(0)), (String::new(), 0, true));
    }
}
