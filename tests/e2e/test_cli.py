"""The subcommands on the recorded events: import, run, detections, explain, search, check."""

import collections
import csv
import gzip
import io
import json
import pathlib
import re
import shutil
import signal
import sqlite3
import tempfile
import unittest

from harness import SHARED_DIR, SOURCE_DIR, TestCase, cli, corpus_lines, http, sysmon_xml, wait_for

CORPUS = SHARED_DIR / "corpus/sysmon-xml"
AMSI = "Disable AMSI Through Registry"


class CliCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.write_config("data_dir: data\n")

    def write_config(self, text):
        (self.folder / "regwarden.yaml").write_text(text)

    def cli(self, command, *arguments, check=True):
        return cli(command, "-c", str(self.folder / "regwarden.yaml"), *arguments, check=check)

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return str(path)

    def rows(self, sql, data_dir="data"):
        with sqlite3.connect(self.folder / data_dir / "regwarden.db") as database:
            result = database.execute(sql).fetchall()
        database.close()
        return result


class Corpus(CliCase):
    def expected(self, files):
        """What must be stored, read from the files by other means: event id -> identities."""
        events = collections.defaultdict(set)
        lines = collections.Counter()
        field = lambda line, pattern: (re.search(pattern, line) or [None, ""])[1]
        for file in files:
            for line in corpus_lines(file):
                line = line.decode()
                event_id = int(field(line, r"<EventID[^>]*>(\d+)<"))
                wanted = {"Microsoft-Windows-Sysmon": (1, 12, 13, 14), "Microsoft-Windows-Security-Auditing": (4688,)}
                if event_id not in wanted.get(field(line, r"<Provider Name='([^']*)'"), ()):
                    continue
                lines[event_id] += 1
                events[event_id].add((field(line, r"<Computer>([^<]*)<").lower(), field(line, r"<EventRecordID>(\d+)<"),
                                      field(line, r"SystemTime='([^'.Z]*)")))
        return lines, events

    def test_every_line_of_a_known_kind_and_nothing_twice(self):
        files = sorted(CORPUS.glob("*.xml.gz")) + [CORPUS / "amsi-disable-synthetic.xml"]
        self.assertEqual(len(files), 5, f"{CORPUS} must hold the recorded events")
        lines, events = self.expected(files)
        self.assertEqual(lines, {1: 1235, 12: 85, 13: 221, 14: 1, 4688: 1184})
        stored = {event_id: len(identities) for event_id, identities in events.items()}

        done = self.cli("import", *map(str, files))
        total = sum(len(corpus_lines(file)) for file in files)
        registry = stored[12] + stored[13] + stored[14]
        processes = stored[1] + stored[4688]
        duplicates = sum(lines.values()) - sum(stored.values())
        self.assertEqual(
            done.stdout,
            f"{total} events: {registry} registry and {processes} process events stored, {duplicates} were there"
            f" already, {total - sum(lines.values())} of other kinds; 0 rejected\n")
        counts = dict(self.rows("SELECT EventID, count(*) FROM Registry GROUP BY 1 UNION ALL"
                                " SELECT EventID, count(*) FROM Processes GROUP BY 1"))
        self.assertEqual(counts, stored)

        again = self.cli("import", *map(str, files))
        self.assertIn(f": 0 registry and 0 process events stored, {sum(lines.values())} were there already", again.stdout)

    def test_every_line_of_json(self):
        """Each form is stored or counted; of a Sysmon 12 whose EventType NXLog lost nobody knows what was done."""
        # registry and process events, events of other kinds, rejected; registry events of an unknown action, by id
        expected = {
            "azure": (292, 2, 37, 0, {}),
            "azure-syslog": (0, 0, 92, 1, {}),
            "flat": (76583, 1834, 14109, 0, {4663: 7}),
            "flat-nots": (639, 30, 364, 0, {}),
            "nxlog": (77547, 1294, 9587, 0, {12: 25999, 14: 1, 4663: 8}),
            "winlogbeat6": (6706, 115, 1145, 0, {}),
        }
        files = collections.defaultdict(list)
        for file in sorted((SHARED_DIR / "corpus/nxlog-json").iterdir()):
            files[file.name.split(".")[0]].append(str(file))
        self.assertEqual(files.keys(), expected.keys())
        for form, (registry, processes, other, rejected, unknown) in expected.items():
            with self.subTest(form):
                self.write_config(f"data_dir: {form}\ntime_zone: America/New_York\n")
                self.assertEqual(
                    self.cli("import", *files[form]).stdout,
                    f"{registry + processes + other} events: {registry} registry and {processes} process events stored,"
                    f" 0 were there already, {other} of other kinds; {rejected} rejected\n")
                rows = self.rows("SELECT EventID, count(*) FROM Registry WHERE action = 'unknown' GROUP BY 1", form)
                self.assertEqual(dict(rows), unknown)
        self.assertEqual(self.rows("SELECT reason FROM rejected", "azure-syslog"),
                         [("offset 0: <Event> without </Event>: the event is cut off",)])

    def test_detection_fires_on_exactly_the_expected_lines(self):
        self.cli("import", str(CORPUS / "amsi-disable-synthetic.xml"))
        with open(CORPUS / "amsi-disable-synthetic.expected.tsv", encoding="utf-8") as file:
            expected = [row for row in csv.DictReader(file, delimiter="\t")]
        xml = corpus_lines(CORPUS / "amsi-disable-synthetic.xml")
        fires = sorted(re.search(r"<Data Name='ProcessGuid'>([^<]*)<", xml[int(row["line"]) - 1].decode())[1]
                       for row in expected if row["fires"] == "yes")
        self.assertEqual(len(fires), 8)

        done = self.cli("run", AMSI, "--earliest", "2024-05-14T09:00:00Z", "--latest", "2024-05-14T10:00:00Z", "-o", "json")
        result = json.loads(done.stdout)
        self.assertEqual(result["detection"], AMSI)
        self.assertEqual((result["earliest"], result["latest"]), ("2024-05-14T09:00:00Z", "2024-05-14T10:00:00Z"))
        self.assertEqual(sorted(row["process_guid"] for row in result["rows"]), fires)
        self.assertEqual({row["_time"] for row in result["rows"]}, {"2024-05-14T09:00:00Z"})
        self.assertEqual(done.stderr, "regwarden: 8 risk events and 8 notables added\n")

        # The window is half open, and again over the same window adds nothing.
        again = self.cli("run", AMSI, "--earliest", "2024-05-14T09:00:00Z", "--latest", "2024-05-14T10:00:00Z")
        self.assertEqual(again.stderr, "regwarden: 0 risk events and 0 notables added\n")
        before = self.cli("run", AMSI, "--earliest", "2024-05-14T08:00:00Z", "--latest", "2024-05-14T09:00:07.123456Z",
                          "-o", "json", "--dry-run")
        self.assertEqual(json.loads(before.stdout)["rows"], [])

    def test_published_detection_runs_unmodified(self):
        published = SHARED_DIR / "escu/detections/endpoint/disable_amsi_through_registry.yml"
        self.write_config(f"data_dir: data\ndetections: {{paths: ['{published}']}}\n")
        self.cli("import", str(CORPUS / "amsi-disable-synthetic.xml"))
        done = self.cli("run", "9c27ec42-d338-11eb-9044-acde48001122", "--earliest", "2024-05-14T09:00:00Z", "--latest",
                        "2024-05-14T10:00:00Z", "-o", "json")
        self.assertEqual(len(json.loads(done.stdout)["rows"]), 8)

    def test_the_recorded_amsi_event(self):
        case = SHARED_DIR / "corpus/sigma-regression/registry_set_amsi_disable"
        xml = next(case.glob("*.xml"))
        for file in (xml, next(case.glob("*.json"))):
            self.cli("import", str(file))
        # The JSON form is the same event: one row.
        self.assertEqual(self.rows("SELECT registry_value_data FROM Registry"), [("0x00000000",)])
        time = re.search(r"SystemTime='([^']*)'", xml.read_text())[1]
        done = self.cli("run", AMSI, "--at", time[:13] + ":59:59Z", "--fail-on-findings", check=False)
        self.assertEqual(done.returncode, 1 if "10" <= time[14:16] < "49" else 0, done.stdout)


