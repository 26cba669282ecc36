//! Findings by provider and payer.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use crate::claim::Claim;
use crate::code::Npi;
use crate::rule::Finding;

/// Patients that a payer has at least, if it is named. A payer's column may hold a patient's or a guarantor's name, because columns slipped or
/// somebody pays for himself; but not many patients share one.
pub(crate) const PATIENTS_OF_A_PAYER: usize = 5;

/// Findings of one provider or payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The NPI or the payer; empty for findings on claims that name none.
    pub name: String,
    /// Its findings by severity: info, warning, error.
    pub counts: [u64; 3],
}

impl Share {
    /// All its findings.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// Counts while claims go by; counts of several threads add up.
#[derive(Clone, Debug, Default)]
pub(super) struct Parties {
    providers: BTreeMap<Option<Npi>, [u64; 3]>,
    payers: BTreeMap<String, Payer>,
}

#[derive(Clone, Debug, Default)]
struct Payer {
    counts: [u64; 3],
    /// Some of its patients, by hash: as many as must be known.
    patients: Vec<u64>,
}

impl Payer {
    fn count(&mut self, patient: u64, counts: [u64; 3]) {
        self.meet(patient);
        add(&mut self.counts, counts);
    }

    fn meet(&mut self, patient: u64) {
        if self.patients.len() < PATIENTS_OF_A_PAYER && !self.patients.contains(&patient) {
            self.patients.push(patient);
        }
    }

    fn is_named(&self) -> bool {
        self.patients.len() >= PATIENTS_OF_A_PAYER
    }
}

impl Parties {
    /// Counts a claim, also one without findings.
    pub(super) fn count(&mut self, claim: &Claim, findings: &[Finding]) {
        let mut counts = [0; 3];
        for finding in findings {
            counts[finding.severity as usize] += 1;
            self.providers.entry(finding.provider(claim)).or_default()[finding.severity as usize] += 1;
        }
        let patient = patient(claim);
        match self.payers.get_mut(&claim.payer) {
            Some(payer) => payer.count(patient, counts),
            None => self.payers.entry(claim.payer.clone()).or_default().count(patient, counts),
        }
    }

    pub(super) fn add(&mut self, other: &Parties) {
        for (&npi, &theirs) in &other.providers {
            add(self.providers.entry(npi).or_default(), theirs);
        }
        for (name, theirs) in &other.payers {
            let ours = self.payers.entry(name.clone()).or_default();
            theirs.patients.iter().for_each(|&patient| ours.meet(patient));
            add(&mut ours.counts, theirs.counts);
        }
    }

    /// Providers; payers that are named, and the findings of all others.
    pub(super) fn shares(self) -> (Vec<Share>, Vec<Share>, [u64; 3]) {
        let npi = |npi: Option<Npi>| npi.map_or_else(String::new, |npi| npi.to_string());
        let providers =
            sorted(self.providers.into_iter().map(|(of, counts)| Share { name: npi(of), counts }));
        let mut others = [0; 3];
        let mut named = Vec::new();
        for (name, payer) in self.payers {
            if name.is_empty() || payer.is_named() {
                named.push(Share { name, counts: payer.counts });
            } else {
                add(&mut others, payer.counts);
            }
        }
        (providers, sorted(named), others)
    }
}

/// Whose claim it is, as far as it says so.
fn patient(claim: &Claim) -> u64 {
    let of = &claim.patient;
    match (of.id.as_str(), of.born) {
        ("", None) => FxBuildHasher.hash_one(&claim.id),
        ("", Some(born)) => FxBuildHasher.hash_one(born),
        (id, _) => FxBuildHasher.hash_one(id),
    }
}

pub(super) fn add(ours: &mut [u64; 3], theirs: [u64; 3]) {
    for (ours, theirs) in ours.iter_mut().zip(theirs) {
        *ours += theirs;
    }
}

/// Those that have findings, most first, then by name.
fn sorted(of: impl IntoIterator<Item = Share>) -> Vec<Share> {
    let mut out: Vec<Share> = of.into_iter().filter(|share| share.total() > 0).collect();
    out.sort_by(|a, b| b.total().cmp(&a.total()).then_with(|| a.name.cmp(&b.name)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, rules};

    fn claim(payer: &str, patient: &str) -> Claim {
        let mut claim = Claim::new("A");
        (claim.payer, claim.patient.id) = (payer.to_owned(), patient.to_owned());
        claim
    }

    fn names(parties: Parties) -> (String, [u64; 3]) {
        let (_, payers, others) = parties.shares();
        (payers.iter().map(|p| format!("{} {}", p.name, p.total())).collect::<Vec<_>>().join(", "), others)
    }

    #[test]
    fn a_payer_is_named_that_several_patients_share() {
        let rule = rules::find("COD002").unwrap();
        let finding = || Finding {
            rule,
            severity: rule.severity,
            field: Field::Diagnosis(1),
            line: None,
            row: 0,
            codes: vec![],
            message: String::new(),
            help: String::new(),
            edition: None,
            stale: None,
        };
        let (mut one, mut two) = (Parties::default(), Parties::default());
        for n in 0..PATIENTS_OF_A_PAYER {
            let half = if n % 2 == 0 { &mut one } else { &mut two };
            half.count(&claim("Plan A", &format!("P{n}")), &[finding()]);
            // One patient's many claims, and one patient less than needed.
            half.count(&claim("Jane Doe", "P0"), &[finding()]);
            half.count(&claim("Plan B", &format!("P{}", n.max(1))), &[finding()]);
            half.count(&claim("Nothing wrong", &format!("P{n}")), &[]);
        }
        one.count(&claim("", "P0"), &[finding()]);
        one.add(&two);
        assert_eq!(names(one.clone()), ("Plan A 5,  1".to_owned(), [0, 0, 10]));
        one.count(&claim("Plan B", "P0"), &[]);
        assert_eq!(names(one), ("Plan A 5, Plan B 5,  1".to_owned(), [0, 0, 5]));
    }
}
