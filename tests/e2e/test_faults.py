"""What the world does to the daemon: locks, disks and files. It says so, acknowledges nothing it cannot keep, goes on by
itself when it can, and stops in time when it is told to."""

import json
import pathlib
import resource
import sqlite3
import threading
import time
import unittest

from harness import Daemon, TestCase, http, syslog, sysmon_xml, wait_for

STORED = "regwarden_registry_events_stored_total"
BUSY = (503, {"text": "Server is busy", "code": 9})
STOP_S = 10  # whatever the daemon is waiting for


class Sender(threading.Thread):
    """One HEC request, of which the reply is fetched later."""

    def __init__(self, regwarden, events):
        super().__init__()
        self.regwarden, self.body, self.reply = regwarden, "\n".join(events).encode(), None
        self.start()

    def run(self):
        status, _, body = self.regwarden.hec("/services/collector/raw", self.body)
        self.reply = status, json.loads(body)

    def result(self):
        self.join(60)
        return self.reply


class Faults(TestCase):
    def stalled(self, regwarden):
        return http("GET", f"http://127.0.0.1:{regwarden.ports['api']}/healthz")[0] == 503

    def lock(self, regwarden):
        database = sqlite3.connect(regwarden.folder / "data/regwarden.db", isolation_level=None)
        self.addCleanup(database.close)
        database.execute("BEGIN IMMEDIATE")
        return database

    def test_lock_held_by_another_delays_and_loses_nothing(self):
        regwarden = self.daemon()
        database = self.lock(regwarden)
        sender = Sender(regwarden, [sysmon_xml(record_id=1)])
        wait_for(lambda: self.stalled(regwarden), "a stall")
        database.execute("ROLLBACK")
        self.assertEqual(sender.result(), (200, {"text": "Success", "code": 0}))
        self.assertEqual(regwarden.counter(STORED), 1)
        self.assertFalse(self.stalled(regwarden))

    def test_stop_does_not_wait_for_a_store_that_fails(self):
        regwarden = self.daemon()
        self.lock(regwarden)
        senders = [Sender(regwarden, [sysmon_xml(record_id=i)]) for i in range(4)]
        wait_for(lambda: self.stalled(regwarden), "a stall")
        with regwarden.connect() as connection:  # stays open: its data waits in the daemon
            for i in range(100, 200):
                connection.sendall(syslog(sysmon_xml(record_id=i)) + b"\n")
            start = time.monotonic()
            self.assertEqual(regwarden.stop(), 0)
            self.assertLess(time.monotonic() - start, STOP_S)
        self.assertEqual([sender.result() for sender in senders], [BUSY] * 4)
        self.assertRegex("\n".join(regwarden.log), "stopping while the store fails; .* lost to us, unacknowledged")

    def test_deleted_database_acknowledges_nothing(self):
        regwarden = self.daemon()
        self.assertEqual(Sender(regwarden, [sysmon_xml(record_id=1)]).result()[0], 200)
        path = regwarden.folder / "data/regwarden.db"
        for suffix in ("", "-wal", "-shm"):
            pathlib.Path(f"{path}{suffix}").unlink()
        sender = Sender(regwarden, [sysmon_xml(record_id=2)])
        wait_for(lambda: self.stalled(regwarden), "a stall")
        self.assertEqual(regwarden.stop(), 0)
        self.assertEqual(sender.result(), BUSY)
        self.assertRegex("\n".join(regwarden.log), r"regwarden\.db: the database was deleted or moved while in use")
        regwarden.start()
        self.assertEqual(Sender(regwarden, [sysmon_xml(record_id=2)]).result()[0], 200)

    def test_file_size_limit_is_a_full_disk(self):
        regwarden = self.daemon()
        size = 3 << 20
        resource.prlimit(regwarden.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        events = [sysmon_xml(record_id=i, Details=f"{i:4000}") for i in range(2000)]
        sender = Sender(regwarden, events)
        wait_for(lambda: self.stalled(regwarden), "a stall")
        self.assertTrue(regwarden.running)
        resource.prlimit(regwarden.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        self.assertEqual(sender.result()[0], 200)
        self.assertEqual(regwarden.counter(STORED), len(events))


class LargeRequests(TestCase):
    def test_several_at_a_time_are_all_taken(self):
        regwarden = self.daemon(Daemon.DEFAULT + "storage: {queue_size: 2MiB}")
        per_request = 10000
        senders = [
            Sender(regwarden, [sysmon_xml(record_id=number * per_request + i) for i in range(per_request)])
            for number in range(4)
        ]
        replies = [sender.result() for sender in senders]
        # The first part of one may find no room; what was begun is finished.
        self.assertLessEqual({status for status, _ in replies}, {200, 503})
        taken = sum(status == 200 for status, _ in replies)
        self.assertGreaterEqual(taken, 1)
        self.assertEqual(regwarden.counter(STORED), taken * per_request)


if __name__ == "__main__":
    unittest.main()
