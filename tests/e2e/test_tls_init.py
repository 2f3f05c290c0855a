"""regwarden tls: the files that it makes are taken by the daemon, by curl and by openssl, as by other programs."""

import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

from harness import BINARY, DEADLINE_S, TestCase, octet_counted, syslog, sysmon_xml, wait_for


def openssl(*arguments, stdin=""):
    return subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=60)


class TlsInit(TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.tls = self.folder / "tls"

    def command(self, *arguments, **options):
        return subprocess.run([BINARY, "tls", *arguments], capture_output=True, text=True, timeout=60, **options)

    def makes(self, *arguments):
        done = self.command(arguments[0], "--dir", str(self.tls), *arguments[1:])
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def states(self, output):
        """What was made and what was kept."""
        return {pathlib.Path(path).relative_to(self.tls).as_posix(): state
                for state, path in re.findall(r"^(made|kept)  (\S+)", output, re.MULTILINE)}

    def contents(self):
        return {file.relative_to(self.tls).as_posix(): file.read_bytes()
                for file in self.tls.rglob("*") if file.is_file()}

    def text_of(self, name):
        done = openssl("x509", "-in", self.tls / name, "-noout", "-text")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_files(self):
        output = self.makes("init", "--host", "rw.shop.lan", "--host", "192.0.2.20", "--client", "ws1.shop.lan")
        modes = {file.relative_to(self.tls).as_posix(): oct(file.stat().st_mode & 0o777)
                 for file in self.tls.rglob("*") if file.is_file()}
        self.assertEqual(modes, {
            "ca.pem": "0o644", "ca.key": "0o600", "server.pem": "0o644", "server.key": "0o600",
            "clients/ws1.shop.lan.pem": "0o644", "clients/ws1.shop.lan.key": "0o600",
            "clients/ws1.shop.lan.p12": "0o600", "clients/ws1.shop.lan.password": "0o600"})
        self.assertEqual(oct(self.tls.stat().st_mode & 0o777), "0o755")
        self.assertEqual(oct((self.tls / "clients").stat().st_mode & 0o777), "0o700")
        self.assertEqual(set(self.states(output).values()), {"made"})

        ca = self.text_of("ca.pem")
        self.assertIn("CA:TRUE, pathlen:0", ca)
        self.assertIn("Certificate Sign, CRL Sign", ca)
        self.assertIn("NIST CURVE: P-256", ca)
        server = self.text_of("server.pem")
        self.assertIn("TLS Web Server Authentication", server)
        self.assertNotIn("TLS Web Client Authentication", server)
        for name in ("DNS:rw.shop.lan", "IP Address:192.0.2.20", "DNS:localhost", "IP Address:127.0.0.1",
                     f"DNS:{socket.gethostname().lower()}"):
            self.assertIn(name, server)
        self.assertIn("TLS Web Client Authentication", self.text_of("clients/ws1.shop.lan.pem"))
        for purpose, name in (("sslserver", "server.pem"), ("sslclient", "clients/ws1.shop.lan.pem")):
            done = openssl("verify", "-x509_strict", "-purpose", purpose, "-CAfile", self.tls / "ca.pem", self.tls / name)
            self.assertEqual(done.returncode, 0, done.stderr)
        for days, name in ((3651, "ca.pem"), (824, "server.pem"), (824, "clients/ws1.shop.lan.pem")):
            self.assertEqual(openssl("x509", "-in", self.tls / name, "-checkend", days * 86400, "-noout").returncode, 0)
            end = (days + 3) * 86400
            self.assertEqual(openssl("x509", "-in", self.tls / name, "-checkend", end, "-noout").returncode, 1)

        password = (self.tls / "clients/ws1.shop.lan.password").read_text().strip()
        self.assertGreaterEqual(len(password), 32)
        bundle = openssl("pkcs12", "-in", self.tls / "clients/ws1.shop.lan.p12", "-passin", f"pass:{password}", "-nodes")
        self.assertEqual(bundle.returncode, 0, bundle.stderr)
        self.assertEqual(bundle.stdout.count("BEGIN CERTIFICATE"), 2)
        self.assertIn("BEGIN PRIVATE KEY", bundle.stdout)
        wrong = openssl("pkcs12", "-in", self.tls / "clients/ws1.shop.lan.p12", "-passin", "pass:wrong", "-nodes")
        self.assertNotEqual(wrong.returncode, 0)

        for line in (f"      certificate: {self.tls}/server.pem\n      key: {self.tls}/server.key\n",
                     f"client_ca: {self.tls}/ca.pem",
                     "  certutil -addstore Root C:\\regwarden\\ca.pem\n",
                     "  certutil -p PASSWORD -importpfx My C:\\regwarden\\ws1.shop.lan.p12",
                     "Host rw.shop.lan, Port 6514, CAFile C:\\regwarden\\ca.pem"):
            self.assertIn(line, output)
        self.assertNotIn(password, output)

    def test_again(self):
        self.makes("init", "--host", "rw.shop.lan")
        before = self.contents()
        output = self.makes("init", "--host", "rw.shop.lan", "--client", "ws1")
        after = self.contents()
        self.assertEqual({name: after[name] for name in before}, before)
        self.assertEqual(self.states(output), {
            "ca.pem": "kept", "ca.key": "kept", "server.pem": "kept", "server.key": "kept",
            "clients/ws1.pem": "made", "clients/ws1.key": "made", "clients/ws1.p12": "made"})
        self.assertIn("note: server.pem is not for other.shop.lan: regwarden tls renew --dir "
                      f"{self.tls} --host other.shop.lan", self.makes("init", "--host", "other.shop.lan"))
        self.assertEqual(self.contents(), after)
        # A client's bundle that is lost is made again, with the password that is known.
        (self.tls / "clients/ws1.p12").unlink()
        self.assertEqual(self.states(self.makes("init", "--client", "ws1"))["clients/ws1.p12"], "made")
        self.assertEqual(self.contents()["clients/ws1.password"], after["clients/ws1.password"])
        # A key that is there gets a certificate.
        (self.tls / "server.pem").unlink()
        self.assertEqual(self.states(self.makes("init"))["server.key"], "kept")
        self.assertEqual(self.contents()["server.key"], before["server.key"])

    def test_renew(self):
        self.makes("init", "--host", "rw.shop.lan", "--client", "ws1")
        (self.tls / "server.key").chmod(0o640)
        before = self.contents()
        output = self.makes("renew", "--host", "192.0.2.21", "--days", "30")
        self.assertEqual(self.states(output),
                         {"ca.pem": "kept", "ca.key": "kept", "server.pem": "made", "server.key": "made"})
        after = self.contents()
        self.assertEqual({name for name in after if after[name] != before[name]}, {"server.pem", "server.key"})
        self.assertEqual(oct((self.tls / "server.key").stat().st_mode & 0o777), "0o640")  # as its owner made it
        server = self.text_of("server.pem")
        self.assertIn("DNS:rw.shop.lan", server)  # what was named once stays
        self.assertIn("IP Address:192.0.2.21", server)
        self.assertEqual(openssl("x509", "-in", self.tls / "server.pem", "-checkend", 31 * 86400, "-noout").returncode, 1)
        self.assertEqual(openssl("verify", "-CAfile", self.tls / "ca.pem", self.tls / "server.pem").returncode, 0)
        self.makes("init", "--force", "--client", "ws1")
        forced = self.contents()
        self.assertEqual({name for name in forced if forced[name] != after[name]},
                         {"server.pem", "server.key", "clients/ws1.pem", "clients/ws1.key", "clients/ws1.p12"})

    def test_what_cannot_be(self):
        def fails(status, text, *arguments):
            done = self.command(*arguments, "--dir", str(self.tls))
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
            self.assertIn(text, done.stderr)

        fails(1, "--host 'a b': expected a DNS name or an IP address", "init", "--host", "a b")
        fails(1, "--client '../x': expected a DNS name", "init", "--client", "../x")
        fails(1, "--client '*.shop.lan': expected a DNS name", "init", "--client", "*.shop.lan")
        fails(2, "--days", "init", "--days", "0")
        fails(1, "there is no user 'nobody-of-this-name'", "init", "--owner", "nobody-of-this-name")
        self.assertFalse(self.tls.exists())
        self.makes("init")
        (self.tls / "ca.key").rename(self.folder / "ca.key")
        fails(1, f"{self.tls}/ca.pem is there, {self.tls}/ca.key is not", "renew")
        (self.tls / "ca.key").write_text("no key")
        fails(1, "the CA's key: no unencrypted PEM private key", "renew")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.tls / "ca.key")
        fails(1, "the CA's key does not belong to its certificate", "renew")
        (self.folder / "ca.key").rename(self.tls / "ca.key")
        (self.tls / "server.key").unlink()
        fails(1, "its key " + str(self.tls / "server.key") + " is not (put it back, or make both anew", "init")
        self.makes("renew")
        (self.folder / "file").write_text("")
        done = self.command("init", "--dir", str(self.folder / "file/tls"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("Not a directory", done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_owner(self):
        self.makes("init", "--owner", "nobody")
        self.assertEqual((self.tls / "server.key").owner(), "nobody")
        self.assertEqual((self.tls / "ca.key").owner(), "root")
        self.makes("renew")
        self.assertEqual((self.tls / "server.key").owner(), "nobody")
        self.folder.chmod(0o755)
        done = self.command("init", "--dir", str(self.folder / "other"), user="nobody", group="nogroup",
                            extra_groups=[])
        self.assertEqual(done.returncode, 1)
        self.assertIn("Permission denied (run it as root, or name a folder of yours with --dir)", done.stderr)

    def test_in_use(self):
        """Server and client are who they say, to programs of others."""
        self.makes("init", "--host", "rw.shop.lan", "--client", "ws1.shop.lan")
        pair = f"certificate: {self.tls}/server.pem, key: {self.tls}/server.key"
        regwarden = self.daemon(f"""
            data_dir: data
            inputs:
              syslog:
                - {{protocol: tls, listen: "127.0.0.1:0", {pair}, client_ca: {self.tls}/ca.pem}}
              http: [{{listen: "127.0.0.1:0", tokens: [secret], {pair}}}]
            api: {{listen: "127.0.0.1:0", tokens: [secret], {pair}}}
            """)
        ports = regwarden.ports

        def curl(url, *options):
            return subprocess.run(["curl", "-sS", "--max-time", "30", *options, url], capture_output=True, text=True,
                                  timeout=60)

        ca = str(self.tls / "ca.pem")
        for host in ("rw.shop.lan", "localhost"):
            resolve = f"{host}:{ports['api']}:127.0.0.1"
            done = curl(f"https://{host}:{ports['api']}/healthz", "--cacert", ca, "--resolve", resolve)
            self.assertEqual(done.stdout, '{"status":"ok"}', done.stderr)
        self.assertEqual(curl(f"https://127.0.0.1:{ports['https']}/services/collector/health", "--cacert", ca).returncode,
                         0)
        self.assertEqual(curl(f"https://other.lan:{ports['api']}/healthz", "--cacert", ca, "--resolve",
                              f"other.lan:{ports['api']}:127.0.0.1").returncode, 60)  # not its name
        self.assertEqual(curl(f"https://127.0.0.1:{ports['api']}/healthz").returncode, 60)  # not its CA

        checked = openssl("s_client", "-connect", f"127.0.0.1:{ports['api']}", "-CAfile", ca, "-verify_hostname",
                          "rw.shop.lan", "-verify_return_error", "-brief")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn("Verification: OK", checked.stderr)

        clients = self.tls / "clients"
        context = ssl.create_default_context(cafile=ca)
        context.load_cert_chain(clients / "ws1.shop.lan.pem", clients / "ws1.shop.lan.key")
        with socket.create_connection(("127.0.0.1", ports["syslog/tls"]), DEADLINE_S) as plain:
            with context.wrap_socket(plain, server_hostname="rw.shop.lan") as stream:
                stream.sendall(octet_counted(syslog(sysmon_xml())))

        def stored():
            done = curl(f"https://127.0.0.1:{ports['api']}/metrics", "--cacert", ca, "-H", "Authorization: Bearer secret")
            return re.search(r"^regwarden_registry_events_stored_total 1$", done.stdout, re.MULTILINE)

        wait_for(stored, "the event of the client with its certificate")
        # Without a certificate of this CA nobody is let in.
        stranger = ssl.create_default_context(cafile=ca)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            with socket.create_connection(("127.0.0.1", ports["syslog/tls"]), DEADLINE_S) as plain:
                with stranger.wrap_socket(plain, server_hostname="rw.shop.lan") as stream:
                    stream.sendall(octet_counted(syslog(sysmon_xml(record_id=2))))
                    stream.recv(1)

        # A renewed certificate is taken while it runs.
        def serial():
            shown = openssl("s_client", "-connect", f"127.0.0.1:{ports['api']}", "-CAfile", ca)
            return openssl("x509", "-noout", "-serial", stdin=shown.stdout).stdout

        before = serial()
        self.makes("renew")
        regwarden.process.send_signal(signal.SIGHUP)
        wait_for(lambda: serial() != before, "the new certificate")
        done = curl(f"https://localhost:{ports['api']}/healthz", "--cacert", ca)
        self.assertEqual(done.stdout, '{"status":"ok"}', done.stderr)


if __name__ == "__main__":
    unittest.main()
