//! The mark of a finding: the same as long as what was accepted is the same.

use std::fmt::{self, Write as _};

use crate::claim::{Claim, Coded, Line};
use crate::code::CodeText;
use crate::rule::Finding;

/// What a finding is about, in 64 bits.
///
/// It covers the rule, the claim's id, the field, the codes, and the *shape* of the line: days, place, procedure, modifiers, units, charge,
/// revenue code, and the diagnoses to which it points; of lines of one shape, also which one it is. A finding on the claim as a whole
/// covers the shapes of all lines, the listed diagnoses and the claim's own dates, amounts and providers. Nothing of the patient is in
/// it, nor the wording of the message, the line's number or its row: lines may move, and a new release may say things differently.
///
/// ```
/// use cleanclaim::accept::Fingerprint;
/// let mark: Fingerprint = "f-00000000075bcd15".parse()?;
/// assert_eq!(mark.to_string(), "f-00000000075bcd15");
/// assert!("75bcd15".parse::<Fingerprint>().is_err());
/// # Ok::<(), cleanclaim::accept::NoFingerprint>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

/// A text is no [`Fingerprint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected f- and 16 hexadecimal digits")]
pub struct NoFingerprint;

impl Fingerprint {
    /// The mark of a finding on a claim.
    pub fn of(claim: &Claim, finding: &Finding) -> Fingerprint {
        let mut hash = Fnv::new();
        // A later release that covers something else begins with another number.
        hash.part("1");
        hash.part(finding.rule.id);
        hash.part(&claim.id);
        hash.part(finding.field);
        let mut codes: Vec<&str> = finding.codes.iter().map(CodeText::as_str).collect();
        codes.sort_unstable();
        hash.list(codes);
        match finding.line.and_then(|at| Some((at, claim.lines.get(at)?))) {
            Some((at, line)) => {
                hash.line(claim, line);
                let own = shape(claim, line);
                hash.part(claim.lines[..at].iter().filter(|l| shape(claim, l) == own).count());
            }
            None => {
                hash.whole(claim);
                claim.lines.iter().for_each(|line| hash.line(claim, line));
            }
        }
        Fingerprint(hash.0)
    }
}

fn shape(claim: &Claim, line: &Line) -> u64 {
    let mut hash = Fnv::new();
    hash.line(claim, line);
    hash.0
}

impl fmt::Display for Fingerprint {
    /// Begins with a letter and a dash, so that no spreadsheet takes it for a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "f-{:016x}", self.0)
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = NoFingerprint;
    fn from_str(text: &str) -> Result<Fingerprint, NoFingerprint> {
        let digits = text.trim().strip_prefix("f-").ok_or(NoFingerprint)?;
        if digits.len() != 16 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NoFingerprint);
        }
        u64::from_str_radix(digits, 16).map(Fingerprint).map_err(|_| NoFingerprint)
    }
}

/// FNV-1a: the same on every machine and in every release, which the hashers for maps do not promise.
struct Fnv(u64);

impl Fnv {
    fn new() -> Fnv {
        Fnv(0xCBF2_9CE4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    /// A value and its end, so that `AB`, `C` is not `A`, `BC`.
    fn part(&mut self, value: impl fmt::Display) {
        // Hashing cannot fail.
        let _ = write!(self, "{value}\u{1f}");
    }

    fn maybe(&mut self, value: Option<impl fmt::Display>) {
        match value {
            Some(value) => self.part(value),
            None => self.part(""),
        }
    }

    fn list(&mut self, values: impl IntoIterator<Item = impl fmt::Display>) {
        values.into_iter().for_each(|value| self.part(value));
        self.part("\u{1e}");
    }

    fn coded<T: fmt::Display + Copy>(&mut self, value: Option<Coded<T>>) {
        match value {
            Some(Coded::Code(code)) => self.part(code),
            Some(Coded::Unreadable(u)) => self.maybe(u.shown),
            None => self.part(""),
        }
    }

    fn line(&mut self, claim: &Claim, line: &Line) {
        self.maybe(line.from);
        self.maybe(line.to.filter(|&to| Some(to) != line.from));
        self.maybe(line.place);
        self.coded(line.procedure);
        self.list(line.modifiers.iter());
        self.maybe(line.units);
        self.maybe(line.charge);
        self.maybe(line.revenue);
        claim.pointed(line).for_each(|at| self.coded(claim.diagnoses.get(at).map(|d| d.code)));
        self.part("\u{1e}");
    }

    fn whole(&mut self, claim: &Claim) {
        self.part(format_args!("{:?}", claim.kind));
        claim.diagnoses.iter().for_each(|d| self.coded(Some(d.code)));
        self.part("\u{1e}");
        self.maybe(claim.total_charge);
        self.maybe(claim.billing_npi);
        self.maybe(claim.referring_npi);
        self.maybe(claim.taxonomy);
        self.maybe(claim.received);
        self.maybe(claim.statement.0);
        self.maybe(claim.statement.1);
        let facility = &claim.facility;
        self.maybe(facility.bill_type);
        self.maybe(facility.patient_status);
        self.maybe(facility.admitted);
        self.maybe(facility.discharged);
        self.coded(facility.admitting_diagnosis);
        facility.procedures.iter().for_each(|code| self.coded(Some(*code)));
        self.part("\u{1e}");
    }
}

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // From the authors' test vectors.
        for (text, hash) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            let mut fnv = Fnv::new();
            fnv.bytes(text.as_bytes());
            assert_eq!(fnv.0, hash, "{text}");
        }
    }
}
