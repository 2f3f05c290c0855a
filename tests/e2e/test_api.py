"""The REST API as programs use it: long answers, the stream, conditional requests, and the document that tells of it."""

import csv
import http.client
import io
import json
import pathlib
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

import jsonschema

import harness
import senders

NPM = pathlib.Path(__file__).resolve().parent / "npm"
ROWS = 100_000


def finding_row(number, time_us):
    """A risk event as the daemon writes one."""
    return (f"e2e-{number}", time_us, time_us, "d1", f"Detection {number % 7}", 1, time_us - 1, time_us + 1,
            f"host{number % 500}", "system", "dest", number % 100, "message, with a comma", "[]",
            '{"mitre_attack":["T1112"],"mitre_attack.mitre_tactic":["defense-evasion"]}', '{"dest":"h","count":"1"}')


class Api(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served = harness.Daemon()
        cls.addClassCleanup(cls.served.remove)
        cls.now_us = int(time.time() * 1_000_000)
        cls.insert((finding_row(n, cls.now_us - (ROWS - n) * 60_000_000) for n in range(ROWS)))
        cls.served.send_tcp(b"".join(
            harness.octet_counted(harness.syslog(harness.sysmon_xml(record_id=n, computer=f"ws{n}")))
            for n in (1, 2, 3)))
        cls.served.wait_for_counter("regwarden_registry_events_stored_total", 3)

    @classmethod
    def insert(cls, rows):
        """As another process of regwarden would: the daemon is not told."""
        with sqlite3.connect(cls.served.folder / "data/regwarden.db", timeout=30) as database:
            database.executemany(
                "INSERT INTO risk_event (identity, time, created, detection_id, detection, detection_version, earliest,"
                " latest, risk_object, risk_object_type, risk_object_field, risk_score, risk_message, threat_objects,"
                " annotations, row) VALUES (" + ",".join("?" * 16) + ")", rows)
        database.close()

    def url(self, path):
        return f"http://127.0.0.1:{self.served.ports['api']}{path}"

    def ask(self, path, method="GET", **headers):
        return harness.http(method, self.url(path), None, {name.replace("_", "-"): value
                                                           for name, value in headers.items()})

    def test_a_hundred_thousand_rows_come_as_csv_in_little_memory(self):
        before_kb = self.served.memory_kb("VmHWM")
        connection = http.client.HTTPConnection("127.0.0.1", self.served.ports["api"], timeout=harness.DEADLINE_S)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/risk-events?format=csv&sort=-risk_score&fields=id,risk_score,risk_message")
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.getheader("Transfer-Encoding"), answer.getheader("Content-Length")),
                         (200, "chunked", None))
        self.assertEqual(answer.getheader("Content-Type"), "text/csv; charset=utf-8; header=present")
        rows = csv.DictReader(io.TextIOWrapper(answer, encoding="utf-8", newline=""))
        scores, ids = [], set()
        for row in rows:
            scores.append(int(row["risk_score"]))
            ids.add(row["id"])
            self.assertEqual(row["risk_message"], "message, with a comma")
        self.assertGreaterEqual(len(scores), ROWS)
        self.assertEqual(len(ids), len(scores))
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertLess(self.served.memory_kb("VmHWM") - before_kb, 64 * 1024)

    def test_ndjson_has_the_fields_asked_for(self):
        _, headers, body = self.ask("/api/v1/risk-events?limit=3000&fields=id,row.dest&sort=id",
                                    Accept="application/x-ndjson")
        self.assertEqual(headers["Content-Type"], "application/x-ndjson")
        lines = [json.loads(line) for line in body.splitlines()]
        self.assertEqual(lines, [{"id": n, "row.dest": "h"} for n in range(1, 3001)])

    def test_a_head_has_no_body_and_http_1_0_has_no_chunks(self):
        status, headers, body = self.ask("/api/v1/risk-events?format=csv", method="HEAD")
        self.assertEqual((status, headers["Transfer-Encoding"], body), (200, "chunked", b""))
        with socket.create_connection(("127.0.0.1", self.served.ports["api"]), timeout=harness.DEADLINE_S) as client:
            client.sendall(b"GET /api/v1/risk-events?format=csv&limit=2&fields=id&sort=id HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertNotIn(b"Transfer-Encoding", head)
        self.assertIn(b"Connection: close", head)
        self.assertEqual(body, b"id\r\n1\r\n2\r\n")

    def test_counts_and_risk_objects_add_up(self):
        counts = self.served.api("/api/v1/counts/risk-events", by="detection", sum="risk_score")
        self.assertEqual(len(counts["items"]), 7)
        self.assertGreaterEqual(counts["total"], ROWS)
        self.assertEqual(sum(item["count"] for item in counts["items"]), counts["total"])
        chart = self.served.api("/api/v1/counts/risk-events", earliest="-90d", span="auto")
        self.assertEqual(sum(item["count"] for item in chart["items"]), chart["total"])
        self.assertLessEqual({item["time"] for item in chart["items"]}, set(chart["buckets"]))
        objects = self.served.items("risk-objects", earliest="-90d")
        self.assertEqual(sum(item["count"] for item in objects), chart["total"])
        self.assertEqual(objects, sorted(objects, key=lambda item: -item["risk_score"]))
        events = self.served.api("/api/v1/counts/events/registry", by="dest")
        self.assertEqual({item["dest"]: item["count"] for item in events["items"]}, {"ws1": 1, "ws2": 1, "ws3": 1})

    def test_what_a_client_has_is_not_sent_again(self):
        _, headers, _ = self.ask("/api/v1/events/registry")
        status, again, body = self.ask("/api/v1/events/registry", If_None_Match=headers["ETag"])
        self.assertEqual((status, body, again["ETag"]), (304, b"", headers["ETag"]))
        self.assertEqual(self.ask("/api/v1/events/registry", If_None_Match='"other"')[0], 200)

    def watch(self, *arguments):
        """curl on the stream: the process, and the lines that came so far."""
        curl = subprocess.Popen(["curl", "-sN", *arguments, self.url("/api/v1/stream")], stdout=subprocess.PIPE, text=True)
        lines = []

        def read():
            for line in curl.stdout:
                lines.append(line.rstrip("\n"))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()

        def end():
            curl.terminate()
            curl.wait(harness.DEADLINE_S)
            reader.join(harness.DEADLINE_S)
            curl.stdout.close()

        self.addCleanup(end)
        return curl, lines

    def test_the_stream_tells_what_another_process_wrote(self):
        curl, lines = self.watch()
        harness.wait_for(lambda: "event: ping" in lines, "the first ping")
        place = next(line for line in lines if line.startswith("id: "))
        self.insert([finding_row(ROWS, self.now_us)])
        harness.wait_for(lambda: "event: risk_event" in lines, "the news")
        told = lines[lines.index("event: risk_event") + 2]
        newest = json.loads(told.removeprefix("data: "))["id"]
        self.assertEqual(self.served.api("/api/v1/risk-events", limit=1)["items"][0]["id"], newest)
        curl.terminate()
        curl.wait(harness.DEADLINE_S)

        # One who comes back with the place hears of it again.
        _, missed = self.watch("-H", f"Last-Event-ID: {place.removeprefix('id: ')}")
        harness.wait_for(lambda: "event: risk_event" in missed, "what was missed")
        self.assertIn(f'data: {{"id":{newest},"count":1}}', missed)

    def test_the_document_passes_a_linter(self):
        _, _, document = self.ask("/openapi.json")
        self.assertTrue((NPM / "node_modules").is_dir(), "the linter is missing: run scripts/setup")
        lint = subprocess.run(["node", NPM / "openapi_lint.mjs"], input=document, capture_output=True, check=False)
        self.assertEqual((lint.returncode, lint.stdout.decode(), lint.stderr.decode()), (0, "", ""))

    def test_answers_are_as_the_document_says(self):
        document = self.served.api("/openapi.json")
        self.assertEqual(document["openapi"], "3.1.0")
        asked = 0
        for path, item in document["paths"].items():
            if "get" not in item:
                continue
            concrete = path.replace("{list}", "risk-events").replace("{id}", "nothing")
            query = {"/api/v1/risk-events": "?limit=5", "/api/v1/risk-objects": "?limit=5",
                     "/api/v1/counts/{list}": "?by=risk_object&span=auto&earliest=-90d&limit=5"}.get(path, "")
            content = item["get"]["responses"]["200"].get("content", {})
            if "application/json" not in content:
                continue
            status, headers, body = self.ask(concrete + query)
            media_type = headers["Content-Type"].partition(";")[0]
            answer = json.loads(body)
            with self.subTest(path=path, status=status):
                responses = item["get"]["responses"]
                kind = responses.get(str(status), responses["4XX" if status < 500 else "default"])["content"]
                self.assertIn(media_type, kind)
                schema = {**kind[media_type]["schema"], "components": document["components"]}
                jsonschema.Draft202012Validator.check_schema(schema)
                jsonschema.Draft202012Validator(schema).validate(answer)
                if status == 200:
                    asked += 1
                    self.expect_told(document, kind[media_type]["schema"], answer)
        self.assertGreater(asked, 10)

    def expect_told(self, document, schema, answer):
        """Every member of an item of a list is named in the document."""
        items = schema.get("properties", {}).get("items", {}).get("items", {})
        name = items.get("$ref", "").rpartition("/")[2]
        if not name:
            return
        known = document["components"]["schemas"][name]["properties"]
        for item in answer["items"]:
            self.assertLessEqual(set(item), set(known))

    def test_streams_come_over_tls(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        certificates = senders.Certificates(folder.name)
        certificates.self_signed("localhost")
        daemon = self.daemon(f"""
            data_dir: data
            api:
              listen: "127.0.0.1:0"
              anonymous: read
              certificate: {certificates.pem("localhost")}
              key: {certificates.key("localhost")}
            """)
        url = f"https://127.0.0.1:{daemon.ports['api']}/api/v1"
        done = subprocess.run(["curl", "-sk", f"{url}/runs?format=csv&fields=id,status"], capture_output=True, text=True,
                              timeout=harness.DEADLINE_S, check=True)
        self.assertEqual(done.stdout, "id,status\n")
        curl = subprocess.Popen(["curl", "-skN", f"{url}/stream"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(curl.stdout.close)
        self.assertEqual([curl.stdout.readline() for _ in range(3)], ["retry: 2000\n", "\n", "event: ping\n"])
        curl.terminate()
        curl.wait(harness.DEADLINE_S)

    def test_a_daemon_that_is_told_to_stop_does_not_wait_for_those_who_watch(self):
        daemon = self.daemon()
        curl = subprocess.Popen(["curl", "-sN", f"http://127.0.0.1:{daemon.ports['api']}/api/v1/stream"],
                                stdout=subprocess.PIPE, text=True)
        self.addCleanup(curl.stdout.close)
        self.assertEqual(curl.stdout.readline(), "retry: 2000\n")
        self.assertEqual(daemon.stop(), 0)
        curl.wait(harness.DEADLINE_S)


if __name__ == "__main__":
    unittest.main()
