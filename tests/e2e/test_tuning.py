"""Risk incident rules, suppression, exceptions, filters and switches, with real events."""

import json
import signal
import time
import unittest

from harness import TestCase, http, sysmon_xml

AMSI = "Disable AMSI Through Registry"
TACTIC_RULE = "ATT&CK Tactic Threshold Exceeded for Object Over Previous 7 Days"
RISK_RULE = "Risk Threshold Exceeded for Object Over 24 Hour Period"


class Tuned(TestCase):
    OVERRIDES = {}
    RISK = {}

    def setUp(self):
        self.now = int(time.time())
        self.sent = 0
        never = {"cron_schedule": "0 0 1 1 *"}  # the tests run them by hand
        self.regwarden = self.daemon(json.dumps({
            "data_dir": "data",
            "inputs": {"syslog": [], "http": [{"listen": "127.0.0.1:0", "tokens": ["secret"]}]},
            "api": {"listen": "127.0.0.1:0", "anonymous": "admin"},
            "detections": {"defaults": never, "overrides": {RISK_RULE: never, TACTIC_RULE: never, **self.OVERRIDES}},
            "risk": self.RISK,
        }))

    def send(self, *computers, ago_s=1800, **data):
        events = "".join(
            sysmon_xml(record_id=self.sent + i, time_s=self.now - ago_s, computer=computer, **data) + "\n"
            for i, computer in enumerate(computers))
        self.sent += len(computers)
        status, _, _ = self.regwarden.hec("/services/collector/raw", events.encode())
        self.assertEqual(status, 200)

    def run_at(self, detection, at):
        return self.regwarden.cli("run", detection, "--at", str(at)).stderr

    def change(self, method, path, body=None, expect=None):
        status, _, reply = http(method, f"http://127.0.0.1:{self.regwarden.ports['api']}/api/v1/{path}",
                                None if body is None else json.dumps(body).encode())
        self.assertEqual(status, expect or {"POST": 201, "DELETE": 204}.get(method, 200), reply)
        return json.loads(reply) if reply else None

    def found(self):
        return sorted(notable["row"]["dest"] for notable in self.regwarden.items("notables", detection=AMSI))

    def restart(self, how=signal.SIGKILL):
        self.regwarden.stop(how)
        self.regwarden.start()

    @property
    def file(self):
        return self.regwarden.folder / "data" / "tuning.yaml"


class Exceptions(Tuned):
    def test_over_the_api(self):
        self.send("build-1.example.test", "ws1.example.test")
        body = {"detection": AMSI, "fields": {"dest": "BUILD-*"}, "reason": "its tests do that"}
        added = self.change("POST", "exceptions", {**body, "expires": "90d"})
        # It survives what ends without a warning, and the file is one that people can read.
        self.restart()
        self.assertEqual(self.regwarden.items("exceptions"), [added])
        self.assertIn('"dest": "BUILD-*"', self.file.read_text())
        self.run_at(AMSI, self.now)
        self.assertEqual(self.found(), ["ws1.example.test"])
        # Without it the same window gives the other finding, too.
        self.change("DELETE", f"exceptions/{added['id']}")
        self.run_at(AMSI, self.now)
        self.assertEqual(self.found(), ["build-1.example.test", "ws1.example.test"])
        preview = self.change("POST", "exceptions/preview", body, expect=200)
        self.assertEqual((preview["matched"], preview["looked_at"]), (2, 4))
        self.assertEqual({(item["kind"], item["row"]["dest"]) for item in preview["items"]},
                         {("notable", "build-1.example.test"), ("risk_event", "build-1.example.test")})

    def test_edited_by_hand(self):
        self.send("build-1.example.test", "ws1.example.test")
        self.file.write_text("exceptions:\n- {detection: '*', fields: {dest: build-*}}  # a comment\n")
        report = self.change("POST", "detections/reload", expect=200)
        self.assertEqual(report["problems"], [])
        # An entry over the API leaves what the hand has written.
        self.change("POST", "exceptions", {"detection": "*", "fields": {"dest": "lab-*"}})
        self.assertEqual([e["fields"] for e in self.regwarden.items("exceptions")], [{"dest": "build-*"}, {"dest": "lab-*"}])
        # A broken file is never written over, and what was in service stays.
        broken = self.file.read_text() + "exception: []\n"
        self.file.write_text(broken)
        report = self.change("POST", "detections/reload", expect=200)
        self.assertEqual([(p["file"], p["severity"]) for p in report["problems"]], [(str(self.file), "error")])
        refused = self.change("POST", "exceptions", {"detection": "*", "fields": {"dest": "x"}}, expect=503)
        self.assertIn("unknown key 'exception'", refused["detail"])
        self.assertEqual(self.file.read_text(), broken)
        self.assertEqual(len(self.regwarden.items("exceptions")), 2)

    def test_a_file_that_cannot_be_written_leaves_no_note(self):
        body = {"detection": "*", "fields": {"dest": "build-*"}}
        in_the_way = self.file.with_name("tuning.yaml.new")
        in_the_way.mkdir()
        self.assertIn("tuning.yaml.new", self.change("POST", "exceptions", body, expect=503)["detail"])
        self.assertEqual(self.regwarden.items("exceptions"), [])
        self.assertEqual(self.regwarden.items("audit"), [])
        in_the_way.rmdir()
        self.change("POST", "exceptions", body)
        self.assertEqual([entry["action"] for entry in self.regwarden.items("audit")], ["exception.add"])

    def test_filter(self):
        self.send("build-1.example.test", "ws1.example.test")
        path = "detections/disable_amsi_through_registry/filter"
        self.change("PUT", path, {"search": "NOT dest=\"build-*\""})
        self.run_at(AMSI, self.now)
        self.assertEqual(self.found(), ["ws1.example.test"])
        refused = self.change("PUT", path, {"search": "NOT (dest=a"}, expect=400)
        self.assertIn("search: 1:", refused["detail"])
        self.assertEqual(self.change("GET", path)["search"], 'search NOT dest="build-*"')
        self.change("DELETE", path)
        self.run_at(AMSI, self.now)
        self.assertEqual(self.found(), ["build-1.example.test", "ws1.example.test"])

    def test_switch(self):
        path = "detections/disable_amsi_through_registry"
        self.assertEqual(self.change("PATCH", path, {"enabled": False})["state"], "disabled")
        self.restart()
        self.assertEqual(self.change("GET", path)["state"], "disabled")
        self.assertEqual(self.change("PATCH", path, {"enabled": True})["state"], "enabled")


