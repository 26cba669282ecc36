//! What several benches stand on: tables, claims, files. Made once, when first asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cleanclaim::engine::RuleSet;
use cleanclaim::import::{AddOptions, TablesFolder};
use cleanclaim::{Checker, Claim, Tables, read};

use crate::workload::{self, Scale, TODAY};

/// Is it only tried whether the benches run (`cargo bench -- --test`)?
pub(crate) fn is_smoke_run() -> bool {
    std::env::args().any(|a| a == "--test")
}

/// Only what is part of the program.
pub(crate) fn embedded() -> Checker {
    Checker::new(Tables::embedded()).as_of(TODAY)
}

/// The made-up practice: all tables that can be added, and claims.
pub(crate) struct Practice {
    folder: PathBuf,
    /// The rows of its claims.
    pub(crate) csv: PathBuf,
    pub(crate) lines: u64,
    pub(crate) bytes: u64,
    pub(crate) claims: Vec<Claim>,
}

pub(crate) fn practice() -> &'static Practice {
    static PRACTICE: OnceLock<Practice> = OnceLock::new();
    PRACTICE.get_or_init(|| make().expect("the practice is made in the folder of build results"))
}

fn make() -> Result<Practice, Box<dyn std::error::Error>> {
    // The folder of build results, so that nothing is left anywhere else.
    let (name, scale, lines) =
        if is_smoke_run() { ("small", Scale::SMALL, 20_000) } else { ("full", Scale::FULL, 200_000) };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("benches-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let embedded = Tables::embedded();
    let tables = workload::Tables::draw(scale, &embedded.icd10cm);
    let mut files: Vec<PathBuf> = tables.write(&folder)?.iter().map(|name| folder.join(name)).collect();
    // What the workload does not have: add-on codes and the fee schedule's indicators, so that no rule lacks its table.
    let synthetic = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/edits");
    files.extend(["AOC_V2024Q1.txt", "PPRRVU2026_Jul.csv"].map(|name| synthetic.join(name)));
    let options = AddOptions { complete: Some(true), ..AddOptions::default() };
    TablesFolder::open(folder.join("packs")).add(&files, &options)?;
    let csv = folder.join("claims.csv");
    workload::write_claims(&tables, lines, &csv)?;
    let text = fs::read_to_string(&csv)?;
    let mut claims = read::csv_claims(&text)?;
    // The file has no column for it. Of a claim that a program makes, nobody knows that there was none.
    let npi = "1234567893".parse()?;
    claims.iter_mut().flat_map(|claim| &mut claim.lines).for_each(|line| line.rendering_npi = Some(npi));
    Ok(Practice { folder, csv, lines: lines as u64, bytes: text.len() as u64, claims })
}

impl Practice {
    pub(crate) fn tables(&self) -> Tables {
        Tables::open(self.folder.join("packs")).expect("the packs were just written")
    }

    pub(crate) fn checker(&self) -> Checker {
        Checker::new(self.tables()).as_of(TODAY)
    }

    /// With the rules of these families or ids only.
    pub(crate) fn checker_of(&self, names: &[&str]) -> Checker {
        let mut rules = RuleSet::default();
        rules.select(names).expect("families and ids that there are");
        self.checker().rules(rules.iter())
    }

    /// A path for one more file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// As many of the claims as fit the processor's cache.
    pub(crate) fn some_claims(&self) -> &[Claim] {
        &self.claims[..self.claims.len().min(1_000)]
    }
}
