"""Findings are told: to real receivers that take them, refuse, hang or are not there, and with the daemon killed."""

import asyncio
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import unittest.mock

from aiosmtpd.smtp import SMTP, AuthResult

from harness import BINARY, TestCase, http as ask, octet_counted, syslog, sysmon_xml, wait_for
from senders import Certificates, Receiver

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
SENT = "regwarden_notifications_sent_total"
FAILED = "regwarden_notifications_failed_total"


class Webhook:
    """Keeps what is posted, and answers as it is told: a status with headers, or "hang"; then 200."""

    def __init__(self, test, answers=()):
        self.requests = []
        self.answers = list(answers)
        self.closing = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, self.headers, body))
                status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                if status == "hang":
                    outer.closing.wait(60)
                    return
                self.send_response(status)
                text = f"no: {self.path}".encode() if status != 200 else b"ok"
                for name, value in {**headers, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        test.addCleanup(self.close)

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def bodies(self):
        return [json.loads(body) for _, _, body in self.requests]

    def wait_for(self, count):
        wait_for(lambda: len(self.requests) >= count, f"{count} requests, there are {len(self.requests)}")
        return self.requests


def certificate(folder, name="localhost"):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem", "-out",
                    folder / "cert.pem"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


class Notify(TestCase):
    def folder(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-notify-"))
        self.addCleanup(shutil.rmtree, folder, True)
        return folder

    def regwarden_with(self, channels, folder=None, extra=""):
        config = f"""
data_dir: data
inputs:
  syslog: [{{protocol: tcp, listen: "127.0.0.1:0"}}]
  http: []
api: {{listen: "127.0.0.1:0", anonymous: admin}}
{extra}
notify: {json.dumps(channels)}
"""
        return self.daemon(config, folder)

    def make_finding(self, regwarden, record_id=1, computer="ws1.example.test"):
        """Written by another process, as `regwarden run` is one."""
        now = int(time.time())
        event = sysmon_xml(record_id=record_id, time_s=now - 1800, computer=computer)
        before = regwarden.counter("regwarden_registry_events_stored_total")
        with regwarden.connect() as connection:
            connection.sendall(octet_counted(syslog(event)))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", before + 1)
        regwarden.cli("run", "Disable AMSI Through Registry", "--at", str(now + 60 * record_id))  # a window of its own

    def outbox(self, regwarden, **filters):
        return regwarden.items("notifications", **filters)

    def wait_for_cursor(self, regwarden, channels):
        """A channel is new until it has looked once."""
        database = regwarden.folder / "data/regwarden.db"
        wait_for(lambda: subprocess.run(["sqlite3", database, "SELECT count(*) FROM notify_channel"],
                                        capture_output=True, text=True, check=False).stdout.strip() == str(channels),
                 f"{channels} channels that have looked")

    def test_a_machine_that_matters_little_wakes_nobody(self):
        receiver = Webhook(self)
        regwarden = self.regwarden_with(
            [{"name": "own", "group_for": "0s", "severity": "high", "webhook": {"url": receiver.url("/hook")}}],
            extra="urgency: {rules: [{dest: 'lab-*', urgency: informational}, {dest: 'dc-*', urgency: critical}]}")
        self.wait_for_cursor(regwarden, 1)
        self.make_finding(regwarden, 1, "lab-1.example.test")
        self.make_finding(regwarden, 2, "dc-1.example.test")
        receiver.wait_for(1)
        (body,) = receiver.bodies()
        (finding,) = body["findings"]
        self.assertEqual((finding["dest"], finding["urgency"], body["urgency"], body["title"].split(":")[0]),
                         ("dc-1.example.test", "critical", "critical", "Critical"))
        (notable,) = regwarden.items("notables", dest="dc-1.*")
        self.assertEqual(finding["severity"], notable["severity"])
        self.assertNotEqual(finding["severity"], "critical")

    # --- webhooks

    def test_a_finding_is_posted_signed(self):
        self.enterContext(unittest.mock.patch.dict(os.environ, TEAM="soc"))
        receiver = Webhook(self)
        regwarden = self.regwarden_with(
            [{"name": "own", "group_for": "0s",
              "webhook": {"url": receiver.url("/hook"), "secret": SECRET, "headers": {"X-Team": "${TEAM}"}}}],
            extra="public_url: https://siem.example.test/")
        self.wait_for_cursor(regwarden, 1)
        self.make_finding(regwarden)
        path, headers, body = receiver.wait_for(1)[0]
        self.assertEqual(path, "/hook")
        self.assertEqual(headers["X-Team"], "soc")
        self.assertEqual(headers["Content-Type"], "application/json")
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        self.assertEqual(headers["webhook-signature"],
                         "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode())
        self.assertLess(abs(time.time() - int(headers["webhook-timestamp"])), 60)
        told = json.loads(body)
        self.assertEqual(told["id"], headers["webhook-id"])
        self.assertEqual((told["channel"], told["kind"], told["count"], told["test"]), ("own", "notables", 1, False))
        self.assertEqual(told["findings"][0]["detection"], "Disable AMSI Through Registry")
        self.assertEqual(told["findings"][0]["dest"], "ws1.example.test")
        self.assertEqual(told["findings"][0]["user"], "admin")
        self.assertEqual(told["findings"][0]["mitre_attack"], ["T1562.001", "T1562"])
        self.assertEqual(told["url"], "https://siem.example.test/#/findings")
        regwarden.wait_for_counter(SENT, 1)
        sent = wait_for(lambda: self.outbox(regwarden, state="sent"), "the outbox to know")[0]
        self.assertEqual({name: sent[name] for name in ("channel", "kind", "findings", "state", "attempts")},
                         {"channel": "own", "kind": "notables", "findings": 1, "state": "sent", "attempts": 1})
        self.assertLessEqual(sent["created"], sent["sent"])
        self.assertNotIn("ids", sent)

    def test_busy_then_taken_and_a_refusal(self):
        busy = Webhook(self, [(429, {"Retry-After": "1"})])
        refusing = Webhook(self, [(404, {})])
        hanging = Webhook(self, [("hang", {})])
        regwarden = self.regwarden_with([
            {"name": "hanging", "group_for": "0s", "webhook": {"url": hanging.url("/")}},
            {"name": "busy", "group_for": "0s", "webhook": {"url": busy.url("/"), "format": "slack"}},
            {"name": "refusing", "group_for": "0s", "webhook": {"url": refusing.url("/services/T0000SECRET")}},
        ])
        self.wait_for_cursor(regwarden, 3)
        self.make_finding(regwarden)
        hanging.wait_for(1)
        # One that hangs holds up no other.
        refusing.wait_for(1)
        failed = wait_for(lambda: self.outbox(regwarden, channel="refusing", state="failed"), "a message that failed")
        self.assertEqual(failed[0]["error"], "answered 404: no: ***")
        condition = wait_for(lambda: regwarden.api("/api/v1/status")["conditions"], "a condition")[0]
        self.assertEqual((condition["condition"], condition["subject"]), ("notification_failing", "refusing"))
        self.assertIn("answered 404", condition["message"])
        # That is a finding, too, and the channel that works again tells it.
        wait_for(lambda: any("Notifications fail: refusing" in body["title"] for body in refusing.bodies()),
                 "the channel to tell of itself")
        wait_for(lambda: not regwarden.api("/api/v1/status")["conditions"], "the condition to be over")
        busy.wait_for(2)
        self.assertEqual(busy.requests[0][2], busy.requests[1][2])
        text = json.loads(busy.requests[0][2])
        self.assertEqual(text["text"].split(":")[1], " Disable AMSI Through Registry on ws1.example.test")
        self.assertNotIn("T0000SECRET", "\n".join(regwarden.log))
        self.assertNotIn("T0000SECRET", json.dumps(self.outbox(regwarden)))
        started = time.monotonic()
        self.assertEqual(regwarden.stop(), 0)  # though one still hangs
        self.assertLess(time.monotonic() - started, 10)

    def test_what_was_lost_is_sent_when_somebody_says_so(self):
        receiver = Webhook(self, [(404, {})] * 100)
        regwarden = self.regwarden_with([{"name": "own", "group_for": "0s", "webhook": {"url": receiver.url("/")}}])
        self.wait_for_cursor(regwarden, 1)
        self.make_finding(regwarden)

        def retry(message):
            return ask("POST", f"http://127.0.0.1:{regwarden.ports['api']}/api/v1/notifications/{message}/retry")[0]

        def lost(attempts):
            found = wait_for(lambda: self.outbox(regwarden, state="failed", attempts=attempts, error="answered 4*"),
                             f"a message that failed {attempts} times")
            return found[-1]["id"]  # the first: that a channel fails is a finding, too

        message = lost(1)
        self.assertEqual(retry(message), 200)
        self.assertEqual(lost(2), message)
        receiver.answers.clear()
        self.assertEqual(retry(message), 200)
        sent = wait_for(lambda: self.outbox(regwarden, state="sent", attempts=3), "the message to be sent")
        self.assertEqual([item["id"] for item in sent], [message])
        self.assertEqual((retry(message), retry(9999)), (409, 404))
        self.assertEqual([body["id"] for body in receiver.bodies()].count(sent[0]["key"]), 3)
        audit = [(entry["action"], entry["object"]) for entry in regwarden.items("audit")]
        self.assertEqual(audit, [("notification.retry", str(message))] * 2)

    def test_killed_between_finding_and_sending(self):
        receiver = Webhook(self)
        receiver_port = receiver.port
        regwarden = self.regwarden_with([{"name": "own", "group_for": "5s", "webhook": {"url": receiver.url("/")}}])
        self.wait_for_cursor(regwarden, 1)
        self.make_finding(regwarden, 1)
        regwarden.stop(9)  # found, not yet told
        self.assertEqual(receiver.requests, [])
        regwarden.cli("run", "Disable AMSI Through Registry", "--at", str(int(time.time()) + 240))  # and one more
        regwarden.start()
        receiver.wait_for(1)
        told = [finding["id"] for body in receiver.bodies() for finding in body["findings"]]
        self.assertEqual(sorted(told), [1, 2])
        # Not taken, and killed while it waits for the next attempt.
        receiver.answers = [(503, {"Retry-After": "2"})]
        self.make_finding(regwarden, 10)
        receiver.wait_for(2)
        wait_for(lambda: self.outbox(regwarden, state="waiting", attempts=1), "a message that waits")
        regwarden.stop(9)
        regwarden.start()
        requests = receiver.wait_for(3)
        self.assertEqual(requests[1][2], requests[2][2])
        self.assertEqual(receiver.port, receiver_port)
        wait_for(lambda: not self.outbox(regwarden, state="waiting"), "nothing to wait")

    def test_many_findings_are_one_message(self):
        receiver = Webhook(self)
        regwarden = self.regwarden_with([{"name": "own", "group_for": "2s", "webhook": {"url": receiver.url("/")}}])
        self.wait_for_cursor(regwarden, 1)
        now = int(time.time())
        with regwarden.connect() as connection:
            for i in range(40):
                event = sysmon_xml(record_id=i, time_s=now - 1800, computer=f"ws{i % 4}.example.test",
                                   ProcessGuid=f"{{{i}}}")
                connection.sendall(octet_counted(syslog(event)))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 40)
        regwarden.cli("run", "Disable AMSI Through Registry", "--at", str(now))
        told = json.loads(receiver.wait_for(1)[0][2])
        self.assertEqual((told["count"], len(told["findings"])), (40, 10))
        self.assertEqual(told["by_dest"], [{"dest": f"ws{i}.example.test", "count": 10} for i in range(4)])

    # --- tests of a channel

    def test_test_command_and_api(self):
        receiver = Webhook(self)
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            closed_port = unused.getsockname()[1]
        channels = [{"name": "good", "webhook": {"url": receiver.url("/good/0123456789abcdef"), "format": "ntfy"}},
                    {"name": "bad", "webhook": {"url": f"http://127.0.0.1:{closed_port}/0123456789abcdef"}}]
        regwarden = self.regwarden_with(channels)
        done = subprocess.run([BINARY, "notify", "test", "-c", regwarden.config], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        good, bad = done.stdout.splitlines()
        self.assertEqual(good, "good: sent")
        self.assertTrue(bad.startswith(f"bad: failed: Failed to connect to 127.0.0.1 port {closed_port}"), bad)
        self.assertNotIn("0123456789abcdef", done.stdout + done.stderr)
        self.assertEqual(receiver.requests[0][1]["Title"], "Test: Informational: regwarden can reach this channel")
        done = subprocess.run([BINARY, "notify", "test", "good", "-c", regwarden.config], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, "good: sent\n"))
        done = subprocess.run([BINARY, "notify", "test", "none", "-c", regwarden.config], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "regwarden: there is no channel 'none'\n"))

        url = f"http://127.0.0.1:{regwarden.ports['api']}/api/v1/notifications/test"
        status, _, body = ask("POST", url, b'{"channel": "good"}')
        self.assertEqual((status, json.loads(body)), (200, {"results": [{"channel": "good", "ok": True}]}))
        status, _, body = ask("POST", url)
        results = json.loads(body)["results"]
        self.assertEqual([(result["channel"], result["ok"]) for result in results], [("good", True), ("bad", False)])
        self.assertNotIn("0123456789abcdef", body.decode())
        self.assertEqual(ask("POST", url, b'{"channel": "none"}')[0], 404)
        self.assertEqual(ask("POST", url, b'{"chanel": "good"}')[0], 400)
        self.assertEqual(self.outbox(regwarden), [])  # past the outbox

    # --- e-mail

    def smtp(self, context, require_starttls=True):
        mails = []

        class Handler:
            async def handle_DATA(self, server, session, envelope):
                mails.append((session, envelope))
                return "250 OK"

            async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
                if address.startswith("nobody"):
                    return "550 5.1.1 no such user"
                envelope.rcpt_tos.append(address)
                return "250 OK"

        def authenticate(server, session, envelope, mechanism, data):
            return AuthResult(success=data.login == b"rw" and data.password == b"pass word", handled=False)

        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()

        async def listen():
            return await loop.create_server(
                lambda: SMTP(Handler(), hostname="mail.example.test", tls_context=context, loop=loop,
                             require_starttls=require_starttls, authenticator=authenticate, auth_required=True,
                             auth_require_tls=require_starttls, enable_SMTPUTF8=True), "127.0.0.1", 0)

        server = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)

        def close():
            server.close()
            loop.call_soon_threadsafe(loop.stop)
            thread.join(30)

        self.addCleanup(close)
        return mails, server.sockets[0].getsockname()[1]

    def mail_channel(self, port, **changes):
        target = {"smtp": f"smtp://localhost:{port}", "user": "rw", "password": "pass word", "ca": "cert.pem",
                 "from": "regwarden <rw@example.test>", "to": ["ann@example.test", "Bob <bob@example.test>"]}
        return {"name": "mail", "group_for": "0s", "email": {**target, **changes}}

    def test_email_with_starttls_and_authentication(self):
        folder = self.folder()
        mails, port = self.smtp(certificate(folder))
        regwarden = self.regwarden_with([self.mail_channel(port)], folder)
        self.wait_for_cursor(regwarden, 1)
        self.make_finding(regwarden, computer="größe.example.test")
        wait_for(lambda: mails, "an e-mail")
        session, envelope = mails[0]
        self.assertIsNotNone(session.ssl)
        self.assertTrue(session.authenticated)
        self.assertEqual(envelope.mail_from, "rw@example.test")
        self.assertEqual(envelope.rcpt_tos, ["ann@example.test", "bob@example.test"])
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.assertEqual(message["Subject"][:12], "[regwarden] ")
        self.assertIn("Disable AMSI Through Registry on größe.example.test", message["Subject"])
        self.assertEqual(message["To"], "ann@example.test, Bob <bob@example.test>")
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        text = message.get_content()
        self.assertIn("Disable AMSI Through Registry on größe.example.test (admin)", text)
        self.assertIn("ATT&CK: T1562.001, T1562", text)

    def test_email_that_is_refused(self):
        folder = self.folder()
        mails, port = self.smtp(certificate(folder))
        cases = [
            ({"password": "WRONGSECRET"}, "535"),
            ({"to": ["nobody@example.test"]}, "550 5.1.1 no such user"),
            ({"ca": "other.pem"}, "certificate"),
        ]
        other = self.folder()
        certificate(other)
        shutil.copy(other / "cert.pem", folder / "other.pem")
        for changes, expected in cases:
            config = folder / "test.yaml"
            config.write_text("notify: " + json.dumps([self.mail_channel(port, **changes)]))
            done = subprocess.run([BINARY, "notify", "test", "-c", config], capture_output=True, text=True,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(expected, done.stdout)
            self.assertNotIn("WRONGSECRET", done.stdout + done.stderr)
        self.assertEqual(mails, [])

    def test_no_email_without_starttls(self):
        """A server that offers none gets neither password nor message."""
        folder = self.folder()
        certificate(folder)
        mails, port = self.smtp(None, require_starttls=False)
        config = folder / "test.yaml"
        config.write_text("notify: " + json.dumps([self.mail_channel(port)]))
        done = subprocess.run([BINARY, "notify", "test", "-c", config], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("STARTTLS", done.stdout)
        self.assertEqual(mails, [])

    # --- syslog

    def tcp_sink(self, context=None):
        """Keeps all bytes of each connection."""
        received = []
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                try:
                    stream = context.wrap_socket(connection, server_side=True) if context else connection
                except ssl.SSLError:  # the client does not trust the certificate
                    continue
                with stream:
                    data = bytearray()
                    received.append(data)
                    while chunk := stream.recv(65536):
                        data.extend(chunk)

        threading.Thread(target=serve, daemon=True).start()
        return received, listener.getsockname()[1]

    def test_syslog_over_udp_tcp_and_tls(self):
        folder = self.folder()
        context = certificate(folder)
        plain, tcp_port = self.tcp_sink()
        encrypted, tls_port = self.tcp_sink(context)
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(datagrams.close)
        datagrams.bind(("127.0.0.1", 0))
        datagrams.settimeout(30)
        udp_port = datagrams.getsockname()[1]
        regwarden = self.regwarden_with([
            {"name": "udp", "syslog": {"to": f"udp://127.0.0.1:{udp_port}"}},
            {"name": "tcp", "syslog": {"to": f"tcp://127.0.0.1:{tcp_port}", "format": "json"}, "risk_events": True},
            {"name": "tls", "syslog": {"to": f"tls://localhost:{tls_port}", "ca": "cert.pem"}},
        ], folder)
        self.wait_for_cursor(regwarden, 3)
        self.make_finding(regwarden)
        datagram = datagrams.recv(65536).decode()
        self.assertRegex(datagram, r"^<10\d>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ regwarden \d+ notable - "
                                   r"CEF:0\|regwarden\|regwarden\|[\d.]+\|[0-9a-f-]{36}\|Disable AMSI Through Registry\|")
        self.assertIn(" dhost=ws1.example.test duser=admin ", datagram)
        wait_for(lambda: len(plain) == 2 and all(plain), "two connections over TCP")
        messages = []
        for data in plain:
            length, _, rest = bytes(data).partition(b" ")
            self.assertEqual(int(length), len(rest))
            messages.append(json.loads(rest.decode().split(" - ", 1)[1]))
        self.assertEqual(sorted(message["kind"] for message in messages), ["notable", "risk_event"])
        risk = next(message for message in messages if message["kind"] == "risk_event")
        self.assertEqual((risk["dest"], risk["risk_score"]), ("ws1.example.test", 25))
        wait_for(lambda: encrypted and encrypted[0], "a connection over TLS")
        self.assertIn(b" dhost=ws1.example.test duser=admin ", bytes(encrypted[0]))
        regwarden.wait_for_counter(SENT, 4)

    def certificates(self, folder):
        files = Certificates(folder)
        files.authority("ca")
        files.signed("ca", "server", "DNS:localhost,IP:127.0.0.1")
        files.signed("ca", "relay", "DNS:relay.example.com")
        files.self_signed("other")
        return files

    def test_syslog_over_tls_to_who_demands_a_certificate(self):
        for driver in ("ossl", "gtls"):
            with self.subTest(driver):
                folder = self.folder()
                receiver = Receiver(self, self.certificates(folder), driver)
                target = {"to": f"tls://localhost:{receiver.port}", "ca": "ca.pem"}
                regwarden = self.regwarden_with([
                    {"name": "known", "syslog": {**target, "certificate": "relay.pem", "key": "relay.key"}},
                    {"name": "without", "syslog": target},
                    {"name": "stranger", "syslog": {**target, "certificate": "other.pem", "key": "other.key"}},
                ], folder)
                self.wait_for_cursor(regwarden, 3)
                self.make_finding(regwarden)
                wait_for(lambda: " dhost=ws1.example.test duser=admin " in receiver.received(), "the message")
                wait_for(lambda: self.outbox(regwarden, channel="known", state="sent"), "the outbox to know")
                for channel, reason in (("without", "it may demand a client certificate"),
                                        ("stranger", "it may not take the channel's certificate")):
                    waiting = wait_for(lambda: [message for message in self.outbox(regwarden, channel=channel)
                                                if message["attempts"]], "an attempt")
                    self.assertEqual(waiting[0]["state"], "waiting")
                    self.assertIn(reason, waiting[0]["error"])
                self.assertGreaterEqual(regwarden.counter(FAILED), 2)
                self.assertEqual(self.outbox(regwarden, channel="without", state="sent"), [])
                self.assertEqual(self.outbox(regwarden, channel="stranger", state="sent"), [])
                self.assertEqual(regwarden.stop(), 0)

    def test_own_certificates_are_read_at_each_attempt(self):
        folder = self.folder()
        files = self.certificates(folder)
        receiver = Receiver(self, files, "ossl")
        shutil.copy(files.pem("relay"), folder / "own.pem")
        config = folder / "test.yaml"
        config.write_text("notify: " + json.dumps([{"name": "siem", "syslog": {
            "to": f"tls://localhost:{receiver.port}", "ca": "ca.pem", "certificate": "own.pem", "key": "own.key"}}]))

        def told(key):
            shutil.copy(key, folder / "own.key")
            done = subprocess.run([BINARY, "notify", "test", "-c", config], capture_output=True, text=True, timeout=60,
                                  stdin=subprocess.DEVNULL, check=False)
            return done.stdout.strip()

        subprocess.run(["openssl", "pkey", "-aes256", "-passout", "pass:secret", "-in", files.key("relay"), "-out",
                        folder / "locked.key"], check=True, capture_output=True)
        self.assertRegex(told(files.key("other")), "^siem: failed: key .*/own.key does not belong to certificate .*/own.pem")
        self.assertRegex(told(folder / "locked.key"), "^siem: failed: key .*/own.key: it is encrypted")
        self.assertEqual(told(files.key("relay")), "siem: sent")

    def test_a_webhook_and_a_mail_server_that_demand_a_certificate(self):
        folder = self.folder()
        files = self.certificates(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.pem("server"), files.key("server"))
        context.load_verify_locations(files.pem("ca"))
        context.verify_mode = ssl.CERT_REQUIRED
        webhook = Webhook(self)
        webhook.server.socket = context.wrap_socket(webhook.server.socket, server_side=True,
                                                    do_handshake_on_connect=False)
        own = {"certificate": "relay.pem", "key": "relay.key"}
        target = {"url": f"https://localhost:{webhook.port}/hook", "ca": "ca.pem"}
        mails, port = self.smtp(context)
        mail = {"smtp": f"smtp://localhost:{port}", "user": "rw", "password": "pass word", "ca": "ca.pem",
                "from": "regwarden <rw@corp.example>", "to": ["ann@corp.example"]}
        config = folder / "test.yaml"
        config.write_text("notify: " + json.dumps([
            {"name": "hook", "webhook": {**target, **own}}, {"name": "hook-without", "webhook": target},
            {"name": "mail", "email": {**mail, **own}}, {"name": "mail-without", "email": mail}]))
        done = subprocess.run([BINARY, "notify", "test", "-c", config], capture_output=True, text=True, timeout=60,
                              check=False)
        hook, hook_without, mail, mail_without = done.stdout.splitlines()
        self.assertEqual((hook, mail), ("hook: sent", "mail: sent"))
        self.assertIn("hook-without: failed: ", hook_without)
        self.assertIn("mail-without: failed: ", mail_without)
        self.assertEqual((len(webhook.requests), len(mails)), (1, 1))

    def test_syslog_that_cannot_be_sent(self):
        folder = self.folder()
        context = certificate(folder)
        _, tls_port = self.tcp_sink(context)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
            unused.bind(("127.0.0.1", 0))
            closed_port = unused.getsockname()[1]
        config = folder / "test.yaml"
        config.write_text("notify: " + json.dumps([
            {"name": "udp", "syslog": {"to": f"udp://127.0.0.1:{closed_port}"}},
            {"name": "tcp", "syslog": {"to": f"tcp://127.0.0.1:{closed_port}"}},
            {"name": "tls", "syslog": {"to": f"tls://localhost:{tls_port}"}},  # signed by nobody it knows
        ]))
        done = subprocess.run([BINARY, "notify", "test", "-c", config], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        udp, tcp, tls = done.stdout.splitlines()
        self.assertEqual(udp, "udp: failed: 127.0.0.1: Connection refused")
        self.assertIn("tcp: failed: Failed to connect", tcp)
        self.assertIn("certificate", tls)


if __name__ == "__main__":
    unittest.main()
