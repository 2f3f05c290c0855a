"""Every published detection against what an evaluator of its own says it must find: examples made from its WHERE, and
their neighbours that differ in one respect. All detections see all events, so each must also leave the others' alone."""

import collections
import json
import pathlib
import re
import shutil
import tempfile
import unittest

import escu_oracle
from harness import SHARED_DIR, cli, sysmon_xml

FOLDER = SHARED_DIR / "escu/detections"
FIRST_SECOND = 1728640800  # 2024-10-11T10:00:00Z
WINDOW = ("--earliest", "2024-10-11T10:00:00Z", "--latest", "2024-10-11T11:00:00Z")

# Alternatives that no event of Windows can satisfy: the value name is asked for, and a path that ends in another.
WITHOUT_EXAMPLE = {"windows_outlook_webview_registry_modification": 1}

QAKBOT = "windows_modify_registry_qakbot_binary_data_registry"

# What a search demands of a row after its tstats, beyond that there is one.
LATER = {
    "windows_registry_payload_injection": lambda event: len(event["registry_value_data"]) > 512,
    "windows_modify_registry_with_md5_reg_key_name": lambda event: re.fullmatch(
        "[0-9a-fA-F]{32}", event["registry_value_name"]) and event["registry_path"].count("\\") < 5,
    # Five values of one process; here each sets one. It has a test of its own.
    QAKBOT: lambda event: False,
}


def guid(number):
    return f"{{{number:08x}-77aa-6523-4a01-000000001100}}"


