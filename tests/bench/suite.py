"""All figures of an event's way and of a tick, in one table: with the limit each should keep, and the stored run before."""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from http.client import HTTPConnection

from daemon import Daemon, new_folder

PATIENCE_S = 300
HEC_CONNECTIONS = 4
HEC_EVENTS_A_REQUEST = 500
PACE_EVENTS_A_SECOND = 10_000
PACE_EVENTS_A_REQUEST = 100
PACE_SECONDS = 10
WORSE = 0.10  # a change that is marked

# Unit, whether more is better, and the limit: None where there is none.
FIGURES = {
    "framing and syslog header, one core": ("messages/s", True, None),
    "decoding and normalising, one core": ("events/s", True, None),
    "the store alone, 10,000 a commit": ("rows/s", True, None),
    "the store alone, 1,000 a commit": ("rows/s", True, None),
    "syslog over TCP to committed": ("events/s", True, 120_000),
    "CPU per million events": ("s", False, 9),
    "database per event": ("bytes", False, 100),
    "peak memory under this load": ("MB", False, 200),
    "HEC, answered when committed": ("events/s", True, 80_000),
    "answer at 10,000 events/s, median": ("ms", False, 20),
    "answer at 10,000 events/s, 99 %": ("ms", False, 100),
    "start": ("ms", False, 300),
    "memory when idle": ("MB", False, 40),
    "tick of all detections, 1,000,000 events": ("ms", False, 1000),
    "tick of one detection, 1,000,000 events": ("ms", False, 20),
}

CONFIG = """
data_dir: data
inputs:
  syslog: [{protocol: tcp, listen: '127.0.0.1:0'}]
  http: [{listen: '127.0.0.1:0', tokens: [bench-token]}]
api: {listen: '127.0.0.1:0', anonymous: admin}
"""


def steps(benchmark, runs):
    names = {"framing": "framing and syslog header, one core", "decode_and_normalize": "decoding and normalising, one core",
             "store_alone/10000/iterations:3": "the store alone, 10,000 a commit",
             "store_alone/1000/iterations:3": "the store alone, 1,000 a commit"}
    for result in repeated(benchmark, runs):
        if result["run_name"] in names:
            yield names[result["run_name"]], result["items_per_second"]


def ticks(benchmark, runs):
    names = {"detections:100000": "tick of all detections, 1,000,000 events",
             "detections:1/": "tick of one detection, 1,000,000 events"}
    chosen = "--benchmark_filter=^tick/events:1000000/paths:20000/detections:(100000|1)/unfiltered:0$"
    for result in repeated(benchmark, runs, chosen):
        name = next(name for part, name in names.items() if part in result["run_name"])
        yield name, result["real_time"]