class Run(CliCase):
    def setUp(self):
        super().setUp()
        self.cli("import", self.write("events.xml", sysmon_xml(time_s=1728648000 - 1800)))  # 2024-10-11T11:30:00Z

    def run_at(self, *options):
        return self.cli("run", AMSI, "--at", "2024-10-11T12:00:00Z", *options)

    def test_window_follows_from_the_scheduled_time(self):
        result = json.loads(self.run_at("-o", "json").stdout)
        self.assertEqual((result["earliest"], result["latest"]), ("2024-10-11T10:50:00Z", "2024-10-11T11:50:00Z"))
        self.assertEqual(
            result["rows"],
            [{
                "_time": "2024-10-11T11:00:00Z",
                "registry_path": r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows Script\Settings\AmsiEnable",
                "registry_key_name": r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows Script\Settings",
                "registry_value_name": "AmsiEnable",
                "registry_value_data": "0x00000000",
                "process_guid": "{2f1c0a11-77aa-6523-4a01-000000001100}",
                "dest": "ws1.example.test",
                "user": "admin",
                "count": 1,
                "firstTime": "2024-10-11T11:30:00",
                "lastTime": "2024-10-11T11:30:00",
            }])

    def test_csv_and_table(self):
        rows = list(csv.DictReader(io.StringIO(self.run_at("-o", "csv").stdout)))
        self.assertEqual([row["user"] for row in rows], ["admin"])
        table = self.run_at("-o", "table").stdout.splitlines()
        self.assertEqual(len(table), 2)
        self.assertIn("registry_value_data", table[0])
        self.assertIn("0x00000000", table[1])

    def test_dry_run_writes_nothing(self):
        done = self.run_at("--dry-run")
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.rows("SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM notable)"), [(0, 0)])

    def test_filter_macro_and_overrides(self):
        self.write("macros.yaml", "disable_amsi_through_registry_filter: 'search NOT dest=\"ws1*\"'\n")
        self.write_config("data_dir: data\ndetections: {macros: [macros.yaml]}\n")
        self.assertEqual(json.loads(self.run_at("-o", "json").stdout)["rows"], [])
        self.write_config(f"data_dir: data\ndetections: {{overrides: {{'{AMSI}': {{risk_score: 40}}}}}}\n")
        self.run_at()
        self.assertEqual(self.rows("SELECT risk_score FROM risk_event"), [(40,)])

    def test_fail_on_findings(self):
        done = self.cli("run", AMSI, "--at", "2024-10-11T12:00:00Z", "--fail-on-findings", check=False)
        self.assertEqual(done.returncode, 1)

    def test_ledger(self):
        self.run_at()
        self.assertEqual(
            self.rows("SELECT detection, kind, scheduled_time, status, result_count FROM run"),
            [(AMSI, "manual", 1728648000 * 1000000, "done", 1)])
        self.assertRegex(self.cli("detections").stdout, rf"(?m)^{AMSI} +escu +TTP +enabled .* done$")

    def test_search_and_explain(self):
        done = self.cli("search", "| tstats count from datamodel=Endpoint.Registry by Registry.dest", "--earliest", "0",
                        "-o", "json")
        self.assertEqual(json.loads(done.stdout)["rows"], [{"Registry.dest": "ws1.example.test", "count": 1}])
        explained = self.cli("explain", AMSI).stdout
        for part in ("search:\n", "plan:\n", "sql (sqlite):\n", "FROM registry_event"):
            self.assertIn(part, explained)


