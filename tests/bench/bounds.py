#!/usr/bin/env python3
"""What an event costs from the bytes of a connection to committed rows, counted and held to bounds.json.

Counts, unlike times, are the same on a busy machine: hot_path takes 2,000 events in two commits; valgrind counts its
instructions, and it counts its allocations itself. They depend on the compiler and its options, on the libraries (SQLite
above all), and a little on which instructions the processor has.

  bounds.py [HOT_PATH]            fails when a count is above its bound
  bounds.py [HOT_PATH] --write    sets the bounds to 10 % above what is counted now
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
BOUNDS = FOLDER / "bounds.json"
BUILT = FOLDER.parent.parent / "build/release/tests/bench/hot_path"
SLACK = 1.10
FAR_BELOW = 0.8  # of the bound: then it can be lowered
# A function of hot_path.cc, which is counted with all that it calls; in the order in which hot_path prints allocations.
STEPS = {"bytes to records": "rw::hot_path_take(*", "records to committed rows": "rw::hot_path_commit(*"}


def run(program, function):
    """hot_path's own figures, and the instructions in this function, all its calls together."""
    with tempfile.TemporaryDirectory(prefix="regwarden-hot-path-") as folder:
        profile = pathlib.Path(folder) / "callgrind.out"
        data = pathlib.Path(folder) / "data"
        data.mkdir()
        # Functions of libraries are looked up at the start, or the first calls would count as theirs.
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", f"--toggle-collect={function}",
             program, data],
            env={**os.environ, "LD_BIND_NOW": "1"}, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bounds: hot_path ended with {done.returncode}: {done.stdout}{done.stderr}")
        instructions = int(re.search(r"^totals: (\d+)$", profile.read_text(), re.MULTILINE)[1])
        if instructions == 0:
            raise SystemExit(f"bounds: hot_path has no function {function}")
        return [int(figure) for figure in done.stdout.split()], instructions


def measure(program):
    counts = {}
    for number, (step, function) in enumerate(STEPS.items()):
        (events, *allocations), instructions = run(program, function)
        counts[f"instructions per event, {step}"] = instructions / events
        counts[f"allocations per event, {step}"] = allocations[number] / events
    return counts


def check(counts, bounds):
    """Whether all bounds are kept; says what is not, and what could be lower."""
    kept = True
    for name, count in counts.items():
        bound = bounds.get(name)
        if bound is None:
            kept = False
            print(f"bounds: {name}: {count:,.2f}, and no bound for it in {BOUNDS.name}")
            continue
        beside = f"{name}: {count:,.2f}, the bound is {bound:,.2f} ({count / bound - 1:+.1%})"
        if count > bound:
            kept = False
            print(f"bounds: ABOVE: {beside}")
        elif count < bound * FAR_BELOW:
            print(f"bounds: far below, lower the bound with `scripts/bench --bounds`: {beside}")
        else:
            print(f"bounds: kept: {beside}")
    if not kept:
        print(f"bounds: if it is worth what it costs, set {BOUNDS.name} again with `scripts/bench --bounds`")
    return kept


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    counts = measure(arguments[0] if arguments else BUILT)
    if "--write" in sys.argv:
        BOUNDS.write_text(json.dumps({name: round(count * SLACK, 2) for name, count in counts.items()}, indent=2) + "\n")
        print(f"bounds: {BOUNDS.name} is written")
    return 0 if check(counts, json.loads(BOUNDS.read_text())) else 1


if __name__ == "__main__":
    sys.exit(main())
