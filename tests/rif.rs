//! Claims that nobody here wrote: CMS's synthetic Medicare files. `docs/rif-review.md` says of each rule why its findings are right.
#![cfg(feature = "cli")]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::Folder;
use serde_json::Value;

/// The folder of the samples; says loudly that it is absent.
fn samples() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = ["../shared", "../../shared"].map(|p| root.join(p).join("samples/rif_synthea"));
    let found = places.into_iter().find(|p| p.is_dir());
    if found.is_none() {
        common::say_skipped("../shared/samples/rif_synthea is absent");
    }
    found
}

fn check(file: &str, expected: (u64, u64, &[(&str, u64)])) {
    let Some(samples) = samples() else { return };
    let folder = Folder::new();
    let path = samples.join(file);
    let run = folder.run(&format!("check --map rif --as-of 2026-11-22 --format json {}", path.display()));
    assert_eq!(run.code, Some(1), "{}", run.err);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let summary = &report["summary"];
    assert_eq!((summary["claims"].as_u64(), summary["lines"].as_u64()), (Some(expected.0), Some(expected.1)));
    let rules: BTreeMap<String, u64> = serde_json::from_value(summary["rules"].clone()).unwrap();
    let rules: Vec<(&str, u64)> = rules.iter().map(|(rule, n)| (rule.as_str(), *n)).collect();
    assert_eq!(rules, expected.2, "{file}");
}

#[test]
fn carrier() {
    check(
        "carrier.csv",
        (
            37,
            221,
            &[
                ("AMT005", 21),
                ("COD006", 52),
                ("COD013", 209),
                ("DXS001", 1),
                ("DXS005", 13),
                ("PRV001", 295),
            ],
        ),
    );
}

#[test]
fn outpatient() {
    check("outpatient.csv", (19, 19, &[("DTE006", 1), ("DXS005", 7), ("PRV001", 38)]));
}

#[test]
fn inpatient() {
    check(
        "inpatient.csv",
        (
            16,
            16,
            &[("AMT003", 15), ("COD003", 14), ("COD004", 2), ("COD006", 23), ("DXS005", 24), ("PRV001", 32)],
        ),
    );
}

#[test]
fn equipment() {
    check("dme.csv", (1, 1, &[("COD004", 2), ("COD006", 10), ("PRV001", 2)]));
}
