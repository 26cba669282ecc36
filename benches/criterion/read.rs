//! Rows become claims: plain, with quotation marks (which take the way of the `csv` crate), packed; and the bare crates for comparison.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use cleanclaim::read::{ColumnMap, Input, for_each_claim};
use criterion::{Criterion, Throughput};

use crate::setup;

pub(crate) fn rows(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    group.sample_size(20);
    let practice = setup::practice();
    let text = fs::read_to_string(&practice.csv).expect("just written");
    let file = |name: &str, content: &[u8]| {
        let path = practice.path(name);
        fs::write(&path, content).expect("the folder is there");
        path
    };
    // Each row's first field in quotation marks.
    let quoted: String = text
        .lines()
        .filter_map(|row| row.split_once(','))
        .map(|(id, rest)| format!("\"{id}\",{rest}\n"))
        .collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).expect("into memory");
    let zstd = structured_zstd::encoding::compress_to_vec(
        text.as_bytes(),
        structured_zstd::encoding::CompressionLevel::Fastest,
    );
    let files = [
        ("plain", practice.csv.clone()),
        ("quoted", file("quoted.csv", quoted.as_bytes())),
        ("gz", file("claims.csv.gz", &gzip.finish().expect("into memory"))),
        ("zst", file("claims.csv.zst", &zstd)),
    ];
    group.throughput(Throughput::Elements(practice.lines));
    for (name, path) in &files {
        let input = Input::from_argument(path);
        group.bench_function(format!("claims/{name}"), |b| {
            b.iter(|| {
                let mut lines = 0;
                for_each_claim(&input, &ColumnMap::default(), |claim| lines += claim.lines.len())
                    .expect("it can be read");
                assert_eq!(lines as u64, practice.lines);
            });
        });
    }
    group.bench_function("csv crate, walk only", |b| {
        b.iter(|| assert_eq!(walk(&practice.csv), practice.lines))
    });
    group.bench_function("bytes only", |b| b.iter(|| assert_eq!(bytes(&practice.csv), practice.bytes)));
    group.finish();
}

fn walk(path: &Path) -> u64 {
    let mut reader =
        csv::ReaderBuilder::new().buffer_capacity(1 << 16).from_path(path).expect("just written");
    let (mut record, mut rows) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record).expect("it can be read") {
        rows += 1;
    }
    rows
}

fn bytes(path: &Path) -> u64 {
    let mut file = fs::File::open(path).expect("just written");
    let (mut buffer, mut total) = (vec![0; 1 << 16], 0);
    loop {
        match file.read(&mut buffer).expect("it can be read") {
            0 => return total,
            n => total += n as u64,
        }
    }
}
