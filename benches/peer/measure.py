#!/usr/bin/env python3
"""Runs commands in turn and prints a table: medians of wall time and peak memory, and the ratio of wall times to the first.

    measure.py [-n RUNS] NAME='command line' [NAME='command line' ...]

The runs alternate (A B C A B C …), after one of each that does not count, so that what slows the machine down for a while slows all of
them. Peak memory is what the kernel says of the child; below this script's own, which it prints, it cannot be told.
"""

import argparse
import os
import resource
import shlex
import statistics
import subprocess
import sys
import time

# 1 is "there are findings".
GOOD = (0, 1)


def run(name, command):
    begin = time.perf_counter()
    child = subprocess.Popen(shlex.split(command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in GOOD:
        sys.exit(f"{name}: exit code {child.returncode}\n{said.decode(errors='replace')[-2000:]}")
    return wall, usage.ru_maxrss / 1024


def time_text(seconds):
    return f"{seconds:.3f} s" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=5, help="runs of each that count")
    parser.add_argument("commands", nargs="+", metavar="NAME=COMMAND")
    args = parser.parse_args()
    commands = dict(c.split("=", 1) for c in args.commands)
    runs = {name: [] for name in commands}
    for turn in range(args.n + 1):
        for name, command in commands.items():
            figures = run(name, command)
            if turn > 0:
                runs[name].append(figures)
    first = statistics.median(wall for wall, _ in runs[next(iter(commands))])
    print("| | wall, median | fastest to slowest | of the first | peak memory |\n| --- | --- | --- | --- | --- |")
    for name, figures in runs.items():
        walls, peaks = zip(*figures)
        wall = statistics.median(walls)
        fastest, slowest = time_text(min(walls)), time_text(max(walls))
        peak = statistics.median(peaks)
        print(f"| {name} | {time_text(wall)} | {fastest} to {slowest} | {wall / first:.2f} | {peak:.0f} MiB |")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{args.n} runs each, alternating; peak memory below {own:.0f} MiB cannot be told.")


if __name__ == "__main__":
    main()
