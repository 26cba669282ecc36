#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to a terminal")]
//! Looks diagnosis codes up: what they are called, when they were billable, what is below and above them.
//!
//! ```sh
//! cargo run --example look_up -- E11.65 M54.5
//! ```

use cleanclaim::code::Icd10Cm;
use cleanclaim::table::Standing;
use cleanclaim::{Date, Tables};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tables = Tables::embedded();
    let icd = &tables.icd10cm;
    let day: Date = "2026-11-22".parse()?;
    for text in std::env::args().skip(1) {
        let code: Icd10Cm = text.parse()?;
        let Some(rank) = icd.rank(code) else {
            println!("{code} is in no release of ICD-10-CM");
            continue;
        };
        println!("{code}  {}", icd.title(rank).unwrap_or_default());
        match icd.standing(rank, day) {
            Standing::Billable(_) => println!("  billable on {day}"),
            other => println!("  not billable on {day}: {other:?}"),
        }
        for window in icd.billable_windows(rank) {
            println!("  was or is billable {window}");
        }
        for child in icd.children(rank) {
            let below = icd.code(child).map(|c| c.to_string()).unwrap_or_default();
            println!("  below: {below}  {}", icd.title(child).unwrap_or_default());
        }
    }
    Ok(())
}
