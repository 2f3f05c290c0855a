"""What the world does to the daemon: locks, disks and files. It says so, acknowledges nothing it cannot keep, goes on by
itself when it can, and stops in time when it is told to."""

import json
import pathlib
import resource
import socket
import sqlite3
import threading
import time
import unittest

from harness import Daemon, TestCase, http, octet_counted, syslog, sysmon_xml, wait_for

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


class FullDisk(TestCase):
    """Every protocol says so in its own way; what it acknowledged is there afterwards, and nothing twice."""

    CONFIG = """
        data_dir: data
        inputs:
          syslog:
            - {protocol: udp, listen: "127.0.0.1:0"}
            - {protocol: tcp, listen: "127.0.0.1:0"}
            - {protocol: relp, listen: "127.0.0.1:0"}
          http:
            - {listen: "127.0.0.1:0", tokens: [secret]}
        api: {listen: "127.0.0.1:0", anonymous: admin}
        storage: {queue_size: 1MiB}
        health: {store_stalled_after: 1s}
        """

    def limit_files(self, size):
        resource.prlimit(self.regwarden.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def post(self, path, body, authorization):
        url = f"http://127.0.0.1:{self.regwarden.ports['http']}{path}"
        return http("POST", url, body, {"Authorization": authorization, "Content-Type": "application/json"})

    # Requests that are larger than the queue: taken only when it is empty.
    HEC, BULK, OTLP = range(20000, 20400), range(21000, 21400), range(22000, 22400)

    STARTED_S = time.time()  # what is sent again is the same

    def large_events(self, record_ids):
        return [sysmon_xml(record_id=i, time_s=self.STARTED_S, Details="x" * 2000) for i in record_ids]

    def hec(self):
        status, _, body = self.regwarden.hec("/services/collector/raw", "\n".join(self.large_events(self.HEC)).encode())
        return status, json.loads(body)

    def bulk(self):
        document = {
            "EventID": 13, "Provider": "Microsoft-Windows-Sysmon", "Computer": "ws1.example.test",
            "Channel": "Microsoft-Windows-Sysmon/Operational", "TimeCreated": "2026-10-11T22:14:15.000Z",
            "EventType": "SetValue", "TargetObject": r"HKLM\SOFTWARE\Shop", "Details": "x" * 2000}
        lines = [line for i in self.BULK
                 for line in ('{"create":{}}', json.dumps({**document, "EventRecordID": i}))]
        return self.post("/_bulk", "\n".join(lines + [""]).encode(), "Basic YW55OnNlY3JldA==")

    def otlp(self):
        records = [{"body": {"stringValue": xml}} for xml in self.large_events(self.OTLP)]
        return self.post("/v1/logs", json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode(),
                         "Bearer secret")

    def status(self):
        return self.regwarden.api("/api/v1/status")

    def conditions(self):
        return [condition["condition"] for condition in self.status()["conditions"]]

    def test_each_sender_gets_its_answer_and_nothing_is_lost(self):
        regwarden = self.regwarden = self.daemon(self.CONFIG)
        self.assertEqual(self.status()["status"], "ok")
        relp = socket.create_connection(("127.0.0.1", regwarden.ports["syslog/relp"]), timeout=30)
        self.addCleanup(relp.close)
        offers = b"relp_version=0\nrelp_software=test\ncommands=syslog"
        relp.sendall(b"1 open %d %s\n" % (len(offers), offers))
        self.assertIn(b"200 OK", relp.recv(4096))

        self.limit_files(4096)  # no file of the store can be written beyond
        waiting = Sender(regwarden, [sysmon_xml(record_id=1)])
        wait_for(lambda: self.stalled(), "a stall")
        message = syslog(sysmon_xml(record_id=2))
        relp.sendall(b"2 syslog %d %s\n" % (len(message), message))
        regwarden.wait_for_counter("regwarden_relp_frames_total", 2)
        streamed = range(100, 16100)
        stream = threading.Thread(target=lambda: regwarden.send_tcp(
            b"".join(octet_counted(syslog(sysmon_xml(record_id=i))) for i in streamed)))
        stream.start()
        wait_for(lambda: self.status()["store"]["queued_bytes"] > 0, "a queue")

        self.assertEqual(self.hec(), BUSY)
        self.assertEqual(self.bulk()[0], 503)
        status, headers, _ = self.otlp()
        self.assertEqual(status, 503)
        self.assertRegex(headers["Retry-After"], r"^\d+$")
        # Until the queue is full to the last. It is the same event each time, and stored once if it finds room.
        datagram = syslog(sysmon_xml(record_id=3))
        wait_for(lambda: regwarden.send_udp(datagram)
                 or regwarden.counter("regwarden_udp_dropped_total") >= 1, "a UDP message that is dropped")
        self.assertLess(regwarden.counter("regwarden_syslog_messages_total"), len(streamed))
        self.assertTrue(stream.is_alive(), "TCP is not read")
        relp.setblocking(False)
        with self.assertRaises(BlockingIOError):
            relp.recv(4096)
        wait_for(lambda: "store_not_writing" in self.conditions(), "the condition")
        status = self.status()
        self.assertEqual((status["status"], status["store"]["writing"]), ("stalled", False))
        self.assertIn("disk I/O error", status["store"]["error"])

        self.limit_files(resource.RLIM_INFINITY)
        self.assertEqual(waiting.result()[0], 200)
        stream.join(60)
        relp.setblocking(True)
        self.assertTrue(relp.recv(4096).startswith(b"2 rsp 6 200 OK"))
        # Until the queue has drained it may still say that it is busy.
        wait_for(lambda: self.hec()[0] == 200, "HEC")
        wait_for(lambda: self.bulk()[0] == 200, "_bulk")
        wait_for(lambda: self.otlp()[0] == 200, "OTLP")
        expected = {1, 2, *streamed, *self.HEC, *self.BULK, *self.OTLP}
        by_udp = {3}  # if the first one found room
        wait_for(lambda: len(expected) <= regwarden.counter(STORED) <= len(expected | by_udp), "all events")
        notable = wait_for(lambda: [item for item in regwarden.items("notables")
                                    if item["rule_title"] == "Events were not written"], "the notable")
        self.assertEqual(len(notable), 1)
        self.assertRegex(notable[0]["rule_description"], "disk I/O error, from .* until ")
        self.assertNotIn("store_not_writing", self.conditions())
        self.assertIn("udp_dropped", self.conditions())
        self.assertEqual(regwarden.stop(), 0)
        log = "\n".join(regwarden.log)
        self.assertRegex(log, "health: store_not_writing: .*disk I/O error")
        self.assertRegex(log, "health: store_not_writing: over, after ")
        self.assertRegex(log, r"UDP messages dropped because the store was behind: \d+ more")
        with sqlite3.connect(regwarden.folder / "data/regwarden.db") as database:
            rows = [row[0] for row in database.execute("SELECT EventRecordID FROM Registry")]
        database.close()
        self.assertEqual(sorted(set(rows) - by_udp), sorted(expected))
        self.assertEqual(len(rows), len(set(rows)))

    def stalled(self):
        return self.status()["status"] == "stalled"


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
