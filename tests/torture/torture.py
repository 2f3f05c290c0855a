"""Senders that never rest, and a daemon that is killed, stopped, frozen, whose disk is full and whose clock leaps, at
random. Afterwards everything that was acknowledged is there, nothing is there twice, the ledger has no hole, and the
findings are those of what was sent. Or the same senders and a daemon that is left alone, whose memory and open files
must not grow.

    torture.py --minutes N [--seed S] [--calm]
"""

import argparse
import collections
import contextlib
import http.client
import os
import pathlib
import random
import resource
import shutil
import signal
import socket
import sqlite3
import struct
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from harness import BINARY, Daemon, octet_counted, syslog, sysmon_xml, wait_for  # noqa: E402

DETECTION = "Disable AMSI Through Registry"
MINUTE_S = 60
FULL_BYTES = 4096  # no file of the store can be written beyond: as a full disk
REPLY_S = 60
AMSI_SHARE = 0.005
FURTHEST_S = 150  # that its clock is wrong
CLOCK_SHIFT = pathlib.Path(BINARY).parent / "tests/torture/libclock_shift.so"
SAMPLE_S = 5
# What the last third of a calm run may take more than the second: the allocator never gives all back.
GROWTH_KB = 16 * 1024
GROWTH_FILES = 8

CONFIG = """
data_dir: data
inputs:
  syslog:
    - {protocol: tcp, listen: "127.0.0.1:0"}
    - {protocol: relp, listen: "127.0.0.1:0"}
  http:
    - {listen: "127.0.0.1:0", tokens: [secret]}
api: {listen: "127.0.0.1:0", anonymous: admin}
storage: {queue_size: 4MiB}
detections:
  defaults: {cron_schedule: "* * * * *", earliest_time: -1m@m, latest_time: "@m", schedule_window: 0}
health: {store_stalled_after: 1s}
"""


class Sent:
    """What one sender sent. An event is (computer, record id); `amsi` has the time of those that the detection finds."""

    def __init__(self):
        self.all = set()
        self.acknowledged = set()
        self.amsi = {}


class Sender(threading.Thread):
    """Sends batches until it is told to end; what is not acknowledged is sent again, as forwarders do."""

    def __init__(self, torture, name, seed):
        super().__init__(daemon=True)
        self.torture, self.sender_name, self.chance = torture, name, random.Random(seed)
        self.sent = Sent()
        self.record_id = 0
        self.fault = None

    def batch(self):
        """[(event key, text)], none of which was sent before."""
        events = []
        for _ in range(self.chance.randint(1, 120)):
            self.record_id += 1
            now = time.time()
            if self.chance.random() < AMSI_SHARE:
                key = (f"{self.sender_name}-{self.record_id}.example.test", self.record_id)
                self.sent.amsi[key] = now
                text = sysmon_xml(record_id=self.record_id, time_s=now, computer=key[0])
            else:
                key = (f"{self.sender_name}.example.test", self.record_id)
                text = sysmon_xml(record_id=self.record_id, time_s=now, computer=key[0],
                                  TargetObject=rf"HKLM\SOFTWARE\Shop\{self.chance.randint(1, 5000)}",
                                  Details="x" * self.chance.choice((10, 100, 2000)))
            self.sent.all.add(key)
            events.append((key, text))
        return events

    def acknowledge(self, events):
        self.sent.acknowledged.update(key for key, _ in events)

    def run(self):
        try:
            while not self.torture.ending.is_set():
                self.send_until_taken(self.batch())
                if self.torture.calm:
                    time.sleep(0.1)  # a load that leaves room
                if self.chance.random() < 0.01:
                    self.lost_connection()  # as a machine that is shut down
        except Exception as fault:  # a sender that ends early would make the test weaker without a word
            self.fault = fault

    def send_until_taken(self, events):
        while not self.torture.given_up.is_set():
            try:
                if self.send(events):
                    return
            except (OSError, EOFError, KeyError, http.client.HTTPException):  # KeyError: it has no port just now
                self.lost_connection()
            time.sleep(0.05)

    def lost_connection(self):
        pass


