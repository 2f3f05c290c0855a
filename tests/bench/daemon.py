"""The daemon under test: started on ports that the system chooses, with a folder of its own."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE_S = 60  # without one event more that is stored

CONFIG = """
data_dir: data
inputs: {syslog: [{protocol: tcp, listen: '127.0.0.1:0'}], http: []}
api: {listen: '127.0.0.1:0', anonymous: admin}
"""


def new_folder(config=CONFIG):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-bench-"))
    (folder / "regwarden.yaml").write_text(config)
    return folder


class Process:
    """What a process that runs has used so far."""

    def __init__(self, process):
        self.process = process

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self, line="VmRSS"):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{line}:\s+(\d+)", status)[1]) / 1024

    def peak_memory_mb(self):
        return self.memory_mb("VmHWM")


class Daemon(Process):
    def __init__(self, binary, folder):
        self.folder = folder
        start = time.monotonic()
        super().__init__(subprocess.Popen(
            [binary, "serve", "-c", folder / "regwarden.yaml"], stderr=subprocess.PIPE, text=True))
        self.ports = {}
        for line in self.process.stderr:
            found = re.search(r"listening: (\S+) on \S*:(\d+)$", line)
            if found:
                self.ports[found[1]] = int(found[2])
            if line.endswith(" ready\n"):
                break
        self.seconds_to_ready = time.monotonic() - start

    def stop(self, signal_number=signal.SIGTERM):
        """Returns the seconds it took; none when it is stopped already."""
        start = time.monotonic()
        if self.process.returncode is not None:
            return 0
        self.process.send_signal(signal_number)
        self.process.communicate()  # what it still says must not fill the pipe
        return time.monotonic() - start

    def connect(self, listener="syslog/tcp"):
        return socket.create_connection(("127.0.0.1", self.ports[listener]))

    def feed(self, generator, until):
        """Sends what this command makes until so many events of it are stored. It and its connection go on."""
        connection = self.connect()
        process = subprocess.Popen(generator, stdout=connection.fileno())
        connection.close()  # the generator has its own
        stored, since = 0, time.monotonic()
        while stored < until:
            now_stored = self.stored()
            if now_stored > stored:
                stored, since = now_stored, time.monotonic()
            elif time.monotonic() - since > PATIENCE_S:
                raise SystemExit(f"bench: only {stored} of {until} events were stored")
            time.sleep(0.05)
        return process

    def stored(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['api']}/metrics") as reply:
            return int(re.search(rb"^regwarden_registry_events_stored_total (\d+)$", reply.read(), re.MULTILINE)[1])

    def database_bytes(self):
        return sum(file.stat().st_size for file in (self.folder / "data").glob("regwarden.db*"))
