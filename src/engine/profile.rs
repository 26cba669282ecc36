//! Claims that are checked by rules of their own: of one payer, jurisdiction, kind.

use crate::claim::{Claim, Kind};
use crate::code::{Npi, Taxonomy};
use crate::table::letters;

/// Which claims a profile is for: of every field that is stated, one of its values must hold; a claim that does not say is not meant.
///
/// ```
/// use cleanclaim::{Claim, engine::When};
///
/// let when = When { payer: vec!["Medicare".to_owned()], ..When::default() };
/// let mut claim = Claim::new("A-1");
/// assert!(!when.holds(&claim));
/// claim.payer = "MEDICARE PART B".to_owned();
/// assert!(when.holds(&claim));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// How the payer's name begins, by letters and digits alone, as policies name payers.
    pub payer: Vec<String>,
    /// The jurisdiction, by letters and digits alone.
    pub jurisdiction: Vec<String>,
    /// Professional, institutional, dental.
    pub claim_type: Vec<Kind>,
    /// The provider's taxonomy code: a specialty.
    pub taxonomy: Vec<Taxonomy>,
    /// Who is paid: a practice.
    pub billing_npi: Vec<Npi>,
}

impl When {
    /// Is the profile for this claim?
    pub fn holds(&self, claim: &Claim) -> bool {
        fn any<T>(values: &[T], holds: impl Fn(&T) -> bool) -> bool {
            values.is_empty() || values.iter().any(holds)
        }
        any(&self.claim_type, |kind| *kind == claim.kind)
            && any(&self.payer, |name| begins_with(&claim.payer, name))
            && any(&self.jurisdiction, |name| {
                letters(name).next().is_some() && letters(name).eq(letters(&claim.jurisdiction))
            })
            && any(&self.taxonomy, |code| claim.taxonomy == Some(*code))
            && any(&self.billing_npi, |npi| claim.billing_npi == Some(*npi))
    }

    /// Does it state nothing, so that it holds for every claim?
    pub fn is_empty(&self) -> bool {
        *self == When::default()
    }
}

/// A name without a letter or digit is the beginning of none.
fn begins_with(text: &str, name: &str) -> bool {
    let mut given = letters(text);
    let mut wanted = letters(name).peekable();
    wanted.peek().is_some() && wanted.all(|b| given.next() == Some(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stated_field_must_hold_by_one_of_its_values() {
        let text = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let mut claim = Claim::new("A");
        claim.payer = "Blue-Cross of X".to_owned();
        claim.jurisdiction = "j-6".to_owned();
        claim.taxonomy = "207Q00000X".parse().ok();
        claim.billing_npi = "1234567893".parse().ok();
        let holds = |change: &dyn Fn(&mut When)| {
            let mut when = When::default();
            change(&mut when);
            when.holds(&claim)
        };
        assert!(holds(&|_| ()));
        assert!(holds(&|w| w.payer = text(&["Aetna", "blue cross"])));
        assert!(!holds(&|w| w.payer = text(&["Blue Cross of XY"])));
        assert!(!holds(&|w| w.payer = text(&["--"])));
        assert!(holds(&|w| w.jurisdiction = text(&["J6"])));
        assert!(!holds(&|w| w.jurisdiction = text(&["J"])));
        assert!(holds(&|w| w.claim_type = vec![Kind::Dental, Kind::Professional]));
        assert!(!holds(&|w| w.claim_type = vec![Kind::Dental]));
        assert!(holds(&|w| w.taxonomy = vec!["207Q00000X".parse().unwrap()]));
        assert!(!holds(&|w| w.taxonomy = vec!["208D00000X".parse().unwrap()]));
        assert!(holds(&|w| w.billing_npi = vec!["1234567893".parse().unwrap()]));
        assert!(!holds(&|w| w.billing_npi = vec!["1245319599".parse().unwrap()]));
        assert!(!holds(&|w| {
            w.payer = text(&["blue cross"]);
            w.jurisdiction = text(&["J5"]);
        }));
        assert!(!When { payer: text(&["X"]), ..When::default() }.holds(&Claim::new("B")));
    }
}
