//! The least that a reader of csv can do: the bare `csv` crate walks a file and counts rows and bytes of fields.
//!
//! ```sh
//! cargo run --release --example csv_walk -- claims.csv
//! ```
#![allow(clippy::print_stdout, reason = "a command")]

use std::error::Error;
use std::fs::File;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: csv_walk FILE")?;
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 16).from_reader(File::open(path)?);
    let mut record = csv::ByteRecord::new();
    let (mut rows, mut bytes) = (0u64, 0u64);
    while reader.read_byte_record(&mut record)? {
        rows += 1;
        bytes += record.iter().map(|field| field.len() as u64).sum::<u64>();
    }
    println!("{rows} rows, {bytes} bytes in fields");
    Ok(())
}
