"""Events per second from a TCP sender to committed rows, CPU seconds per million events, bytes of database per event."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from daemon import Daemon, new_folder

BINARY, GENERATOR = sys.argv[1:3]
EVENTS, RUNS = map(int, sys.argv[3:5])


def one_run(load):
    folder = new_folder()
    daemon = Daemon(BINARY, folder)
    cpu = daemon.cpu_seconds()
    start = time.monotonic()
    with open(load, "rb") as file, daemon.connect() as connection:
        connection.sendfile(file)
    while daemon.stored() < EVENTS:
        if time.monotonic() - start > 300:
            raise SystemExit(f"bench: only {daemon.stored()} of {EVENTS} events were stored")
        time.sleep(0.01)
    seconds = time.monotonic() - start
    cpu = daemon.cpu_seconds() - cpu
    memory = daemon.peak_memory_mb()
    daemon.stop()
    database = daemon.database_bytes()
    shutil.rmtree(folder)
    return EVENTS / seconds, cpu / EVENTS * 1e6, database / EVENTS, memory


with tempfile.NamedTemporaryFile(prefix="regwarden-load-") as load:
    subprocess.run([GENERATOR, str(EVENTS)], stdout=load, check=True)
    print(f"bench: end to end, {EVENTS} events of {os.stat(load.name).st_size / EVENTS:.0f} bytes, {RUNS} runs")
    results = [one_run(load.name) for _ in range(RUNS)]
for name, unit, values in zip(
        ("rate", "CPU per million events", "database", "peak memory"), ("events/s", "s", "bytes/event", "MB"), zip(*results)):
    print(f"  {name:24} median {statistics.median(values):12,.1f} {unit:12} min {min(values):12,.1f}  max {max(values):12,.1f}")
