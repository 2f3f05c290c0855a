"""regwarden db, and retention: what an operator does with the database while the daemon runs."""

import json
import shutil
import signal
import sqlite3
import textwrap
import threading
import time
import unittest

from harness import Daemon, TestCase, http, sysmon_xml, wait_for

STORED = "regwarden_registry_events_stored_total"


def rows(path, sql):
    with sqlite3.connect(path) as database:
        found = database.execute(sql).fetchall()
    database.close()
    return found


class Sender:
    """Sends batches until stopped; `acknowledged` are the record ids of those that were answered 200."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.acknowledged = set()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        record_id = 0
        while not self.stopped.is_set():
            batch = range(record_id, record_id + 50)
            record_id = batch.stop
            body = "\n".join(sysmon_xml(record_id=i, TargetObject=rf"HKLM\SOFTWARE\Shop\{i}") for i in batch).encode()
            if self.daemon.hec("/services/collector/raw", body)[0] == 200:
                self.acknowledged |= set(batch)

    def stop(self):
        self.stopped.set()
        self.thread.join()


class Backup(TestCase):
    def test_backup_while_ingesting_and_restore(self):
        regwarden = self.daemon()
        sender = Sender(regwarden)
        self.addCleanup(sender.stop)
        wait_for(lambda: len(sender.acknowledged) >= 500, "acknowledged events")
        before = set(sender.acknowledged)
        copy = regwarden.folder / "copy.db"
        done = regwarden.cli("db", "backup", str(copy))
        self.assertRegex(done.stdout, rf"^{copy}: \d+ events, [\d.]+ MiB, checked\n$")
        again = regwarden.cli("db", "backup", str(copy), check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("is there already", again.stderr)
        wait_for(lambda: len(sender.acknowledged) > len(before), "more events")
        sender.stop()
        regwarden.stop(signal.SIGKILL)

        data = regwarden.folder / "data"
        for file in data.glob("regwarden.db*"):
            file.unlink()
        shutil.copy(copy, data / "regwarden.db")
        self.assertEqual(regwarden.cli("db", "check").returncode, 0)
        regwarden.start()
        restored = {row[0] for row in rows(data / "regwarden.db", "SELECT EventRecordID FROM Registry")}
        self.assertEqual(before - restored, set(), "everything acknowledged before the backup began")
        # What is sent again is stored once.
        body = "\n".join(sysmon_xml(record_id=i, time_s=1, TargetObject="HKLM\\a") for i in (1, 1)).encode()
        self.assertEqual(regwarden.hec("/services/collector/raw", body)[0], 200)
        regwarden.wait_for_counter(STORED, 1)

    def test_compact_needs_the_daemon_stopped(self):
        regwarden = self.daemon()
        refused = regwarden.cli("db", "compact", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, r"another regwarden \(process \d+\) serves this data directory")
        self.assertEqual(regwarden.stop(), 0)
        self.assertRegex(regwarden.cli("db", "compact").stdout, r"^[\d.]+ MiB before, [\d.]+ MiB now\n$")


class CheckAndStats(TestCase):
    def test_they_tell_what_is_there(self):
        regwarden = self.daemon()
        body = "\n".join(sysmon_xml(record_id=i) for i in range(10)).encode()
        self.assertEqual(regwarden.hec("/services/collector/raw", body)[0], 200)
        checks = json.loads(regwarden.cli("db", "check", "-o", "json").stdout)
        self.assertEqual([c["check"] for c in checks],
                         ["schema", "integrity", "references", "origins", "blocks", "unused", "duplicates", "ledger"])
        self.assertEqual({c["result"] for c in checks}, {"ok"})
        stats = json.loads(regwarden.cli("db", "stats", "-o", "json").stdout)
        self.assertEqual(stats["events"], 10)
        self.assertEqual(stats["retention"], {"events": "90d", "findings": "400d", "max_size": "20GiB"})
        self.assertEqual({t["table"]: t["rows"] for t in stats["tables"]}["registry_event"], 10)
        self.assertIn("events             10, ", regwarden.cli("db", "stats").stdout)

        regwarden.stop()
        with sqlite3.connect(regwarden.folder / "data/regwarden.db") as database:
            database.execute("DELETE FROM registry_path")
        database.close()
        found = regwarden.cli("db", "check", check=False)
        self.assertEqual(found.returncode, 1)
        self.assertIn("10 references to rows of registry_path that are not there", found.stdout)


class Retention(TestCase):
    def test_old_events_go(self):
        regwarden = self.daemon(textwrap.dedent(Daemon.DEFAULT) + "storage: {retention: {events: 1d}}\n")
        self.assertTrue(any("retention: events 1d, findings 400d, size 20GiB" in line for line in regwarden.log))
        now = time.time()
        events = [sysmon_xml(record_id=i, time_s=now - 90_000 - i, TargetObject=rf"HKLM\SOFTWARE\Old\{i}")
                  for i in range(100)]
        events += [sysmon_xml(record_id=200 + i, time_s=now - i) for i in range(10)]
        self.assertEqual(regwarden.hec("/services/collector/raw", "\n".join(events).encode())[0], 200)
        # They came when they were new.
        regwarden.stop()
        with sqlite3.connect(regwarden.folder / "data/regwarden.db") as database:
            database.execute("UPDATE registry_event SET delay_ms = 0")
        database.close()
        regwarden.start()
        regwarden.wait_for_counter("regwarden_registry_events_deleted_total", 100)
        self.assertEqual(len(regwarden.items("events/registry")), 10)
        metrics = lambda: http("GET", f"http://127.0.0.1:{regwarden.ports['api']}/metrics")[2].decode()
        oldest = f"\nregwarden_store_oldest_event_timestamp_seconds {int(now - 9)}\n"
        wait_for(lambda: oldest in metrics(), "the oldest event that is left")
        self.assertEqual(regwarden.counter("regwarden_upkeep_failures_total"), 0)


if __name__ == "__main__":
    unittest.main()