def repeated(benchmark, runs, *arguments):
    done = subprocess.run([benchmark, "--benchmark_format=json", f"--benchmark_repetitions={runs}", *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return [result for result in json.loads(done.stdout)["benchmarks"] if result["run_type"] == "iteration"]


def wait_stored(daemon, events):
    start = time.monotonic()
    while daemon.stored() < events:
        if time.monotonic() - start > PATIENCE_S:
            raise SystemExit(f"bench: only {daemon.stored()} of {events} events were stored")
        time.sleep(0.01)


def syslog(binary, load, events):
    folder = new_folder(CONFIG)
    daemon = Daemon(binary, folder)
    time.sleep(1)
    yield "start", daemon.seconds_to_ready * 1000
    yield "memory when idle", daemon.memory_mb()
    cpu = daemon.cpu_seconds()
    start = time.monotonic()
    with open(load, "rb") as file, daemon.connect() as connection:
        connection.sendfile(file)
    wait_stored(daemon, events)
    yield "syslog over TCP to committed", events / (time.monotonic() - start)
    yield "CPU per million events", (daemon.cpu_seconds() - cpu) / events * 1e6
    yield "peak memory under this load", daemon.peak_memory_mb()
    daemon.stop()
    yield "database per event", daemon.database_bytes() / events
    shutil.rmtree(folder)


def hec_bodies(load, events, events_a_request):
    """The events of the load as requests to HTTP Event Collector."""
    texts = [xml.decode() for xml in re.findall(rb"<Event .*?</Event>", pathlib.Path(load).read_bytes(), re.DOTALL)]
    assert len(texts) == events, f"{len(texts)} events in the load"
    return ["".join(json.dumps({"event": xml, "sourcetype": "XmlWinEventLog"}) for xml in texts[at:at + events_a_request])
            .encode() for at in range(0, events, events_a_request)]


class HecSender:
    def __init__(self, daemon):
        self.connection = HTTPConnection("127.0.0.1", daemon.ports["http"])

    def send(self, body):
        self.connection.request("POST", "/services/collector/event", body, {"Authorization": "Splunk bench-token"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"bench: HEC answered {answer.status} {text[:200]!r}")


def in_threads(work, count):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def hec(binary, load, events):
    bodies = hec_bodies(load, events, HEC_EVENTS_A_REQUEST)
    folder = new_folder(CONFIG)
    daemon = Daemon(binary, folder)

    def send(number):
        sender = HecSender(daemon)
        for body in bodies[number::HEC_CONNECTIONS]:
            sender.send(body)

    start = time.monotonic()
    in_threads(send, HEC_CONNECTIONS)
    yield "HEC, answered when committed", events / (time.monotonic() - start)
    wait_stored(daemon, events)
    daemon.stop()
    shutil.rmtree(folder)


def latency(binary, load, events):
    bodies = hec_bodies(load, events, PACE_EVENTS_A_REQUEST)
    folder = new_folder(CONFIG)
    daemon = Daemon(binary, folder)
    requests = min(len(bodies), PACE_SECONDS * PACE_EVENTS_A_SECOND // PACE_EVENTS_A_REQUEST)
    took = [0.0] * requests
    start = time.monotonic() + 0.1

    def send(number):
        sender = HecSender(daemon)
        for at in range(number, requests, HEC_CONNECTIONS):
            due = start + at * PACE_EVENTS_A_REQUEST / PACE_EVENTS_A_SECOND
            time.sleep(max(0, due - time.monotonic()))
            # From when it should have gone: a sender that is held up must not hide it.
            sender.send(bodies[at])
            took[at] = (time.monotonic() - due) * 1000

    in_threads(send, HEC_CONNECTIONS)
    yield "answer at 10,000 events/s, median", statistics.median(took)
    yield "answer at 10,000 events/s, 99 %", statistics.quantiles(took, n=100)[98]
    daemon.stop()
    shutil.rmtree(folder)


def measure(options):
    values = {}

    def add(figures):
        for name, value in figures:
            values.setdefault(name, []).append(value)

    folder = options.build / "tests/bench"
    print("bench: the steps alone", flush=True)
    add(steps(folder / "ingest_bench", options.runs))
    with tempfile.NamedTemporaryFile(prefix="regwarden-load-") as load:
        subprocess.run([folder / "generate_events", str(options.events)], stdout=load, check=True)
        size = os.stat(load.name).st_size / options.events
        print(f"bench: end to end, {options.events:,} events of {size:,.0f} bytes, {options.runs} runs", flush=True)
        for _ in range(options.runs):
            for way in (syslog, hec, latency):
                add(way(options.build / "regwarden", load.name, options.events))
    if options.detections:
        print("bench: ticks", flush=True)
        os.environ["REGWARDEN_BENCH_DETECTIONS"] = options.detections
        add(ticks(folder / "tick_bench", options.runs))
    return {name: statistics.median(found) for name, found in values.items()}


def times_the_limit(value, more_is_better, limit):
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--detections", help="files and folders of detections, separated by ':'")
    parser.add_argument("--baseline", type=pathlib.Path, help="the run to compare with")
    parser.add_argument("--json", type=pathlib.Path, help="where the figures go")
    options = parser.parse_args()
    baseline = json.loads(options.baseline.read_text()) if options.baseline and options.baseline.exists() else {}
    values = measure(options)
    print(f"\n{'':42}{'figure':>14}  {'':10}{'of the limit':>14}{'since then' if baseline else '':>14}")
    for name, (unit, more, limit) in FIGURES.items():
        if name in values:
            value = values[name]
            print(f"{name:42}{value:14,.1f}  {unit:10}{times_the_limit(value, more, limit):>14}"
                  f"{change(value, more, baseline.get(name)):>14}")
    if options.json:
        options.json.write_text(json.dumps({name: round(value, 2) for name, value in values.items()}, indent=2) + "\n")


main()
