//! Writes the made-up tables and claims of `benches/workload`.
//!
//! ```sh
//! cargo run --release --example workload -- FOLDER full 1000000 10000000
//! ```
//!
//! Into FOLDER go `tables/` (for `cleanclaim tables add`, and the peer reads them, too), `icd10cm.csv` (for the peer) and one `claims_LINES.csv`
//! for each number of lines. `small` instead of `full` is a practice of a twelfth the size.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command")]

#[path = "../workload/mod.rs"]
mod workload;

use std::error::Error;
use std::fs;
use std::path::Path;

use workload::{Scale, Tables};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, scale, lines @ ..] = arguments.as_slice() else {
        return Err("usage: workload FOLDER full|small [LINES ...]".into());
    };
    let scale = match scale.as_str() {
        "full" => Scale::FULL,
        "small" => Scale::SMALL,
        other => return Err(format!("{other:?} is no scale: expected full or small").into()),
    };
    let lines: Vec<usize> = lines.iter().map(|n| n.parse()).collect::<Result<_, _>>()?;
    let folder = Path::new(folder);
    fs::create_dir_all(folder.join("tables"))?;
    let embedded = cleanclaim::Tables::embedded();
    let tables = Tables::draw(scale, &embedded.icd10cm);
    for name in tables.write(&folder.join("tables"))? {
        println!("tables/{name}");
    }
    workload::write_diagnoses(&tables, &folder.join("icd10cm.csv"))?;
    println!("icd10cm.csv");
    for lines in lines {
        let name = format!("claims_{lines}.csv");
        workload::write_claims(&tables, lines, &folder.join(&name))?;
        println!("{name}");
    }
    Ok(())
}
