"""From a real sender to the finding over the REST API."""

import gzip
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from harness import AMSI_PATH, TestCase, octet_counted, syslog, sysmon_xml, utc, wait_for

STORED = "regwarden_registry_events_stored_total"


class Senders(TestCase):
    """Each sends the one event that matters; the detection finds it in its window."""

    def setUp(self):
        self.now = int(time.time())
        self.regwarden = self.daemon()

    def event(self, record_id=1, **data):
        return sysmon_xml(record_id=record_id, time_s=self.now - 1800, **data)

    def check_alert(self, events=1):
        self.regwarden.wait_for_counter(STORED, events)
        self.regwarden.cli("run", "Disable AMSI Through Registry", "--at", str(self.now))
        risk = self.regwarden.items("risk-events")
        self.assertEqual(len(risk), 1)
        self.assertEqual(
            {key: risk[0][key] for key in ("detection", "risk_object", "risk_object_type", "risk_score", "risk_message")},
            {
                "detection": "Disable AMSI Through Registry",
                "risk_object": "ws1.example.test",
                "risk_object_type": "system",
                "risk_score": 25,
                "risk_message": "Disable AMSI Through Registry on ws1.example.test",
            },
        )
        self.assertEqual(risk[0]["annotations"]["mitre_attack"], ["T1562.001", "T1562"])
        self.assertIn("Windows Registry Abuse", risk[0]["annotations"]["analytic_story"])
        notables = self.regwarden.items("notables")
        self.assertEqual(len(notables), 1)
        self.assertEqual(notables[0]["rule_title"], "Disable AMSI Through Registry")
        self.assertEqual(notables[0]["row"]["dest"], "ws1.example.test")
        self.assertEqual(notables[0]["row"]["user"], "admin")
        self.assertEqual(notables[0]["row"]["registry_path"], AMSI_PATH)
        one = self.regwarden.api(f"/api/v1/notables/{notables[0]['id']}")
        self.assertEqual(one["rule_title"], notables[0]["rule_title"])

    def test_logger_udp(self):
        self.run_logger("--udp", "--rfc5424")

    def test_logger_tcp_lf(self):
        self.run_logger("--tcp", "--rfc5424")

    def test_logger_tcp_octet_counted(self):
        self.run_logger("--tcp", "--rfc5424", "--octet-count")

    def test_logger_rfc3164(self):
        self.run_logger("--tcp", "--rfc3164")

    def run_logger(self, *options):
        transport = "udp" if "--udp" in options else "tcp"
        subprocess.run(
            ["logger", *options, "--server", "127.0.0.1", "--port", str(self.regwarden.ports[f"syslog/{transport}"]),
             "--size", "64KiB", "--tag", "Sysmon"],
            input=self.event().encode(), check=True, timeout=30)
        self.check_alert()

    def test_rsyslog_lf(self):
        self.run_rsyslog("traditional", "RSYSLOG_TraditionalForwardFormat")

    def test_rsyslog_octet_counted(self):
        self.run_rsyslog("octet-counted", "RSYSLOG_SyslogProtocol23Format")

    def run_rsyslog(self, framing, template):
        """rsyslog reads a file, as a relay reads its spool, and forwards with omfwd."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="rsyslog-"))
        self.addCleanup(shutil.rmtree, folder)
        spool = folder / "events.xml"
        events = 50
        spool.write_text("".join(
            self.event(record_id=i, **({} if i == 7 else {"TargetObject": rf"HKLM\SOFTWARE\Shop\Value{i}"})) + "\n"
            for i in range(events)))
        config = folder / "rsyslog.conf"
        config.write_text(f"""
            global(workDirectory="{folder}" maxMessageSize="256k")
            module(load="imfile")
            input(type="imfile" file="{spool}" tag="Sysmon" ruleset="forward")
            ruleset(name="forward") {{
              action(type="omfwd" protocol="tcp" target="127.0.0.1" port="{self.regwarden.ports['syslog/tcp']}"
                     TCP_Framing="{framing}" template="{template}")
            }}
            """)
        rsyslog = subprocess.Popen(["/usr/sbin/rsyslogd", "-n", "-f", config, "-i", folder / "pid"])
        self.addCleanup(rsyslog.wait)
        self.addCleanup(rsyslog.terminate)
        self.check_alert(events)

    def test_curl_hec_event(self):
        body = json.dumps({"time": self.now - 1800, "host": "relay", "event": self.event()}).encode()
        self.run_curl("/services/collector/event", body, "Authorization: Splunk secret")

    def test_curl_hec_raw_gzip(self):
        self.run_curl("/services/collector/raw", gzip.compress(self.event().encode()), "Authorization: Splunk secret",
                      "Content-Encoding: gzip")

    def test_curl_hec_json_fields(self):
        """A JSON object whose fields are those of the event."""
        event = {
            "EventID": 13, "Provider": "Microsoft-Windows-Sysmon", "Computer": "ws1.example.test",
            "Channel": "Microsoft-Windows-Sysmon/Operational", "EventRecordID": 5,
            "TimeCreated": utc(self.now - 1800).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "EventType": "SetValue",
            "Image": r"C:\Windows\System32\reg.exe", "TargetObject": AMSI_PATH, "Details": "DWORD (0x00000000)",
            "User": r"WS1\admin", "ProcessId": 4321, "ProcessGuid": "{2f1c0a11-77aa-6523-4a01-000000001100}",
        }
        self.run_curl("/services/collector", json.dumps({"event": event}).encode(), "Authorization: Splunk secret")

    def run_curl(self, path, body, *headers):
        done = subprocess.run(
            ["curl", "-sS", "--data-binary", "@-", *[part for header in headers for part in ("-H", header)],
             f"http://127.0.0.1:{self.regwarden.ports['http']}{path}"],
            input=body, check=True, capture_output=True, timeout=30)
        self.assertEqual(json.loads(done.stdout), {"text": "Success", "code": 0})
        # The answer means: committed. So there is nothing to wait for.
        self.assertEqual(self.regwarden.counter(STORED), 1)
        self.check_alert()

    def test_same_event_over_all_inputs_is_one_row(self):
        event = self.event()
        self.regwarden.send_udp(syslog(event))
        self.regwarden.send_tcp(syslog(event) + b"\n")
        self.regwarden.send_tcp(octet_counted(syslog(event)))
        self.regwarden.hec("/services/collector/raw", event.encode())
        wait_for(lambda: self.regwarden.counter("regwarden_events_duplicate_total") == 3, "three duplicates")
        self.check_alert()


class Scheduled(TestCase):
    """The scheduler's own runs, on the clock."""

    CONFIG = """
        data_dir: data
        inputs:
          syslog: [{protocol: tcp, listen: "127.0.0.1:0"}]
          http: []
        api: {listen: "127.0.0.1:0", anonymous: admin}
        detections:
          defaults: {cron_schedule: "* * * * *", earliest_time: -70m@m, latest_time: now}
        """

    def test_run_by_the_clock_and_after_restart(self):
        regwarden = self.daemon(self.CONFIG)
        regwarden.send_tcp(syslog(sysmon_xml(time_s=time.time() - 1800)) + b"\n")
        regwarden.wait_for_counter(STORED, 1)
        runs = wait_for(lambda: regwarden.items("runs", status="done"), "the run of the next minute", 90)
        self.assertEqual(runs[-1]["detection"], "Disable AMSI Through Registry")
        self.assertEqual(runs[-1]["kind"], "scheduled")
        self.assertEqual(runs[-1]["result_count"], 1)
        self.assertTrue(runs[-1]["scheduled_time"].endswith(":00Z"), runs[-1])
        self.assertEqual(len(regwarden.items("notables")), 1)

        # The next window finds the same row; it is a window of its own, so a notable of its own. The same window
        # again adds nothing.
        window = {"earliest": runs[-1]["earliest"], "latest": runs[-1]["latest"]}
        for _ in range(2):
            regwarden.cli("run", "disable_amsi_through_registry", "--earliest", window["earliest"], "--latest",
                          window["latest"])
        same = [item for item in regwarden.items("notables") if item["earliest"] == window["earliest"]]
        self.assertEqual(len(same), 1)

        # An event of a time that was searched already: the window is searched again.
        regwarden.send_tcp(syslog(sysmon_xml(time_s=time.time() - 1500, record_id=2, computer="ws2.example.test")) + b"\n")
        late = wait_for(lambda: regwarden.items("notables", late="true"), "the late notable", 60)
        self.assertEqual({item["dest"] for item in late}, {"ws2.example.test"})
        self.assertIn(window["earliest"], [item["earliest"] for item in late])
        self.assertGreaterEqual(regwarden.counter("regwarden_events_late_total"), 1)
        self.assertTrue(regwarden.items("runs", kind="late"))

        # Missed while down: run on start.
        self.assertEqual(regwarden.stop(), 0)
        stopped = int(time.time())
        time.sleep(max(0.0, 61 - stopped % 60))  # over a full minute
        regwarden.start()
        ours = {"kind": "scheduled", "detection": "Disable AMSI Through Registry"}
        scheduled = wait_for(lambda: [run["scheduled_time"] for run in regwarden.items("runs", **ours)
                                      if run["scheduled_time"] >= utc(stopped).strftime("%Y-%m-%dT%H:%M:%SZ")],
                             "the missed run", 20)
        every = sorted(run["scheduled_time"] for run in regwarden.items("runs", **ours))
        self.assertEqual(len(every), len(set(every)), "no window twice")
        self.assertTrue(scheduled)


if __name__ == "__main__":
    unittest.main()
