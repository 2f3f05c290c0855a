"""rsyslog and syslog-ng over TLS, and rsyslog over RELP: every event is a row, with the right fields, also when the
daemon is stopped or killed in the middle."""

import signal
import sqlite3
import subprocess
import tempfile

from harness import TestCase, sysmon_xml, wait_for
from senders import Certificates, rsyslog, syslog_ng

STORED = "regwarden_registry_events_stored_total"
EVENTS = 100


def events(numbers):
    return [sysmon_xml(record_id=i, TargetObject=rf"HKLM\SOFTWARE\Shop\Value{i}") for i in numbers]


class SenderCase(TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="regwarden-certificates-")
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = Certificates(folder.name)
        cls.certificates.authority("ca")
        cls.certificates.signed("ca", "server", "DNS:regwarden.example.com,IP:127.0.0.1")
        cls.certificates.signed("ca", "relay", "DNS:relay.example.com")
        cls.certificates.self_signed("alone")

    def listening(self, protocol, port=0, tls=True, clients=""):
        """A daemon with one syslog listener."""
        files = self.certificates
        certificate = f"certificate: {files.pem('server')}, key: {files.key('server')}, {clients}" if tls else ""
        self.config = """
            data_dir: data
            inputs:
              syslog: [{protocol: %s, listen: "127.0.0.1:%d", %s}]
              http: []
            api: {listen: "127.0.0.1:0", anonymous: admin}
            """ % (protocol, port, certificate)
        return self.daemon(self.config)

    def restart(self, regwarden, port):
        """On the port that it had: its senders know no other."""
        regwarden.config.write_text(self.config.replace("127.0.0.1:0\", ", f"127.0.0.1:{port}\", ", 1))
        regwarden.start()

    def rows(self, regwarden):
        with sqlite3.connect(f"file:{regwarden.folder}/data/regwarden.db?mode=ro", uri=True) as database:
            rows = database.execute(
                "SELECT EventRecordID, dest, registry_path, user, process_name FROM Registry ORDER BY EventRecordID")
            return rows.fetchall()

    def check_rows(self, regwarden, count=EVENTS):
        self.assertEqual(
            [(int(row[0]), *row[1:]) for row in self.rows(regwarden)],
            [(i, "ws1.example.test", rf"HKLM\SOFTWARE\Shop\Value{i}", "admin", "reg.exe") for i in range(count)])

    def send_and_check(self, regwarden, sender):
        sender.append(events(range(EVENTS)))
        wait_for(lambda: regwarden.counter(STORED) == EVENTS, f"{EVENTS} events; the sender says: "
                 + sender.log.read_text(errors="replace")[-2000:])
        self.assertEqual(regwarden.counter("regwarden_rejected_total"), 0)
        self.check_rows(regwarden)


