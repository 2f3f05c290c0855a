"""Real HTTP clients, each with its own habits: everything that was sent is stored, once, also when the daemon dies in
the middle and comes back."""

import gzip
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import unittest
import warnings

import elasticsearch
import elasticsearch.helpers
from harness import DEADLINE_S, TestCase, sysmon_xml, utc, wait_for

STORED = "regwarden_registry_events_stored_total"
CLIENTS = pathlib.Path(__file__).resolve().parent / "npm"
TIME_S = 1791749655


def value_path(number):
    return rf"HKLM\SOFTWARE\Shop\Value{number}"


def documents(count):
    """Objects whose fields are those of the event."""
    return [{
        "EventID": 13, "Provider": "Microsoft-Windows-Sysmon", "Computer": "ws1.example.test",
        "Channel": "Microsoft-Windows-Sysmon/Operational", "EventRecordID": number,
        "TimeCreated": utc(TIME_S + number).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "EventType": "SetValue",
        "Image": r"C:\Windows\System32\reg.exe", "TargetObject": value_path(number), "Details": "DWORD (0x00000001)",
        "User": r"WS1\admin", "ProcessId": 4321,
    } for number in range(count)]


class HttpSenders(TestCase):
    def setUp(self):
        self.regwarden = self.daemon()
        # From now on always on this port: clients come back to where it was.
        self.port = self.regwarden.ports["http"]
        config = self.regwarden.config
        config.write_text(config.read_text().replace(
            '{listen: "127.0.0.1:0", tokens: [secret]}', f'{{listen: "127.0.0.1:{self.port}", tokens: [secret]}}'))
        self.url = f"http://127.0.0.1:{self.port}"

    def die_and_come_back(self, stored):
        wait_for(lambda: self.regwarden.counter(STORED) >= stored, f"{stored} events")
        self.regwarden.stop(signal.SIGKILL)
        self.regwarden.start()

    def rows(self):
        with sqlite3.connect(f"file:{self.regwarden.folder / 'data/regwarden.db'}?mode=ro", uri=True) as database:
            rows = database.execute(
                "SELECT EventRecordID, time, dest, registry_path, registry_value_data, action, user, process_id"
                " FROM Registry ORDER BY EventRecordID").fetchall()
        database.close()
        return rows

    def check_rows(self, count):
        self.assertEqual(self.rows(), [
            (number, (TIME_S + number) * 1_000_000, "ws1.example.test", value_path(number),
             "0x00000001", "modified", "admin", "4321") for number in range(count)])

    # --- rsyslog ---

    def start_rsyslog(self, count):
        """A relay that reads a spool of JSON lines and writes to Elasticsearch."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="rsyslog-"))
        self.addCleanup(shutil.rmtree, folder)
        spool = folder / "events.json"
        spool.write_text("".join(json.dumps(document) + "\n" for document in documents(count)))
        config = folder / "rsyslog.conf"
        config.write_text(f"""
            global(workDirectory="{folder}" maxMessageSize="256k")
            module(load="imfile")
            module(load="omelasticsearch")
            template(name="document" type="string" string="%msg%")
            input(type="imfile" file="{spool}" tag="Sysmon" ruleset="forward")
            ruleset(name="forward" queue.type="LinkedList" queue.dequeueBatchSize="20") {{
              action(type="omelasticsearch" server="127.0.0.1" serverport="{self.port}" uid="any" pwd="secret"
                     bulkmode="on" template="document" searchIndex="win" searchType=""
                     action.resumeRetryCount="-1" action.resumeInterval="1")
            }}
            """)
        rsyslog = subprocess.Popen(["/usr/sbin/rsyslogd", "-n", "-f", config, "-i", folder / "pid"])
        self.addCleanup(rsyslog.wait)
        self.addCleanup(rsyslog.terminate)

    def test_rsyslog_omelasticsearch(self):
        self.start_rsyslog(100)
        self.regwarden.wait_for_counter(STORED, 100)
        self.check_rows(100)
        self.assertEqual(self.regwarden.counter("regwarden_rejected_total"), 0)

    def test_rsyslog_omelasticsearch_daemon_dies(self):
        self.start_rsyslog(2000)
        self.die_and_come_back(200)
        wait_for(lambda: len(self.rows()) >= 2000, "all events")
        self.check_rows(2000)

    # --- python3-elasticsearch ---

    def elastic(self, token="secret"):
        client = elasticsearch.Elasticsearch(
            [self.url], http_auth=("any", token), http_compress=True, max_retries=0, timeout=DEADLINE_S)
        self.addCleanup(client.close)
        return client

    def test_python_elasticsearch(self):
        client = self.elastic()
        self.assertTrue(client.ping())
        self.assertEqual(client.info()["tagline"], "You Know, for Search")
        self.assertEqual(client.cluster.health()["status"], "green")
        actions = [{"_index": "win", "_id": str(d["EventRecordID"]), "_source": d} for d in documents(100)]
        self.assertEqual(elasticsearch.helpers.bulk(client, actions, chunk_size=7), (100, []))
        self.assertEqual(elasticsearch.helpers.bulk(client, actions), (100, []))  # again: nothing is stored twice
        self.check_rows(100)

    def test_python_elasticsearch_faults(self):
        """What is no event is told of by item; the others are stored."""
        actions = [{"_op_type": "create", "_index": "win", **document} for document in documents(3)]
        actions.insert(1, {"_index": "win", "_source": {"no": "event"}})
        actions.insert(3, {"_op_type": "delete", "_index": "win", "_id": "1"})
        created, errors = elasticsearch.helpers.bulk(self.elastic(), actions, raise_on_error=False)
        self.assertEqual(created, 3)
        self.assertEqual([(list(error), list(error.values())[0]["status"]) for error in errors],
                         [(["index"], 400), (["delete"], 400)])
        self.check_rows(3)
        stranger = self.elastic(token="wrong")
        # It warns that it could not ask who the server is.
        with self.assertRaises(elasticsearch.AuthenticationException), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            stranger.bulk(body='{"index":{}}\n{}\n')

    def test_python_elasticsearch_daemon_dies(self):
        client = self.elastic()
        sent = documents(1000)
        killed = False
        for at in range(0, len(sent), 20):
            if at == 400:
                self.regwarden.stop(signal.SIGKILL)
                killed = True
            actions = [{"_index": "win", "_source": document} for document in sent[at:at + 20]]
            try:
                elasticsearch.helpers.bulk(client, actions)
            except elasticsearch.exceptions.ConnectionError:
                self.assertTrue(killed)
                self.regwarden.start()
                elasticsearch.helpers.bulk(client, actions)
        self.check_rows(1000)

    # --- clients in JavaScript ---

    def start_node(self, script, url, count, *arguments):
        self.assertTrue((CLIENTS / "node_modules").is_dir(), "the clients are missing: run scripts/setup")
        process = subprocess.Popen(
            ["node", CLIENTS / script, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        with process.stdin:
            json.dump({"url": url, "token": "secret", "documents": documents(count)}, process.stdin)
        return process

    def check_node(self, process, count):
        printed = process.stdout.read()
        self.assertEqual(process.wait(DEADLINE_S), 0)
        self.assertEqual(json.loads(printed), {"created": count, "failed": 0})
        self.check_rows(count)

    def test_node_elasticsearch_helper(self):
        self.check_node(self.start_node("elastic.mjs", self.url, 300, "helper"), 300)

    def test_node_elasticsearch_daemon_dies(self):
        client = self.start_node("elastic.mjs", self.url, 1000)
        self.die_and_come_back(100)
        self.check_node(client, 1000)

    def test_node_splunk_logging(self):
        self.check_node(self.start_node("splunk.mjs", self.url, 100), 100)

    def test_node_splunk_logging_daemon_dies(self):
        client = self.start_node("splunk.mjs", self.url, 1000)
        self.die_and_come_back(100)
        self.check_node(client, 1000)

    # --- curl ---

    def curl(self, path, body, *headers):
        done = subprocess.run(
            ["curl", "-sS", "--data-binary", "@-", "-u", "any:secret",
             *[part for header in headers for part in ("-H", header)], self.url + path],
            input=body, check=True, capture_output=True, timeout=DEADLINE_S)
        return json.loads(done.stdout)

    def test_curl_bulk(self):
        body = "".join(f'{{"create":{{}}}}\n{json.dumps(document)}\n' for document in documents(50)).encode()
        reply = self.curl("/win/_bulk", gzip.compress(body), "Content-Encoding: gzip")
        self.assertFalse(reply["errors"])
        self.assertEqual([item["create"]["status"] for item in reply["items"]], [201] * 50)
        self.check_rows(50)

    def test_curl_ingest(self):
        lines = [json.dumps(document) for document in documents(50)]
        # More than 1 MiB: curl asks with Expect: 100-continue.
        body = "\n".join(lines + ["nonsense " + "x" * 1_200_000]).encode()
        self.assertEqual(self.curl("/api/v1/ingest", body),
                         {"received": 51, "stored": 50, "duplicates": 0, "rejected": 1})
        self.assertEqual(self.curl("/ingest", ("[" + ",".join(lines) + "]").encode()),
                         {"received": 50, "stored": 0, "duplicates": 50, "rejected": 0})
        self.check_rows(50)

    def test_curl_ingest_xml(self):
        events = "".join(
            sysmon_xml(record_id=number, time_s=TIME_S + number, TargetObject=value_path(number),
                       Details="DWORD (0x00000001)") for number in range(20))
        self.assertEqual(self.curl("/ingest", events.encode(), "Content-Type: text/xml"),
                         {"received": 20, "stored": 20, "duplicates": 0, "rejected": 0})
        self.check_rows(20)


if __name__ == "__main__":
    unittest.main()
