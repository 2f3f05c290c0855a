"""regwarden sysmon-config: as a user calls it, and the file read as XML."""

import json
import re
import unittest
import xml.etree.ElementTree as xml

from harness import AMSI_PATH, SHARED_DIR, SOURCE_DIR, cli
from test_cli import CliCase

RULE = """title: %s
logsource: {product: windows, category: %s}
detection: {selection: {%s}, condition: selection}
"""


class Config:
    """What Sysmon logs of the registry by a configuration."""

    def __init__(self, text):
        self.root = xml.fromstring(text)
        self.events = [event for group in self.root.iter("RuleGroup") for event in group]
        self.processes = [event.get("onmatch") for event in self.events if event.tag == "ProcessCreate"]
        self.registry = [event for event in self.events if event.tag == "RegistryEvent"]
        self.rules = [list(rule) if rule.tag == "Rule" else [rule] for event in self.registry for rule in event]

    def logs(self, **fields):
        fields = {name: text.lower() for name, text in fields.items()}

        def holds(condition):
            value, text = fields.get(condition.tag, ""), condition.text.lower()
            return {"is": value.__eq__, "begin with": value.startswith, "end with": value.endswith,
                    "contains": value.__contains__}[condition.get("condition")](text)

        if not self.rules:
            return self.registry[0].get("onmatch") == "exclude"
        return any(all(map(holds, rule)) for rule in self.rules)


class SysmonConfig(CliCase):
    def made(self, *arguments, warnings=()):
        done = self.cli("sysmon-config", *arguments)
        self.assertEqual([re.sub(r"^\S*/", "", line) for line in done.stderr.splitlines()], list(warnings))
        self.assertEqual(self.cli("sysmon-config", *arguments).stdout, done.stdout)
        return Config(done.stdout)

    def test_defaults(self):
        config = self.made()
        self.assertEqual(config.root.get("schemaversion"), "4.50")
        self.assertEqual([(rule.tag, rule.get("condition"), rule.text) for (rule,) in config.rules],
                         [("TargetObject", "end with", r"\SOFTWARE\Microsoft\Windows Script\Settings\AmsiEnable")])
        self.assertTrue(config.logs(TargetObject=AMSI_PATH, EventType="SetValue"))
        self.assertFalse(config.logs(TargetObject=AMSI_PATH + "\\x", EventType="SetValue"))
        self.assertEqual(config.processes, ["include"])  # none: the detection looks at none
        # The same events as in the general file, each once.
        general = xml.parse(SOURCE_DIR / "etc/forwarders/sysmon-registry.xml").getroot()
        self.assertEqual(sorted(event.tag for event in config.events),
                         sorted(event.tag for group in general.iter("RuleGroup") for event in group))

    def test_published_detections(self):
        paths = [str(SHARED_DIR / "escu"), str(SHARED_DIR / "sigma")]
        # It looks for any value that is long.
        warning = ("windows_registry_payload_injection.yml: warning: Windows Registry Payload Injection: its search names "
                   "neither key nor process nor data: ")
        whole = self.made(*paths, warnings=[warning + "all changes of its kind are logged for it"])
        config = self.made("--skip-unmappable", *paths,
                           warnings=[warning + "it is left out and will not see all that it looks for"])
        self.assertTrue(whole.logs(TargetObject=r"HKLM\SOFTWARE\Vendor\Product\Cache\1", EventType="SetValue"))
        self.assertEqual(config.processes, ["exclude"])
        self.assertTrue(config.logs(TargetObject=AMSI_PATH, EventType="SetValue"))
        self.assertFalse(config.logs(TargetObject=r"HKLM\SOFTWARE\Vendor\Product\Cache\1", EventType="SetValue"))
        cases = json.loads((SHARED_DIR / "corpus/sigma-regression/manifest.json").read_text())
        seen = 0
        for case in cases:
            for name in case["files"]:
                if not name.endswith(".xml"):
                    continue
                text = (SHARED_DIR / "corpus/sigma-regression" / name).read_text()
                for line in text.splitlines():
                    data = {item.get("Name"): item.text or "" for item in xml.fromstring(line).iter()
                            if item.tag.endswith("}Data")}
                    if "TargetObject" in data:
                        seen += 1
                        self.assertTrue(config.logs(**data) or case["match_count"] < case["events"], data)
        self.assertGreater(seen, 20)

    def test_detections_that_name_no_key(self):
        path = self.write("any.yml", RULE % ("Any change by mallory", "registry_set", r"User: 'CORP\mallory'"))
        warning = "any.yml: warning: Any change by mallory: its search names neither key nor process nor data: "
        config = self.made(path, warnings=[warning + "all changes of its kind are logged for it"])
        self.assertTrue(config.logs(EventType="SetValue", TargetObject="HKLM\\x"))
        self.assertFalse(config.logs(EventType="CreateKey", TargetObject="HKLM\\x"))
        left_out = warning + "it is left out and will not see all that it looks for"
        config = self.made("--skip-unmappable", path, warnings=[left_out])
        self.assertFalse(config.logs(EventType="SetValue", TargetObject="HKLM\\x"))

    def test_only_enabled_detections_count(self):
        self.write("rule.yml", RULE % ("Run", "registry_set", r"TargetObject|contains: '\CurrentVersion\Run\'"))
        self.write_config("detections: {builtin: false, paths: [rule.yml], overrides: {Run: {enabled: false}}}\n")
        self.assertEqual(self.made().rules, [])
        self.assertEqual(self.made().registry[0].get("onmatch"), "include")

    def test_errors(self):
        self.assertEqual(cli("sysmon-config", "-c", str(self.folder / "missing.yaml"), check=False).returncode, 1)
        self.assertEqual(self.cli("sysmon-config", "--no-such-option", check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main()
