//! A made-up practice for measuring: tables as CMS publishes them, and claims of four years with planted faults. Every byte is the same every
//! time on the same embedded ICD-10-CM.
//!
//! The benches, the comparison with a peer and the counted runs all use it.
// Each of them is a crate of its own and uses a part.
#![allow(dead_code)]

mod claims;
mod draw;
mod tables;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use cleanclaim::{Date, DateRange};

pub(crate) use claims::Claims;
pub(crate) use tables::{Scale, Tables};

/// The days of the claims.
pub(crate) const DAYS: DateRange =
    DateRange { from: Date::constant(2023, 1, 1), to: Date::constant(2026, 10, 31) };

/// The day on which the claims are checked.
pub(crate) const TODAY: Date = Date::constant(2026, 11, 22);

fn create(path: &Path) -> io::Result<impl Write + use<>> {
    Ok(BufWriter::with_capacity(1 << 20, File::create(path)?))
}

/// Writes claims of so many lines as csv.
pub(crate) fn write_claims(tables: &Tables<'_>, lines: usize, path: &Path) -> io::Result<()> {
    let mut out = create(path)?;
    Claims::draw(tables).write(lines, &mut out)?;
    out.flush()
}

/// Writes ICD-10-CM for a peer.
pub(crate) fn write_diagnoses(tables: &Tables<'_>, path: &Path) -> io::Result<()> {
    let mut out = create(path)?;
    tables.write_diagnoses(&mut out)?;
    out.flush()
}