class RsyslogTls(SenderCase):
    def options(self, client=None):
        files = self.certificates
        options = f'defaultNetstreamDriverCAFile="{files.pem("ca")}"'
        if client:
            options += (f' defaultNetstreamDriverCertFile="{files.pem(client)}"'
                        f' defaultNetstreamDriverKeyFile="{files.key(client)}"')
        return options

    def action(self, port, driver, mode="anon", framing="traditional", template="RSYSLOG_SyslogProtocol23Format"):
        peers = 'StreamDriverPermittedPeers="regwarden.example.com"' if mode == "x509/name" else ""
        return (f'type="omfwd" protocol="tcp" target="127.0.0.1" port="{port}" TCP_Framing="{framing}"'
                f' template="{template}" StreamDriver="{driver}" StreamDriverMode="1" StreamDriverAuthMode="{mode}" {peers}')

    def test_anonymous(self):
        regwarden = self.listening("tls")
        port = regwarden.ports["syslog/tls"]
        spool = events(range(EVENTS))
        for driver, framing in (("gtls", "traditional"), ("ossl", "octet-counted")):
            with self.subTest(driver):
                sender = rsyslog(self, self.action(port, driver, framing=framing), self.options())
                sender.append(spool)  # the second one's are duplicates
                wait_for(lambda: regwarden.counter("regwarden_syslog_messages_total") == EVENTS *
                         (1 if driver == "gtls" else 2), f"{driver}: {sender.log.read_text()[-2000:]}")
                sender.stop()
        wait_for(lambda: regwarden.counter("regwarden_events_duplicate_total") == EVENTS, "duplicates")
        self.assertEqual(regwarden.counter("regwarden_rejected_total"), 0)
        self.check_rows(regwarden)

    def test_client_certificate_by_name(self):
        regwarden = self.listening(
            "tls", clients=f"client_ca: {self.certificates.pem('ca')}, allowed_clients: ['*.example.com']")
        action = self.action(regwarden.ports["syslog/tls"], "ossl", "x509/name", "octet-counted")
        self.send_and_check(regwarden, rsyslog(self, action, self.options("relay")))

    def test_client_certificate_by_name_gtls(self):
        regwarden = self.listening("tls", clients=f"client_ca: {self.certificates.pem('ca')}")
        action = self.action(regwarden.ports["syslog/tls"], "gtls", "x509/name")
        self.send_and_check(regwarden, rsyslog(self, action, self.options("relay")))

    def test_self_signed_client_by_fingerprint(self):
        regwarden = self.listening("tls", clients=f"allowed_clients: ['{self.certificates.fingerprint('alone')}']")
        port = regwarden.ports["syslog/tls"]
        stranger = rsyslog(self, self.action(port, "ossl"), self.options("relay"))
        stranger.append(events(range(1000, 1010)))
        wait_for(lambda: regwarden.counter("regwarden_tls_handshake_failures_total") > 0, "a refusal")
        stranger.stop()
        self.assertRegex("\n".join(regwarden.log), "TLS handshake with .* failed: client certificate /CN=relay "
                         r"\(sha256:[0-9A-F:]{95}\): is none of allowed_clients")
        self.send_and_check(regwarden, rsyslog(self, self.action(port, "ossl"), self.options("alone")))

    def test_plain_text_on_a_tls_port(self):
        regwarden = self.listening("tls")
        port = regwarden.ports["syslog/tls"]
        subprocess.run(["logger", "--tcp", "--server", "127.0.0.1", "--port", str(port), "hello"], check=True,
                       timeout=30)
        regwarden.wait_for_counter("regwarden_tls_plain_text_total", 1)
        wait_for(lambda: any("the sender does not speak TLS: it sent plain text" in line for line in regwarden.log),
                 "the log")

    def test_sigterm_loses_nothing(self):
        for driver in ("ossl", "gtls"):
            with self.subTest(driver):
                self.sigterm_loses_nothing(driver)

    def sigterm_loses_nothing(self, driver):
        regwarden = self.listening("tls")
        port = regwarden.ports["syslog/tls"]
        sender = rsyslog(self, self.action(port, driver), self.options())
        sent = 0
        for _ in range(2):
            before = regwarden.counter("regwarden_syslog_messages_total")
            sender.append(events(range(sent, sent + 10000)))
            sent += 10000
            wait_for(lambda: regwarden.counter("regwarden_syslog_messages_total") > before, "the first of them")
            self.assertEqual(regwarden.stop(), 0)
            self.restart(regwarden, port)
        wait_for(lambda: len(self.rows(regwarden)) == sent, f"{sent} rows")
        self.check_rows(regwarden, sent)
        sender.stop()
        regwarden.stop()

    def test_new_certificate_on_sighup(self):
        regwarden = self.listening("tls")
        server, key = self.certificates.pem("server"), self.certificates.key("server")
        old = server.read_bytes(), key.read_bytes()

        def put_back():
            server.write_bytes(old[0])
            key.write_bytes(old[1])

        self.addCleanup(put_back)

        def served():
            done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{regwarden.ports['syslog/tls']}"],
                                  input=b"", capture_output=True, timeout=30)
            return [line for line in done.stdout.decode().splitlines() if line.startswith("subject=")]

        self.assertEqual(served(), ["subject=CN = server"])
        server.write_bytes(b"no certificate")
        regwarden.process.send_signal(signal.SIGHUP)
        wait_for(lambda: any("reload: syslog/tls on 127.0.0.1:" in line and line.endswith(
            "the certificate in use stays") for line in regwarden.log), "the complaint")
        self.assertEqual(served(), ["subject=CN = server"])
        server.write_bytes(self.certificates.pem("relay").read_bytes())
        key.write_bytes(self.certificates.key("relay").read_bytes())
        regwarden.process.send_signal(signal.SIGHUP)
        wait_for(lambda: served() == ["subject=CN = relay"], "the new certificate")


