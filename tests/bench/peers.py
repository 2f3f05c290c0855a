"""syslog-ng and rsyslog under the same load: both take the frames by TCP, take the event's fields from the XML, and keep
them in columns. They run on a free port of loopback, without rights, in a folder of their own; the system's services
are left alone."""

import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from xml.etree import ElementTree

from daemon import PATIENCE_S, Process

SENDERS_DIR = pathlib.Path(__file__).resolve().parents[2] / "build/senders"  # scripts/setup --peers unpacks syslog-ng there
NOBODY = 65534

# What regwarden's record has, by the names of Windows: in attributes of System, in elements of it, and in Data.
SYSTEM_ATTRIBUTES = {"provider": "Provider.@Name", "time": "TimeCreated.@SystemTime"}
SYSTEM = {"event_id": "EventID", "record_id": "EventRecordID", "channel": "Channel", "host": "Computer",
          "version": "Version", "level": "Level", "task": "Task", "opcode": "Opcode", "keywords": "Keywords"}
DATA = {"rule": "RuleName", "event_type": "EventType", "utc_time": "UtcTime", "process_guid": "ProcessGuid",
        "process_id": "ProcessId", "process": "Image", "path": "TargetObject", "details": "Details", "user": "User"}
COLUMNS = [*SYSTEM_ATTRIBUTES, *SYSTEM, *DATA]


