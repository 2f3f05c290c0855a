"""What becomes slower as the store grows: the same measurements at each size, and each beside the first size."""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time

import inputs
from api import ask, milliseconds
from daemon import Daemon, new_folder
from growth_plot import draw
from steps import repeated

NEXT_EVENTS = 200_000
WINDOW_EVENTS = 1_000_000
TICK_RUNS = 3
STARTS = 3
BLOCK_EVENTS = 4096  # storage/sqlite/blocks.h
UPKEEP_PATIENCE_S = 600
WORSE = 1.2

# As tests/bench/events.cc has them.
FIRST_SECOND = 1_700_000_000
EVENTS_A_SECOND = 1000

# Nothing may go while it grows.
CONFIG = """
data_dir: data
inputs: {syslog: [{protocol: tcp, listen: '127.0.0.1:0'}], http: []}
api: {listen: '127.0.0.1:0', anonymous: admin}
storage: {retention: {events: none, findings: none, max_size: none}}
"""

# Over the same window at each size, so that only what lies beside it grows.
QUESTIONS = [
    "/api/v1/status",
    "/api/v1/events/registry?limit=100",
    "/api/v1/events/registry?dest={dest}&earliest={earliest}&limit=100",
    "/api/v1/events/registry?registry_path=*nowhere*&earliest={earliest}&limit=100",
    "/api/v1/counts/events/registry?span=auto&earliest={earliest}",
    "/api/v1/counts/events/registry?by=dest&earliest={earliest}",
    "/api/v1/sources",
]

# Unit, and whether more is better.
FIGURES = {
    "the next 200,000 events over syslog TCP": ("events/s", True),
    "tick of one detection, 1,000,000 events": ("ms", False),
    "tick of all detections, 1,000,000 events": ("ms", False),
    f"API, {len(QUESTIONS)} questions together": ("ms", False),
    "start": ("ms", False),
    "database per event": ("bytes", False),
    "peak memory": ("MB", False),
}
NEXT, ONE, ALL, API, START, DATABASE, MEMORY = FIGURES


