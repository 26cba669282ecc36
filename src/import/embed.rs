//! Builds the packs that are part of the program from `data/sources.toml` and the files beside it.

use std::collections::BTreeMap;
use std::path::Path;

use super::container::{decompress, sha256_hex};
use super::icd10cm::{self, Edition};
use crate::error::{ErrorKind, ImportError};
use crate::table::{Icd10CmRows, SourceFile};
use crate::{Date, DateRange, Error, Result};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Sources {
    source: Vec<Source>,
}

/// A source as `sources.toml` states it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "provenance is for people; it must be stated all the same")]
struct Source {
    file: String,
    sha256: String,
    publisher: String,
    title: String,
    obtained: String,
    licence: String,
    layout: Layout,
    effective: Date,
    until: Option<Date>,
    r#use: String,
}

#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Layout {
    Mce,
    Titles,
    Order,
    Codes,
    Tabular,
}

/// The embedded packs, as (file name, bytes), from the folder that holds `sources.toml` and `sources/`.
///
/// # Errors
/// If a file is missing, has another sum than written down, or does not fit its layout.
pub(crate) fn build(data: &Path) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let list = data.join("sources.toml");
    let text = std::fs::read_to_string(&list).map_err(|e| Error::io(&list, e))?;
    let sources: Sources = toml::from_str(&text)
        .map_err(|e| Error::import(&list, None, ImportError::Container(e.to_string())))?;

    let mut rows = Icd10CmRows {
        codes: BTreeMap::new(),
        blocks: vec![],
        chapters: vec![],
        edition: String::new(),
        window: DateRange::since(Date::ICD10_START),
        sources: vec![],
        tabular: None,
        base: None,
    };
    let mut previous_tabular = BTreeMap::new();
    for source in &sources.source {
        let path = data.join("sources").join(&source.file);
        let bytes = std::fs::read(&path).map_err(|e| Error::io(&path, e))?;
        let got = sha256_hex(&bytes);
        if got != source.sha256 {
            let reason = ImportError::Digest { expected: source.sha256.clone(), got };
            return Err(Error::import(&path, None, reason));
        }
        let text = decompress(&path, bytes)?;
        let text = String::from_utf8(text)
            .map_err(|e| Error::import(&path, None, ImportError::Container(e.to_string())))?;
        let at = |(line, reason)| Error::import(&path, line, reason);
        let mut edition = match source.layout {
            Layout::Mce => {
                let until = source.until.ok_or_else(|| {
                    Error::from(ErrorKind::Usage(format!(
                        "{}: {} needs `until`",
                        list.display(),
                        source.file
                    )))
                })?;
                rows.window = DateRange { from: source.effective, to: until };
                for (code, spans) in icd10cm::mce(&text, until).map_err(at)? {
                    rows.codes.entry(code).or_default().spans = spans;
                }
                Edition::default()
            }
            Layout::Titles => icd10cm::titles_csv(&text).map_err(at)?,
            Layout::Order => icd10cm::order_file(&text).map_err(at)?,
            Layout::Codes => icd10cm::codes_file(&text).map_err(at)?,
            Layout::Tabular => icd10cm::tabular(&text).map_err(at)?,
        };
        if source.layout == Layout::Titles {
            // Shortened titles: better than none, worse than any other.
            edition.titles.retain(|code, _| rows.codes.get(code).is_some_and(|row| row.titles.is_empty()));
        }
        if source.layout == Layout::Tabular {
            let titles = edition.titles.clone();
            edition.drop_reworded_titles(&rows, Some(&previous_tabular));
            previous_tabular.extend(titles);
            rows.edition.clone_from(&source.title);
        }
        edition.merge(&mut rows, source.effective);
        rows.sources.push(SourceFile { name: source.file.clone(), sha256: source.sha256.clone() });
    }
    rows.drop_codes_without_use();
    rows.edition = format!("{}, with codes and dates through {}", rows.edition, rows.window.to);
    Ok(vec![("icd10cm.tbl", rows.build())])
}
