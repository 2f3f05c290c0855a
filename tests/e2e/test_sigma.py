"""Every published Sigma rule on registry events against what an evaluator of its own says it must find: examples made
from its detection section, and their neighbours that differ in one respect. All rules see all events, so each must also
leave the others' alone. And: a tick of all detections finds what single runs find, each time the same.
"""

import collections
import json
import pathlib
import shutil
import sqlite3
import tempfile
import unittest

import sigma_oracle
from harness import SHARED_DIR, cli, sysmon_xml

FOLDER = SHARED_DIR / "sigma"
FIRST_SECOND = 1728640800  # 2024-10-11T10:00:00Z
WINDOW = ("--earliest", "2024-10-11T10:00:00Z", "--latest", "2024-10-11T11:00:00Z")
FINDINGS = ("identity, time, detection, risk_object, risk_object_type, risk_score, risk_message, threat_objects, row",
            "identity, time, detection, rule_title, rule_description, severity, row")


class Folder(unittest.TestCase):
    """A store of its own, with these detections."""

    maxDiff = None

    @classmethod
    def open(cls, paths):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-sigma-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.configure("regwarden.yaml", "data", paths)

    @classmethod
    def configure(cls, name, data_dir, paths):
        listed = ", ".join(f"'{path}'" for path in paths)
        (cls.folder / name).write_text(f"data_dir: {data_dir}\ntime_zone: UTC\n"
                                       f"detections: {{builtin: false, paths: [{listed}]}}\n")

    @classmethod
    def cli(cls, command, *arguments, config="regwarden.yaml"):
        return cli(command, "-c", str(cls.folder / config), *arguments)

    def findings(self, data_dir):
        with sqlite3.connect(self.folder / data_dir / "regwarden.db") as db:
            return [db.execute(f"SELECT {columns} FROM {table} ORDER BY identity").fetchall()
                    for table, columns in zip(("risk_event", "notable"), FINDINGS)]


class Sigma(Folder):
    @classmethod
    def setUpClass(cls):
        cls.open([FOLDER])
        cls.rules = {file.stem: sigma_oracle.Rule(file) for file in sorted(FOLDER.rglob("*.yml"))}
        cls.without = []
        events = {}  # as a set that keeps its order
        for stem, rule in cls.rules.items():
            examples = list(sigma_oracle.examples(rule))
            if not examples:
                cls.without.append(stem)
            for example in examples:
                events[example] = None
                events.update(dict.fromkeys(sigma_oracle.neighbours(example)))
        cls.events = [sigma_oracle.fields_of(*event) for event in events]
        with open(cls.folder / "events.xml", "w", encoding="utf-8") as file:
            for number, (kind, path, data, image, user) in enumerate(events):
                event_id = int(sigma_oracle.IDS[kind])
                more = {13: {"Details": data}, 14: {"NewName": data}, 12: {}}[event_id]
                file.write(sysmon_xml(event_id, number, FIRST_SECOND + number % 3600, f"ws{number}.example.test",
                                      EventType=kind, TargetObject=path, Image=image, User=user, **more) + "\n")
        cls.cli("import", str(cls.folder / "events.xml"))

    def test_there_is_an_example_of_every_rule(self):
        self.assertEqual(len(self.rules), 201)
        self.assertEqual(self.without, [])

    def test_each_finds_exactly_its_own(self):
        for stem, rule in self.rules.items():
            with self.subTest(stem):
                expected = [f"ws{number}.example.test" for number, event in enumerate(self.events) if rule.finds(event)]
                rows = json.loads(self.cli("run", rule.id, "--dry-run", *WINDOW, "-o", "json").stdout)["rows"]
                found = collections.Counter(row["dest"] for row in rows)
                self.assertEqual({dest: self.events[int(dest[2:].split(".")[0])] for dest in
                                  set(found).symmetric_difference(expected)}, {})
                self.assertEqual(set(found.values()), {1})


class Tick(Folder):
    """Everything over the recorded events."""

    @classmethod
    def setUpClass(cls):
        cls.open([FOLDER, SHARED_DIR / "escu"])
        files = [*(SHARED_DIR / "corpus/sysmon-xml").glob("*.xml*"), *(SHARED_DIR / "corpus/nxlog-json").glob("*.gz"),
                 *(SHARED_DIR / "corpus/sigma-regression").glob("*/*.xml")]
        cls.cli("import", *map(str, sorted(files)))
        with sqlite3.connect(cls.folder / "data/regwarden.db") as db:
            hours = db.execute("SELECT time / 3600000000 FROM registry_event GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 8")
            cls.hours = [hour for (hour,) in hours]

    def backfill(self, data_dir, *detections):
        """The windows with the busiest hours."""
        for hour in self.hours:
            times = ("--earliest", str(hour * 3600), "--latest", str((hour + 1) * 3600))
            self.cli("backfill", *detections, *times, config=f"{data_dir}.yaml")

    def test_together_alone_and_again(self):
        for data_dir in ("together", "alone"):
            shutil.copytree(self.folder / "data", self.folder / data_dir)
            self.configure(f"{data_dir}.yaml", data_dir, [FOLDER, SHARED_DIR / "escu"])
        self.backfill("together")
        together = self.findings("together")
        self.assertTrue(together[0] and together[1])
        self.backfill("together")
        self.assertEqual(self.findings("together"), together)

        names = sorted({row[2] for rows in together for row in rows})
        self.assertGreater(len(names), 5)
        for name in names:
            self.backfill("alone", name)
        self.assertEqual(self.findings("alone"), together)


if __name__ == "__main__":
    unittest.main()
