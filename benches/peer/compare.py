#!/usr/bin/env python3
"""Compares findings as sets of claim, line and class.

    compare.py OURS.csv PEER.csv

OURS is a report of `cleanclaim check --format csv`, PEER what duckdb_checks.py wrote. Prints how many there are of each class and
every difference; exits 1 if there is one.
"""

import collections
import csv
import sys

# Our rules by the peer's classes. A rule of these families that is in none of them is an error here, not a match.
CLASSES = {
    "COD001": "diagnosis-code",
    "COD004": "diagnosis-code",
    "COD002": "diagnosis-code",
    "COD005": "diagnosis-code",
    "COD003": "diagnosis-date",
    "COD011": "procedure-unknown",
    "COD012": "procedure-date",
    "NCC001": "pair",
    "NCC002": "pair",
    "MUE001": "units",
    "COV001": "coverage",
}


def ours(path):
    found = set()
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] != "finding":
                continue
            if row["rule"] not in CLASSES:
                sys.exit(f"{path}: {row['rule']} on claim {row['claim_id']}: no class of the peer's; check with --select {','.join(CLASSES)}")
            found.add((row["claim_id"], int(row["line"]), CLASSES[row["rule"]]))
    return found


def peer(path):
    with open(path, newline="") as file:
        return {(claim, int(line), kind) for claim, line, kind in csv.reader(file)}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    us, them = ours(sys.argv[1]), peer(sys.argv[2])
    counts = [collections.Counter(kind for _, _, kind in of) for of in (us, them)]
    print(f"{'class':20} {'cleanclaim':>10} {'DuckDB':>10}")
    for kind in sorted(set(CLASSES.values())):
        print(f"{kind:20} {counts[0][kind]:10,} {counts[1][kind]:10,}")
    empty = [kind for kind in sorted(set(CLASSES.values())) if not counts[0][kind]]
    if empty:
        print(f"no findings of {', '.join(empty)}: nothing was compared there")
    for name, only in (("cleanclaim", us - them), ("DuckDB", them - us)):
        for claim, line, kind in sorted(only):
            print(f"only {name}: claim {claim} line {line}: {kind}")
    same = us == them
    print(f"{len(us):,} findings, {len(us ^ them):,} differences")
    sys.exit(0 if same and not empty else 1)


if __name__ == "__main__":
    main()
