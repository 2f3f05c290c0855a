"""The ways by which events come in, each from the first byte that is sent until the last row is committed."""

import base64
import contextlib
import json
import mmap
import pathlib
import re
import shutil
import ssl
import statistics
import subprocess
import threading
import time
from http.client import HTTPConnection

from daemon import Daemon, new_folder

PATIENCE_S = 300
CONNECTIONS = 4  # of HTTP and RELP: each waits for its answers
EVENTS_A_REQUEST = 500
RELP_WINDOW = 1000  # messages of a connection that are not answered yet; omrelp's windowSize
RELP_CHUNK = 100
PACE_EVENTS_A_SECOND = 10_000
PACE_EVENTS_A_REQUEST = 100
PACE_SECONDS = 10

CONFIG = """
data_dir: data
inputs:
  syslog:
    - {protocol: tcp, listen: '127.0.0.1:0'}
    - {protocol: tls, listen: '127.0.0.1:0', certificate: server.pem, key: server.key}
    - {protocol: relp, listen: '127.0.0.1:0'}
  http: [{listen: '127.0.0.1:0', tokens: [bench-token]}]
api: {listen: '127.0.0.1:0', anonymous: admin}
"""


@contextlib.contextmanager
def started(binary):
    folder = new_folder(CONFIG)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=bench", "-keyout", folder / "server.key", "-out", folder / "server.pem"],
                   check=True, capture_output=True)
    daemon = Daemon(binary, folder)
    try:
        yield daemon
    finally:
        daemon.stop()
        shutil.rmtree(folder)


def wait_stored(daemon, events):
    start = time.monotonic()
    while daemon.stored() < events:
        if time.monotonic() - start > PATIENCE_S:
            raise SystemExit(f"bench: only {daemon.stored()} of {events} events were stored")
        time.sleep(0.01)


def rate(name, daemon, events, send):
    """Events a second. They share the processors with what sends them: it says so when that needs more than the daemon."""
    daemon_cpu, own_cpu = daemon.cpu_seconds(), time.process_time()
    start = time.monotonic()
    send()
    wait_stored(daemon, events)
    took = time.monotonic() - start
    daemon_cpu, own_cpu = daemon.cpu_seconds() - daemon_cpu, time.process_time() - own_cpu
    if own_cpu > daemon_cpu:
        print(f"bench: {name}: sending took {own_cpu:.1f} s of CPU, the daemon {daemon_cpu:.1f} s", flush=True)
    return name, events / took


def in_threads(work, count=CONNECTIONS):
    """Ends with the first exception of one of them."""
    failures = []

    def run(number):
        try:
            work(number)
        except BaseException as failure:  # also SystemExit, which would end the thread alone
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def send_file(daemon, load):
    with open(load, "rb") as file, daemon.connect() as connection:
        connection.sendfile(file)


def syslog(binary, loads, events):
    with started(binary) as daemon:
        time.sleep(1)
        yield "start", daemon.seconds_to_ready * 1000
        yield "memory when idle", daemon.memory_mb()
        cpu = daemon.cpu_seconds()
        yield rate("syslog over TCP to committed", daemon, events, lambda: send_file(daemon, loads["xml"]))
        yield "CPU per million events", (daemon.cpu_seconds() - cpu) / events * 1e6
        yield "peak memory under this load", daemon.peak_memory_mb()
        daemon.stop()
        yield "database per event", daemon.database_bytes() / events


def nxlog(binary, loads, events):
    with started(binary) as daemon:
        yield rate("NXLog JSON, syslog over TCP to committed", daemon, events, lambda: send_file(daemon, loads["nxlog"]))