class HecSender(Sender):
    def send(self, events):
        body = "\n".join(text for _, text in events).encode()
        status, _, _ = self.torture.regwarden.hec("/services/collector/raw", body)
        if status == 200:
            self.acknowledge(events)
            return True
        if status != 503:
            raise AssertionError(f"HEC answered {status}")
        return False


class RelpSender(Sender):
    """A client of its own: rsyslog's does not tell what was acknowledged."""

    connection = None

    def lost_connection(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def open(self):
        port = self.torture.regwarden.ports["syslog/relp"]
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=REPLY_S)
        self.replies = self.connection.makefile("rb")
        self.txnr = 1
        offers = b"relp_version=0\nrelp_software=torture\ncommands=syslog"
        self.connection.sendall(b"1 open %d %s\n" % (len(offers), offers))
        self.expect_reply(1)

    def word(self):
        """Up to the next blank or line feed, and which of them it is."""
        word = b""
        while True:
            byte = self.replies.read(1)
            if not byte:
                raise EOFError
            if byte in (b" ", b"\n"):
                return word, byte
            word += byte

    def expect_reply(self, txnr):
        """All that we send is answered in order."""
        (number, _), (command, _), (length, end) = self.word(), self.word(), self.word()
        data = b""
        if end == b" ":
            data = self.replies.read(int(length))
            self.replies.read(1)
        if command == b"serverclose":
            raise EOFError
        if int(number) != txnr or not data.startswith(b"200"):
            raise AssertionError(f"RELP: {number} {command} {data!r} in answer to {txnr}")

    def send(self, events):
        if self.connection is None:
            self.open()
        frames = []
        for _, text in events:
            self.txnr += 1
            message = syslog(text)
            frames.append(b"%d syslog %d %s\n" % (self.txnr, len(message), message))
        first = self.txnr - len(events) + 1
        self.connection.sendall(b"".join(frames))
        for number, event in enumerate(events):
            self.expect_reply(first + number)
            self.acknowledge([event])
        return True


