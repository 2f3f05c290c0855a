"""Metrics, what is made of them for Prometheus and Grafana, and the log as JSON."""

import datetime
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import termios
import unittest
import urllib.parse

import yaml

from harness import BINARY, SOURCE_DIR, Daemon, TestCase, cli, http, octet_counted, syslog, sysmon_xml, wait_for
from senders import SENDERS_DIR

RULES = SOURCE_DIR / "etc/prometheus/regwarden.rules.yml"
DASHBOARD = SOURCE_DIR / "etc/grafana/regwarden.json"
# Those that need more than a daemon that has just begun.
LATER = {"regwarden_store_oldest_event_timestamp_seconds"}
PROMETHEUS = SENDERS_DIR / "usr/bin/prometheus"
PROMTOOL = SENDERS_DIR / "usr/bin/promtool"


def free_port():
    """Prometheus does not say which port it was given when it asks for any."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def metrics_of(expression):
    return set(re.findall(r"\b(?:regwarden|process)_[a-z_]+", expression))


class Metrics(TestCase):
    def test_dashboard_and_alerts_ask_for_what_there_is(self):
        regwarden = self.daemon()
        regwarden.send_tcp(octet_counted(syslog(sysmon_xml(event_id=13))) +
                           octet_counted(syslog(sysmon_xml(event_id=3, record_id=2))))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 1)
        _, _, body = http("GET", f"http://127.0.0.1:{regwarden.ports['api']}/metrics")
        known = set(re.findall(r"^# TYPE (\S+)", body.decode(), re.MULTILINE)) | LATER
        rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
        self.assertEqual(len(rules), len({rule["alert"] for rule in rules}))
        for rule in rules:
            with self.subTest(rule["alert"]):
                self.assertLessEqual(metrics_of(rule["expr"]), known)
                self.assertEqual({*rule["annotations"]}, {"summary", "description"})
        dashboard = json.loads(DASHBOARD.read_text())
        asked = set()
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                with self.subTest(panel["title"]):
                    self.assertLessEqual(metrics_of(target["expr"]), known)
                    self.assertTrue(metrics_of(target["expr"]))
                asked |= metrics_of(target["expr"])
        self.assertGreater(len(asked), 30)
        self.assertEqual(len({panel["id"] for panel in dashboard["panels"]}), len(dashboard["panels"]))

    def test_promtool_takes_rules_and_metrics(self):
        done = subprocess.run([PROMTOOL, "check", "rules", RULES], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        regwarden = self.daemon()
        _, _, body = http("GET", f"http://127.0.0.1:{regwarden.ports['api']}/metrics")
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=body, capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))

    def test_prometheus_answers_what_the_dashboard_asks(self):
        regwarden = self.daemon()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-e2e-"))
        self.addCleanup(shutil.rmtree, folder)
        (folder / "prometheus.yml").write_text(f"""
            global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
            rule_files: ["{RULES}"]
            scrape_configs:
              - job_name: regwarden
                static_configs: [{{targets: ["127.0.0.1:{regwarden.ports['api']}"]}}]
            """)
        with open(folder / "log", "wb") as log:
            prometheus = subprocess.Popen(
                [PROMETHEUS, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                 f"--web.listen-address=127.0.0.1:{free_port()}"], stderr=log, stdout=log)
        self.addCleanup(prometheus.wait)
        self.addCleanup(prometheus.kill)
        listening = wait_for(lambda: re.search(r"Start listening for connections\" address=(\S+)",
                                               (folder / "log").read_text()), "Prometheus to listen")

        def ask(expression):
            query = urllib.parse.urlencode({"query": expression})
            status, _, body = http("GET", f"http://{listening[1]}/api/v1/query?{query}")
            return json.loads(body) if status != 503 else {}  # it is not ready yet

        wait_for(lambda: ask('count_over_time(regwarden_build_info[1m]) >= 4').get("data", {}).get("result"),
                 "Prometheus to have asked some times")
        for panel in json.loads(DASHBOARD.read_text())["panels"]:
            for target in panel.get("targets", []):
                expression = target["expr"].replace("$instance", ".*").replace("$__rate_interval", "1m")
                with self.subTest(panel["title"], expr=expression):
                    answer = ask(expression)
                    self.assertEqual(answer["status"], "success", answer)
                    # What there is nothing of yet, and conditions, of which there is none.
                    if metrics_of(expression) & (LATER | {"regwarden_events_skipped_total"}) or expression.endswith("> 0"):
                        continue
                    self.assertEqual(len(answer["data"]["result"]), 1)


class Top(TestCase):
    def test_once(self):
        regwarden = self.daemon()
        regwarden.send_tcp(octet_counted(syslog(sysmon_xml())))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 1)
        url = f"http://127.0.0.1:{regwarden.ports['api']}"
        wait_for(lambda: regwarden.items("sources"), "the source")
        done = regwarden.cli("top", "--url", url, "--once", "--interval", "0.2")
        self.assertRegex(done.stdout, r"^regwarden \d+\.\d+\.\d+\S*  " + url)
        self.assertRegex(done.stdout, r"(?m)^ws1\.example\.test +Microsoft-Windows-Sysmon/Operational +\S+ +1  ")
        self.assertNotIn("\x1b", done.stdout)

    def test_in_a_terminal(self):
        regwarden = self.daemon()
        url = f"http://127.0.0.1:{regwarden.ports['api']}"
        terminal, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
        top = subprocess.Popen([BINARY, "top", "--url", url, "--interval", "0.2"], stdin=theirs, stdout=theirs,
                               stderr=theirs)
        os.close(theirs)
        seen = b""
        while seen.count(b"events/s  received 0") < 2:  # the third look, or a later one
            seen += os.read(terminal, 65536)
        os.write(terminal, b"q")
        while True:
            try:
                seen += os.read(terminal, 65536)
            except OSError:  # the other end has gone
                break
        os.close(terminal)
        self.assertEqual(top.wait(30), 0)
        self.assertTrue(seen.startswith(b"\x1b[?1049h"))
        self.assertTrue(seen.endswith(b"\x1b[?25h\x1b[?1049l"))

    def test_what_goes_wrong(self):
        locked = self.daemon(Daemon.DEFAULT.replace("anonymous: admin", "tokens: [t0p]"))
        url = f"http://127.0.0.1:{locked.ports['api']}"
        done = cli("top", "--url", url, "--once", check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("answered 401 (it asks for a token with scope read", done.stderr)
        done = subprocess.run([BINARY, "top", "--url", url, "--once", "--interval", "0.2"], capture_output=True,
                              text=True, timeout=60, env={**os.environ, "REGWARDEN_TOKEN": "t0p"})
        self.assertEqual(done.returncode, 0, done.stderr)
        locked.stop()
        done = cli("top", "--url", url, "--once", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"regwarden: {url}: ", done.stderr)
        done = cli("top", "--url", "ftp://x", "--once", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("'ftp://x': expected a URL such as http://127.0.0.1:8089", done.stderr)


class Log(TestCase):
    def test_json(self):
        with tempfile.TemporaryDirectory(prefix="regwarden-e2e-") as folder:
            config = pathlib.Path(folder, "regwarden.yaml")
            config.write_text(Daemon.DEFAULT.rstrip(" ") + "        log_format: json\n        log_level: debug\n")
            process = subprocess.Popen([BINARY, "serve", "-c", config], stderr=subprocess.PIPE, text=True)
            with process:
                lines = []
                for line in process.stderr:
                    lines.append(json.loads(line))
                    if lines[-1]["message"] == "ready":
                        process.terminate()
            self.assertEqual(process.returncode, 0)
        self.assertEqual({tuple(line) for line in lines}, {("time", "level", "message")})
        self.assertLessEqual({line["level"] for line in lines}, {"debug", "info", "warning", "error"})
        for line in lines:
            self.assertIsNotNone(datetime.datetime.fromisoformat(line["time"]).tzinfo)
        self.assertEqual(lines[-1]["message"], "stopped")


if __name__ == "__main__":
    unittest.main()
