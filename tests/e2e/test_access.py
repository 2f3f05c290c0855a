"""Who may do what: tokens and users made by commands beside the running daemon, a cookie session, the audit."""

import json
import re
import subprocess
import unittest

from harness import BINARY, Daemon, TestCase, http, sysmon_xml, wait_for

CONFIG = Daemon.DEFAULT.replace(", anonymous: admin", "").replace(", tokens: [secret]", ", require_token: true")
PASSWORD = "correct horse battery"


class Access(TestCase):
    def setUp(self):
        self.regwarden = self.daemon(CONFIG)

    def ask(self, method, path, token=None, body=None, headers=None):
        """(status, headers, JSON or text)"""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = f"http://127.0.0.1:{self.regwarden.ports['api']}{path}"
        status, answer, text = http(method, url, None if body is None else json.dumps(body).encode(), headers)
        return status, answer, json.loads(text) if text else None

    def items(self, path, token):
        status, _, answer = self.ask("GET", path, token)
        self.assertEqual(status, 200, answer)
        return answer["items"]

    def command(self, *arguments, stdin=""):
        return subprocess.run([BINARY, *arguments, "-c", self.regwarden.config], input=stdin, capture_output=True,
                              text=True, timeout=60)

    def token(self, name, scope, *options):
        made = self.command("token", "add", name, "--scope", scope, *options)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertRegex(made.stdout, r"^rw_[A-Za-z0-9_-]{43}\n$")
        self.assertEqual(made.stderr, f"The token '{name}' ({scope}) is shown this once:\n")
        return made.stdout.strip()

    def sign_in(self, user, password=PASSWORD):
        """The headers of a session."""
        status, headers, session = self.ask("POST", "/api/v1/session", body={"user": user, "password": password})
        self.assertEqual(status, 200, session)
        return {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": session["csrf"]}

    def said(self, text):
        return any(text in line for line in self.regwarden.log)

    def test_first_token(self):
        self.assertTrue(self.said("first start: this token opens the page and the API for you (scope admin)"))
        self.assertTrue(self.said("nobody may send yet: it asks for a token (regwarden token add NAME --scope ingest)"))
        self.assertEqual(self.ask("GET", "/api/v1/runs")[0], 401)
        self.assertEqual(self.ask("GET", "/healthz")[0], 200)
        self.assertEqual(self.ask("GET", "/api/v1/session")[2]["scopes"], [])
        admin = self.token("ann", "admin")
        self.assertEqual(self.ask("GET", "/api/v1/runs", admin)[0], 200)
        self.assertEqual(self.ask("GET", "/api/v1/session", admin)[2]["scopes"], ["read", "write", "admin"])
        # Another start has nothing to say about it.
        self.regwarden.stop()
        self.regwarden.start()
        self.assertFalse(self.said("nobody may ask yet"))
        self.assertTrue(self.said("nobody may send yet"))
        self.assertEqual(self.ask("GET", "/api/v1/runs", admin)[0], 200)

    def test_senders(self):
        """A stored token opens every way into an HTTP input, and shows nothing."""
        sender = self.token("forwarder", "ingest")
        reader = self.token("ann", "read")
        event = sysmon_xml(record_id=1).encode()
        ways = [
            ("/services/collector/raw", event, f"Splunk {sender}", 200),
            ("/services/collector/raw", event, f"Splunk {reader}", 403),
            ("/services/collector/raw", event, None, 401),
            ("/_bulk", b'{"create":{}}\n' + json.dumps({"message": sysmon_xml(record_id=2)}).encode() + b"\n",
             f"Bearer {sender}", 200),
            ("/_bulk", b'{"create":{}}\n{}\n', "Bearer rw_wrong", 401),
            ("/v1/logs", b'{"resourceLogs":[]}', f"Bearer {sender}", 200),
            ("/v1/logs", b'{"resourceLogs":[]}', f"Bearer {reader}", 401),
            ("/api/v1/ingest", sysmon_xml(record_id=3).encode(), f"Bearer {sender}", 200),
            ("/api/v1/ingest", event, f"Bearer {reader}", 401),
        ]
        for path, body, authorization, expected in ways:
            with self.subTest(path=path, authorization=authorization):
                headers = {"Content-Type": "application/json"}
                if authorization:
                    headers["Authorization"] = authorization
                status, _, answer = self.regwarden.hec(path, body, headers)
                self.assertEqual(status, expected, answer)
        self.assertEqual(len(self.items("/api/v1/events/registry", reader)), 3)
        self.assertEqual(self.ask("GET", "/api/v1/events/registry", sender)[0], 403)

        self.assertEqual(self.command("token", "revoke", "forwarder").returncode, 0)
        wait_for(lambda: self.regwarden.hec("/services/collector/raw", event, {"Authorization": f"Splunk {sender}"})[0]
                 == 403, "the input to refuse a token that was revoked", 10)

    def test_commands(self):
        reader = self.token("ann", "read", "--expires", "90d")
        self.assertEqual(self.ask("GET", "/api/v1/runs", reader)[0], 200)
        again = self.command("token", "add", "ann", "--scope", "admin")
        self.assertEqual((again.returncode, again.stdout), (1, ""))
        self.assertIn("there is a token 'ann' already", again.stderr)
        self.assertEqual(self.command("token", "add", "bob").returncode, 2)
        self.assertIn("scope 'root': expected ingest, read, write or admin",
                      self.command("token", "add", "bob", "--scope", "root").stderr)
        first, token = json.loads(self.command("token", "list", "-o", "json").stdout)
        self.assertEqual((first["name"], first["created_by"]), ("first-start", "first start"))
        self.assertEqual((token["name"], token["scopes"]), ("ann", '["read"]'))
        self.assertRegex(token["created_by"], "^command .+")
        self.assertNotIn("hash", token)

        revoked = self.command("token", "revoke", "ann")
        self.assertEqual((revoked.returncode, revoked.stdout), (0, "ann: revoked\n"))
        wait_for(lambda: self.ask("GET", "/api/v1/runs", reader)[0] == 401, "the daemon to know it is revoked", 10)
        self.assertEqual(self.command("token", "revoke", "ann").returncode, 1)
        admin = self.token("ann", "admin")
        actions = [(entry["action"], entry["object"], entry["peer"]) for entry in self.items("/api/v1/audit", admin)]
        self.assertEqual(actions, [("token.add", "ann", ""), ("token.revoke", "ann", ""), ("token.add", "ann", ""),
                                   ("token.add", "first-start", "")])
        self.assertIsNotNone(re.match("command ", self.items("/api/v1/audit", admin)[0]["actor"]))

    def test_session(self):
        added = self.command("user", "add", "ann", "--scope", "admin", stdin=PASSWORD + "\n")
        self.assertEqual((added.returncode, added.stdout), (0, "ann: added\n"), added.stderr)
        self.assertIn("at least 12 characters", self.command("user", "add", "bob", "--scope", "read", stdin="short\n").stderr)

        status, _, answer = self.ask("POST", "/api/v1/session", body={"user": "ann", "password": "wrong"})
        self.assertEqual(status, 401, answer)
        status, headers, session = self.ask("POST", "/api/v1/session", body={"user": "ann", "password": PASSWORD})
        self.assertEqual(status, 200, session)
        self.assertEqual((session["kind"], session["name"]), ("user", "ann"))
        cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}
        self.assertEqual(self.ask("GET", "/api/v1/session", headers=cookie)[2]["csrf"], session["csrf"])

        made = {"name": "grafana", "scopes": ["read"]}
        self.assertEqual(self.ask("POST", "/api/v1/tokens", body=made, headers=cookie)[0], 403)
        csrf = {**cookie, "X-CSRF-Token": session["csrf"]}
        self.assertEqual(self.ask("POST", "/api/v1/tokens", body=made,
                                  headers={**csrf, "Origin": "https://evil.example"})[0], 403)
        status, _, token = self.ask("POST", "/api/v1/tokens", body=made, headers=csrf)
        self.assertEqual((status, token["created_by"]), (201, "user ann"))
        self.assertEqual(self.ask("GET", "/api/v1/runs", token["token"])[0], 200)
        self.assertEqual(self.ask("DELETE", f"/api/v1/tokens/{token['id']}", headers=csrf)[0], 204)
        self.assertEqual(self.ask("GET", "/api/v1/runs", token["token"])[0], 401)

        # It outlives a restart, and ends with another password.
        self.regwarden.stop()
        self.regwarden.start()
        self.assertEqual(self.ask("GET", "/api/v1/session", headers=cookie)[2]["name"], "ann")
        audit = self.ask("GET", "/api/v1/audit", headers=cookie)[2]["items"]
        self.assertEqual([(entry["actor"].split()[0], entry["action"]) for entry in audit],
                         [("user", "token.revoke"), ("user", "token.add"), ("user", "session.begin"),
                          ("command", "user.add"), ("first", "token.add")])
        self.assertEqual(self.command("user", "passwd", "ann", stdin="another long one\n").returncode, 0)
        wait_for(lambda: self.ask("GET", "/api/v1/runs", headers=cookie)[0] == 401, "the session to end", 10)
        status, headers, session = self.ask("POST", "/api/v1/session", body={"user": "ann", "password": "another long one"})
        self.assertEqual(status, 200, session)
        csrf = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": session["csrf"]}
        self.assertEqual(self.ask("DELETE", "/api/v1/session", headers=csrf)[0], 204)
        self.assertEqual(self.ask("GET", "/api/v1/runs", headers=csrf)[0], 401)

    def test_own_password(self):
        self.command("user", "add", "ann", "--scope", "read", stdin=PASSWORD + "\n")

        def change(old, new, headers):
            return self.ask("POST", "/api/v1/session/password", body={"old": old, "new": new}, headers=headers)

        here, elsewhere = self.sign_in("ann"), self.sign_in("ann")
        new = "another long one"
        status, _, answer = change("wrong", new, here)
        self.assertEqual((status, answer["detail"]), (403, "old: this is not the password of who is signed in"))
        self.assertEqual(change(PASSWORD, new, {"Cookie": here["Cookie"]})[0], 403)
        self.assertEqual(change(PASSWORD, new, {"Authorization": f"Bearer {self.token('a', 'admin')}"})[0], 403)
        self.assertEqual(change(PASSWORD, new, here)[0], 204)
        self.assertEqual(self.ask("GET", "/api/v1/runs", headers=here)[0], 200)
        self.assertEqual(self.ask("GET", "/api/v1/runs", headers=elsewhere)[0], 401)
        self.sign_in("ann", new)
        self.assertEqual(self.ask("POST", "/api/v1/session", body={"user": "ann", "password": PASSWORD})[0], 401)

    def watch(self, *headers):
        """curl on the stream, which has begun."""
        options = [option for header in headers for option in ("-H", header)]
        curl = subprocess.Popen(["curl", "-sN", *options,
                                 f"http://127.0.0.1:{self.regwarden.ports['api']}/api/v1/stream"],
                                stdout=subprocess.PIPE, text=True)
        self.addCleanup(curl.wait)
        self.addCleanup(curl.kill)
        self.addCleanup(curl.stdout.close)
        self.assertTrue(curl.stdout.readline().startswith("retry:"))
        return curl

    def ends(self, curl):
        # As it should, with HTTP's last chunk: curl would say 18 otherwise.
        self.assertEqual(curl.wait(20), 0)

    def test_streams_end_with_who_watches(self):
        admin, reader, other = self.token("admin", "admin"), self.token("reader", "read"), self.token("other", "read")
        for user in ("ann", "bob"):
            self.command("user", "add", user, "--scope", "read", stdin=PASSWORD + "\n")

        ann, bob = self.sign_in("ann"), self.sign_in("bob")
        of_admin = self.watch(f"Authorization: Bearer {admin}")
        of_reader = self.watch(f"Authorization: Bearer {reader}")
        of_other = self.watch(f"Authorization: Bearer {other}")
        of_ann = self.watch(f"Cookie: {ann['Cookie']}")
        of_bob = self.watch(f"Cookie: {bob['Cookie']}")
        ids = {token["name"]: token["id"] for token in self.items("/api/v1/tokens", admin)}
        self.assertEqual(self.ask("DELETE", f"/api/v1/tokens/{ids['reader']}", admin)[0], 204)
        self.ends(of_reader)
        self.assertEqual(self.command("token", "revoke", "other").returncode, 0)
        self.ends(of_other)
        self.assertEqual(self.ask("PATCH", "/api/v1/users/ann", admin, {"disabled": True})[0], 200)
        self.ends(of_ann)
        self.assertEqual(self.ask("DELETE", "/api/v1/session", headers=bob)[0], 204)
        self.ends(of_bob)
        self.assertIsNone(of_admin.poll())

    def test_nothing_secret_is_kept(self):
        secret = self.token("ann", "read")
        self.command("user", "add", "bob", "--scope", "read", stdin=PASSWORD + "\n")
        self.assertEqual(self.ask("GET", "/api/v1/runs", secret)[0], 200)
        self.assertEqual(self.ask("POST", "/api/v1/session", body={"user": "bob", "password": PASSWORD})[0], 200)
        self.regwarden.stop()
        for file in (self.regwarden.folder / "data").iterdir():
            stored = file.read_bytes()
            self.assertNotIn(secret.encode(), stored, file)
            self.assertNotIn(PASSWORD.encode(), stored, file)
        self.assertFalse(self.said(secret))


if __name__ == "__main__":
    unittest.main()
