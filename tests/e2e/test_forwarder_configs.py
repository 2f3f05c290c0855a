"""etc/forwarders: every file is well formed and names only ports and paths that the daemon has; the commands of its
README make certificates that the relays' files and the daemon's configuration there work with; and rsyslog and syslog-ng
send with these files as they are."""

import pathlib
import re
import socket
import subprocess
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree as xml

import yaml

from harness import AMSI_PATH, DEADLINE_S, SHARED_DIR, SOURCE_DIR, TestCase, cli, sysmon_xml, syslog, wait_for
from senders import SENDERS_DIR, Sender

FOLDER = SOURCE_DIR / "etc/forwarders"
HOST = "rw.shop.lan"
RELAY_FOLDER = "/etc/regwarden-relay"
# What the daemon listens on in its own example, and what is below its HTTP port.
PORTS = {514, 601, 2514, 6514, 8088}
PATHS = {"", "/", "/api/v1/ingest", "/services/collector/event", "/services/collector/health"}
KEPT = {1, 12, 13, 14, 4657, 4660, 4663, 4688}


def files(*patterns):
    found = [file for pattern in patterns for file in sorted(FOLDER.glob(pattern))]
    assert found, patterns
    return found


def code(text):
    """Without comments that take a whole line."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def block(language, after):
    """The README's first block in this language after a text."""
    text = (FOLDER / "README.md").read_text()
    return re.search(rf"^```{language}\n(.*?)^```", text[text.index(after):], re.MULTILINE | re.DOTALL)[1]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Files(unittest.TestCase):
    def test_yaml_is_well_formed(self):
        for file in files("*.yml", "*.yaml"):
            with self.subTest(file.name):
                self.assertIsInstance(yaml.safe_load(file.read_text()), dict)

    def test_all_say_what_they_are(self):
        for file in files("*.*", "splunk/*"):
            if file.name == "README.md":
                continue
            with self.subTest(file.name):
                text = file.read_text()
                self.assertRegex(text, r"[Nn]ot tried with the program\s+itself|Tried: ")
                self.assertLessEqual(max(map(len, text.splitlines())), 150)
                if file.parent == FOLDER:
                    self.assertIn("Guarantee: ", text)
                    self.assertIn(f"]({file.name})", (FOLDER / "README.md").read_text())

    def test_addresses_are_the_daemons(self):
        for file in files("*.*", "splunk/*"):
            with self.subTest(file.name):
                text = file.read_text()
                for url in re.findall(rf"https?://{HOST}[^\s\"'`)\]]*", text):
                    parts = urllib.parse.urlsplit(url)
                    self.assertEqual((parts.scheme, parts.port), ("https", 8088), url)
                    self.assertIn(parts.path, PATHS, url)
                ports = re.findall(r"(?im)^\s*port\s+(\d+)|\bport[=(]\"?(\d+)|(?:lan|0\.0\.0\.0):(\d+)", text)
                for port in [int(number) for numbers in ports for number in numbers if number]:
                    self.assertIn(port, PORTS)

    def test_ports_are_those_of_the_daemons_example(self):
        example = (SOURCE_DIR / "etc/regwarden.yaml").read_text()
        self.assertEqual({int(port) for port in re.findall(r'listen: "\S+:(\d+)"', example)} - {8089}, PORTS)  # 8089: API

    def test_each_protocol_has_its_port(self):
        expected = {"nxlog-ssl.conf": 6514, "rsyslog-tls.conf": 6514, "syslog-ng-tls.conf": 6514,
                    "rsyslog-relp.conf": 2514, "splunk/outputs.conf": 601, "fluent-bit.conf": 8088}
        for name, port in expected.items():
            with self.subTest(name):
                lines = [line for line in code((FOLDER / name).read_text()).splitlines() if re.search(
                    rf"{HOST}|^\s*Port\b", line) and re.search(r"\b\d{3,}", line)]
                self.assertTrue(lines)
                for line in lines:
                    self.assertIn(str(port), line)

    def test_elasticsearch_outputs(self):
        beat = yaml.safe_load((FOLDER / "winlogbeat.yml").read_text())["output.elasticsearch"]
        agent = yaml.safe_load((FOLDER / "elastic-agent.yml").read_text())["outputs"]["default"]
        for output in (beat, agent):
            self.assertEqual(output["hosts"], [f"https://{HOST}:8088"])
            self.assertEqual(output["password"], "TOKEN")

    def test_otlp_goes_where_the_collector_adds_its_path(self):
        collector = yaml.safe_load((FOLDER / "otel-collector.yaml").read_text())
        self.assertEqual(collector["exporters"]["otlphttp"]["endpoint"], f"https://{HOST}:8088")
        pipeline = collector["service"]["pipelines"]["logs"]
        self.assertEqual(set(pipeline["receivers"]), set(collector["receivers"]))
        self.assertEqual(set(pipeline["exporters"]), set(collector["exporters"]))
        self.assertEqual(set(collector["service"]["extensions"]), set(collector["extensions"]))

    def test_all_send_what_is_kept(self):
        for name in ("nxlog-ssl.conf", "nxlog-http.conf", "winlogbeat.yml", "elastic-agent.yml", "fluent-bit.conf",
                     "vector.yaml", "otel-collector.yaml", "splunk/transforms.conf"):
            with self.subTest(name):
                lines = [line for line in code((FOLDER / name).read_text()).splitlines()
                         if re.search(r"event_?id", line, re.IGNORECASE)]
                text = re.sub(r"\b12-14\b", "12 13 14", "\n".join(lines))
                numbers = {int(number) for number in re.findall(r"(?<![\w.])\d+(?![\w.])", text)}
                self.assertEqual(numbers - {0}, KEPT)

    def test_nxlogs_query_is_xml(self):
        for file in files("nxlog-*.conf"):
            query = re.search(r"Query\s+(<QueryList>.*?</QueryList>)", file.read_text(), re.DOTALL)[1]
            self.assertTrue(all(line.endswith("\\") for line in query.splitlines()[:-1]))
            paths = [select.get("Path") for select in xml.fromstring(query.replace("\\\n", "")).iter("Select")]
            self.assertEqual(paths, ["Microsoft-Windows-Sysmon/Operational", "Security"])

    def test_the_test_event_is_an_event(self):
        script = (FOLDER / "send-test-event.ps1").read_text()
        event = re.search(r'^\$testEvent = @"\n(.*?)\n"@', script, re.MULTILINE | re.DOTALL)[1]
        for variable in re.findall(r"\$(\w+)", event):
            self.assertTrue(variable == "PID" or re.search(rf"^\${variable} = ", script, re.MULTILINE), variable)
        root = xml.fromstring(event)
        data = {item.get("Name"): item.text for item in root.iter() if item.tag.endswith("}Data")}
        self.assertTrue(data["TargetObject"].endswith(r"\SOFTWARE\Microsoft\Windows Script\Settings\AmsiEnable"))
        self.assertEqual(data["Details"], "DWORD (0x00000000)")


