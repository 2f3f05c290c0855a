"""Searches over the API: the rows of `regwarden search`, limits, cancelling, a stop of the daemon in the middle."""

import json
import threading
import unittest

from harness import SHARED_DIR, TestCase, http, sysmon_xml, wait_for

CORPUS = SHARED_DIR / "corpus/sysmon-xml/evtx-attack-samples.xml.gz"
YEARS = {"earliest": "2015-01-01", "latest": "2026-01-01"}  # the recorded events lie in them

# So many joins, each of which reads all events anew, that it runs until it is stopped.
MANY_EVENTS = 20_000
ENDLESS = "| tstats count from datamodel=Endpoint.Registry | eval k=1" + 300 * (
    " | join type=left k [| tstats count from datamodel=Endpoint.Registry by _time span=1s Registry.registry_path"
    " | stats count as n | eval k=1]")


class Search(TestCase):
    def setUp(self):
        self.server = self.daemon()
        self.assertRegex(self.server.cli("import", str(CORPUS)).stdout, r"^\d+ events: \d+ registry and \d+ process events")

    def url(self, path):
        return f"http://127.0.0.1:{self.server.ports['api']}/api/v1/{path}"

    def post(self, **body):
        status, headers, answer = http("POST", self.url("search"), json.dumps(body).encode(),
                                       {"Content-Type": "application/json"})
        self.assertEqual(headers["Content-Type"], "application/json" if status == 200 else "application/problem+json")
        return status, json.loads(answer)

    def running(self):
        return [item["id"] for item in self.server.api("/api/v1/searches")["items"]]

    def begin_endless(self, id):
        """Comes back when it runs; the thread, and the list that its answer will be in."""
        events = self.server.folder / "events.xml"
        events.write_text("".join(
            sysmon_xml(record_id=i, time_s=1_700_000_000 + i, TargetObject=rf"HKLM\Software\Vendor\{i % 500}\Value") + "\n"
            for i in range(MANY_EVENTS)))
        self.server.cli("import", str(events))
        answers = []
        thread = threading.Thread(
            target=lambda: answers.append(self.post(search=ENDLESS, id=id, timeout="5m", **YEARS)), daemon=True)
        thread.start()
        wait_for(lambda: answers or id in self.running(), "the search")
        self.assertEqual(answers, [])
        return thread, answers

    def test_the_rows_are_those_of_the_command(self):
        for search in (
                "| tstats count min(_time) as _time values(Processes.process_name) as names"
                " from datamodel=Endpoint.Processes by Processes.dest Processes.user | sort - count Processes.dest"
                " Processes.user",
                '| from datamodel:"Endpoint.Registry" | table _time dest user registry_path registry_value_data process_id'
                " | sort _time registry_path registry_value_data",
                "| tstats count from datamodel=Endpoint.Registry where Registry.dest=nobody by Registry.dest",
        ):
            with self.subTest(search):
                printed = json.loads(self.server.cli(
                    "search", search, "--earliest", YEARS["earliest"], "--latest", YEARS["latest"], "-o", "json").stdout)
                status, answer = self.post(search=search, **YEARS)
                self.assertEqual(status, 200, answer)
                for member in ("earliest", "latest", "columns", "rows"):
                    self.assertEqual(answer[member], printed[member])
                self.assertEqual("nobody" in search, answer["rows"] == [])
                self.assertEqual(answer["warnings"], [])
                self.assertRegex(answer["id"], "^[0-9a-f]{16}$")

    def test_limits(self):
        processes = "| tstats count from datamodel=Endpoint.Processes by Processes.process_guid"
        status, answer = self.post(search=processes, max_rows=5, **YEARS)
        self.assertEqual(status, 422)
        self.assertRegex(answer["detail"], r"^the search gave \d+ rows, more than 5$")
        self.assertEqual(answer["hint"],
                         "narrow the search or its time range, or raise max_rows (at most 100000)")
        status, answer = self.post(search=ENDLESS, timeout="1ms", **YEARS)
        self.assertEqual((status, answer["detail"]), (422, "the search took longer than 1ms"))
        status, answer = self.post(search=processes, timeout="6m")
        self.assertEqual((status, answer["detail"]),
                         (400, "timeout: '6m': expected a duration from 1ms to 5m, such as \"30s\""))

    def test_what_cannot_be_run(self):
        status, answer = self.post(search="| tstats count\n| collect index=x")
        self.assertEqual(status, 400)
        self.assertRegex(answer["detail"], r"^search: \d+:\d+: ")

    def test_cancel(self):
        thread, answers = self.begin_endless("endless")
        self.assertEqual(self.post(search="| makeresults", id="endless")[0], 409)
        self.assertEqual(http("DELETE", self.url("searches/endless"))[0::2], (204, b""))
        thread.join(60)
        status, answer = answers[0]
        self.assertEqual((status, answer["detail"]), (409, "the search was cancelled"))
        self.assertEqual(self.running(), [])
        self.assertEqual(http("DELETE", self.url("searches/endless"))[0], 404)
        self.assertEqual(self.post(search="| makeresults", id="endless")[0], 200)

    def test_a_stop_ends_searches(self):
        thread, answers = self.begin_endless("endless")
        self.assertEqual(self.server.stop(), 0)
        thread.join(60)
        status, answer = answers[0]
        self.assertEqual((status, answer["detail"]), (503, "the daemon is stopping"))


if __name__ == "__main__":
    unittest.main()
