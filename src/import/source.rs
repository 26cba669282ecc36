//! A file that was added, kept as rows: what derived packs are made from.

use std::io::{Read, Write};
use std::path::Path;

use super::container::sha256_hex;
use super::edits;
use super::layout::{self, Draft, Layout};
use crate::error::{ImportError, PackError};
use crate::table::{Description, Pack, PackWriter, SourceFile, TableKind};
use crate::{Date, Error, Result};

/// Kind of the packs.
pub(crate) const KIND: &str = "source";
/// The rows of the largest tables are some hundred megabytes; a pack that promises more is foreign.
const MOST: u64 = 1 << 31;

/// A kept file.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Its name: `hcpcs-2026-01-01`. The pack is `source-NAME.tbl`.
    pub(crate) name: String,
    pub(crate) layout: &'static Layout,
    pub(crate) effective: Option<Date>,
    pub(crate) variety: Option<String>,
    /// Whether the user says that it lists all codes, or not all; `None` lets the number of codes say it.
    pub(crate) complete: Option<bool>,
    pub(crate) description: Description,
    pub(crate) rows: String,
}

/// What a pack says beyond its description.
#[derive(serde::Serialize, serde::Deserialize)]
struct Meta {
    layout: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effective: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    variety: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    complete: Option<bool>,
}

/// Name of the pack of a source.
pub(crate) fn file_name(name: &str) -> String {
    format!("source-{name}.tbl")
}

impl Source {
    pub(crate) fn new(
        draft: Draft,
        layout: &'static Layout,
        file: SourceFile,
        complete: Option<bool>,
    ) -> Source {
        Source {
            name: draft.key,
            layout,
            effective: draft.effective,
            variety: draft.variety,
            complete,
            description: Description {
                kind: KIND.to_owned(),
                edition: draft.edition,
                from: draft.window.from,
                to: draft.window.to,
                built_on: vec![],
                base: None,
                sources: vec![file],
                counts: draft.counts,
            },
            rows: draft.rows,
        }
    }

    /// The pack.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let meta = Meta {
            layout: self.layout.id.to_owned(),
            effective: self.effective,
            variety: self.variety.clone(),
            complete: self.complete,
        };
        let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        // Writing to memory cannot fail.
        let written = packed.write_all(self.rows.as_bytes()).and_then(|()| packed.finish());
        let mut writer = PackWriter::default();
        writer.section("meta", serde_json::to_vec(&meta).unwrap_or_default());
        writer.section("rows", written.unwrap_or_default());
        writer.finish(&self.description)
    }

    /// Reads a pack and checks it whole.
    pub(crate) fn read(path: &Path) -> Result<Source> {
        let pack = Pack::read(path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = name.strip_prefix("source-").unwrap_or(&name).to_owned();
        Source::of(&pack, name).map_err(|e| Error::pack(path, e))
    }

    fn of(pack: &Pack, name: String) -> Result<Source, PackError> {
        pack.expect_kind(KIND)?;
        let bad = |section, what: String| PackError::Section { section, what };
        let meta: Meta = serde_json::from_slice(pack.bytes(pack.section("meta", 1)?))
            .map_err(|e| bad("meta", e.to_string()))?;
        let layout = layout::find(&meta.layout).ok_or_else(|| {
            bad("meta", format!("a layout that this cleanclaim does not know: {}", meta.layout))
        })?;
        let mut rows = String::new();
        flate2::read::DeflateDecoder::new(pack.bytes(pack.section("rows", 1)?))
            .take(MOST)
            .read_to_string(&mut rows)
            .map_err(|e| bad("rows", e.to_string()))?;
        Ok(Source {
            name,
            layout,
            effective: meta.effective,
            variety: meta.variety,
            complete: meta.complete,
            description: pack.description().clone(),
            rows,
        })
    }

    /// The table to which it contributes.
    pub(crate) fn table(&self) -> TableKind {
        edits::table_of(self.layout, self.variety.as_deref())
    }

    /// The file from which it was made.
    pub(crate) fn file(&self) -> SourceFile {
        self.description
            .sources
            .first()
            .cloned()
            .unwrap_or(SourceFile { name: String::new(), sha256: String::new() })
    }

    /// The source by its name and the sum of its rows, for the packs made from it: the same table in another form gives the same packs.
    pub(crate) fn digest(&self) -> SourceFile {
        SourceFile { name: self.name.clone(), sha256: sha256_hex(self.rows.as_bytes()) }
    }

    /// Does it say the same, though it may come from another file?
    pub(crate) fn says_the_same(&self, other: &Source) -> bool {
        self.layout.id == other.layout.id
            && self.rows == other.rows
            && self.effective == other.effective
            && self.complete == other.complete
    }

    /// An error in a row of it.
    pub(crate) fn error(&self, (line, reason): (Option<u64>, ImportError)) -> Error {
        Error::import(file_name(&self.name), line, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DateRange;
    use std::borrow::Cow;

    #[test]
    fn what_is_kept_comes_back() {
        let draft = Draft {
            key: "list-a".to_owned(),
            edition: "code list a".to_owned(),
            effective: None,
            window: DateRange::since(Date::constant(2020, 1, 1)),
            variety: Some("long".to_owned()),
            rows: "C\t10004\t\t\t\tSynthetic\n".repeat(100),
            counts: vec![("codes".to_owned(), 1)],
            notes: vec![],
        };
        let layout = layout::find("list").unwrap();
        let file = SourceFile { name: "a.csv".to_owned(), sha256: "00".to_owned() };
        let source = Source::new(draft, layout, file, Some(true));
        let bytes = source.pack();
        assert_eq!(bytes, source.pack());
        let back = Source::of(&Pack::open(Cow::Owned(bytes)).unwrap(), "list-a".to_owned()).unwrap();
        assert!(back.says_the_same(&source) && back.complete == Some(true));
        assert_eq!((back.variety, back.description), (source.variety, source.description));
    }
}
