"""Metrics, what is made of them for Prometheus and Grafana, and the log as JSON."""

import datetime
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import yaml

from harness import BINARY, SOURCE_DIR, Daemon, TestCase, http, octet_counted, syslog, sysmon_xml

RULES = SOURCE_DIR / "etc/prometheus/regwarden.rules.yml"
DASHBOARD = SOURCE_DIR / "etc/grafana/regwarden.json"
# Those that need more than a daemon that has just begun.
LATER = {"regwarden_store_oldest_event_timestamp_seconds"}


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

    @unittest.skipUnless(shutil.which("promtool"), "promtool (package prometheus) is not installed")
    def test_promtool_takes_rules_and_metrics(self):
        done = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        regwarden = self.daemon()
        _, _, body = http("GET", f"http://127.0.0.1:{regwarden.ports['api']}/metrics")
        done = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))


class Log(TestCase):
    def test_json(self):
        with tempfile.TemporaryDirectory(prefix="regwarden-e2e-") as folder:
            config = pathlib.Path(folder, "regwarden.yaml")
            config.write_text(Daemon.DEFAULT + "        log_format: json\n        log_level: debug\n")
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
