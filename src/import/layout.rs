//! The layouts in which tables are published. A new one is an entry in [`LAYOUTS`] and a file beside this one.

use std::fmt;

use super::Located;
use super::content::Content;
use super::{code_list, cpt, edits, hcpcs, icd10cm_files, policy_sources};
use crate::error::ImportError;
use crate::table::{Icd10CmTable, Setting, TableKind};
use crate::{Date, DateRange};

/// A layout: how it is recognised, and how it is read.
pub(crate) struct Layout {
    /// Names it in packs and on the command line; never changes.
    pub(crate) id: &'static str,
    /// Names it for people.
    pub(crate) name: &'static str,
    /// The table to which it contributes.
    pub(crate) table: TableKind,
    /// Looks at the beginning of a file. Must not take what another layout would, whatever their order.
    pub(crate) looks: fn(&Content) -> bool,
    pub(crate) read: fn(&Input<'_>) -> Result<Draft, Located>,
}

impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// All of them.
pub(crate) static LAYOUTS: [&Layout; 12] = [
    // First: the others may look into all of a file, and these are the largest.
    &edits::PTP,
    &edits::MUE,
    &edits::ADD_ONS,
    &edits::FEES,
    &icd10cm_files::ORDER,
    &icd10cm_files::CODES,
    &icd10cm_files::TABULAR,
    &hcpcs::HCPCS,
    &code_list::CODE_LIST,
    &cpt::CPT,
    &policy_sources::POLICIES,
    &policy_sources::COVERAGE,
];

/// What an importer is given.
pub(crate) struct Input<'a> {
    pub(crate) content: &'a Content,
    /// Names of the file and of the archives around it, innermost first.
    pub(crate) names: &'a [String],
    /// From when it is in force, if the user says so.
    pub(crate) effective: Option<Date>,
    /// Whose edits they are, if the user says so.
    pub(crate) setting: Option<Setting>,
    /// The table in use, against which a file without a date is held.
    pub(crate) icd10cm: &'a Icd10CmTable,
}

/// What an importer makes of a file: rows in a form of their own, and what they are.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The same key means the same edition of the same thing; a new one replaces what was there. Lower case letters, digits, `-`.
    pub(crate) key: String,
    /// For people: "HCPCS Level II, January 2026".
    pub(crate) edition: String,
    /// From when it is in force; `None` for a list without dates.
    pub(crate) effective: Option<Date>,
    /// The days about which it knows, and for which it stands.
    pub(crate) window: DateRange,
    /// Which of several forms, where a layout has them.
    pub(crate) variety: Option<String>,
    /// The rows, as [`super::derive`] reads them.
    pub(crate) rows: String,
    pub(crate) counts: Vec<(String, u64)>,
    pub(crate) notes: Vec<String>,
}

/// The layout of a file, or what it looks like instead.
pub(crate) fn recognise(content: &Content) -> Result<&'static Layout, ImportError> {
    LAYOUTS.into_iter().find(|l| (l.looks)(content)).ok_or_else(|| unknown(content.describe()))
}

/// The layout of that id.
pub(crate) fn find(id: &str) -> Option<&'static Layout> {
    LAYOUTS.into_iter().find(|l| l.id == id)
}

pub(crate) fn unknown(found: String) -> ImportError {
    let known: Vec<&str> = LAYOUTS.iter().map(|l| l.name).collect();
    ImportError::Unknown { found, known: known.join(", ") }
}

/// A row that does not fit; what stands there is shortened.
pub(crate) fn row_error(layout: &'static str, line: u64, expected: &str, got: &str) -> Located {
    let got: String = got.chars().take(60).collect();
    let got = if got.trim().is_empty() { "nothing".to_owned() } else { format!("\"{}\"", got.trim_end()) };
    (Some(line), ImportError::Row { layout, expected: expected.to_owned(), got })
}

/// A text as a part of a key.
pub(crate) fn key_part(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_matches('-').to_owned()
}

/// The file's own name without the ends that only say how it is packed.
pub(crate) fn stem(names: &[String]) -> String {
    let name = names.first().map_or("", String::as_str);
    let mut name = name.rsplit('/').next().unwrap_or(name);
    for end in [".zst", ".gz", ".txt", ".csv", ".tsv", ".xlsx", ".xml"] {
        if name.len() > end.len() && name.is_char_boundary(name.len() - end.len()) {
            let (head, tail) = name.split_at(name.len() - end.len());
            if tail.eq_ignore_ascii_case(end) {
                name = head;
            }
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_and_plain() {
        for (i, layout) in LAYOUTS.iter().enumerate() {
            assert_eq!(key_part(layout.id), layout.id);
            assert!(LAYOUTS[..i].iter().all(|l| l.id != layout.id));
            assert!(find(layout.id).is_some());
        }
    }

    #[test]
    fn stems_and_keys() {
        let stem_of = |n: &str| stem(&[n.to_owned(), "outer.zip".to_owned()]);
        assert_eq!(stem_of("dir/My Codes.CSV.gz"), "My Codes");
        assert_eq!(stem_of(".csv"), ".csv");
        assert_eq!(key_part("My  Codes (2).é"), "my-codes-2");
    }

    #[test]
    fn what_is_unknown_says_what_it_looks_like() {
        let content = Content::of(b"claim_id,dos_from,procedure\n1,2026-01-01,99213\n".to_vec()).unwrap();
        let e = recognise(&content).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(e.contains("text of 2 lines with 3 columns: claim_id, dos_from, procedure"), "{e}");
        assert!(e.contains("ICD-10-CM order file, ICD-10-CM code file"), "{e}");
    }
}