class SysmonConfig(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = xml.parse(FOLDER / "sysmon-registry.xml").getroot()
        cls.rules = [(rule.get("condition"), rule.text.lower()) for rule in cls.root.iter("TargetObject")]

    def excluded(self, target_object):
        """As Sysmon matches, without case."""
        path = target_object.lower()
        match = {"is": path.__eq__, "begin with": path.startswith, "end with": path.endswith, "contains": path.__contains__}
        return any(match[condition](text) for condition, text in self.rules)

    def test_shape(self):
        self.assertEqual(self.root.tag, "Sysmon")
        filters = {event.tag: event for group in self.root.iter("RuleGroup") for event in group}
        self.assertEqual(len(filters), len(list(self.root.iter("RuleGroup"))))
        logged = {tag for tag, event in filters.items() if event.get("onmatch") == "exclude"}
        self.assertEqual(logged, {"ProcessCreate", "RegistryEvent"})
        self.assertEqual(len(filters["ProcessCreate"]), 0)
        self.assertTrue(all(len(event) == 0 for tag, event in filters.items() if tag not in logged))

    def test_hides_no_event_that_a_rule_is_tested_with(self):
        events = sorted((SHARED_DIR / "corpus/sigma-regression").glob("*/*.xml"))
        seen = 0
        for file in events:
            for path in re.findall(r"Name=['\"]TargetObject['\"]>([^<]+)", file.read_text(errors="replace")):
                seen += 1
                self.assertFalse(self.excluded(path), f"{file.name}: {path}")
        self.assertGreater(seen, 0)

    def test_hides_noise_and_no_more(self):
        for path, hidden in (
                (r"HKLM\System\CurrentControlSet\Services\bam\State\UserSettings\S-1-5-18\Version", True),
                (r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows\CurrentVersion\Explorer\UserAssist\X\Count", True),
                (r"HKU\.DEFAULT\Software\Policies\Microsoft\SystemCertificates\Disallowed", True),
                (r"HKLM\SOFTWARE\Microsoft\SystemCertificates\Disallowed\Certificates", True),
                (r"HKLM\SOFTWARE\Microsoft\SystemCertificates\Disallowed\Certificates\0A\Blob", False),
                (r"HKCR", True),
                (r"HKCR\ms-msdt\URL Protocol", False),
                (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\Sync", False),
                (AMSI_PATH, False)):
            self.assertEqual(self.excluded(path), hidden, path)


class Relays(TestCase):
    """The files as they are, but for addresses, ports and folders."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="regwarden-forwarders-")
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = pathlib.Path(folder.name) / "tls"
        cls.certificates.mkdir()
        commands = block("sh", "## Certificates").replace("192.168.1.20", "127.0.0.1")
        done = subprocess.run(["bash", "-euc", commands], cwd=cls.certificates, capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False)
        if done.returncode != 0 or done.stdout.splitlines()[-2:] != ["server.pem: OK", "relay.pem: OK"]:
            raise AssertionError(f"the README's commands: {done.returncode}\n{done.stdout}{done.stderr}")
        cls.config = pathlib.Path(folder.name) / "regwarden.yaml"
        cls.config.write_text(block("yaml", "The inputs of"))
        (cls.config.parent / "http.tokens").write_text("TOKEN\n")
        (cls.config.parent / "http.tokens").chmod(0o600)

    def test_the_readmes_configuration_is_valid(self):
        cli("check", "-c", str(self.config))

    def relay_config(self, sender, name, replacements):
        text = (FOLDER / name).read_text()
        for old, new in {RELAY_FOLDER: str(self.certificates), **replacements}.items():
            self.assertIn(old, text)
            text = text.replace(old, str(new))
        config = sender.folder / name
        config.write_text(text)
        return config

    def rsyslog_config(self, sender, name, port=1, tcp=1, udp=1):
        return self.relay_config(sender, name, {
            'workDirectory="/var/spool/rsyslog"': f'workDirectory="{sender.folder}"',
            'type="imtcp" port="601"': f'type="imtcp" address="127.0.0.1" port="{tcp}"',
            'type="imudp" port="514"': f'type="imudp" address="127.0.0.1" port="{udp}"',
            f'target="{HOST}" port="{"2514" if "relp" in name else "6514"}"': f'target="127.0.0.1" port="{port}"'})

    def syslog_ng_config(self, sender, name, port=1, tcp=1, udp=1):
        target = {"syslog-ng-tls.conf": (f'"{HOST}" port(6514)', f'"127.0.0.1" port({port})'),
                  "syslog-ng-http.conf": (f"https://{HOST}:8088", f"https://127.0.0.1:{port}")}[name]
        return self.relay_config(sender, name, {
            'transport("tcp") port(601)': f'transport("tcp") ip("127.0.0.1") port({tcp})',
            'transport("udp") port(514)': f'transport("udp") ip("127.0.0.1") port({udp})',
            "disk-buffer(reliable(yes)": f'disk-buffer(reliable(yes) dir("{sender.folder}")',
            target[0]: target[1]})

    def syslog_ng(self, sender, config, *options):
        libraries = SENDERS_DIR / "usr/lib/syslog-ng"
        modules = next(libraries.glob("[0-9]*"), None)
        self.assertIsNotNone(modules, f"no syslog-ng in {SENDERS_DIR}: run scripts/setup")
        return [SENDERS_DIR / "usr/sbin/syslog-ng", "-F", "-f", config, f"--persist-file={sender.folder}/persist",
                f"--control={sender.folder}/control", f"--pidfile={sender.folder}/pid", f"--module-path={modules}",
                *options], {"LD_LIBRARY_PATH": str(libraries)}

    def check_syntax(self, command, environment=None):
        done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, env=environment, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotRegex(done.stderr, "(?i)error|warning")

    def test_rsyslog_reads_them(self):
        for file in files("rsyslog-*.conf"):
            with self.subTest(file.name):
                config = self.rsyslog_config(Sender(self), file.name)
                self.check_syntax(["/usr/sbin/rsyslogd", "-N1", "-f", config])

    def test_syslog_ng_reads_them(self):
        for file in files("syslog-ng-*.conf"):
            with self.subTest(file.name):
                sender = Sender(self)
                self.check_syntax(*self.syslog_ng(sender, self.syslog_ng_config(sender, file.name), "--syntax-only"))

    def listening(self, inputs):
        tls = f"certificate: {self.certificates}/server.pem, key: {self.certificates}/server.key"
        return self.daemon("data_dir: data\napi: {listen: '127.0.0.1:0', anonymous: admin}\ninputs: {%s}" % inputs.replace("TLS", tls))

    def listening_syslog(self, protocol, client):
        known = f", client_ca: {self.certificates}/ca.pem, allowed_clients: ['*.shop.lan']" if client else ""
        regwarden = self.listening(
            f"syslog: [{{protocol: {protocol}, listen: '127.0.0.1:0', TLS{known}}}], http: []")
        return regwarden, next(port for listener, port in regwarden.ports.items() if listener.startswith("syslog/"))

    def send_and_check(self, regwarden, sender, tcp):
        """Events of agents, over TCP."""
        messages = "".join(syslog(sysmon_xml(record_id=i, TargetObject=rf"HKLM\SOFTWARE\Shop\Value{i}"),
                                  "<14>Oct 11 22:14:15 ws1 Sysmon[2212]: ").decode() + "\n" for i in range(20))

        def connect():
            try:
                return socket.create_connection(("127.0.0.1", tcp), timeout=DEADLINE_S)
            except ConnectionRefusedError:
                return None

        with wait_for(connect, f"the relay: {sender.log.read_text(errors='replace')}") as connection:
            connection.sendall(messages.encode())
        wait_for(lambda: regwarden.counter("regwarden_registry_events_stored_total") == 20,
                 f"20 events; the relay says: {sender.log.read_text(errors='replace')[-2000:]}")
        self.assertEqual(regwarden.counter("regwarden_rejected_total"), 0)
        self.assertEqual({item["registry_path"] for item in regwarden.items("events/registry")},
                         {rf"HKLM\SOFTWARE\Shop\Value{i}" for i in range(20)})

    def run_rsyslog(self, name, protocol):
        for client in (False, True):
            with self.subTest(client=client):
                regwarden, port = self.listening_syslog(protocol, client)
                sender, tcp = Sender(self), free_port()
                config = self.rsyslog_config(sender, name, port, tcp, free_port())
                if client:
                    self.with_client_certificate(config)
                sender.run(self, ["/usr/sbin/rsyslogd", "-n", "-f", config, "-i", sender.folder / "pid"])
                self.send_and_check(regwarden, sender, tcp)

    def with_client_certificate(self, config):
        """The lines that the file says to be for that."""
        text, count = re.subn(r"(?m)^(\s*)# (.*/relay\.\w+.*)$", r"\1\2", config.read_text())
        self.assertGreater(count, 0)
        config.write_text(text)

    def test_rsyslog_relp_sends(self):
        self.run_rsyslog("rsyslog-relp.conf", "relp")

    def test_rsyslog_tls_sends(self):
        self.run_rsyslog("rsyslog-tls.conf", "tls")

    def test_syslog_ng_tls_sends(self):
        for client in (False, True):
            with self.subTest(client=client):
                regwarden, port = self.listening_syslog("tls", client)
                sender, tcp = Sender(self), free_port()
                config = self.syslog_ng_config(sender, "syslog-ng-tls.conf", port, tcp, free_port())
                if client:
                    self.with_client_certificate(config)
                sender.run(self, *self.syslog_ng(sender, config))
                self.send_and_check(regwarden, sender, tcp)

    def test_syslog_ng_http_sends(self):
        regwarden = self.listening("syslog: [], http: [{listen: '127.0.0.1:0', tokens: [TOKEN], TLS}]")
        sender, tcp = Sender(self), free_port()
        config = self.syslog_ng_config(sender, "syslog-ng-http.conf", regwarden.ports["https"], tcp, free_port())
        sender.run(self, *self.syslog_ng(sender, config))
        self.send_and_check(regwarden, sender, tcp)


if __name__ == "__main__":
    unittest.main()