def columns_of(xml):
    event = ElementTree.fromstring(xml)
    system, data = (event.find(f"{{*}}{part}") for part in ("System", "EventData"))
    named = {element.get("Name"): element.text for element in data}
    attributes = [name.split(".@") for name in SYSTEM_ATTRIBUTES.values()]
    return ([system.find(f"{{*}}{element}").get(attribute) for element, attribute in attributes]
            + [system.find(f"{{*}}{element}").text for element in SYSTEM.values()] + [named[name] for name in DATA.values()])


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Peer(Process):
    """One of them, started: `command(folder)` writes its configuration and says how it is called."""

    def __init__(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-bench-peer-"))
        self.folder = folder
        self.port = free_port()
        command, environment = self.command()
        rights = {}
        if os.geteuid() == 0:
            rights = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            os.chown(folder, NOBODY, NOBODY)
        self.log = (folder / "log").open("wb")
        super().__init__(subprocess.Popen(command, stdout=self.log, stderr=self.log, cwd=folder,
                                          env={**os.environ, **environment}, **rights))
        self.connection = None

    def connect(self):
        start = time.monotonic()
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() - start > PATIENCE_S:
                    raise self.failure("does not listen") from None
                time.sleep(0.02)

    def failure(self, what):
        return SystemExit(f"bench: {self.name} {what}: {(self.folder / 'log').read_text(errors='replace')[-2000:]}")

    def take(self, load, events):
        """Sends the load, and waits until all of it is stored."""
        self.connection = self.connect()
        with open(load, "rb") as file:
            self.connection.sendfile(file)
        count, since = 0, time.monotonic()
        while count < events:
            now = self.stored()
            if now > count:
                count, since = now, time.monotonic()
            elif time.monotonic() - since > PATIENCE_S:
                raise self.failure(f"stored only {count} of {events} events")
            time.sleep(0.02)

    def check(self, load, events):
        """A figure counts only where every event has become a row with all that regwarden takes from it."""
        with open(load, "rb") as frames:
            expected = columns_of(re.search(rb"<Event .*?</Event>", frames.read(65536))[0])
        rows = self.rows()
        first = list(next(rows))
        if first != expected:
            raise self.failure(f"made {first} of an event that is {expected}")
        count = 1 + sum(len(row) == len(COLUMNS) and all(row) for row in rows)
        if count != events:
            raise self.failure(f"made {count} whole rows of {events} events")

    def stop(self):
        if self.connection is not None:
            self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class SyslogNg(Peer):
    """Into SQLite, with xml() and sql(). xml() makes one list of all Data, of which each column takes its own.
    Without explicit-commits each row would be a transaction; with it 1,000 rows are (5,000 are no faster), or what came
    within 100 ms, and SQLite syncs each to the write-ahead log, as regwarden does. No index: no duplicate is noticed."""

    name = "syslog-ng"

    def command(self):
        unpacked = SENDERS_DIR / "usr"
        modules = next((unpacked / "lib/syslog-ng").glob("[0-9]*"), None)
        if modules is None or not (modules / "libafsql.so").exists():
            raise SystemExit(f"bench: no syslog-ng with sql() in {SENDERS_DIR}: run scripts/setup --peers")
        # A copy: the user nobody may not be let into the folder that the project is in.
        here = shutil.copytree(unpacked, self.folder / "usr", symlinks=True)
        libraries = here / "lib/syslog-ng"
        prefix = ".e.Event."
        values = [f"${{{prefix}System.{name.replace('@', '_')}}}" for name in SYSTEM_ATTRIBUTES.values()]
        values += [f"${{{prefix}System.{name}}}" for name in SYSTEM.values()]
        values += [f"$(list-nth {number} ${{{prefix}EventData.Data}})" for number in range(len(DATA))]
        config = self.folder / "syslog-ng.conf"
        config.write_text(f"""@version: {modules.name}
options {{ log-msg-size(262144); keep-hostname(yes); stats-freq(0); }};
source s_tcp {{ syslog(ip("127.0.0.1") port({self.port}) transport("tcp") log-fetch-limit(1000) log-iw-size(10000)); }};
parser p_event {{ xml(prefix("{prefix.removesuffix(".Event.")}")); }};
destination d_sqlite {{
  sql(type(sqlite3) database("{self.folder}/events.db") table("events")
      columns({", ".join(f'"{name} text"' for name in COLUMNS)})
      values({", ".join(f'"{value}"' for value in values)})
      session-statements("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL")
      flags(explicit-commits, dont-create-tables) batch-lines(1000) batch-timeout(100) log-fifo-size(100000));
}};
log {{ source(s_tcp); parser(p_event); destination(d_sqlite); flags(flow-control); }};
""")
        with sqlite3.connect(self.folder / "events.db") as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(f"CREATE TABLE events ({', '.join(name + ' text' for name in COLUMNS)})")
        database.close()
        if os.geteuid() == 0:
            os.chown(self.folder / "events.db", NOBODY, NOBODY)
        return [here / "sbin/syslog-ng", "-F", "-f", config, f"--persist-file={self.folder}/persist",
                f"--control={self.folder}/control", f"--pidfile={self.folder}/pid", f"--module-path={libraries / modules.name}",
                "--no-caps"], {"LD_LIBRARY_PATH": str(libraries)}

    def stored(self):
        # Nothing is deleted, so the last row's number is their count, which reads one page.
        with sqlite3.connect(f"file:{self.folder}/events.db?mode=ro", uri=True) as database:
            count = database.execute("SELECT max(rowid) FROM events").fetchone()[0] or 0
        database.close()
        return count

    def rows(self):
        with sqlite3.connect(self.folder / "events.db") as database:
            yield from database.execute(f"SELECT {', '.join(COLUMNS)} FROM events ORDER BY rowid")
        database.close()

    def bytes(self):
        return sum(file.stat().st_size for file in self.folder.glob("events.db*"))


class Rsyslog(Peer):
    """Into a file of columns separated by tabs, the cheapest way that it has: mmnormalize, with a rule for just this
    order of elements. Entities of XML stay as they are, and nothing is synced."""

    name = "rsyslog"

    def command(self):
        def element(column, name):
            return f"<{name}>%{column}:char-sep:<%</{name}>"

        def data(column, name):
            return f"<Data Name='{name}'>%{column}:char-sep:<%</Data>"

        (self.folder / "event.rulebase").write_text(
            "version=2\nrule=:"
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
            "<Provider Name='%provider:char-to:'%' Guid='%-:char-to:'%'/>"
            + "".join(element(column, SYSTEM[column])
                      for column in ("event_id", "version", "level", "task", "opcode", "keywords"))
            + "<TimeCreated SystemTime='%time:char-to:'%'/>" + element("record_id", "EventRecordID")
            + "<Correlation/><Execution ProcessID='%-:char-to:'%' ThreadID='%-:char-to:'%'/>"
            + element("channel", "Channel") + element("host", "Computer") + "<Security UserID='%-:char-to:'%'/></System>"
            + "<EventData>" + "".join(data(column, name) for column, name in DATA.items()) + "</EventData></Event>\n")
        columns = "\\t".join(f"%$!{name}%" for name in COLUMNS)
        config = self.folder / "rsyslog.conf"
        config.write_text(f"""
global(workDirectory="{self.folder}" maxMessageSize="256k")
module(load="imptcp")
module(load="mmnormalize")
template(name="columns" type="string" string="{columns}\\n")
input(type="imptcp" address="127.0.0.1" port="{self.port}" ruleset="events")
ruleset(name="events" queue.type="FixedArray" queue.size="100000" queue.dequeueBatchSize="1000") {{
  action(type="mmnormalize" ruleBase="{self.folder}/event.rulebase")
  action(type="omfile" file="{self.folder}/events" template="columns" ioBufferSize="256k" flushOnTXEnd="on")
}}
""")
        self.kept, self.lines = self.folder / "events", 0
        self.file = None
        return ["/usr/sbin/rsyslogd", "-n", "-f", config, "-i", self.folder / "pid"], {}

    def stored(self):
        if self.file is None:
            if not self.kept.exists():
                return 0
            self.file = self.kept.open("rb")
        while piece := self.file.read(1 << 20):
            self.lines += piece.count(b"\n")
        return self.lines

    def rows(self):
        with self.kept.open() as lines:
            yield from (line.rstrip("\n").split("\t") for line in lines)

    def bytes(self):
        return self.kept.stat().st_size


def measure(kind, load, events):
    """Figures by the names that regwarden's have."""
    peer = kind()
    try:
        peer.connect().close()  # from when on it listens
        cpu = peer.cpu_seconds()
        start = time.monotonic()
        peer.take(load, events)
        took = time.monotonic() - start
        yield f"{peer.name}: syslog over TCP to committed", events / took
        yield f"{peer.name}: CPU per million events", (peer.cpu_seconds() - cpu) / events * 1e6
        yield f"{peer.name}: peak memory under this load", peer.peak_memory_mb()
    finally:
        peer.stop()
    peer.check(load, events)
    yield f"{peer.name}: database per event", peer.bytes() / events
    shutil.rmtree(peer.folder)


PEERS = (SyslogNg, Rsyslog)
