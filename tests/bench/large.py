"""A large database: memory while it grows, and how long starts and a stop take, also after kill -9 under load."""

import shutil
import signal
import subprocess
import sys
import time

from daemon import Daemon, new_folder

BINARY, GENERATOR = sys.argv[1:3]
EVENTS = int(sys.argv[3])


def measure(kind, arguments):
    folder = new_folder()
    print(f"bench: {EVENTS} events, {kind}", flush=True)
    daemon = Daemon(BINARY, folder)
    start = time.monotonic()
    # One tenth more than is waited for: it is killed while it stores.
    generator = daemon.feed([GENERATOR, str(EVENTS + EVENTS // 10), *arguments], EVENTS)
    print(f"  {'rate':32} {EVENTS / (time.monotonic() - start):12,.0f} events/s")
    print(f"  {'peak memory':32} {daemon.peak_memory_mb():12,.0f} MB")
    daemon.stop(signal.SIGKILL)
    generator.wait()
    print(f"  {'database with its log':32} {daemon.database_bytes() / 1e6:12,.0f} MB")
    after_kill = Daemon(BINARY, folder)
    print(f"  {'start after kill -9':32} {after_kill.seconds_to_ready:12.2f} s", flush=True)
    time.sleep(15)  # a round of upkeep
    print(f"  {'peak memory, 15 s after a start':32} {after_kill.peak_memory_mb():12,.0f} MB")
    print(f"  {'stop':32} {after_kill.stop():12.2f} s")
    again = Daemon(BINARY, folder)
    print(f"  {'start after a stop':32} {again.seconds_to_ready:12.2f} s", flush=True)
    again.stop()
    check = subprocess.run([BINARY, "db", "-c", folder / "regwarden.yaml", "check"], capture_output=True, text=True)
    print(f"  {'db check':32} {'no fault' if check.returncode == 0 else check.stdout + check.stderr:>12}", flush=True)
    shutil.rmtree(folder)


measure("paths that repeat", [])
measure("every path another", ["distinct"])