class Store:
    """A daemon and how many events it has taken, over its restarts."""

    def __init__(self, options):
        self.options = options
        self.folder = new_folder(CONFIG)
        self.daemon = Daemon(options.binary, self.folder)
        self.events = 0

    def generator(self, count):
        return [self.options.bench / "generate_events", str(count), f"from={self.events}"]

    def grow_to(self, events):
        count = events - self.events
        self.daemon.feed(self.generator(count), self.daemon.stored() + count).wait()
        self.events = events

    def restart(self):
        self.daemon.stop()
        self.daemon = Daemon(self.options.binary, self.folder)

    def window(self):
        latest = FIRST_SECOND + self.events // EVENTS_A_SECOND
        return max(FIRST_SECOND, latest - WINDOW_EVENTS // EVENTS_A_SECOND), latest

    def take_next(self):
        with tempfile.NamedTemporaryFile(prefix="regwarden-load-") as load:
            subprocess.run(self.generator(NEXT_EVENTS), stdout=load, check=True)
            until = self.daemon.stored() + NEXT_EVENTS
            start = time.monotonic()
            inputs.send_file(self.daemon, load.name)
            inputs.wait_stored(self.daemon, until)
            took = time.monotonic() - start
        self.events += NEXT_EVENTS
        yield NEXT, NEXT_EVENTS / took

    def ask_all(self):
        newest = json.loads(ask(self.daemon, "/api/v1/events/registry?limit=1"))["items"][0]
        total = 0
        for question in QUESTIONS:
            took, _ = milliseconds(self.daemon, question.format(dest=newest["dest"], earliest=self.window()[0]))
            yield question, statistics.median(took)
            total += statistics.median(took)
        yield API, total

    def ticks(self):
        """As the daemon's scheduler does it, beside the daemon: on this store by another process."""
        earliest, latest = self.window()
        os.environ.update(REGWARDEN_BENCH_STORE=str(self.folder / "data"), REGWARDEN_BENCH_EARLIEST=str(earliest),
                          REGWARDEN_BENCH_LATEST=str(latest))
        found = repeated(self.options.bench / "tick_bench", TICK_RUNS, "--benchmark_filter=^tick_of_named_store/")
        for name, part in ((ONE, "detections:1"), (ALL, "detections:100000")):
            yield name, statistics.median(run["real_time"] for run in found if run["run_name"].endswith(part))

    def wait_for_blocks(self):
        """Upkeep writes down what ticks and counts read in place of events; under full load it stays behind."""
        since = time.monotonic()
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/data/regwarden.db?mode=ro", uri=True)) as database:
            while True:
                [[blocks]] = database.execute("SELECT count(*) FROM event_block")
                if blocks >= self.events // BLOCK_EVENTS - 1:
                    break
                if time.monotonic() - since > UPKEEP_PATIENCE_S:
                    raise SystemExit(f"bench: upkeep has written down {blocks} blocks of {self.events:,} events")
                time.sleep(1)
        # It follows from how much was sent at once, not from what is there.
        print(f"bench: upkeep was behind by {time.monotonic() - since:.0f} s", flush=True)

    def measure(self):
        self.wait_for_blocks()
        yield from self.ask_all()
        yield from self.ticks()
        yield from self.take_next()
        yield MEMORY, self.daemon.peak_memory_mb()
        starts = []
        for _ in range(STARTS):
            self.restart()
            starts.append(self.daemon.seconds_to_ready * 1000)
        yield START, statistics.median(starts)
        yield DATABASE, self.daemon.database_bytes() / self.events


def relative(name, value, first):
    """What it costs, in times of the first size: more is worse."""
    return first / value if FIGURES.get(name, ("ms", False))[1] else value / first


def print_table(sizes, figures):
    print(f"\n{'':82}" + "".join(f"{size:14,} events   " for size in sizes))
    for name, values in figures.items():
        unit = FIGURES.get(name, ("ms", False))[0]
        line = f"{name + ', ' + unit:82}"
        for value in values:
            cost = relative(name, value, values[0])
            line += f"{value:14,.1f} {cost:6.2f} ×{'!' if cost > WORSE else ' '}"
        print(line)
    print(f"× of what it costs at the first size; ! over {WORSE}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--sizes", default="1,10", help="millions of events, ascending")
    parser.add_argument("--detections", help="files and folders of detections, separated by ':'")
    parser.add_argument("--json", type=pathlib.Path, required=True)
    parser.add_argument("--svg", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.binary, options.bench = options.build / "regwarden", options.build / "tests/bench"
    if options.detections:
        os.environ["REGWARDEN_BENCH_DETECTIONS"] = options.detections
    sizes = [round(float(size) * 1_000_000) for size in options.sizes.split(",")]
    if sizes != sorted(sizes) or any(later - size < NEXT_EVENTS for size, later in zip(sizes, sizes[1:])):
        parser.error(f"sizes must ascend, each by more than {NEXT_EVENTS:,} events")

    figures = {}
    store = Store(options)
    try:
        for size in sizes:
            print(f"bench: {size:,} events", flush=True)
            store.grow_to(size)
            for name, value in store.measure():
                figures.setdefault(name, []).append(value)
    finally:
        store.daemon.stop()
        shutil.rmtree(store.folder)
    in_order = {name: figures[name] for name in [*FIGURES, *QUESTIONS]}
    print_table(sizes, in_order)
    options.json.write_text(json.dumps({
        "events": sizes, "figures": {name: [round(value, 2) for value in values] for name, values in in_order.items()}},
        indent=2) + "\n")
    costs = {name: [relative(name, value, in_order[name][0]) for value in in_order[name]] for name in FIGURES}
    options.svg.write_text(draw(sizes, costs))
    print(f"bench: {options.json}, {options.svg}")


if __name__ == "__main__":
    main()