class Detections(CliCase):
    def listed(self, *options):
        return [row["name"] for row in json.loads(self.cli("detections", "-o", "json", *options).stdout)]

    def test_filters_and_problems(self):
        rule = (SHARED_DIR / "escu/detections/endpoint/disable_amsi_through_registry.yml").read_text()
        bad = re.sub(r"(?m)^name: .*", "name: Bad", re.sub(r"(?m)^id: .*", "id: bad", rule)).replace("| tstats", "| nosuch")
        self.write("rules-amsi.yml", rule)
        self.write("rules-bad.yml", bad)
        self.write_config("data_dir: data\ndetections: {builtin: false, paths: [rules-amsi.yml, rules-bad.yml]}\n")
        self.assertEqual(self.listed(), ["Bad", AMSI])
        self.assertEqual(self.listed("--state", "enabled"), [AMSI])
        self.assertEqual(self.listed("--state", "unsupported"), ["Bad"])
        self.assertEqual(self.listed("--technique", "T1562"), ["Bad", AMSI])
        self.assertEqual(self.listed("--technique", "t1562.001", "--state", "enabled"), [AMSI])
        self.assertEqual(self.listed("--technique", "T1112"), [])
        self.assertEqual(self.listed("--type", "ttp", "--status", "production", "--source", "escu"), ["Bad", AMSI])
        self.assertEqual(self.listed("--source", "sigma"), [])
        all = json.loads(self.cli("detections", "-o", "json").stdout)
        self.assertTrue(all[0]["problem"]["file"].endswith("rules-bad.yml"))
        self.assertGreater(all[0]["problem"]["line"], 1)
        self.assertIn("nosuch", all[0]["problem"]["message"])
        self.assertRegex(all[1]["content_hash"], "^[0-9a-f]{16}$")
        table = self.cli("detections", "--problems").stdout
        self.assertRegex(table, r"(?m)^Bad: .*rules-bad\.yml:\d+:\d+: .*nosuch")
        rows = list(csv.DictReader(io.StringIO(self.cli("detections", "-o", "csv").stdout)))
        self.assertEqual([row["NAME"] for row in rows], ["Bad", AMSI])

    def test_coverage(self):
        layer = json.loads(self.cli("coverage").stdout)
        self.assertEqual((layer["domain"], layer["versions"]["layer"]), ("enterprise-attack", "4.5"))
        techniques = {technique["techniqueID"]: technique for technique in layer["techniques"]}
        self.assertIn(AMSI, techniques["T1562.001"]["comment"].splitlines())
        self.assertEqual(techniques["T1562.001"]["score"], len(techniques["T1562.001"]["comment"].splitlines()))
        self.assertTrue(techniques["T1562"]["showSubtechniques"])
        self.assertFalse(techniques["T1562.001"]["showSubtechniques"])
        self.cli("coverage", "-o", str(self.folder / "layer.json"))
        self.assertEqual(json.loads((self.folder / "layer.json").read_text()), layer)