class TcpSender(Sender):
    """Knows of nothing whether it arrived."""

    connection = None

    def lost_connection(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def send(self, events):
        if self.connection is None:
            port = self.torture.regwarden.ports["syslog/tcp"]
            self.connection = socket.create_connection(("127.0.0.1", port), timeout=REPLY_S)
        self.connection.sendall(b"".join(octet_counted(syslog(text)) for _, text in events))
        time.sleep(0.02)
        return True


class Visitor(threading.Thread):
    """Someone who has the page open, and a Prometheus."""

    def __init__(self, torture):
        super().__init__(daemon=True)
        self.torture, self.sender_name, self.fault = torture, "visitor", None

    def run(self):
        try:
            while not self.torture.ending.is_set():
                for noun in ("events/registry", "events/processes", "notables", "risk-events", "runs", "sources"):
                    self.torture.regwarden.api(f"/api/v1/{noun}", limit=200)
                self.torture.regwarden.api("/api/v1/status")
                self.torture.regwarden.counter("regwarden_registry_events_stored_total")
                time.sleep(1)
        except Exception as fault:
            self.fault = fault


class Samples:
    """Memory and open files of the daemon, as time goes by."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.memory_kb, self.files = [], []

    def take(self):
        self.memory_kb.append(self.daemon.memory_kb())
        self.files.append(len(os.listdir(f"/proc/{self.daemon.process.pid}/fd")))

    def thirds(self, values):
        third = len(values) // 3
        return [max(values[i * third:(i + 1) * third]) for i in range(3)]

    def faults(self):
        (_, memory, last_memory), (_, files, last_files) = self.thirds(self.memory_kb), self.thirds(self.files)
        if last_memory > memory + GROWTH_KB:
            yield f"memory grows: {memory} kB at most in the second third, {last_memory} kB in the last"
        if last_files > files + GROWTH_FILES:
            yield f"open files grow: {files} at most in the second third, {last_files} in the last"

    def __str__(self):
        return (f"resident at most {[kb // 1024 for kb in self.thirds(self.memory_kb)]} MiB and open files at most "
                f"{self.thirds(self.files)} in each third")


class WrongClock:
    """What the daemon's clock is off; the senders' is right."""

    def __init__(self):
        if not CLOCK_SHIFT.exists():
            raise FileNotFoundError(f"{CLOCK_SHIFT}: run scripts/build")
        self.file = tempfile.NamedTemporaryFile(prefix="regwarden-clock-")
        self.set(0)
        self.environment = {"LD_PRELOAD": str(CLOCK_SHIFT), "CLOCK_SHIFT_FILE": self.file.name}

    def set(self, seconds):
        self.file.seek(0)
        self.file.write(struct.pack("=q", int(seconds * 1e6)))
        self.file.flush()


class Torture:
    def __init__(self, seconds, seed, say=print, calm=False):
        self.seconds, self.seed, self.say, self.calm = seconds, seed, say, calm
        self.chance = random.Random(seed)
        self.ending = threading.Event()
        self.given_up = threading.Event()
        self.rounds = collections.Counter()
        self.clock = None if calm else WrongClock()
        self.regwarden = Daemon(CONFIG, environment=self.clock and self.clock.environment)
        self.senders = [kind(self, f"{name}{i}", f"{seed} {name}{i}")
                        for kind, name, count in ((HecSender, "hec", 2), (RelpSender, "relp", 2), (TcpSender, "tcp", 1))
                        for i in range(count)]
        if calm:
            self.senders.append(Visitor(self))
        self.samples = Samples(self.regwarden)

    # --- what is done to the daemon ---

    def kill(self):
        self.regwarden.stop(signal.SIGKILL)
        self.regwarden.start()

    def restart(self):
        status = self.regwarden.stop(signal.SIGTERM)
        if status != 0:
            raise AssertionError(f"SIGTERM: status {status}\n" + "\n".join(self.regwarden.log[-20:]))
        self.regwarden.start()

    def freeze(self):
        self.regwarden.process.send_signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.2, 3))
        self.regwarden.process.send_signal(signal.SIGCONT)

    def fill_disk(self):
        self.limit_files(FULL_BYTES)
        time.sleep(self.chance.uniform(0.2, 3))
        self.limit_files(resource.RLIM_INFINITY)

    def kill_with_full_disk(self):
        self.limit_files(FULL_BYTES)
        time.sleep(self.chance.uniform(0.1, 1.5))
        self.kill()

    def shift_clock(self):
        self.clock.set(self.chance.uniform(-FURTHEST_S, FURTHEST_S))

    def limit_files(self, size):
        resource.prlimit(self.regwarden.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    # --- the whole of it ---

    def run(self):
        start = time.monotonic()
        for sender in self.senders:
            sender.start()
        while self.calm and time.monotonic() - start < self.seconds:
            time.sleep(SAMPLE_S)
            self.samples.take()
            if self.regwarden.process.poll() is not None:
                raise AssertionError("the daemon has ended\n" + "\n".join(self.regwarden.log[-50:]))
        faults = (self.kill, self.restart, self.freeze, self.fill_disk, self.kill_with_full_disk, self.shift_clock)
        while time.monotonic() - start < self.seconds:
            time.sleep(self.chance.uniform(0.3, 3))
            fault = self.chance.choice(faults)
            fault()
            self.rounds[fault.__name__] += 1
        self.ending.set()
        for sender in self.senders:
            sender.join(2 * REPLY_S)
        self.given_up.set()
        if self.clock:
            self.clock.set(0)
        broken = [f"{sender.sender_name}: {sender.fault or 'does not end'}" for sender in self.senders
                  if sender.fault or sender.is_alive()]
        if broken:
            raise AssertionError("; ".join(broken))
        self.wait_for_last_window()
        runs = self.regwarden.items("runs", kind="scheduled", detection=DETECTION)
        notables = [item for item in self.regwarden.items("notables") if item["detection"] == DETECTION]
        if self.regwarden.stop() != 0:
            raise AssertionError("the daemon did not stop as it should")
        return self.check(runs, notables)

    def wait_for_last_window(self):
        last = max(max(sender.sent.amsi.values(), default=0) for sender in self.senders if isinstance(sender, Sender))
        boundary = (int(last) // MINUTE_S + 1) * MINUTE_S
        wait_for(lambda: any(self.seconds_of(run["latest"]) >= boundary and run["status"] == "done"
                             for run in self.regwarden.api("/api/v1/runs", limit=50, detection=DETECTION)["items"]),
                 "the run over the last events", 3 * MINUTE_S + FURTHEST_S)
        wait_for(lambda: self.late_minutes() == 0, "the searches for late events", MINUTE_S)

    def late_minutes(self):
        with contextlib.closing(sqlite3.connect(self.regwarden.folder / "data/regwarden.db")) as database:
            return database.execute("SELECT count(*) FROM late_span").fetchone()[0]

    @staticmethod
    def seconds_of(text):
        return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone

    def check(self, runs, notables):
        faults = []
        expect = lambda holds, what: None if holds else faults.append(what)
        with sqlite3.connect(self.regwarden.folder / "data/regwarden.db") as database:
            expect(database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the database is damaged")
            rows = database.execute("SELECT dest, EventRecordID FROM Registry").fetchall()
        database.close()
        stored = set(rows)
        sent, acknowledged, amsi = set(), set(), {}
        for sender in (sender for sender in self.senders if isinstance(sender, Sender)):
            sent |= sender.sent.all
            acknowledged |= sender.sent.acknowledged
            amsi |= sender.sent.amsi
        expect(len(rows) == len(stored), f"{len(rows) - len(stored)} events are stored twice")
        expect(stored <= sent, f"{len(stored - sent)} events were never sent")
        expect(acknowledged <= stored, f"{len(acknowledged - stored)} acknowledged events are lost")

        # Ledger: a run for each minute, once, from the first one on.
        minutes = sorted(int(self.seconds_of(run["scheduled_time"])) // MINUTE_S for run in runs)
        expect(minutes == list(range(minutes[0], minutes[0] + len(minutes))) if minutes else False,
               f"the ledger has holes or runs twice: {minutes}")
        expect(all(run["status"] == "done" for run in runs), "a run failed or was missed")

        # Findings: each event that is stored was found, however late it came; none was that is not stored; none twice.
        searched = {int(self.seconds_of(run["scheduled_time"])) // MINUTE_S for run in runs}
        found = [item["row"]["dest"] for item in notables]
        expect(len(found) == len(set(found)), "findings are there twice")
        may = {key[0] for key in amsi if key in stored}
        must = {key[0] for key, when in amsi.items() if key in stored and int(when) // MINUTE_S + 1 in searched}
        expect(must <= set(found), f"{len(must - set(found))} findings are missing")
        expect(set(found) <= may, f"{len(set(found) - may)} findings are of nothing that is stored")

        figures = (f"torture: seed {self.seed}, {self.seconds:.0f} s, rounds {dict(self.rounds)}; events sent {len(sent)}, "
                   f"acknowledged {len(acknowledged)}, stored {len(stored)}; runs {len(runs)}; findings {len(found)} "
                   f"(of {len(must)}), late {sum(item['late'] for item in notables)}")
        if self.calm:
            faults += self.samples.faults()
            figures += f"; {self.samples}"
        self.say(figures)
        if faults:
            raise AssertionError("; ".join(faults) + f"\n{figures}\ndata: {self.regwarden.folder}")
        shutil.rmtree(self.regwarden.folder)
        return {"rounds": sum(self.rounds.values()), "acknowledged": len(acknowledged), "found": len(found),
                "must": len(must), "runs": len(runs)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--calm", action="store_true", help="do nothing to the daemon, and watch its memory and files")
    options = parser.parse_args()
    print(f"torture: seed {options.seed}", flush=True)
    Torture(options.minutes * MINUTE_S, options.seed, calm=options.calm).run()


if __name__ == "__main__":
    main()
