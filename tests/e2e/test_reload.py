"""A changed configuration, taken over while the daemon runs: by SIGHUP and by POST /api/v1/config/reload."""

import json
import signal
import unittest

from harness import TestCase, http, sysmon_xml, wait_for

INPUTS = """
    data_dir: data
    inputs:
      syslog: [{protocol: tcp, listen: "127.0.0.1:0"}]
      http: [{listen: "127.0.0.1:0", tokens: [%s]}]
"""
AMSI = "Disable AMSI Through Registry"


def config(more="", token="secret", api='api: {listen: "127.0.0.1:0", anonymous: admin}'):
    return INPUTS % token + f"    {api}\n" + more


class Reload(TestCase):
    def setUp(self):
        self.regwarden = self.daemon(config())

    def ask(self, method, path, headers=None):
        status, _, body = http(method, f"http://127.0.0.1:{self.regwarden.ports['api']}{path}", b"" if method == "POST"
                               else None, headers)
        return status, json.loads(body)

    def reload(self, text, headers=None):
        """The answer without the detections' part, which is compared where it matters."""
        self.regwarden.config.write_text(text)
        status, answer = self.ask("POST", "/api/v1/config/reload", headers)
        self.assertEqual(status, 200, answer)
        self.detections = answer.pop("detections")
        return answer

    def state_of(self, name):
        return next(item["state"] for item in self.regwarden.items("detections") if item["name"] == name)

    def send(self, token, record_id):
        status, _, _ = self.regwarden.hec("/services/collector/raw", sysmon_xml(record_id=record_id).encode(),
                                          {"Authorization": f"Splunk {token}"})
        return status

    def test_nothing_has_changed(self):
        self.assertEqual(self.reload(config()),
                         {"accepted": True, "changed": [], "needs_restart": [], "problems": []})
        self.assertEqual(self.detections["changed"], [])

    def test_all_that_needs_no_restart(self):
        self.assertEqual(self.send("secret", 1), 200)
        answer = self.reload(config("""
    log_level: debug
    storage: {retention: {events: 30d, findings: 90d, max_size: 1GiB}}
    scheduler: {threads: 1}
    urgency: {rules: [{dest: "dc-*", raise: 1}]}
    sources: {silent_after: 1h}
    health: {failed_runs: 5}
    detections: {overrides: {Disable AMSI Through Registry: {enabled: false}}}
    notify: [{name: soc, webhook: {url: "http://127.0.0.1:9/hook"}}]
""", token="other"))
        self.assertEqual(answer, {
            "accepted": True,
            "changed": ["log_level", "storage.retention", "inputs.http[0].tokens", "scheduler, risk and urgency", "sources",
                        "health", "notify"],
            "needs_restart": [], "problems": []})
        self.assertEqual(self.detections["changed"], [AMSI])
        self.assertEqual(self.state_of(AMSI), "disabled")
        self.assertEqual(self.send("secret", 2), 403)
        self.assertEqual(self.send("other", 3), 200)
        self.regwarden.wait_for_counter("regwarden_registry_events_stored_total", 2)
        status, answer = self.ask("POST", "/api/v1/notifications/test")
        self.assertEqual((status, [(result["channel"], result["ok"]) for result in answer["results"]]),
                         (200, [("soc", False)]))
        # And back.
        answer = self.reload(config())
        self.assertEqual(answer["changed"][-1], "notify")
        self.assertEqual(self.state_of(AMSI), "enabled")
        self.assertEqual(self.send("other", 4), 403)

    def test_a_schedule_goes_on_after_another_scheduler_began(self):
        self.assertEqual(self.reload(config("    scheduler: {threads: 3}\n"))["changed"], ["scheduler"])
        self.assertEqual(self.reload(config("    scheduler: {threads: 1}\n"))["changed"], ["scheduler"])
        entry = self.regwarden.api("/api/v1/status")
        self.assertTrue(entry)
        self.assertEqual(self.state_of(AMSI), "enabled")

    def test_what_waits_for_a_restart_is_said_each_time(self):
        ports = dict(self.regwarden.ports)
        wanted = config("    storage: {queue_size: 64MiB}\n    time_zone: Europe/Berlin\n").replace(
            "protocol: tcp", "protocol: udp")
        for _ in range(2):
            self.assertEqual(self.reload(wanted), {
                "accepted": True, "changed": [],
                "needs_restart": ["time_zone", "inputs.syslog", "storage.queue_size"], "problems": []})
        self.assertTrue(any(line.endswith("reload: not before a restart: time_zone, inputs.syslog, storage.queue_size")
                            for line in self.regwarden.log))
        self.assertEqual(self.regwarden.ports, ports)
        self.regwarden.stop()
        self.regwarden.start()
        self.assertIn("syslog/udp", self.regwarden.ports)

    def test_a_file_with_errors_changes_nothing(self):
        answer = self.reload(config("    log_level: loud\n    notify: [{name: soc, webhook: "
                                    '{url: "http://127.0.0.1:9/"}}]\n', token="other"))
        self.assertEqual((answer["accepted"], answer["changed"], answer["needs_restart"]), (False, [], []))
        (problem,) = answer["problems"]
        self.assertEqual((problem["file"], problem["line"], problem["severity"]),
                         (str(self.regwarden.config), 7, "error"))
        self.assertIn("log_level", problem["message"])
        self.assertEqual(self.detections["enabled"], len([d for d in self.regwarden.items("detections")
                                                          if d["state"] == "enabled"]))
        self.assertEqual((self.send("secret", 1), self.send("other", 2)), (200, 403))

        self.regwarden.config.unlink()
        self.regwarden.process.send_signal(signal.SIGHUP)
        wait_for(lambda: any("the configuration has errors; the one in force stays" in line
                             for line in self.regwarden.log[-5:]), "the answer to SIGHUP")
        self.assertEqual(self.send("secret", 3), 200)

    def test_by_signal(self):
        self.regwarden.config.write_text(config("    log_level: error\n", token="other"))
        self.regwarden.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.send("other", 1) == 200, "the new token")
        self.regwarden.config.write_text(config(token="other"))
        self.regwarden.process.send_signal(signal.SIGHUP)
        wait_for(lambda: any(line.endswith("reload: taken over: log_level") for line in self.regwarden.log),
                 "the log to speak again")

    def test_who_may_ask(self):
        locked = config(api='api: {listen: "127.0.0.1:0", anonymous: read, tokens: [t0p]}')
        self.assertEqual(self.reload(locked)["changed"], ["api.tokens", "api.anonymous"])
        status, problem = self.ask("POST", "/api/v1/config/reload")
        self.assertEqual((status, problem["status"]), (401, 401))
        self.assertEqual(self.ask("GET", "/api/v1/status")[0], 200)
        authorized = {"Authorization": "Bearer t0p"}
        # Nobody may come in without a token from elsewhere, now or after the restart.
        moved = config(api='api: {listen: "127.0.0.2:0", anonymous: admin, tokens: [t0p]}')
        self.assertEqual(self.reload(moved, authorized),
                         {"accepted": True, "changed": [], "needs_restart": ["api"], "problems": []})
        self.assertEqual(self.ask("POST", "/api/v1/config/reload")[0], 401)


if __name__ == "__main__":
    unittest.main()
