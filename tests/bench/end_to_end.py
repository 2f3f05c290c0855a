"""Events per second from a TCP sender to committed rows, CPU seconds per million events, bytes of database per event."""

import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

BINARY, GENERATOR = sys.argv[1:3]
EVENTS, RUNS = map(int, sys.argv[3:5])
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_memory_mb(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def stored(api_port):
    with urllib.request.urlopen(f"http://127.0.0.1:{api_port}/metrics") as reply:
        return int(re.search(rb"^regwarden_registry_events_stored_total (\d+)$", reply.read(), re.MULTILINE)[1])


def one_run(load):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-bench-"))
    config = folder / "regwarden.yaml"
    config.write_text(
        "data_dir: data\ninputs: {syslog: [{protocol: tcp, listen: '127.0.0.1:0'}], http: []}\n"
        "api: {listen: '127.0.0.1:0'}\n")
    daemon = subprocess.Popen([BINARY, "serve", "-c", config], stderr=subprocess.PIPE, text=True)
    ports = {}
    for line in daemon.stderr:
        found = re.search(r"listening: (\S+) on \S*:(\d+)$", line)
        if found:
            ports[found[1]] = int(found[2])
        if line.endswith(" ready\n"):
            break
    cpu = cpu_seconds(daemon.pid)
    start = time.monotonic()
    with open(load, "rb") as file, socket.create_connection(("127.0.0.1", ports["syslog/tcp"])) as connection:
        connection.sendfile(file)
    while stored(ports["api"]) < EVENTS:
        if time.monotonic() - start > 300:
            raise SystemExit(f"bench: only {stored(ports['api'])} of {EVENTS} events were stored")
        time.sleep(0.01)
    seconds = time.monotonic() - start
    cpu = cpu_seconds(daemon.pid) - cpu
    memory = peak_memory_mb(daemon.pid)
    daemon.terminate()
    daemon.wait()
    daemon.stderr.close()
    database = sum(file.stat().st_size for file in (folder / "data").glob("regwarden.db*"))
    shutil.rmtree(folder)
    return EVENTS / seconds, cpu / EVENTS * 1e6, database / EVENTS, memory


with tempfile.NamedTemporaryFile(prefix="regwarden-load-") as load:
    subprocess.run([GENERATOR, str(EVENTS)], stdout=load, check=True)
    print(f"bench: end to end, {EVENTS} events of {os.stat(load.name).st_size / EVENTS:.0f} bytes, {RUNS} runs")
    results = [one_run(load.name) for _ in range(RUNS)]
for name, unit, values in zip(
        ("rate", "CPU per million events", "database", "peak memory"), ("events/s", "s", "bytes/event", "MB"), zip(*results)):
    print(f"  {name:24} median {statistics.median(values):12,.1f} {unit:12} min {min(values):12,.1f}  max {max(values):12,.1f}")
