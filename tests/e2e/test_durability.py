"""An acknowledgement means committed: kill -9 loses nothing that was acknowledged."""

import random
import signal
import sqlite3
import threading
import unittest

from harness import TestCase, sysmon_xml, wait_for

STORED = "regwarden_registry_events_stored_total"


class Kill9(TestCase):
    def test_acknowledged_batches_survive(self):
        chance = random.Random(20261011)
        regwarden = self.daemon()
        acknowledged = set()
        record_id = 0
        for _ in range(6):
            stop = threading.Event()

            def send():
                nonlocal record_id
                while not stop.is_set():
                    batch = range(record_id, record_id + chance.randint(1, 200))
                    record_id = batch.stop
                    body = "\n".join(
                        sysmon_xml(record_id=i, TargetObject=rf"HKLM\SOFTWARE\Shop\{i}") for i in batch).encode()
                    try:
                        status, _, _ = regwarden.hec("/services/collector/raw", body)
                    except OSError:  # killed in the middle: not acknowledged
                        return
                    if status == 200:
                        acknowledged.update(batch)

            sender = threading.Thread(target=send)
            sender.start()
            target = len(acknowledged) + chance.randint(200, 2000)
            wait_for(lambda: len(acknowledged) >= target, "acknowledged events")
            regwarden.stop(signal.SIGKILL)
            stop.set()
            sender.join()
            regwarden.start()
        regwarden.stop()

        with sqlite3.connect(regwarden.folder / "data/regwarden.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            rows = [row[0] for row in database.execute("SELECT EventRecordID FROM Registry")]
        database.close()
        self.assertEqual(len(rows), len(set(rows)), "nothing twice")
        self.assertEqual(acknowledged - set(rows), set(), "nothing lost")

    def test_sigterm_loses_nothing_that_was_sent(self):
        regwarden = self.daemon()
        events = 20000
        body = "".join(
            "<14>1 - - - - - - " + sysmon_xml(record_id=i, TargetObject=rf"HKLM\SOFTWARE\Shop\{i}") + "\n"
            for i in range(events)).encode()
        regwarden.send_tcp(body)  # all of it is with the kernel or the daemon now
        self.assertEqual(regwarden.stop(), 0)
        with sqlite3.connect(regwarden.folder / "data/regwarden.db") as database:
            self.assertEqual(database.execute("SELECT count(*) FROM Registry").fetchone(), (events,))
        database.close()

    def test_second_daemon_on_the_same_data_is_refused(self):
        regwarden = self.daemon()
        with self.assertRaisesRegex(AssertionError, r"another regwarden \(process \d+\) serves this data directory"):
            self.daemon(folder=regwarden.folder)
        self.assertTrue(regwarden.running)


if __name__ == "__main__":
    unittest.main()
