#!/usr/bin/env bash
# The whole program, from a clean clone. First beside DuckDB: the same four families on the same claims, the same findings, in turn. Then
# packed input, and a single line. It prints the rows of the tables in benches/README.md.
#
#   benches/peer/run.sh [LINES [RUNS]]        1000000 lines, 5 runs, if nothing is said
#
# Needs cargo, Python 3 and pip. Everything goes to bench-data/peer, which git does not track; files that are there are made anew.
set -euo pipefail
cd "$(dirname "$0")/../.."
lines=${1:-1000000}
runs=${2:-5}
data=bench-data/peer
step() { printf '\n== %s\n' "$1" >&2; }

step "build"
cargo build --locked --release --bin cleanclaim --example workload --example csv_walk
ours=target/release/cleanclaim

step "DuckDB"
mkdir -p "$data"
[ -x "$data/venv/bin/python" ] || python3 -m venv "$data/venv"
"$data/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0
peer="$data/venv/bin/python benches/peer/duckdb_checks.py $data"

step "tables and claims"
target/release/examples/workload "$data" full "$lines"
claims=$data/claims_$lines.csv
rm -rf "$data/packs"
$ours tables add --tables "$data/packs" --complete "$data"/tables/*
$peer --build "$data/tables.duckdb"

families=COD001,COD002,COD003,COD004,COD005,COD011,COD012,NCC001,NCC002,MUE001,COV001
check() { echo "$ours check --no-config --as-of 2026-11-22 --format csv --tables $data/$1 $2"; }
all=$(check packs "$claims")
four="$all --select $families"
duckdb="$peer --tables $data/tables.duckdb --claims $claims"

step "the same findings, whatever the number of threads"
status() { "$@" || [ $? -eq 1 ]; }
status $four --threads 1 -o "$data/ours_1.csv"
status $four --threads 2 -o "$data/ours_2.csv"
cmp "$data/ours_1.csv" "$data/ours_2.csv"
$duckdb --threads 2 --findings "$data/peer.csv"
python3 benches/peer/compare.py "$data/ours_2.csv" "$data/peer.csv"

step "$lines lines, $(stat -c %s "$claims") bytes, $(nproc) processors, $(date -u +%F)"
python3 benches/peer/measure.py -n "$runs" \
  "csv crate, walk only, 1 thread=target/release/examples/csv_walk $claims" \
  "cleanclaim, four families, 1 thread=$four --threads 1 -o $data/ours.csv" \
  "DuckDB, 1 thread=$duckdb --threads 1 --findings $data/peer.csv" \
  "cleanclaim, four families, 2 threads=$four --threads 2 -o $data/ours.csv" \
  "DuckDB, 2 threads=$duckdb --threads 2 --findings $data/peer.csv" \
  "cleanclaim, all default rules, 1 thread=$all --threads 1 -o $data/ours.csv" \
  "cleanclaim, all default rules, 2 threads=$all --threads 2 -o $data/ours.csv"

step "packed input, all default rules"
gzip -kf "$claims"
packed=("plain=$all -o $data/ours.csv" "gzip=$(check packs "$claims.gz") -o $data/ours.csv")
if command -v zstd > /dev/null; then
  zstd -qf "$claims"
  packed+=("zstd=$(check packs "$claims.zst") -o $data/ours.csv")
else
  echo "SKIPPED: zstd is not installed, .zst was not measured" >&2
fi
python3 benches/peer/measure.py -n "$runs" "${packed[@]}"

step "a process that does nothing, and a check of one line"
mkdir -p "$data/none"
head -n 2 "$claims" > "$data/one.csv"
python3 benches/peer/measure.py -n $((runs * 8 + 1)) \
  "true=true" \
  "lookup, embedded tables=$ours lookup --tables $data/none E11.65" \
  "lookup, all tables=$ours lookup --tables $data/packs E11.65" \
  "one line, embedded tables=$(check none "$data/one.csv")" \
  "one line, all tables=$(check packs "$data/one.csv")"