class SyslogNg(SenderCase):
    def test_network_tls(self):
        self.run_driver("network", "relay")

    def test_syslog_tls(self):
        self.run_driver("syslog", "relay")

    def run_driver(self, driver, client):
        files = self.certificates
        regwarden = self.listening("tls", clients=f"client_ca: {files.pem('ca')}, allowed_clients: [relay.example.com]")
        sender = syslog_ng(self, f"""
            {driver}("127.0.0.1" port({regwarden.ports['syslog/tls']}) transport("tls")
              tls(ca-file("{files.pem('ca')}") cert-file("{files.pem(client)}") key-file("{files.key(client)}")));
            """)
        self.send_and_check(regwarden, sender)

    def test_sigterm_loses_nothing(self):
        files = self.certificates
        regwarden = self.listening("tls")
        port = regwarden.ports["syslog/tls"]
        sender = syslog_ng(self, f"""
            syslog("127.0.0.1" port({port}) transport("tls") tls(ca-file("{files.pem('ca')}")));
            """)
        sender.append(events(range(3000)))
        wait_for(lambda: regwarden.counter("regwarden_syslog_messages_total") > 0, "the first of them")
        self.assertEqual(regwarden.stop(), 0)
        self.restart(regwarden, port)
        wait_for(lambda: len(self.rows(regwarden)) == 3000, "3000 rows")
        self.check_rows(regwarden, 3000)


class Relp(SenderCase):
    def action(self, port, tls=""):
        return (f'type="omrelp" target="127.0.0.1" port="{port}" template="RSYSLOG_SyslogProtocol23Format" '
                f'conn.timeout="5" timeout="20" {tls}')

    def tls_options(self, client=None):
        files = self.certificates
        own = f'tls.myCert="{files.pem(client)}" tls.myPrivKey="{files.key(client)}"' if client else ""
        return (f'tls="on" tls.caCert="{files.pem("ca")}" {own} tls.authMode="name"'
                ' tls.permittedPeer="regwarden.example.com"')

    def test_plain(self):
        regwarden = self.listening("relp", tls=False)
        self.send_and_check(regwarden, rsyslog(self, self.action(regwarden.ports["syslog/relp"])))

    def test_tls(self):
        regwarden = self.listening(
            "relp", clients=f"client_ca: {self.certificates.pem('ca')}, allowed_clients: [relay.example.com]")
        action = self.action(regwarden.ports["syslog/relp+tls"], self.tls_options("relay"))
        self.send_and_check(regwarden, rsyslog(self, action))

    def test_what_is_not_an_event_is_acknowledged_and_kept(self):
        regwarden = self.listening("relp", tls=False)
        sender = rsyslog(self, self.action(regwarden.ports["syslog/relp"]))
        sender.append(["this is no event"])
        sender.append(events(range(1)))
        regwarden.wait_for_counter(STORED, 1)
        self.assertEqual(regwarden.counter("regwarden_rejected_total"), 1)
        self.assertEqual(regwarden.counter("regwarden_syslog_messages_total"), 2)

    def test_kill_9_loses_nothing_and_nothing_is_twice(self):
        self.interrupted(signal.SIGKILL)

    def test_sigterm_loses_nothing_and_nothing_is_twice(self):
        self.interrupted(signal.SIGTERM)

    def interrupted(self, signal_number):
        regwarden = self.listening("relp", tls=False)
        port = regwarden.ports["syslog/relp"]
        sender = rsyslog(self, self.action(port))
        sent = 0
        for _ in range(2):
            before = regwarden.counter("regwarden_syslog_messages_total")
            sender.append(events(range(sent, sent + 5000)))
            sent += 5000
            wait_for(lambda: regwarden.counter("regwarden_syslog_messages_total") > before, "the first of them")
            regwarden.stop(signal_number)
            self.restart(regwarden, port)
        wait_for(lambda: len(self.rows(regwarden)) >= sent, f"{sent} rows")
        self.check_rows(regwarden, sent)
        self.assertEqual(regwarden.counter("regwarden_rejected_total"), 0)


if __name__ == "__main__":
    import unittest

    unittest.main()
