"""The first start: what it makes, what it says, and that later ones are quiet about it."""

import json
import os
import re
import subprocess
import unittest

from harness import BINARY, TestCase, http, wait_for

CONFIG = """
    data_dir: below/data
    inputs:
      syslog: [{protocol: udp, listen: "0.0.0.0:0"}, {protocol: tcp, listen: "127.0.0.1:0"}]
      http: [{listen: "127.0.0.1:0"}]
    api: {listen: "127.0.0.1:0"}
    """


class FirstStart(TestCase):
    def said(self, regwarden, start):
        """The messages that begin so, without time, level and the numbers of ports."""
        messages = [line.split(" ", 2)[2] for line in regwarden.log if not line.startswith(" ")]
        return [re.sub(r":\d{4,5}\b", ":PORT", message) for message in messages if message.startswith(start)]

    def test_first_and_later(self):
        regwarden = self.daemon(CONFIG)
        data = regwarden.folder / "below/data"
        self.assertEqual(oct(data.stat().st_mode & 0o777), "0o750")
        self.assertEqual(oct((data / "regwarden.db").stat().st_mode & 0o777), "0o640")

        first = self.said(regwarden, "first start: ")
        self.assertEqual(len(first), 2, first)
        told = re.fullmatch(r"first start: this token opens the page and the API for you \(scope admin\), shown only this"
                            r" once: (rw_[A-Za-z0-9_-]{43})", first[0])
        self.assertIsNotNone(told, first[0])
        self.assertEqual(first[1], "first start: takes events by syslog/udp on 0.0.0.0:PORT, syslog/tcp on 127.0.0.1:PORT,"
                                   " http on 127.0.0.1:PORT; the page and the API are at http://127.0.0.1:PORT/")
        unprotected = ["not protected: syslog/udp on 0.0.0.0:PORT: not encrypted, and open to whoever reaches it; http on"
                       " 127.0.0.1:PORT: every program of this machine may send (`regwarden doctor` says what to do)"]
        self.assertEqual(self.said(regwarden, "not protected"), unprotected)
        (step,) = [line for line in regwarden.log if " next: " in line]
        self.assertRegex(step, r" info next: point a forwarder at this machine \(syslog/udp port \d+\); `regwarden sources`"
                               r" shows who sends$")

        api = f"http://127.0.0.1:{regwarden.ports['api']}"
        bearer = {"Authorization": f"Bearer {told[1]}"}
        self.assertEqual(http("GET", f"{api}/api/v1/runs")[0], 401)
        session = json.loads(http("GET", f"{api}/api/v1/session", headers=bearer)[2])
        self.assertEqual(session["scopes"], ["read", "write", "admin"])
        (token,) = json.loads(http("GET", f"{api}/api/v1/tokens", headers=bearer)[2])["items"]
        self.assertEqual((token["name"], token["created_by"]), ("first-start", "first start"))
        (entry,) = json.loads(http("GET", f"{api}/api/v1/audit", headers=bearer)[2])["items"]
        self.assertEqual((entry["actor"], entry["action"], entry["object"]), ("first start", "token.add", "first-start"))
        # Only its hash is kept.
        for file in data.iterdir():
            self.assertNotIn(told[1].encode(), file.read_bytes(), file)

        regwarden.stop()
        regwarden.start()
        self.assertEqual(self.said(regwarden, "first start: "), [])
        self.assertEqual(self.said(regwarden, "next: "), [])
        self.assertEqual(self.said(regwarden, "not protected"), unprotected)
        self.assertFalse(any(told[1] in line for line in regwarden.log))
        self.assertEqual(http("GET", f"http://127.0.0.1:{regwarden.ports['api']}/api/v1/runs", headers=bearer)[0], 200)

        # Whoever takes the last one away wants nobody to be let in by a restart.
        self.assertEqual(regwarden.cli("token", "revoke", "first-start").stdout, "first-start: revoked\n")
        regwarden.stop()
        regwarden.start()
        self.assertEqual(self.said(regwarden, "first start: "), [])
        self.assertEqual(len(self.said(regwarden, "api: nobody may ask yet")), 1)

    def test_who_is_let_in_already(self):
        for api in ("anonymous: read", "tokens: [secret]"):
            with self.subTest(api=api):
                regwarden = self.daemon(CONFIG.replace('api: {listen: "127.0.0.1:0"}',
                                                       'api: {listen: "127.0.0.1:0", ' + api + "}"))
                said = self.said(regwarden, "first start: ")
                self.assertEqual(len(said), 1, said)
                self.assertRegex(said[0], "^first start: takes events by ")
                self.assertEqual(json.loads(regwarden.cli("token", "list", "-o", "json").stdout or "[]"), [])
                anonymous = [line for line in self.said(regwarden, "not protected") if "is let in without a token" in line]
                self.assertEqual(len(anonymous), 1 if api.startswith("anonymous") else 0)

    def test_a_user_is_somebody(self):
        regwarden = self.daemon(CONFIG.replace('api: {listen: "127.0.0.1:0"}',
                                               'api: {listen: "127.0.0.1:0", anonymous: read}'))
        added = subprocess.run([BINARY, "user", "add", "bob", "--scope", "read", "-c", regwarden.config],
                               input="a long password of bob\n", capture_output=True, text=True, timeout=60)
        self.assertEqual(added.returncode, 0, added.stderr)
        regwarden.stop()
        regwarden.config.write_text(CONFIG)
        regwarden.start()
        self.assertEqual(self.said(regwarden, "first start: "), [])

    def test_next_steps(self):
        steps = {
            'syslog: [], http: [{listen: "0.0.0.0:0"}]':
                "next: make a token for the forwarders: `regwarden token add NAME --scope ingest`",
            'syslog: [], http: [{listen: "127.0.0.1:0"}]':
                "next: no input can be reached from other machines: open one under `inputs:` in regwarden.yaml",
        }
        for inputs, step in steps.items():
            with self.subTest(inputs=inputs):
                regwarden = self.daemon(f"""
                    data_dir: data
                    inputs: {{{inputs}}}
                    api: {{listen: "127.0.0.1:0"}}
                    """)
                self.assertEqual(self.said(regwarden, "next: "), [step])

    def test_a_quiet_log_tells_no_secret(self):
        """Where nobody would see the token none is made."""
        folder = self.daemon(CONFIG).folder
        config = folder / "quiet.yaml"
        config.write_text("log_level: error\n" + "\n".join(line[4:] for line in CONFIG.splitlines())
                          .replace("below/data", "quiet"))
        with subprocess.Popen([BINARY, "serve", "-c", config], stderr=subprocess.PIPE, text=True) as process:
            listed = lambda: subprocess.run([BINARY, "token", "list", "-c", config, "-o", "json"], capture_output=True,
                                            text=True, timeout=60)
            wait_for(lambda: listed().returncode == 0, "the database")
            self.assertEqual(json.loads(listed().stdout or "[]"), [])
            process.terminate()
            self.assertEqual(process.stderr.read(), "")

    def test_data_dir_that_cannot_be_made(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        folder = self.daemon(CONFIG).folder
        folder.chmod(0o755)
        config = folder / "other.yaml"
        config.write_text(f"data_dir: {folder}/denied/data\napi: {{listen: '127.0.0.1:0'}}\n")
        config.chmod(0o644)
        done = subprocess.run([BINARY, "serve", "-c", config], capture_output=True, text=True, timeout=60, user="nobody",
                              group="nogroup", extra_groups=[])
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"data_dir {folder}/denied/data: Permission denied (make the directory, owned by the user regwarden"
                      " runs as)", done.stderr)


if __name__ == "__main__":
    unittest.main()
