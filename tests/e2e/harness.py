"""The real binary on ports that the system chooses, and what a user would do with it."""

import datetime
import gzip
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

SOURCE_DIR = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("REGWARDEN_BINARY", str(SOURCE_DIR / "build/release/regwarden"))
SHARED_DIR = pathlib.Path(os.environ.get("REGWARDEN_SHARED_DIR", str(SOURCE_DIR.parent / "shared")))
DEADLINE_S = 30


def wait_for(condition, what, deadline_s=DEADLINE_S):
    """Calls the condition until it gives something true; that is the result."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline_s} s for {what}")
        time.sleep(0.02)


def http(method, url, body=None, headers=None):
    """(status, headers, body) whatever the status."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


class Daemon:
    """regwarden serve with a configuration in a folder of its own."""

    DEFAULT = """
        data_dir: data
        inputs:
          syslog:
            - {protocol: udp, listen: "127.0.0.1:0"}
            - {protocol: tcp, listen: "127.0.0.1:0"}
          http:
            - {listen: "127.0.0.1:0", tokens: [secret]}
        api: {listen: "127.0.0.1:0", anonymous: admin}
        """

    def __init__(self, config=None, folder=None, environment=None):
        self.environment = environment
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="regwarden-e2e-"))
        self.config = self.folder / "regwarden.yaml"
        self.config.write_text(config or self.DEFAULT)
        self.process = None
        self.start()

    def start(self):
        self.ports = {}
        self.log = []
        self.process = subprocess.Popen([BINARY, "serve", "-c", self.config], stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **(self.environment or {})})
        ready = threading.Event()

        def read():
            for line in self.process.stderr:
                self.log.append(line.rstrip())
                found = re.search(r"listening: (\S+) on \S*:(\d+)$", self.log[-1])
                if found:
                    self.ports[found[1]] = int(found[2])
                if line.endswith(" ready\n"):
                    ready.set()
            ready.set()

        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()
        ready.wait(DEADLINE_S)
        # By what it said: a process that ends has closed its stderr a moment before it can be waited for.
        if not any(line.endswith(" ready") for line in self.log):
            raise AssertionError("the daemon did not start:\n" + "\n".join(self.log))

    def stop(self, signal_number=signal.SIGTERM):
        """Returns the exit status."""
        if self.process is None:
            return None
        self.process.send_signal(signal_number)
        status = self.process.wait(DEADLINE_S)
        self.reader.join(DEADLINE_S)
        self.process.stderr.close()
        self.process = None
        return status

    def remove(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder)

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def memory_kb(self, field="VmRSS"):
        """A line of /proc/PID/status: VmRSS is what is resident, VmHWM the most there was."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))

    # --- sending ---

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.ports["syslog/tcp"]), timeout=DEADLINE_S)

    def send_tcp(self, data):
        with self.connect() as connection:
            connection.sendall(data)

    def send_udp(self, data):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(data, ("127.0.0.1", self.ports["syslog/udp"]))

    def hec(self, path, body, headers=None, method="POST"):
        url = f"http://127.0.0.1:{self.ports['http']}{path}"
        return http(method, url, body, {"Authorization": "Splunk secret"} if headers is None else headers)

    # --- asking ---

    def api(self, path, **parameters):
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        status, _, body = http("GET", f"http://127.0.0.1:{self.ports['api']}{path}{query}")
        if status != 200:
            raise AssertionError(f"GET {path}{query}: {status} {body!r}")
        return json.loads(body)

    def items(self, noun, **parameters):
        """All pages."""
        items = []
        while True:
            page = self.api(f"/api/v1/{noun}", limit=1000, **parameters)
            items += page["items"]
            if not page["next_cursor"]:
                return items
            parameters["cursor"] = page["next_cursor"]

    def counter(self, name):
        _, _, body = http("GET", f"http://127.0.0.1:{self.ports['api']}/metrics")
        found = re.search(rf"^{name} (\d+)$", body.decode(), re.MULTILINE)
        if not found:
            raise AssertionError(f"no counter {name}")
        return int(found[1])

    def wait_for_counter(self, name, value):
        wait_for(lambda: self.counter(name) >= value, f"{name} = {value}")
        if self.counter(name) != value:
            raise AssertionError(f"{name}: {self.counter(name)} != {value}")

    def cli(self, *arguments, check=True):
        return cli(*arguments[:1], "-c", str(self.config), *arguments[1:], check=check)


def cli(*arguments, check=True):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=600)
    if check and done.returncode != 0:
        raise AssertionError(f"regwarden {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
    return done


class TestCase(unittest.TestCase):
    maxDiff = None

    def daemon(self, config=None, folder=None, environment=None):
        daemon = Daemon(config, folder, environment)
        self.addCleanup(daemon.remove)
        return daemon

    def allow_open_files(self, wanted):
        """To be called before the daemon is started, which inherits it. Where that many cannot be had it skips."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < wanted:
            self.skipTest(f"{wanted} open files are needed, the hard limit is {hard}")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))


# --- events ---

AMSI_PATH = r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows Script\Settings\AmsiEnable"


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def sysmon_xml(event_id=13, record_id=1, time_s=None, computer="ws1.example.test", **data):
    """A Sysmon event as Windows renders it; data overrides or adds EventData fields."""
    when = utc(time.time() if time_s is None else time_s)
    fields = {
        "RuleName": "-",
        "EventType": {12: "CreateKey", 13: "SetValue", 14: "RenameKey"}.get(event_id, ""),
        "UtcTime": when.strftime("%Y-%m-%d %H:%M:%S.") + f"{when.microsecond // 1000:03}",
        "ProcessGuid": "{2f1c0a11-77aa-6523-4a01-000000001100}",
        "ProcessId": "4321",
        "Image": r"C:\Windows\System32\reg.exe",
        "TargetObject": AMSI_PATH,
        "Details": "DWORD (0x00000000)",
        "User": r"WS1\admin",
    }
    if event_id != 13:
        del fields["Details"]
    fields.update(data)
    escape = lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    body = "".join(f"<Data Name='{name}'>{escape(value)}</Data>" for name, value in fields.items())
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        "<Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/>"
        f"<EventID>{event_id}</EventID><Version>2</Version><Level>4</Level><Task>{event_id}</Task><Opcode>0</Opcode>"
        "<Keywords>0x8000000000000000</Keywords>"
        f"<TimeCreated SystemTime='{when.strftime('%Y-%m-%dT%H:%M:%S.%f')}0Z'/><EventRecordID>{record_id}</EventRecordID>"
        "<Correlation/><Execution ProcessID='2212' ThreadID='3340'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel>"
        f"<Computer>{computer}</Computer><Security UserID='S-1-5-18'/></System><EventData>{body}</EventData></Event>"
    )


def syslog(payload, header="<14>1 2026-10-11T22:14:15.003Z ws1 Sysmon 2212 - - "):
    return (header + payload).encode()


def octet_counted(message):
    return str(len(message)).encode() + b" " + message


def corpus_lines(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rb") as file:
        return [line for line in file.read().split(b"\n") if line.strip()]