class Suppressed(Tuned):
    OVERRIDES = {AMSI: {"suppress": {"fields": ["dest"], "period": "3h"}}}

    def test_once_in_a_period(self):
        hour = 3600
        for hours in range(5):
            self.send("ws1.example.test", ago_s=1800 + hours * hour)
        self.send("ws2.example.test", ago_s=1800 + hour)
        self.assertIn("1 notables added\n", self.run_at(AMSI, self.now - 4 * hour))
        self.restart()
        self.assertIn("0 notables added, 1 rows suppressed", self.run_at(AMSI, self.now - 3 * hour))
        # Three hours after what has triggered.
        self.assertIn("2 notables added\n", self.run_at(AMSI, self.now - hour))
        self.assertIn("0 notables added, 1 rows suppressed", self.run_at(AMSI, self.now - 2 * hour))
        self.assertIn("0 notables added, 1 rows suppressed", self.run_at(AMSI, self.now))
        self.assertEqual(self.found(), ["ws1.example.test", "ws1.example.test", "ws2.example.test"])
        # Each once more: nothing is added.
        before = self.found()
        for hours in range(5):
            self.run_at(AMSI, self.now - hours * hour)
        self.assertEqual(self.found(), before)

    def test_over_the_api(self):
        self.send("ws1.example.test", "ws2.example.test", "ws3.example.test")
        added = self.change("POST", "suppressions", {"detection": AMSI, "fields": ["user"], "period": "1h"})
        detection = self.change("GET", "detections/disable_amsi_through_registry")
        self.assertEqual(detection["suppress"], [{"fields": ["dest"], "period": "3h"}])
        self.assertEqual((detection["suppressions"], detection["exceptions"]), ([added], []))
        self.assertIn("1 notables added, 2 rows suppressed", self.run_at(AMSI, self.now))
        self.assertEqual(len(self.found()), 1)


class Risk(Tuned):
    RISK = {"factors": [{"risk_object": "dc-*", "multiply": 1.5}]}

    def test_a_rule_fires_once_when_the_score_crosses(self):
        def notables():
            return self.regwarden.items("notables", detection=RISK_RULE)

        # 25 each on a machine that is written in two ways, in hours of their own.
        names = ["WS1.example.test", "ws1", "ws1.other.test", "ws1.example.test"]
        hour = 3600
        for i, name in enumerate(names):
            self.send(name, ago_s=1800 + i * hour)
            self.run_at(AMSI, self.now - i * hour)
        self.run_at(RISK_RULE, self.now)
        self.assertEqual(notables(), [])  # 100 is not over 100
        # 38 for a domain controller: three of them are over it.
        for i in range(3):
            self.send("dc-1.example.test", ago_s=1800 + i * hour)
            self.run_at(AMSI, self.now - i * hour)
        self.run_at(RISK_RULE, self.now + 60)
        self.assertEqual([(n["row"]["risk_object"], n["row"]["risk_score"]) for n in notables()], [("dc-1", 114)])
        self.assertEqual(notables()[0]["severity"], "medium")
        self.assertEqual(notables()[0]["rule_title"], "RBA: Risk threshold exceeded over 24 hours for system dc-1 (114)")
        self.send("ws1", ago_s=1800 + 5 * hour)
        self.run_at(AMSI, self.now - 5 * hour)
        for minutes in (2, 60, 120):
            self.run_at(RISK_RULE, self.now + 60 * minutes)
        self.assertEqual(sorted(n["row"]["risk_object"] for n in notables()), ["dc-1", "ws1"])
        risk = self.regwarden.items("risk-events", risk_object="dc-1*")
        self.assertEqual({(r["risk_score"], r["calculated_risk_score"], r["normalized_risk_object"]) for r in risk},
                         {(25, 38, "dc-1")})
        # What it has found is no risk.
        self.assertEqual(self.regwarden.items("risk-events", detection=RISK_RULE), [])


if __name__ == "__main__":
    unittest.main()
