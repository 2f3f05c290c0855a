"""regwarden doctor: says exactly what is wrong, and how to mend it; and changes nothing."""

import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest

from harness import BINARY, TestCase, octet_counted, sysmon_xml, syslog, wait_for
from test_notify import Webhook

# These depend on the machine that the tests run on.
OF_THE_MACHINE = {"clock", "limits"}


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Doctor(TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-e2e-"))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.config = self.folder / "regwarden.yaml"
        self.ports = [free_port(), free_port(socket.SOCK_DGRAM), free_port(), free_port()]

    def write(self, more="", syslog_tls="", anonymous="anonymous: admin", retention="max_size: 64MiB", health=""):
        tcp, udp, hec, api = self.ports
        self.config.write_text(f"""
data_dir: data
inputs:
  syslog:
    - {{protocol: tcp, listen: "127.0.0.1:{tcp}"}}
    - {{protocol: udp, listen: "127.0.0.1:{udp}"}}
    {syslog_tls}
  http: [{{listen: "127.0.0.1:{hec}", require_token: true}}]
api: {{listen: "127.0.0.1:{api}", {anonymous}}}
storage: {{retention: {{{retention}}}}}
health: {{min_free: 1MiB{health}}}
{more}""")
        self.config.chmod(0o600)

    def run_doctor(self, *arguments, **options):
        return subprocess.run([BINARY, "doctor", "-c", self.config, *arguments], capture_output=True, text=True,
                              timeout=60, **options)

    def doctor(self, status, **options):
        """The findings of each check but those of the machine: (level, message, mend or None)."""
        done = self.run_doctor("--json", **options)
        self.assertEqual((done.returncode, done.stderr), (status, ""), done.stdout)
        report = json.loads(done.stdout)
        levels = [finding["level"] for finding in report["findings"]]
        self.assertEqual((report["problems"], report["warnings"]), (levels.count("problem"), levels.count("warning")))
        self.assertEqual(report["status"], "problem" if report["problems"] else
                         "warning" if report["warnings"] else "ok")
        self.assertEqual(status, 1 if report["problems"] else 0)
        findings = {}
        for finding in report["findings"]:
            findings.setdefault(finding["check"], []).append((finding["level"], finding["message"], finding.get("mend")))
        return findings

    def problems(self, **options):
        """What is a problem, as (check, message, mend)."""
        return [(check, message, mend) for check, found in self.doctor(1, **options).items()
                for level, message, mend in found if level == "problem"]

    def started(self, **options):
        self.write(**options)
        return self.daemon(self.config.read_text(), folder=self.folder)

    def made_database(self):
        """The database of a daemon that has run."""
        self.started().stop()
        return self.folder / "data/regwarden.db"

    def state(self):
        """All that is in the data directory, and when it was last changed."""
        return {path.name: (path.stat().st_mtime_ns, path.stat().st_size, path.read_bytes())
                for path in (self.folder / "data").iterdir() if not path.name.endswith("-shm")}

    def test_before_the_first_start(self):
        self.write()
        tcp, udp, hec, api = self.ports
        found = self.doctor(0)
        self.assertEqual(set(found) - OF_THE_MACHINE, {
            "configuration", "detections", "daemon", "disk", "permissions", "database", "ports", "certificates",
            "protection", "notifications"})
        self.assertEqual(found["configuration"], [("ok", str(self.config), None)])
        self.assertRegex(found["detections"][0][1], r"^\d+ enabled, 0 disabled, 0 unsupported$")
        self.assertEqual(found["daemon"], [("warning", "it does not run", "systemctl start regwarden")])
        self.assertEqual(found["disk"], [("warning", f"data_dir {self.folder}/data is not there yet",
                                          "the first start makes it, where its user may: systemctl start regwarden")])
        self.assertEqual(found["database"], [("warning", f"{self.folder}/data/regwarden.db is not there yet",
                                              "the first start makes it: systemctl start regwarden")])
        self.assertEqual(found["ports"], [("ok", f"syslog/tcp on 127.0.0.1:{tcp}: free", None),
                                          ("ok", f"syslog/udp on 127.0.0.1:{udp}: free", None),
                                          ("ok", f"http on 127.0.0.1:{hec}: free", None),
                                          ("ok", f"api on 127.0.0.1:{api}: free", None)])
        self.assertEqual(found["certificates"], [("ok", "no listener has one", None)])
        self.assertEqual(found["protection"], [(
            "warning",
            f"api on 127.0.0.1:{api}: every user and program of this machine is let in without a token",
            "take `anonymous` out of `api:` in regwarden.yaml, unless the machine is yours alone")])
        self.assertFalse((self.folder / "data").exists())

    def test_beside_a_daemon(self):
        regwarden = self.started()
        pid = regwarden.process.pid
        regwarden.send_tcp(octet_counted(syslog(sysmon_xml())))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 1)
        tcp, udp, hec, api = self.ports
        found = self.doctor(0)
        self.assertEqual(found["daemon"][0][:2], ("ok", f"runs as process {pid}, user {self.config.owner()}"))
        self.assertEqual([finding[1] for finding in found["ports"]], [
            f"{name} on 127.0.0.1:{port}: held by the daemon (process {pid})"
            for name, port in (("syslog/tcp", tcp), ("syslog/udp", udp), ("http", hec), ("api", api))])
        self.assertRegex(found["database"][0][1], r"^schema \d+, no fault$")
        self.assertRegex(found["disk"][0][1],
                         rf"^{self.folder}/data: \d+ MiB free, the database takes \d+ MiB of at most 64MiB$")
        self.assertEqual(found["permissions"], [
            ("ok", f"what there is of data, keys and secrets is for {self.config.owner()} alone", None)])
        self.assertRegex(found["events"][0][1],
                         r"^1 hosts; the last event came at \S+Z \(0 min ago\) from ws1\.example\.test$")
        self.assertEqual(found["runs"], [("ok", "none yet: the first ones come at their scheduled times", None)])
        self.assertEqual(found["access"], [(
            "warning", f"nobody may send to the HTTP input on 127.0.0.1:{hec}: it asks for a token",
            f"regwarden token add NAME --scope ingest -c {self.config}")])

        # As a person reads it.
        text = self.run_doctor()
        self.assertEqual(text.returncode, 0)
        self.assertIn(f"ok       configuration  {self.config}\n", text.stdout)
        self.assertIn("                        -> regwarden token add NAME --scope ingest", text.stdout)
        self.assertRegex(text.stdout, r"\n\n0 problems, \d+ warnings?\.\n$")

        # A port that was added to the file is not open yet.
        self.ports[0] = free_port()
        self.write()
        self.assertEqual(self.doctor(0)["ports"][0], (
            "warning", f"syslog/tcp on 127.0.0.1:{self.ports[0]}: the daemon that runs does not listen there",
            "the configuration has changed since it started: systemctl restart regwarden"))

    def test_nothing_is_changed(self):
        self.made_database()
        before = self.state()
        found = self.doctor(0)
        self.assertRegex(found["database"][0][1], "no fault")
        self.assertEqual(found["events"][0][1], "none has come yet")
        self.assertEqual(self.state(), before)
        # Nor where SQLite would make files: a restored backup has no log.
        for name in ("regwarden.db-wal", "regwarden.db-shm"):
            (self.folder / "data" / name).unlink(missing_ok=True)
        database = sqlite3.connect(self.folder / "data/regwarden.db")
        version = database.execute("SELECT max(version) FROM schema_version").fetchone()[0]
        database.close()
        for name in ("regwarden.db-wal", "regwarden.db-shm"):
            (self.folder / "data" / name).unlink(missing_ok=True)
        names = sorted(os.listdir(self.folder / "data"))
        self.assertEqual(self.doctor(0)["database"], [("ok", f"schema {version}, no fault", None)])
        self.assertEqual(sorted(os.listdir(self.folder / "data")), names)

    def test_configuration(self):
        self.write(more="time_zone: Mars")
        (problem,) = self.doctor(1)["configuration"]
        self.assertEqual(problem[0], "problem")
        self.assertRegex(problem[1], rf"^{self.config}:\d+:12: error: time_zone: .*Mars")
        self.config.write_text("inputs: [")
        self.assertEqual(list(self.doctor(1)), ["configuration"])
        self.config.unlink()
        self.assertRegex(self.problems()[0][1], "regwarden.yaml.*(cannot be read|No such file)")
        (self.folder / "rules").mkdir()
        (self.folder / "rules/broken.yml").write_text("name: [")
        self.write(more="detections: {paths: [rules], builtin: false}")
        found = self.doctor(1)["detections"]
        self.assertRegex(found[0][1], r"broken\.yml:1:\d+: error: ")
        self.assertEqual(found[1][0], "warning")
        self.assertTrue(found[1][1].startswith("0 enabled, 0 disabled, 0 unsupported: nothing is searched"))

    def test_ports(self):
        self.write()
        with socket.create_server(("127.0.0.1", self.ports[2])), \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("0.0.0.0", self.ports[1]))
            name = pathlib.Path(f"/proc/{os.getpid()}/comm").read_text().strip()
            self.assertEqual(self.problems(), [
                ("ports", f"{listener} on 127.0.0.1:{port}: {name} (process {os.getpid()}) has this port",
                 "stop it, or choose another port in regwarden.yaml; "
                 f"ss -{option}np 'sport = :{port}' shows it")
                for listener, port, option in (("syslog/udp", self.ports[1], "lu"), ("http", self.ports[2], "lt"))])
        self.config.write_text(self.config.read_text().replace(f"127.0.0.1:{self.ports[0]}", "192.0.2.77:5514"))
        self.assertEqual(self.problems(), [
            ("ports", "syslog/tcp on 192.0.2.77:5514: no interface of this machine has that address",
             "`ip address` shows them; 0.0.0.0 or [::] means all")])

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_privileged_port(self):
        if int(pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 601:
            self.skipTest("this machine lets everybody open port 601")
        self.ports[0] = 601
        self.write()
        self.config.chmod(0o644)
        found = self.doctor(0, user="nobody", group="nogroup", extra_groups=[])
        self.assertEqual(found["ports"][0][:2], (
            "warning", "syslog/tcp on 127.0.0.1:601: below 1024, so that user nobody may not open it"))

    # --- certificates ---

    def certificate(self, *arguments):
        done = subprocess.run([BINARY, "tls", *arguments, "--dir", self.folder / "tls"], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def with_tls(self, **options):
        self.tls_port = free_port()
        self.write(syslog_tls=f'- {{protocol: tls, listen: "127.0.0.1:{self.tls_port}", certificate: tls/server.pem,'
                              " key: tls/server.key, client_ca: tls/ca.pem}", **options)
        self.tls_name = f"syslog/tls on 127.0.0.1:{self.tls_port}"

    def test_certificates(self):
        self.certificate("init", "--host", "rw.shop.lan")
        self.with_tls()
        files = self.folder / "tls"
        (found,) = self.doctor(0)["certificates"]
        self.assertEqual(found[0], "ok")
        self.assertRegex(found[1], rf"^{self.tls_name}: {files}/server\.pem, 82[45] days left, for rw\.shop\.lan, ")

        self.certificate("renew", "--days", "10")
        (found,) = self.doctor(0)["certificates"]
        self.assertEqual(found[0], "warning")
        self.assertRegex(found[1], rf"^The certificate of {self.tls_name} expires on \S+Z, in (9|10) days: {files}/server")
        self.assertEqual(found[2], "Put a new one in its place and send SIGHUP: regwarden tls renew (where regwarden tls "
                                   "made it), then systemctl reload regwarden")

        server = files / "server.pem"
        key = files / "server.key"
        good = server.read_bytes(), key.read_bytes()
        # Made by hand: expired, of another machine, without names.
        self.by_hand("-1", "-addext", "subjectAltName=DNS:localhost,DNS:" + socket.gethostname())
        ((check, message, _),) = self.problems()
        self.assertEqual(check, "certificates")
        self.assertRegex(message, rf"^The certificate of {self.tls_name} expired on \S+Z: {server}$")
        self.by_hand("90", "-addext", "subjectAltName=DNS:else.where.lan")
        (found,) = self.doctor(0)["certificates"]
        self.assertRegex(found[1], rf"^{server} is for else\.where\.lan, and this machine knows itself as ")
        self.by_hand("90")
        (found,) = self.doctor(0)["certificates"]
        self.assertEqual(found[:2], ("warning", f"{server} has no names (subjectAltName): clients refuse it"))

        server.write_bytes(good[0])
        self.assertEqual(self.problems()[0][:2], (
            "certificates", f"{self.tls_name}: key {key} does not belong to certificate {server}"))
        key.unlink()
        ((check, message, _),) = self.problems()
        self.assertEqual(check, "configuration")
        self.assertTrue(message.endswith(f"key: {key}: there is no such file"), message)
        key.write_bytes(good[1])
        (files / "ca.pem").write_text("none")
        self.assertRegex(self.problems()[0][1], rf"^client_ca: certificate {files}/ca\.pem: no PEM certificate")

    def by_hand(self, days, *arguments):
        key, request = self.folder / "tls/server.key", self.folder / "request"
        for command in (["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=by hand",
                         "-keyout", key, "-out", request, *arguments],
                        ["x509", "-req", "-in", request, "-signkey", key, "-days", days, "-copy_extensions", "copy",
                         "-out", self.folder / "tls/server.pem"]):
            done = subprocess.run(["openssl", *command], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_keys_of_everybody(self):
        self.certificate("init")
        self.with_tls(more="notify: [{name: soc, webhook: {url_file: soc.url}}]")
        secret = self.folder / "soc.url"
        secret.write_text("https://hooks.example.com/secret\n")
        secret.chmod(0o644)
        key = self.folder / "tls/server.key"
        key.chmod(0o644)
        self.assertEqual(self.doctor(0)["permissions"], [
            ("warning", f"every user of this machine may read {key}, a private key", f"sudo chmod o= {key}"),
            ("warning", f"every user of this machine may read {secret}, which holds secrets", f"sudo chmod o= {secret}")])
        key.chmod(0o600)
        secret.chmod(0o600)
        self.config.write_text(self.config.read_text().replace("require_token: true", "tokens: [secret]"))
        self.config.chmod(0o644)
        self.assertEqual([finding[1] for finding in self.doctor(0)["permissions"]], [
            f"every user of this machine may read {self.config}, in which tokens or passwords stand"])
        # What nobody can get at is not open to all.
        self.folder.chmod(0o700)
        self.assertEqual(self.doctor(0)["permissions"][0][0], "ok")

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_owners(self):
        """root looks, and the daemon is nobody."""
        self.certificate("init")
        self.made_database()
        self.with_tls()
        data = self.folder / "data"
        for path in (data, *data.iterdir()):
            shutil.chown(path, "nobody", "nogroup")
        wal = data / "regwarden.db-wal"
        wal.touch()
        wal.chmod(0o640)
        shutil.chown(wal, "root", "root")  # a command that was run as root
        data.chmod(0o755)
        (data / "regwarden.db").chmod(0o644)
        key = self.folder / "tls/server.key"
        found = self.doctor(1)
        self.assertEqual(found["permissions"], [
            ("warning", f"every user of this machine may read {data}, with all that Windows machines report",
             f"sudo chmod o= {data}"),
            ("warning", f"every user of this machine may read {data}/regwarden.db, with what Windows machines report",
             f"sudo chmod o= {data}/regwarden.db"),
            ("problem", f"{wal} belongs to root, not to the daemon's user nobody", f"sudo chown -R nobody {data}")])
        self.assertEqual(found["certificates"], [
            ("problem", f"{key} cannot be read by the daemon's user nobody",
             f"sudo chown nobody {key} && sudo chmod u+r {key}; the folders above it need x for that user")])
        # Whoever asks and may not look is told whom to ask as.
        data.chmod(0o700)
        shutil.chown(data, "root", "root")
        self.config.chmod(0o644)
        key.chmod(0o644)
        denied = self.problems(user="nobody", group="nogroup", extra_groups=[])
        self.assertIn(("database", f"{data} cannot be looked at by this user",
                       f"sudo -u root regwarden doctor -c {self.config}"), denied)

    # --- disk and database ---

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_disk(self):
        self.write(health=", failed_runs: 3")
        self.config.write_text(self.config.read_text().replace("min_free: 1MiB", "min_free: 4MiB"))
        data = self.folder / "data"
        data.mkdir(mode=0o750)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=0750", "regwarden-test", data]).returncode:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", data])
        ((check, message, mend),) = self.problems()
        self.assertEqual(check, "disk")
        self.assertRegex(message, rf"^{data} has \d MiB left, less than 4MiB$")
        self.assertEqual(mend, f"Make room: when the disk is full, nothing is written; df -h {data}")
        self.config.write_text(self.config.read_text().replace("min_free: 4MiB", "min_free: 1MiB"))
        self.assertEqual(self.doctor(0)["disk"][0][1],
                         "storage.retention.max_size is 64MiB, but the database and what is free make 3 MiB: the disk is "
                         "full before old events go")
        subprocess.run(["mount", "-o", "remount,ro", data], check=True)
        self.assertEqual(self.problems()[0][:2], (
            "disk", f"the file system of {data} is read-only: nothing can be written"))

    def test_database(self):
        database = self.made_database()
        with sqlite3.connect(database) as connection:
            newest = connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
            columns = connection.execute("SELECT * FROM schema_version ORDER BY version DESC LIMIT 1").fetchone()
            marks = ", ".join("?" * len(columns))
            connection.execute(f"INSERT INTO schema_version VALUES ({marks})", (newest + 1, *columns[1:]))
        connection.close()
        self.assertEqual(self.problems(), [
            ("database", f"{database} has schema {newest + 1}, this program knows {newest}: a newer regwarden has written "
             "it", "install that version again; there is no way back but a backup of before")])
        with sqlite3.connect(database) as connection:
            connection.execute(f"DELETE FROM schema_version WHERE version >= {newest}")
        connection.close()
        self.assertEqual(self.doctor(0)["database"], [
            ("warning", f"{database} has schema {newest - 1}: the next start brings it to {newest}, and there is no way "
             f"back", f"regwarden db backup FILE -c {self.config}; then systemctl restart regwarden")])
        for log in ("-wal", "-shm"):
            pathlib.Path(str(database) + log).unlink(missing_ok=True)
        database.write_bytes(b"no database" * 1000)
        ((check, message, _),) = self.problems()
        self.assertEqual(check, "database")
        self.assertRegex(message, rf"^{database} cannot be opened: .*file is not a database")

    def test_damaged_pages(self):
        database = self.made_database()
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'risk_event'").fetchone()
        connection.close()
        with open(database, "r+b") as file:
            file.seek((root - 1) * page_size)
            file.write(b"\xff" * page_size)
        problems = self.problems()
        self.assertEqual({check for check, _, _ in problems}, {"database"})
        self.assertTrue(problems[0][1].startswith(f"{database} is damaged: "), problems)

    # --- what has come of late ---

    def test_hosts(self):
        regwarden = self.started(more="sources: {silent_after: 1m}")
        regwarden.send_tcp(octet_counted(syslog(sysmon_xml(time_s=time.time() + 3 * 3600))))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 1)
        ahead = [finding for finding in self.doctor(0)["clock"] if finding[1].startswith("ws1")]
        self.assertEqual(ahead, [("warning", "ws1.example.test: its newest event is 3h in the future",
                                  "set the clock of that machine right: w32tm /resync")])
        regwarden.stop()
        # Two hours pass.
        with sqlite3.connect(self.folder / "data/regwarden.db") as connection:
            silent = int((time.time() - 7200) * 1e6)
            connection.execute("UPDATE log_source SET time = ?, silent_since = ?", (silent, silent))
        connection.close()
        ((level, message, mend), last) = self.doctor(0)["events"]
        self.assertEqual(level, "warning")
        self.assertRegex(message, r"^ws1\.example\.test: nothing since \S+Z \(2 h ago\)$")
        self.assertEqual(mend, "look at its forwarder; if the machine is gone for good: regwarden sources forget "
                               f"ws1.example.test -c {self.config}")
        self.assertEqual(last[0], "ok")

    def test_runs(self):
        database = self.made_database()
        hour = 3600 * 1_000_000
        with sqlite3.connect(database) as connection:
            name = "Disable AMSI Through Registry"
            ((identity,),) = connection.execute("SELECT id FROM detection WHERE name = ?", (name,))
            now = int(time.time() * 1e6)
            connection.execute("UPDATE detection SET since = ?", (now + hour,))  # the others owe nothing
            connection.execute("UPDATE detection SET since = ? WHERE id = ?", (now - 5 * hour, identity))
        connection.close()
        (found,) = self.doctor(0)["runs"]
        self.assertRegex(found[1], rf"^5 windows of 1 detections are not searched yet, the oldest of \S+Z \({name}\)$")
        self.assertEqual(found[2], "systemctl start regwarden: it searches those of the last 1w; older ones: regwarden "
                                   "backfill")
        with sqlite3.connect(database) as connection:
            for i in range(4):
                at = now // hour * hour - (3 - i) * hour
                state = ("done", None) if i == 0 else ("failed", "disk I/O error")
                connection.execute(
                    "INSERT INTO run (detection_id, detection, kind, scheduled_time, earliest, latest, started, finished,"
                    " status, result_count, error) VALUES (?, ?, 'scheduled', ?, ?, ?, ?, ?, ?, 0, ?)",
                    (identity, name, at, at - hour, at, at, at, *state))
        connection.close()
        ((check, message, mend),) = self.problems()
        self.assertEqual((check, message), (
            "runs", f"{name}: The last 3 runs or more have failed, the last one with: disk I/O error"))
        self.assertRegex(mend, "^Its windows are searched again with `regwarden backfill` once it works: regwarden backfill"
                               rf" '{name}' --earliest \S+Z -c {self.config}$")

    def test_notifications(self):
        webhook = Webhook(self, [(404, {})])
        more = f"notify: [{{name: soc, webhook: {{url: '{webhook.url('/hook')}'}}, group_for: 0s}}]"
        regwarden = self.started(more=more)
        self.assertEqual(self.doctor(0)["notifications"], [
            ("ok", f"soc: nothing was told yet; regwarden notify test soc -c {self.config} tries it", None)])
        half_an_hour_ago = time.time() - 1800
        regwarden.send_tcp(octet_counted(syslog(sysmon_xml(time_s=half_an_hour_ago))))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 1)
        regwarden.cli("run", "Disable AMSI Through Registry")
        regwarden.wait_for_counter("regwarden_notifications_failed_total", 1)
        wait_for(lambda: regwarden.items("notifications")[0]["state"] == "failed", "the message to be refused")
        ((check, message, mend),) = self.problems()
        self.assertEqual(check, "notifications")
        self.assertRegex(message, "^Messages to the channel soc do not go out: .*404")
        self.assertEqual(mend, "Look at the channel in the configuration, then `regwarden notify test`: regwarden notify "
                               f"test soc -c {self.config}")

    def test_access(self):
        regwarden = self.started(anonymous="")
        self.assertEqual([finding[0] for finding in self.doctor(0)["access"]], ["warning"])  # nobody may send
        regwarden.cli("token", "add", "forwarder", "--scope", "ingest")
        self.assertEqual(self.doctor(0)["access"], [
            ("ok", "users and tokens that may read: 1; tokens that may send: 1", None)])
        regwarden.cli("token", "add", "ann", "--scope", "admin")
        self.assertEqual(self.doctor(0)["access"], [
            ("warning", "the token first-start still holds, and stands in the log of the first start",
             f"regwarden token revoke first-start -c {self.config}")])
        for name in ("first-start", "ann"):
            regwarden.cli("token", "revoke", name)
        self.assertEqual(self.doctor(0)["access"], [
            ("warning", "nobody may use the page or the API",
             f"regwarden token add NAME --scope admin -c {self.config}")])


if __name__ == "__main__":
    unittest.main()
