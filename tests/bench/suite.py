"""All figures of an event's way and of a tick, in one table: with the limit each should keep, and the stored run before."""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import typing

import inputs
import peers
from steps import steps, ticks

WORSE = 0.10  # a change that is marked


class Part(typing.NamedTuple):
    """A limit that follows another figure of the same run."""
    part: float
    figure: str


XML = "syslog over TCP to committed"

# Unit, whether more is better, and the limit: None where there is none.
FIGURES = {
    "framing and syslog header, one core": ("messages/s", True, None),
    "decoding and normalising, one core": ("events/s", True, None),
    "the store alone, 10,000 a commit": ("rows/s", True, None),
    "the store alone, 1,000 a commit": ("rows/s", True, None),
    XML: ("events/s", True, 120_000),
    "CPU per million events": ("s", False, 9),
    "database per event": ("bytes", False, 100),
    "peak memory under this load": ("MB", False, 200),
    "syslog over TLS to committed": ("events/s", True, None),
    "RELP, answered when committed": ("events/s", True, None),
    "NXLog JSON, syslog over TCP to committed": ("events/s", True, Part(0.7, XML)),
    "HEC, answered when committed": ("events/s", True, 80_000),
    "Winlogbeat JSON, _bulk answered when committed": ("events/s", True, Part(0.7, XML)),
    "answer at 10,000 events/s, median": ("ms", False, 20),
    "answer at 10,000 events/s, 99 %": ("ms", False, 100),
    "start": ("ms", False, 300),
    "memory when idle": ("MB", False, 40),
    "tick of all detections, 1,000,000 events": ("ms", False, 1000),
    "tick of one detection, 1,000,000 events": ("ms", False, 20),
}
# What regwarden shall be beside a peer, in times the peer's figure.
PEER_LIMITS = {(XML, "syslog-ng"): 2.5}


@contextlib.contextmanager
def load_file(generator, events, *arguments):
    with tempfile.NamedTemporaryFile(prefix="regwarden-load-") as load:
        subprocess.run([generator, str(events), *arguments], stdout=load, check=True)
        yield load.name


def measure(options):
    values = {}

    def add(figures):
        for name, value in figures:
            values.setdefault(name, []).append(value)

    folder = options.build / "tests/bench"
    print("bench: the steps alone", flush=True)
    add(steps(folder / "ingest_bench", options.runs))
    with contextlib.ExitStack() as files:
        loads = {form: files.enter_context(load_file(folder / "generate_events", options.events, *arguments))
                 for form, arguments in {"xml": [], "nxlog": ["nxlog"], "winlogbeat": ["winlogbeat"]}.items()}
        sizes = ", ".join(f"{form} {os.stat(load).st_size / options.events:,.0f}" for form, load in loads.items())
        print(f"bench: end to end, {options.events:,} events, {options.runs} runs; bytes of an event: {sizes}", flush=True)
        for _ in range(options.runs):
            for way in inputs.WAYS:
                add(way(options.build / "regwarden", loads, options.events))
            for peer in peers.PEERS if options.peers else ():
                add(peers.measure(peer, loads["xml"], options.events))
    if options.detections:
        print("bench: ticks", flush=True)
        os.environ["REGWARDEN_BENCH_DETECTIONS"] = options.detections
        add(ticks(folder / "tick_bench", options.runs))
    return {name: statistics.median(found) for name, found in values.items()}


def times_the_limit(value, more_is_better, limit, values):
    if isinstance(limit, Part):
        limit = limit.part * values[limit.figure] if limit.figure in values else None
    if limit is None:
        return ""
    kept = value >= limit if more_is_better else value <= limit
    return f"{value / limit:.2f} ×{'' if kept else ' !'}"


def change(value, more_is_better, before):
    if not before:
        return ""
    part = value / before - 1
    worse = -part if more_is_better else part
    return f"{part:+.0%}{' !' if worse > WORSE else ''}"


def print_peers(values):
    """The figures that peers have, too: regwarden's, theirs, and regwarden's in times of theirs."""
    names = [peer.name for peer in peers.PEERS]
    print(f"\n{'':48}{'regwarden':>14}" + "".join(f"{name:>14}{'times':>9}" for name in names) + f"{'of the limit':>16}")
    for figure, (unit, more, _) in FIGURES.items():
        theirs = {name: values[f"{name}: {figure}"] for name in names if f"{name}: {figure}" in values}
        if not theirs or figure not in values:
            continue
        line = f"{figure + ', ' + unit:48}{values[figure]:14,.1f}"
        for name in names:
            line += f"{theirs[name]:14,.1f}{values[figure] / theirs[name]:7.2f} ×" if name in theirs else " " * 23
        limits = (times_the_limit(values[figure] / theirs[name], more, limit, values)
                  for (limited, name), limit in PEER_LIMITS.items() if limited == figure and name in theirs)
        print(line + "".join(f"{limit:>16}" for limit in limits))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", action="store_true", help="measure syslog-ng and rsyslog beside it")
    parser.add_argument("--detections", help="files and folders of detections, separated by ':'")
    parser.add_argument("--baseline", type=pathlib.Path, help="the run to compare with")
    parser.add_argument("--json", type=pathlib.Path, help="where the figures go")
    options = parser.parse_args()
    baseline = json.loads(options.baseline.read_text()) if options.baseline and options.baseline.exists() else {}
    values = measure(options)
    print(f"\n{'':48}{'figure':>14}  {'':10}{'of the limit':>14}{'since then' if baseline else '':>14}")
    for name, (unit, more, limit) in FIGURES.items():
        if name in values:
            value = values[name]
            print(f"{name:48}{value:14,.1f}  {unit:10}{times_the_limit(value, more, limit, values):>14}"
                  f"{change(value, more, baseline.get(name)):>14}")
    if options.peers:
        print_peers(values)
    if options.json:
        options.json.write_text(json.dumps({name: round(value, 2) for name, value in values.items()}, indent=2) + "\n")


main()