class Backfill(CliCase):
    def test_every_window_once(self):
        self.cli("import", str(CORPUS / "amsi-disable-synthetic.xml"))
        done = self.cli("backfill", AMSI, "--earliest", "2024-05-14T08:50:00Z", "--latest", "2024-05-14T10:50:00Z")
        self.assertEqual(done.stderr, "")
        found = re.fullmatch(r"2 runs of 1 detection: (\d+) rows, (\d+) risk events and (\d+) notables added, 0 runs failed\n",
                             done.stdout)
        self.assertTrue(found, done.stdout)
        self.assertEqual((found[1], found[2], found[3]), ("8", "8", "8"))
        self.assertEqual(self.rows("SELECT kind, (scheduled_time / 1000000) % 86400 / 3600, status FROM run"),
                         [("manual", 10, "done"), ("manual", 11, "done")])
        again = self.cli("backfill", AMSI, "--earliest", "2024-05-14T08:50:00Z", "--latest", "2024-05-14T10:50:00Z")
        self.assertIn(" 0 risk events and 0 notables added", again.stdout)

    def test_findings_are_those_of_single_runs(self):
        self.cli("import", str(CORPUS / "amsi-disable-synthetic.xml"))
        findings = lambda: self.rows("SELECT identity, row FROM risk_event ORDER BY 1")
        self.cli("backfill", "--earliest", "2024-05-14T08:50:00Z", "--latest", "2024-05-14T10:50:00Z")
        all_at_once = findings()
        self.assertGreaterEqual(len(all_at_once), 8)
        shutil.rmtree(self.folder / "data")
        self.cli("import", str(CORPUS / "amsi-disable-synthetic.xml"))
        for detection in json.loads(self.cli("detections", "-o", "json").stdout):
            for time in ("2024-05-14T10:00:00Z", "2024-05-14T11:00:00Z"):
                self.cli("run", detection["name"], "--at", time)
        self.assertEqual(findings(), all_at_once)

    def test_errors(self):
        for message, arguments in (
                ("no such database", ["--earliest", "-1d"]),
                ("no detection has the name", ["Nothing", "--earliest", "-1d"]),
                ("is not before", ["--earliest", "now", "--latest", "-1h"]),
        ):
            done = self.cli("backfill", *arguments, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(message, done.stderr)
        self.assertEqual(self.cli("backfill", check=False).returncode, 2)


class Test(CliCase):
    URL = "https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/malware/ransomware_ttp/data2/windows-sysmon.log"

    def setUp(self):
        super().setUp()
        self.rule = SHARED_DIR / "escu/detections/endpoint/disable_amsi_through_registry.yml"
        self.assertIn(self.URL, self.rule.read_text())
        self.data = self.folder / "attack_data"
        (self.data / "datasets/malware/ransomware_ttp/data2").mkdir(parents=True)

    def write_data(self, text, name="windows-sysmon.log"):
        path = self.data / "datasets/malware/ransomware_ttp/data2" / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())

    def run_test(self, *options):
        return self.cli("test", str(self.rule), "--data", str(self.data), *options, check=False)

    def test_passed(self):
        self.write_data(sysmon_xml() + "\n", "windows-sysmon.log.gz")
        done = self.run_test("--junit", str(self.folder / "junit.xml"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(done.stdout.endswith("1 passed, 0 failed, 0 skipped\n"), done.stdout)
        self.assertIn('tests="1" failures="0"', (self.folder / "junit.xml").read_text())
        self.assertFalse((self.folder / "data").exists(), "a test has a store of its own")

    def test_failed(self):
        self.write_data(sysmon_xml(Details="DWORD (0x00000001)") + "\n")
        done = self.run_test("-o", "json", "--junit", str(self.folder / "junit.xml"))
        self.assertEqual(done.returncode, 1)
        result = json.loads(done.stdout)
        self.assertEqual((result["passed"], result["failed"]), (0, 1))
        self.assertEqual(result["tests"][0]["reason"],
                         "expected at least one row, found none (1 registry and 0 process events, 0 rejected)")
        self.assertIn("<failure message=", (self.folder / "junit.xml").read_text())

    def test_skipped(self):
        done = self.run_test()
        self.assertEqual(done.returncode, 0)
        self.assertIn("skipped: " + AMSI + ": no data: " + self.URL, done.stdout)


class Reload(TestCase):
    def test_sighup_and_api(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-e2e-"))
        rule = (SHARED_DIR / "escu/detections/endpoint/disable_amsi_through_registry.yml").read_text()
        (folder / "rules").mkdir()
        (folder / "rules/amsi.yml").write_text(rule)
        (folder / "macros.yaml").write_text("{}\n")
        config = """
            data_dir: data
            inputs: {syslog: [], http: []}
            api: {listen: "127.0.0.1:0", anonymous: admin}
            detections: {builtin: false, paths: [rules], macros: [macros.yaml]}
            """
        daemon = self.daemon(config, folder)
        reload = lambda: http("POST", f"http://127.0.0.1:{daemon.ports['api']}/api/v1/detections/reload")
        first = daemon.api("/api/v1/detections")["items"][0]

        # The author changes the file, forgets the version, and adds another; a third is broken.
        other = re.sub(r"(?m)^name: .*", "name: Other", re.sub(r"(?m)^id: .*", "id: other", rule))
        (folder / "rules/amsi.yml").write_text(rule.replace("AmsiEnable", "AmsiEnabled"))
        (folder / "rules/other.yml").write_text(other)
        (folder / "rules/broken.yml").write_text("name: [")
        status, _, body = reload()
        self.assertEqual(status, 200, body)
        report = json.loads(body)
        self.assertEqual((report["loaded"], report["enabled"]), (2, 2))
        self.assertEqual((report["added"], report["changed"], report["removed"]), (["Other"], [AMSI], []))
        self.assertEqual({pathlib.Path(problem["file"]).name for problem in report["problems"]}, {"broken.yml"})
        changed = daemon.api("/api/v1/detections/amsi")
        self.assertEqual(changed["version"], first["version"])
        self.assertNotEqual(changed["content_hash"], first["content_hash"])

        # What breaks stays in its old version; what is deleted goes.
        (folder / "rules/amsi.yml").write_text("name: [")
        (folder / "rules/other.yml").unlink()
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: any("1 removed, 1 kept" in line for line in daemon.log), "the reload")
        self.assertEqual([item["name"] for item in daemon.api("/api/v1/detections")["items"]], [AMSI])
        self.assertEqual(daemon.api("/api/v1/detections/amsi")["content_hash"], changed["content_hash"])
        self.assertEqual(daemon.stop(), 0)


class Errors(CliCase):
    def fails(self, status, message, command, *arguments):
        done = self.cli(command, *arguments, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(message, done.stderr)

    def test_usage(self):
        self.assertEqual(cli(check=False).returncode, 2)
        self.fails(2, "--latest", "run", AMSI, "--earliest", "-1h")
        self.fails(2, "excludes", "run", AMSI, "--at", "now", "--earliest", "-2h", "--latest", "-1h")
        self.fails(2, "FILE", "import")
        self.fails(2, "xml", "run", AMSI, "-o", "xml")

    def test_version(self):
        told = dict(line.split(maxsplit=1) for line in cli("--version").stdout.splitlines())
        project = re.search(r"^project\(regwarden VERSION (\S+) ", (SOURCE_DIR / "CMakeLists.txt").read_text(), re.M)
        self.assertEqual(told.pop("regwarden"), project[1])
        self.assertRegex(told.pop("commit"), r"^([0-9a-f]{12}\+?|unknown)$")
        self.assertEqual(list(told), ["argon2", "Boost", "CLI11", "cpp-httplib", "date", "fmt", "libcurl", "libseccomp",
                                      "libsystemd", "nlohmann-json", "OpenSSL", "RE2", "simdjson", "spdlog", "SQLite", "xxHash",
                                      "yaml-cpp", "zlib", "zstd"])
        for name, version in told.items():
            self.assertRegex(version, r"^(unknown|ABI )?\d*[\d.]*\d*( \(built with \S+\))?$", name)
        self.assertEqual(told["SQLite"].split()[0], sqlite3.sqlite_version)

    def test_what_is_not_there(self):
        self.fails(1, "no detection has the name, id or file stem 'Nothing'", "run", "Nothing")
        self.fails(1, "no such database", "run", AMSI)
        self.fails(1, "No such file", "import", str(self.folder / "missing.xml"))
        self.fails(1, "is a directory", "import", str(self.folder))
        self.fails(1, "--at: ", "run", AMSI, "--at", "yesterday-ish")
        self.fails(1, "is not before", "run", AMSI, "--earliest", "now", "--latest", "-1h")

    def test_cut_gzip_keeps_what_came_before(self):
        data = gzip.compress("".join(sysmon_xml(record_id=i) + "\n" for i in range(5000)).encode())
        done = self.cli("import", self.write("cut.xml.gz", data[: len(data) // 2]), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the gzip file is cut off", done.stderr)
        self.assertGreater(self.rows("SELECT count(*) FROM Registry")[0][0], 1000)

    def test_import_keeps_rejected_lines(self):
        good = sysmon_xml()
        self.cli("import", self.write("mixed", good + "\nnot an event\n{\"EventID\": \n" + good.replace(">1<", ">2<")))
        self.assertEqual(self.rows("SELECT count(*) FROM Registry"), [(2,)])
        self.assertEqual(len(self.rows("SELECT reason FROM rejected WHERE input = 'import'")), 2)

    def test_check(self):
        self.assertRegex(self.cli("check").stdout, r"^ok: \d+ detections \(\d+ enabled, 0 disabled, 0 unsupported\)\n$")
        self.write_config("data_dir: data\ntime_zone: Mars\ninputs: {sylog: []}\n")
        done = self.cli("check", check=False)
        self.assertEqual(done.returncode, 1)
        problems = done.stderr.splitlines()
        self.assertEqual(len(problems), 2, done.stderr)
        self.assertRegex(problems[0], r"regwarden\.yaml:2:12: error: ")
        self.assertRegex(problems[1], r"regwarden\.yaml:3:10: error: ")

    def test_shipped_files_are_sound(self):
        done = cli("check", "-c", str(SOURCE_DIR / "etc/regwarden.yaml"))
        self.assertEqual(done.stderr, "")
        done = cli("check", "-c", str(SOURCE_DIR / "etc/regwarden.yaml"), str(SOURCE_DIR / "etc/detections"))
        self.assertRegex(done.stdout, r"^ok: \d+ detections")


if __name__ == "__main__":
    unittest.main()
