"""The official OpenTelemetry exporters (JavaScript SDK) send to /v1/logs: in JSON and protobuf, plain and gzip."""

import json
import signal
import sqlite3
import subprocess
import unittest

from harness import SOURCE_DIR, TestCase, sysmon_xml, wait_for

STORED = "regwarden_registry_events_stored_total"
CLIENTS = SOURCE_DIR / "tests/e2e/npm"
TIME_S = 1791749655


def raw_record(number):
    xml = sysmon_xml(record_id=number, time_s=TIME_S + number, TargetObject=rf"HKLM\SOFTWARE\Shop\{number}",
                     Details=f"naïve <{number}> & \"quoted\"")
    return {"body": xml, "timestamp": 1}


def structured_record(number):
    """Flat; the time and the host are the record's and the resource's."""
    return {
        "body": {
            "EventID": 13,
            "EventRecordID": number,
            "Channel": "Microsoft-Windows-Sysmon/Operational",
            "EventType": "SetValue",
            "ProcessId": "4321",
            "TargetObject": rf"HKLM\SOFTWARE\Shop\{number}",
            "Details": f"naïve <{number}> & \"quoted\"",
        },
        "timestamp": (TIME_S + number) * 1000,
    }


def record(number):
    return raw_record(number) if number % 2 else structured_record(number)


def stored_row(number):
    host = "ws1.example.test" if number % 2 else "till-1.example.test"
    return (number, (TIME_S + number) * 1_000_000, host, str(number), f"naïve <{number}> & \"quoted\"")


class Otlp(TestCase):
    @classmethod
    def setUpClass(cls):
        if not (CLIENTS / "node_modules").is_dir():
            raise AssertionError(f"{CLIENTS}/node_modules is missing: run scripts/setup")

    def sender(self, regwarden, records, form, compression="none", batch=100):
        options = {
            "form": form,
            "url": f"http://127.0.0.1:{regwarden.ports['http']}/v1/logs",
            "token": "secret",
            "host": "till-1.example.test",
            "compression": compression,
            "batch": batch,
        }
        sender = subprocess.Popen(["node", CLIENTS / "otlp_send.js", json.dumps(options)], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

        def end():
            if sender.poll() is None:
                sender.kill()
            sender.communicate()

        self.addCleanup(end)
        sender.stdin.write("".join(json.dumps(one) + "\n" for one in records))
        sender.stdin.close()
        sender.stdin = None
        return sender

    def finish(self, sender):
        output = sender.communicate(timeout=60)[0]
        self.assertEqual(sender.returncode, 0, output)
        return output

    def rows(self, regwarden):
        # Not read-only: after a kill the write-ahead log has to be taken up first.
        with sqlite3.connect(regwarden.folder / "data/regwarden.db") as database:
            rows = database.execute("SELECT EventRecordID, time, dest, registry_value_name, registry_value_data "
                                    "FROM Registry ORDER BY EventRecordID").fetchall()
        database.close()
        return rows

    def assert_stored(self, regwarden, numbers):
        self.assertEqual(self.rows(regwarden), [stored_row(number) for number in numbers])

    def test_every_form_and_compression(self):
        regwarden = self.daemon()
        first = 1
        for form in ("http", "proto"):
            for compression in ("none", "gzip"):
                with self.subTest(form=form, compression=compression):
                    numbers = range(first, first + 250)
                    first = numbers.stop
                    sender = self.sender(regwarden, [record(number) for number in numbers], form, compression)
                    # Delivered means committed.
                    self.assertEqual(self.finish(sender), "")
                    self.assertEqual(regwarden.counter(STORED), numbers.stop - 1)
        self.assert_stored(regwarden, range(1, first))
        self.assertEqual(regwarden.counter("regwarden_otlp_log_records_total"), first - 1)
        self.assertEqual(regwarden.counter("regwarden_rejected_total"), 0)

    def test_what_is_no_event_is_told_once_and_kept(self):
        regwarden = self.daemon()
        for form in ("http", "proto"):
            records = [record(1), {"body": 5}, {"body": "hello"}, record(2)]
            output = self.finish(self.sender(regwarden, records, form))
            self.assertIn("2 of 4 log records are no Windows events and are kept as rejected", output)
            self.assertNotIn("again:", output)
        self.assert_stored(regwarden, [1, 2])
        self.assertEqual(regwarden.counter("regwarden_rejected_total"), 4)

    def test_killed_and_restarted_in_the_middle(self):
        for form in ("http", "proto"):
            with self.subTest(form=form):
                regwarden = self.daemon()
                numbers = range(1, 3001)
                sender = self.sender(regwarden, [record(number) for number in numbers], form, "gzip", batch=20)
                wait_for(lambda: regwarden.counter(STORED) >= 200, "events before the kill")
                self.assertIsNone(sender.poll(), "the sender is still at it")
                regwarden.stop(signal.SIGKILL)
                self.assertLess(len(self.rows(regwarden)), len(numbers), "it was in the middle")
                # The same port again.
                regwarden.config.write_text(regwarden.config.read_text().replace(
                    '{listen: "127.0.0.1:0", tokens', f'{{listen: "127.0.0.1:{regwarden.ports["http"]}", tokens'))
                regwarden.start()
                self.finish(sender)
                self.assert_stored(regwarden, numbers)


if __name__ == "__main__":
    unittest.main()
