#!/usr/bin/env python3
"""Prints the machine and the rows of the tables in benches/README.md: what `cargo bench` measured last.

    cargo bench && python3 benches/figures.py
"""

import json
import os
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

RESULTS = Path(__file__).parent.parent / "target" / "criterion"


def machine():
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    total = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    memory = round(int(total[1]) / 2**20)
    busy = os.getloadavg()[2]
    print(f"{datetime.now(timezone.utc):%Y-%m-%d}, {model[1]}, {os.cpu_count()} processors, {memory} GiB.", end=" ")
    # Benches with one thread load one processor; what is above is somebody else.
    print("Nothing else ran." if busy < 1.5 else f"Other work ran beside it (load {busy:.1f}): too slow by an unknown part.")


def time(nanoseconds):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def each(throughput, nanoseconds):
    """A run's throughput is a number of claims, rows, pairs or bytes."""
    kind, number = next(iter((throughput or {}).items()), (None, 0))
    if kind is None or number <= 1:
        return ""
    return f"{number / nanoseconds * 1e3:,.0f} MB/s" if kind.startswith("Bytes") else f"{time(nanoseconds / number)} each"


def rows():
    for path in sorted(RESULTS.glob("**/new/estimates.json")):
        estimates = json.loads(path.read_text())
        bench = json.loads(path.with_name("benchmark.json").read_text())
        median = estimates["median"]["point_estimate"]
        low, high = (estimates["median"]["confidence_interval"][f"{side}_bound"] for side in ("lower", "upper"))
        yield f"| {bench['full_id']} | {time(median)} | {time(low)} to {time(high)} | {each(bench['throughput'], median)} |"


def main():
    table = list(rows())
    if not table:
        sys.exit("nothing was measured yet: run `cargo bench`")
    machine()
    print("\n| | median | 95 % | |\n| --- | --- | --- | --- |")
    print("\n".join(table))


if __name__ == "__main__":
    main()