def tls(binary, loads, events):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    def send():
        with open(loads["xml"], "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as load, \
                memoryview(load) as whole, context.wrap_socket(daemon.connect("syslog/tls")) as connection:
            for at in range(0, len(whole), 1 << 20):
                with whole[at:at + (1 << 20)] as piece:
                    connection.sendall(piece)
            # The session tickets have not been read: closed now, the socket would reset what is under way.
            wait_stored(daemon, events)

    with started(binary) as daemon:
        yield rate("syslog over TLS to committed", daemon, events, send)


class RelpSender:
    """librelp's side of RELP: sends as long as the window allows, and reads the answers."""

    def __init__(self, daemon):
        self.connection = daemon.connect("syslog/relp")
        offers = b"relp_version=0\nrelp_software=bench\ncommands=syslog"
        self.connection.sendall(b"1 open %d %s\n" % (len(offers), offers))
        self.rest, self.waiting = b"", 1
        self.read_answers()

    def read_answers(self):
        answers = self.rest + self.connection.recv(1 << 16)
        if len(answers) == len(self.rest) or re.search(rb" rsp \d+ 500", answers):
            raise SystemExit(f"bench: RELP: {answers!r}")
        # What a line end has not finished yet is looked at with the next; only the one to `open` has more than one line.
        whole, _, self.rest = answers.rpartition(b"\n")
        self.waiting -= whole.count(b" rsp ")

    def send(self, frames, count):
        while self.waiting + count > RELP_WINDOW:
            self.read_answers()
        self.connection.sendall(frames)
        self.waiting += count

    def finish(self):
        while self.waiting > 0:
            self.read_answers()
        self.connection.close()


def relp_chunks(messages):
    """The messages of a connection as frames, RELP_CHUNK in one piece; and how many they are."""
    frames = [b"%d syslog %d %s\n" % (number, len(message), message) for number, message in enumerate(messages, 2)]
    pieces = (frames[at:at + RELP_CHUNK] for at in range(0, len(frames), RELP_CHUNK))
    return [(b"".join(piece), len(piece)) for piece in pieces]


def relp(binary, loads, events):
    messages = re.findall(rb"<14>.*?</Event>", pathlib.Path(loads["xml"]).read_bytes(), re.DOTALL)
    chunks = [relp_chunks(messages[number::CONNECTIONS]) for number in range(CONNECTIONS)]
    del messages

    def send(number):
        sender = RelpSender(daemon)
        for frames, count in chunks[number]:
            sender.send(frames, count)
        sender.finish()

    with started(binary) as daemon:
        yield rate("RELP, answered when committed", daemon, events, lambda: in_threads(send))


class HttpSender:
    def __init__(self, daemon, path, authorization, success):
        self.connection = HTTPConnection("127.0.0.1", daemon.ports["http"])
        self.path, self.success = path, success
        self.headers = {"Authorization": authorization, "Content-Type": "application/json"}

    def send(self, body):
        self.connection.request("POST", self.path, body, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200 or self.success not in text:
            raise SystemExit(f"bench: {self.path} answered {answer.status} {text[:200]!r}")


def hec_sender(daemon):
    return HttpSender(daemon, "/services/collector/event", "Splunk bench-token", b'"code":0')


def bulk_sender(daemon):
    basic = base64.b64encode(b"winlogbeat:bench-token").decode()
    return HttpSender(daemon, "/_bulk", f"Basic {basic}", b'"errors":false')


def hec_bodies(load, events, events_a_request):
    """The events of the load as requests to HTTP Event Collector."""
    texts = [xml.decode() for xml in re.findall(rb"<Event .*?</Event>", pathlib.Path(load).read_bytes(), re.DOTALL)]
    assert len(texts) == events, f"{len(texts)} events in the load"
    return ["".join(json.dumps({"event": xml, "sourcetype": "XmlWinEventLog"}) for xml in texts[at:at + events_a_request])
            .encode() for at in range(0, events, events_a_request)]


def bulk_bodies(load):
    lines = pathlib.Path(load).read_bytes().splitlines(keepends=True)  # two for each event
    step = 2 * EVENTS_A_REQUEST
    return [b"".join(lines[at:at + step]) for at in range(0, len(lines), step)]


def posted(name, binary, events, bodies, sender_to):
    def send(number):
        sender = sender_to(daemon)
        for body in bodies[number::CONNECTIONS]:
            sender.send(body)

    with started(binary) as daemon:
        yield rate(name, daemon, events, lambda: in_threads(send))


def hec(binary, loads, events):
    bodies = hec_bodies(loads["xml"], events, EVENTS_A_REQUEST)
    yield from posted("HEC, answered when committed", binary, events, bodies, hec_sender)


def bulk(binary, loads, events):
    bodies = bulk_bodies(loads["winlogbeat"])
    yield from posted("Winlogbeat JSON, _bulk answered when committed", binary, events, bodies, bulk_sender)


def latency(binary, loads, events):
    bodies = hec_bodies(loads["xml"], events, PACE_EVENTS_A_REQUEST)
    requests = min(len(bodies), PACE_SECONDS * PACE_EVENTS_A_SECOND // PACE_EVENTS_A_REQUEST)
    took = [0.0] * requests

    def send(number):
        sender = hec_sender(daemon)
        for at in range(number, requests, CONNECTIONS):
            due = start + at * PACE_EVENTS_A_REQUEST / PACE_EVENTS_A_SECOND
            time.sleep(max(0, due - time.monotonic()))
            # From when it should have gone: a sender that is held up must not hide it.
            sender.send(bodies[at])
            took[at] = (time.monotonic() - due) * 1000

    with started(binary) as daemon:
        start = time.monotonic() + 0.1
        in_threads(send)
        yield "answer at 10,000 events/s, median", statistics.median(took)
        yield "answer at 10,000 events/s, 99 %", statistics.quantiles(took, n=100)[98]


WAYS = (syslog, tls, relp, nxlog, hec, bulk, latency)
