//! By what a finding is known again in a later report.

/// Claim, line, rule and codes: what stays when rows move, files are renamed and messages are worded anew. Nothing of the patient is in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) claim: String,
    pub(super) line: Option<u32>,
    pub(super) rule: String,
    /// In order of the text: which of two codes stands first is no difference.
    pub(super) codes: Vec<String>,
}

impl Key {
    pub(super) fn new(claim: &str, line: Option<u32>, rule: &str, codes: &[impl AsRef<str>]) -> Key {
        let mut codes: Vec<String> = codes.iter().map(|code| code.as_ref().to_owned()).collect();
        codes.sort_unstable();
        Key { claim: claim.to_owned(), line, rule: rule.to_owned(), codes }
    }
}

impl std::fmt::Display for Key {
    /// `COD002/A-1/1/M54.5`: a claim id with a slash makes two keys alike only together with the rest.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/", self.rule, self.claim)?;
        if let Some(line) = self.line {
            write!(f, "{line}")?;
        }
        write!(f, "/{}", self.codes.join("+"))
    }
}