class Escu(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-escu-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        (cls.folder / "regwarden.yaml").write_text(
            f"data_dir: data\ntime_zone: UTC\ndetections: {{paths: ['{SHARED_DIR / 'escu'}']}}\n")
        cls.searches = {file.stem: escu_oracle.search_of(file.read_text()) for file in sorted(FOLDER.rglob("*.yml"))}
        cls.wheres = {stem: [where for dataset, where in escu_oracle.filters_of(search) if dataset == "Registry"]
                      for stem, search in cls.searches.items()}
        cls.without = {}
        events = {}  # as a set that keeps its order
        for stem, [where] in cls.wheres.items():
            examples = list(escu_oracle.examples(where))
            cls.without[stem] = len(where.ways()) - len(examples)
            for example in examples:
                events[example] = None
                events.update(dict.fromkeys(escu_oracle.neighbours(example)))
        for size in (512, 513):
            events["SetValue", "HKLM\\SOFTWARE\\Long\\Value1", "x" * size, "admin"] = None
            events["SetValue", "HKLM\\SOFTWARE\\Long\\Value1", "ü" * size, "admin"] = None  # characters, not bytes
        md5 = "0123456789abcdefABCDEF0123456789"
        for name in (md5, md5[:-1], f"K\\{md5}", f"K\\K\\{md5}"):
            events["SetValue", f"HKLM\\SOFTWARE\\K\\{name}", "Binary Data", "admin"] = None
        cls.events = [escu_oracle.mapped(*event) for event in events]
        with open(cls.folder / "events.xml", "w", encoding="utf-8") as file:
            for number, (kind, path, details, user) in enumerate(events):
                cls.write(file, number, kind, path, details, user)
        cls.cli("import", str(cls.folder / "events.xml"))

    @staticmethod
    def write(file, number, kind, path, details, user):
        """The event, and the process that is its actor. Each has a computer of its own, by which it is known again."""
        common = {"record_id": 2 * number, "time_s": FIRST_SECOND + number % 3600, "ProcessGuid": guid(number),
                  "computer": f"ws{number}.example.test", "User": f"WS1\\{user}"}
        event_id = 13 if kind == "SetValue" else 14 if kind == "RenameValue" else 12
        more = {13: {"Details": details}, 14: {"NewName": details}, 12: {}}[event_id]
        file.write(sysmon_xml(event_id, EventType=kind, TargetObject=path, **more, **common) + "\n")
        common["record_id"] += 1
        file.write(sysmon_xml(1, CommandLine="reg.exe add", ParentProcessGuid=guid(0), ParentCommandLine="explorer.exe",
                              ParentImage=r"C:\Windows\explorer.exe", **common) + "\n")

    @classmethod
    def cli(cls, command, *arguments):
        return cli(command, "-c", str(cls.folder / "regwarden.yaml"), *arguments)

    @staticmethod
    def number_of(key):
        return int(key[1:9], 16) if key[0] == "{" else int(re.match(r"ws(\d+)\.", key)[1])

    def test_there_is_an_example_of_every_alternative(self):
        self.assertEqual(len(self.searches), 105)
        self.assertEqual({stem: number for stem, number in self.without.items() if number}, WITHOUT_EXAMPLE)

    def test_each_finds_exactly_its_own(self):
        for stem, [where] in self.wheres.items():
            with self.subTest(stem):
                later = LATER.get(stem, lambda event: True)
                expected = [number for number, event in enumerate(self.events) if where.holds(event) and later(event)]
                done = self.cli("run", stem, "--dry-run", *WINDOW, "-o", "json")
                rows = json.loads(done.stdout)["rows"]
                column = "dest" if any("dest" in row for row in rows) else "process_guid"
                found = collections.Counter(row[column] for row in rows)
                name = (lambda number: f"ws{number}.example.test") if column == "dest" else guid
                differences = {key: self.events[self.number_of(key)] for key in
                               set(found).symmetric_difference(map(name, expected))}
                self.assertFalse(differences)
                self.assertEqual(set(found.values()) - {1}, set())
                self.assertTrue(expected or stem == QAKBOT, "no event that it must find")

    def test_five_values_of_one_process_in_a_minute(self):
        hour = FIRST_SECOND + 3600
        with open(self.folder / "qakbot.xml", "w", encoding="utf-8") as file:
            # Process 1 sets five values in a minute; 2 four; 3 five, in two minutes, of which each counts alone for the
            # join, but all for the sum; 4 five, and is none of the images that it looks for.
            for process, values, step in ((1, 5, 1), (2, 4, 1), (3, 5, 20), (4, 5, 1)):
                common = {"computer": f"ws{process}.example.test", "ProcessGuid": guid(process)}
                image = r"C:\Windows\explorer.exe" if process != 4 else r"C:\Windows\reg.exe"
                for second in (0, 60):
                    file.write(sysmon_xml(1, 1000 * process + second, hour + second, Image=image, CommandLine=image,
                                          ParentImage=r"C:\Windows\userinit.exe", **common) + "\n")
                for value in range(values):
                    target = rf"HKU\S-1-5-21-1-2-3-1001\SOFTWARE\Microsoft\Qwert\{value:08x}"
                    file.write(sysmon_xml(13, 1000 * process + 100 + value, hour + value * step, Image=image,
                                          TargetObject=target, Details="Binary Data", **common) + "\n")
        self.cli("import", str(self.folder / "qakbot.xml"))
        done = self.cli("run", QAKBOT, "--dry-run", "--earliest", "2024-10-11T11:00:00Z", "--latest",
                        "2024-10-11T12:00:00Z", "-o", "json")
        row = {
            "process_name": "explorer.exe",
            "parent_process_name": "userinit.exe",
            "firstTime": "2024-10-11T11:00:00",
            "registry_value_name": [f"{value:08x}" for value in range(5)],
            "registry_value_name_count": 5,
            "values(registry_key_name)": r"HKU\S-1-5-21-1-2-3-1001\SOFTWARE\Microsoft\Qwert",
        }
        self.assertEqual(json.loads(done.stdout)["rows"], [
            {"dest": "ws1.example.test", "process_guid": guid(1), "lastTime": "2024-10-11T11:00:00", **row},
            {"dest": "ws3.example.test", "process_guid": guid(3), "lastTime": "2024-10-11T11:01:00", **row},
        ])


if __name__ == "__main__":
    unittest.main()
