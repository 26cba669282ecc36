//! Pair tests on the full practitioner edits (`../shared/reference/ncci`), or on the synthetic ones of the tests where those are absent.
#![allow(clippy::print_stderr, missing_docs, reason = "a bench; says which tables it used")]

use std::hint::black_box;
use std::path::Path;

use cleanclaim::code::Procedure;
use cleanclaim::import::{AddOptions, TablesFolder};
use cleanclaim::table::Rank;
use cleanclaim::{Date, Tables};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn pairs(c: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let full = root.join("../shared/reference/ncci/ccipra-2024q3.reshaped.txt.zst");
    let file = if full.exists() {
        full
    } else {
        eprintln!("SKIPPED: ../shared/reference is absent; measuring on synthetic edits, which says nothing");
        root.join("tests/data/edits/ccipra-v320r0-f1.txt")
    };
    let folder = std::env::temp_dir().join(format!("cleanclaim-bench-pairs-{}", std::process::id()));
    TablesFolder::open(&folder).add(&[file], &AddOptions::default()).expect("the file imports");
    let tables = Tables::open(&folder).expect("the packs open");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    let (codes, table) = (tables.procedures.expect("an index"), tables.ptp_practitioner.expect("edits"));

    // All codes of the index, so that both codes of a test have edits, drawn the same way every time.
    let ranks: Vec<Rank> = (0..100_000u32)
        .filter_map(|n| codes.rank(format!("{n:05}").parse::<Procedure>().ok()?))
        .filter(|r| table.degree(*r) > 0)
        .collect();
    let mut seed = 1u64;
    let mut draw = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ranks[(seed >> 33) as usize % ranks.len()]
    };
    let random: Vec<(Rank, Rank)> = (0..1 << 16).map(|_| (draw(), draw())).collect();
    let misses: Vec<(Rank, Rank)> =
        random.iter().copied().filter(|&(a, b)| a != b && table.edits(a, b).next().is_none()).collect();
    let hits: Vec<(Rank, Rank)> = random
        .iter()
        .filter_map(|&(a, _)| {
            let edit = table.edits_of_first(a)?;
            Some((edit.column1, edit.column2))
        })
        .collect();
    let day = Date::constant(2024, 7, 2);
    let mut group = c.benchmark_group("pairs");
    for (name, list) in [("miss", &misses), ("hit", &hits)] {
        group.throughput(Throughput::Elements(list.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| list.iter().filter(|(x, y)| table.in_force(black_box(*x), *y, day).is_some()).count());
        });
    }
    group.finish();
}

criterion_group!(benches, pairs);
criterion_main!(benches);
