"""Who sends what: the table of sources, gaps in record ids that open and close, hosts that fall silent."""

import json
import time
import unittest

from harness import TestCase, http, octet_counted, sysmon_xml, syslog, wait_for

SYSMON = "Microsoft-Windows-Sysmon/Operational"


def config(silent_after, more=""):
    return f"""
        data_dir: data
        inputs:
          syslog: [{{protocol: tcp, listen: "127.0.0.1:0"}}]
          http: [{{listen: "127.0.0.1:0", tokens: [secret]}}]
        api: {{listen: "127.0.0.1:0", anonymous: admin}}
        sources: {{silent_after: {silent_after}{more}}}
        """


class Sources(TestCase):
    def send(self, daemon, ids, **event):
        body = "".join(
            json.dumps({"event": sysmon_xml(record_id=i, **event)}) for i in ids
        )
        status, _, reply = daemon.hec("/services/collector/event", body.encode())
        self.assertEqual(status, 200, reply)

    def source(self, daemon, host):
        found = daemon.items("sources", host=host)
        return found[0] if found else None

    def wait_for_source(self, daemon, host, **expected):
        def there():
            source = self.source(daemon, host)
            return source and all(source.get(key) == value for key, value in expected.items()) and source

        return wait_for(there, f"{host}: {expected}, found {self.source(daemon, host)}")

    def test_a_gap_appears_and_closes(self):
        daemon = self.daemon(config("3d"))
        now = time.time()
        self.send(daemon, range(1, 1101), time_s=now - 5, computer="WS1.example.test")
        self.send(daemon, range(1111, 1121), time_s=now - 4, computer="ws1.example.test")
        source = self.wait_for_source(daemon, "ws1.example.test", last_record_id=1120)
        self.assertEqual(source["gaps"], [{"first": 1101, "last": 1110}])
        self.assertEqual(
            {key: source[key] for key in ("host", "channel", "peer", "input", "format", "events", "stored",
                                          "duplicates", "seen", "missing", "lost", "complete", "resets", "silent")},
            {"host": "WS1.example.test", "channel": SYSMON, "peer": "127.0.0.1", "input": "hec", "format": "xml",
             "events": 1110, "stored": 1110, "duplicates": 0, "seen": 1110, "missing": 10, "lost": 10,
             "complete": True, "resets": 0, "silent": False})
        self.assertGreaterEqual(source["min_delay_ms"], 3900)

        # Late, by another way, and with some that were there already.
        daemon.send_tcp(b"".join(octet_counted(syslog(sysmon_xml(
            record_id=i, time_s=now - 4, computer="ws1.example.test"))) for i in range(1101, 1116)))
        source = self.wait_for_source(daemon, "ws1.example.test", events=1125)
        self.assertEqual((source["gaps"], source["missing"], source["lost"], source["seen"]), ([], 0, 0, 1120))
        self.assertEqual((source["stored"], source["duplicates"], source["input"]), (1120, 5, "syslog/tcp"))

        # Events of a kind that is not stored count, soon, without one that is; ids of what was lost before the restart
        # stay known.
        self.send(daemon, range(1121, 1131), event_id=3, time_s=now - 3, computer="ws1.example.test")
        source = self.wait_for_source(daemon, "ws1.example.test", events=1135)
        self.assertEqual((source["stored"], source["last_record_id"], source["input"]), (1120, 1130, "hec"))
        self.send(daemon, [1132], event_id=3, time_s=now - 3, computer="ws1.example.test")
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        self.assertEqual(self.source(daemon, "ws1.example.test")["gaps"], [{"first": 1131, "last": 1131}])
        self.send(daemon, [1131], event_id=3, time_s=now - 3, computer="ws1.example.test")
        self.wait_for_source(daemon, "ws1.example.test", gaps=[], events=1137)
        self.assertEqual(daemon.counter("regwarden_sources"), 1)

        # The same from the command line.
        shown = json.loads(daemon.cli("sources", "-o", "json").stdout)
        self.assertEqual([(s["host"], s["last_record_id"], s["coverage"]) for s in shown],
                         [("WS1.example.test", 1132, "1.0000")])
        table = daemon.cli("sources", "--host", "WS1*").stdout.splitlines()
        self.assertTrue(table[0].startswith("host  "), table)
        self.assertTrue(table[1].startswith("WS1.example.test  " + SYSMON + "  127.0.0.1  hec"), table)
        self.assertEqual(len(table), 2)
        self.assertEqual(daemon.cli("sources", "-o", "json", "--silent").stdout, "[]\n")

    def test_a_forwarder_that_filters_has_no_gaps(self):
        daemon = self.daemon(config("3d"))
        self.send(daemon, range(1, 4000, 4))
        source = self.wait_for_source(daemon, "ws1.example.test", last_record_id=3997)
        self.assertEqual((source["gaps"], source["lost"], source["complete"]), ([], 0, False))
        self.assertEqual((source["seen"], source["missing"]), (1000, 2997))

    def test_a_silent_host_is_one_finding(self):
        daemon = self.daemon(config("1s", ', ignore: ["lab-*"], finding: {severity: high, risk_score: 77}'))
        name = {"detection": "Host stopped sending events"}
        self.send(daemon, [1], computer="dc1")
        self.send(daemon, [1], computer="lab-7")
        notable = wait_for(lambda: daemon.items("notables", **name), "the notable")[0]
        self.assertEqual((notable["rule_title"], notable["severity"], notable["dest"]),
                         ("dc1 stopped sending events", "high", "dc1"))
        self.assertIn("T1562.001", notable["annotations"]["mitre_attack"])
        self.wait_for_source(daemon, "dc1", silent=True)
        self.assertEqual([s["host"] for s in daemon.items("sources", silent_since="*")], ["dc1"])
        self.assertEqual(daemon.counter("regwarden_hosts_silent"), 1)
        self.assertEqual(daemon.counter("regwarden_hosts"), 2)
        (risk,) = daemon.items("risk-events", **name)
        self.assertEqual((risk["risk_object"], risk["risk_object_type"], risk["risk_score"]), ("dc1", "system", 77))

        # Not again after a restart; there another host must come and go, so that the time has passed for sure.
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        self.send(daemon, [1], computer="dc2")
        wait_for(lambda: daemon.items("notables", rule_title="dc2 *"), "the notable of dc2")
        self.assertEqual(len(daemon.items("notables", rule_title="dc1 *")), 1)
        self.assertFalse(self.source(daemon, "lab-7")["silent"])

        # It comes back, with an event of a kind that is not stored, and falls silent again.
        self.send(daemon, [2], computer="DC1", event_id=3)
        wait_for(lambda: len(daemon.items("notables", rule_title="dc1 *")) == 2, "the second silence")
        self.assertEqual(len(daemon.items("notables", rule_title="lab-7 *")), 0)

    def test_a_retired_machine_is_forgotten(self):
        daemon = self.daemon(config("1s"))
        self.send(daemon, [1], computer="old1")
        wait_for(lambda: daemon.items("notables", rule_title="old1 *"), "the notable of old1")
        self.wait_for_source(daemon, "old1", silent=True)
        self.send(daemon, [1], computer="live1")
        done = daemon.cli("sources", "forget", "OLD1")
        self.assertEqual((done.stdout, done.stderr), ("OLD1: 1 source forgotten\n", ""))
        self.assertEqual([s["host"] for s in daemon.items("sources")], ["live1"])
        self.assertEqual([s["host"] for s in json.loads(daemon.cli("sources", "-o", "json").stdout)], ["live1"])
        # Its events and findings stay, and it is not said to be silent again: another host's silence comes later.
        wait_for(lambda: daemon.items("notables", rule_title="live1 *"), "the notable of live1")
        self.assertEqual(len(daemon.items("notables", rule_title="old1 *")), 1)
        self.assertEqual(len(daemon.items("events/registry", dest="old1", earliest="0")), 1)
        wait_for(lambda: daemon.counter("regwarden_hosts") == 1, "one host")

        done = daemon.cli("sources", "forget", "old1", "live1", check=False)
        self.assertEqual((done.returncode, done.stdout), (1, "live1: 1 source forgotten\n"))
        self.assertIn("no source is of the host 'old1'", done.stderr)
        self.assertEqual(daemon.cli("sources", "forget", check=False).returncode, 2)

        # It comes back as a new one.
        self.send(daemon, [2], computer="old1")
        self.wait_for_source(daemon, "old1", events=1)

    def test_an_imported_file_is_no_sender(self):
        daemon = self.daemon(config("1s"))
        file = daemon.folder / "old.xml"
        file.write_text(sysmon_xml(record_id=1, time_s=1_700_000_000, computer="old1"))
        daemon.cli("import", str(file))
        self.send(daemon, [1], computer="live1")
        wait_for(lambda: daemon.items("notables", rule_title="live1 *"), "the notable of live1")
        source = self.source(daemon, "old1")
        self.assertEqual((source["input"], source["silent"], source["peer"]), ("import", False, str(file)))
        self.assertNotIn("min_delay_ms", source)
        self.assertEqual(len(daemon.items("notables")), 1)

    def test_unknown_parameter(self):
        daemon = self.daemon(config("0"))
        status, _, body = http("GET", f"http://127.0.0.1:{daemon.ports['api']}/api/v1/sources?nope=1")
        self.assertEqual(status, 400)
        self.assertIn("last_record_id", json.loads(body)["detail"])


if __name__ == "__main__":
    unittest.main()
