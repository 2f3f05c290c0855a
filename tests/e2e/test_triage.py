"""Triage of notables over the API: what was decided is there after a kill -9, and so is who decided it."""

import json
import signal
import time
import unittest

from harness import TestCase, http, octet_counted, syslog, sysmon_xml, utc, wait_for


class Triage(TestCase):
    def setUp(self):
        self.server = self.daemon()
        self.find()

    def find(self):
        """Two notables of the built-in detection."""
        now = int(time.time())
        self.window = ("--earliest", utc(now - 60).isoformat(), "--latest", utc(now + 60).isoformat())
        for host in ("WS1.example.test", "WS2.example.test"):
            self.server.send_tcp(octet_counted(syslog(sysmon_xml(time_s=now, computer=host))))
        wait_for(lambda: len(self.server.items("events/registry")) == 2, "the events")
        self.server.cli("run", "Disable AMSI Through Registry", *self.window)
        self.assertEqual([item["status"] for item in self.server.items("notables")], ["new", "new"])

    def patch(self, path, **body):
        status, _, answer = http("PATCH", f"http://127.0.0.1:{self.server.ports['api']}/api/v1/{path}",
                                 json.dumps(body).encode(), {"Content-Type": "application/json"})
        return status, json.loads(answer)

    def test_decisions_survive_a_kill(self):
        ids = sorted(item["id"] for item in self.server.items("notables"))
        status, notable = self.patch(f"notables/{ids[0]}", status="closed", owner="ann",
                                     disposition="true_positive", comment="reimaged")
        self.assertEqual((status, notable["status"], notable["owner"], notable["disposition"]),
                         (200, "closed", "ann", "true_positive"))
        self.assertEqual(self.patch("notables", ids=ids, comment="seen"), (200, {"changed": 2}))
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.assertEqual({item["id"]: item["status"] for item in self.server.items("notables")},
                         {ids[0]: "closed", ids[1]: "new"})
        history = [{key: item.get(key) for key in ("status", "owner", "disposition", "comment")}
                   for item in self.server.api(f"/api/v1/notables/{ids[0]}/history")["items"]]
        self.assertEqual(history, [
            {"status": None, "owner": None, "disposition": None, "comment": "seen"},
            {"status": "closed", "owner": "ann", "disposition": "true_positive", "comment": "reimaged"}])
        # The same search again adds nothing and takes nothing back.
        self.server.cli("run", "Disable AMSI Through Registry", *self.window)
        self.assertEqual(len(self.server.items("notables")), 2)
        self.assertEqual(self.server.api(f"/api/v1/notables/{ids[0]}")["status"], "closed")

    def test_the_events_behind_a_notable(self):
        for notable in self.server.items("notables"):
            events = self.server.api(f"/api/v1/notables/{notable['id']}/events")
            self.assertEqual([event["dest"] for event in events["registry"]], [notable["dest"]])
            self.assertEqual(events["registry"][0]["registry_value_name"], "AmsiEnable")
            self.assertEqual(events["processes"], [])


CONFIG = """data_dir: data
inputs:
  syslog: [{protocol: tcp, listen: "127.0.0.1:0"}]
  http: []
api: {listen: "127.0.0.1:0", anonymous: admin}
detections: {defaults: {cron_schedule: "0 0 29 2 *"}}  # only `run` runs them
urgency:
  rules:
    - {dest: "dc-*", raise: 2}
    - {dest: "lab-*", urgency: informational}
"""


class Urgency(TestCase):
    def test_hosts_decide_how_urgent_a_finding_is(self):
        server = self.daemon(CONFIG)
        now = int(time.time())
        hosts = ("DC-1.example.test", "LAB-1.example.test", "WS1.example.test")
        for record_id, host in enumerate(hosts):
            server.send_tcp(octet_counted(syslog(sysmon_xml(time_s=now, computer=host, record_id=record_id + 1))))
        wait_for(lambda: len(server.items("events/registry")) == len(hosts), "the events")
        server.cli("run", "Disable AMSI Through Registry", "--earliest", utc(now - 60).isoformat(),
                   "--latest", utc(now + 60).isoformat())
        notables = server.items("notables", sort="-urgency")
        self.assertEqual([item["dest"] for item in notables], [hosts[0], hosts[2], hosts[1]])
        severity = notables[1]["severity"]
        self.assertEqual({item["severity"] for item in notables}, {severity})
        steps = ("informational", "low", "medium", "high", "critical")
        raised = steps[min(steps.index(severity) + 2, 4)]
        self.assertEqual([item["urgency"] for item in notables], [raised, severity, "informational"])
        self.assertEqual([item["urgency"] for item in server.items("notables", dest="lab-1.EXAMPLE.test")],
                         ["informational"])
        self.assertEqual([item["dest"] for item in server.items("notables", urgency=raised, dest="*")], [hosts[0]])
        counts = server.api("/api/v1/counts/notables", by="dest,urgency")["items"]
        self.assertEqual({(item["dest"], item["urgency"], item["count"]) for item in counts},
                         {(item["dest"], item["urgency"], 1) for item in notables})


if __name__ == "__main__":
    unittest.main()
