"""What the documents say is so: their commands run, their options, keys, paths, metrics and links are there."""

import functools
import json
import os
import pathlib
import re
import subprocess
import unittest

import yaml

import docs_reader
import harness
from docs_sandbox import Sandbox

HERE = pathlib.Path(__file__).resolve().parent
NOT_RUN = HERE / "docs_not_run.txt"
METRICS = harness.SOURCE_DIR / "docs/metrics.md"
UPDATE = os.environ.get("REGWARDEN_UPDATE_GOLDEN") == "1"

# A changelog speaks of what was, too.
DOCUMENTS = [document for document in docs_reader.documents() if document.name != "CHANGELOG.md"]

# Folders of this repository; what a path in a document may be short for.
FOLDERS = ("daemon", "storage", "web", "etc", "docs", "tests", "scripts")
SUFFIXES = ("", ".h", ".cc", ".py")

# Not there as long as there is no event.
CONDITIONAL_METRICS = {
    "regwarden_store_oldest_event_timestamp_seconds": ("gauge", "Time of the oldest event"),
}


def run_console(block):
    """A block of `$ command` lines and what they write, as a script that compares."""
    script = []
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        script.append(f"compare {quote(expected)} {quote(str(block))} < <({command} 2>&1)")
    return "\n".join(script)


def quote(text):
    return "'" + text.replace("'", "'\\''") + "'"


COMPARE = r"""
compare() {
  python3 -c '
import re, sys
# … stands for any text, a line of … alone for any lines.
expected, place = sys.argv[1].strip("\n"), sys.argv[2]
pattern = re.escape(expected).replace("…", ".*")
found = sys.stdin.read().strip("\n")
blanks = lambda text: re.sub(r"[ \t]+", " ", re.sub(r" *\n", "\n", text))
if not re.fullmatch(blanks(pattern.replace("\\ ", " ")), blanks(found), re.DOTALL):
    sys.exit(f"{place}: expected\n{expected}\nfound\n{found}")
' "$1" "$2"
}
"""


def script_of(document, sandbox):
    script = ["set -euo pipefail", COMPARE]
    for block in document.of("sh", "console"):
        if "not run" in block.marks:
            continue
        script.append(f"echo '### {block}'")
        script.append(sandbox.local(run_console(block) if block.language == "console" else block.text))
    return "\n".join(script)


@functools.lru_cache(maxsize=None)
def help_of(*command):
    return harness.cli(*command, "--help").stdout


def subcommands(*command):
    text = help_of(*command)
    _, _, listed = text.partition("Subcommands:\n")
    return re.findall(r"^  ([a-z][a-z-]*) ", listed, re.MULTILINE)


def options(*command):
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)(?=[ ,:=]|$)", help_of(*command), re.MULTILINE))


def spoken_commands(document):
    """(place, words) of everything that begins with regwarden and a subcommand, in blocks and between backquotes."""
    texts = [(f"{block}", line) for block in document.of("sh", "text", "console", "bat", "ini") for line in
             block.text.replace("\\\n", " ").split("\n")]
    texts += [(f"{document.name}:{number}", text) for number, text in document.code_words()]
    for place, text in texts:
        text = re.sub(r"#.*", "", text)
        for found in re.finditer(r"(?<![\w./@-])(?<!-[gou] )(?:/usr/bin/)?regwarden ((?:[^'\"|;&)<>]|\|(?! ))+)", text):
            yield place, found[1].split()


@functools.lru_cache(maxsize=None)
def after_commands(name):
    """The machine once the document's commands have run, and how that went: (sandbox, exit status, output)."""
    document = next(document for document in DOCUMENTS if document.name == name)
    sandbox = Sandbox()
    unittest.addModuleCleanup(sandbox.remove)
    return sandbox, *sandbox.run(script_of(document, sandbox))


class Commands(harness.TestCase):
    def test_every_command_runs(self):
        for document in DOCUMENTS:
            if not [block for block in document.of("sh", "console") if "not run" not in block.marks]:
                continue
            with self.subTest(document=document.name):
                _, status, output = after_commands(document.name)
                self.assertEqual(status, 0, output[-4000:])

    def test_what_is_not_run_is_listed(self):
        found = []
        for document in DOCUMENTS:
            for block in document.of("sh", "console"):
                if "not run" in block.marks:
                    found.append(f"{document.name}: {block.marks['not run']}: {block.text.split(chr(10))[0]}")
        if UPDATE:
            NOT_RUN.write_text("\n".join(found) + "\n", encoding="utf-8")
        self.assertEqual(NOT_RUN.read_text(encoding="utf-8").splitlines(), found)

    def test_commands_stand_in_blocks_that_are_run(self):
        for document in DOCUMENTS:
            for number, line in document.prose:
                self.assertFalse(re.match(r"    (curl|regwarden|sudo|scripts/)", line), f"{document.name}:{number}")
            for block in document.blocks:
                self.assertNotIn(block.language, ("bash", "shell", ""), f"{block}: name the language: sh, console, text")

    def test_every_subcommand_and_option_exists(self):
        known = subcommands()
        self.assertIn("serve", known)
        for document in DOCUMENTS:
            for place, words in spoken_commands(document):
                if words[0].startswith("-") or words[0] not in known:
                    # "regwarden is …", "regwarden --version"
                    self.assertFalse(words[0].startswith("-") and words[0] not in options(), f"{place}: {words}")
                    continue
                command = [words[0]]
                below = subcommands(*command)
                if below and len(words) > 1 and re.fullmatch(r"[a-z][a-z-]*", words[1]):
                    self.assertIn(words[1], below, f"{place}: regwarden {' '.join(words)}")
                    command.append(words[1])
                allowed = set().union(*(options(*command[:n]) for n in range(1, len(command) + 1)))
                if len(command) == 1:
                    allowed |= set().union(set(), *(options(command[0], name) for name in below))
                for word in words[len(command):]:
                    for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", word):
                        self.assertIn(option, allowed, f"{place}: regwarden {' '.join(words)}")

    def test_every_subcommand_is_documented(self):
        readme = next(document for document in DOCUMENTS if document.name == "README.md").text
        for name in subcommands():
            self.assertRegex(readme, rf"regwarden {name}\b")


class Configuration(harness.TestCase):
    UNKNOWN = "zzz"

    def sandbox_with_files(self, document="docs/README.md"):
        """What the document's commands have left, and the files that configurations name."""
        sandbox = after_commands(document)[0]
        folder = sandbox.config.parent
        (folder / "tls").mkdir(exist_ok=True)
        for name in ("server", "regwarden", "own"):
            for ending in ("pem", "key"):
                (folder / f"tls/{name}.{ending}").write_bytes((sandbox.folder / f"work/server.{ending}").read_bytes())
        (folder / "tls/ca.pem").write_bytes((sandbox.folder / "work/server.pem").read_bytes())
        (folder / "slack.url").write_text("https://hooks.example/T/B/x\n")
        (folder / "http.tokens").write_text("TOKEN\n")
        return sandbox

    def check(self, sandbox, config):
        """Exit status and problems of `regwarden check`."""
        path = sandbox.config.parent / "snippet.yaml"
        path.write_text(config, encoding="utf-8")
        environment = {**os.environ, "SMTP_PASSWORD": "x", "NTFY_TOKEN": "x", "WEBHOOK_SECRET": "x", "REGWARDEN_TOKEN": "x"}
        done = subprocess.run([harness.BINARY, "check", "-c", path], capture_output=True, text=True, env=environment)
        return done.returncode, done.stdout + done.stderr

    def test_every_snippet_is_accepted(self):
        for document in DOCUMENTS:
            for block in document.of("yaml"):
                if "not configuration" in block.marks:
                    continue
                with self.subTest(block=str(block)):
                    sandbox = self.sandbox_with_files(document.name)
                    tuning = sandbox.folder / "var/lib/regwarden/tuning.yaml"
                    text = sandbox.local(block.text)
                    snippet = yaml.safe_load(text)
                    if isinstance(snippet, list):  # channels are the one list that is shown by itself
                        text = "notify:\n" + text
                    if isinstance(snippet, dict) and {"exceptions", "suppressions", "filters"} & set(snippet):
                        tuning.write_text(text)
                        text = ""
                    if "paths:" not in text:
                        paths = "\n  paths: [detections]\n"
                        text = re.sub(r"^detections:.*\n", lambda line: re.sub(r" *#.*", "", line[0].rstrip()) + paths, text, flags=re.MULTILINE)
                    text += f"\ndata_dir: {sandbox.folder}/var/lib/regwarden\n"
                    status, problems = self.check(sandbox, text)
                    tuning.unlink(missing_ok=True)
                    self.assertEqual(status, 0, problems)

    def test_the_example_is_accepted(self):
        sandbox = self.sandbox_with_files()
        status, problems = self.check(sandbox, sandbox.local((harness.SOURCE_DIR / "etc/regwarden.yaml").read_text()))
        self.assertEqual(status, 0, problems)

    def test_every_key_is_documented(self):
        """The daemon itself says which keys it knows: it is asked with one that it does not know everywhere."""
        z = {self.UNKNOWN: 1}
        problems = self.check(self.sandbox_with_files(), json.dumps({
            **z,
            "inputs": {**z, "syslog": [{**z, "protocol": "tls", "listen": "127.0.0.1:0"}], "http": [z], "limits": z},
            "api": z, "storage": {**z, "retention": z},
            "detections": {**z, "sigma": z, "defaults": {**z, "suppress": z}},
            "risk": {**z, "factors": [z]}, "urgency": {**z, "rules": [z]}, "sources": {**z, "finding": z},
            "health": {**z, "finding": z}, "scheduler": z,
            "notify": [{**z, "name": "a", "quiet_hours": z, "webhook": z}, {"name": "b", "email": z},
                       {"name": "c", "syslog": z}],
        }))[1]
        said = re.findall(rf"error: (?:([\w.\[\]]+): )?unknown key '{self.UNKNOWN}': expected (.+)", problems)
        self.assertGreaterEqual(len(said), 24, problems)
        texts = [document.text for document in DOCUMENTS] + [(harness.SOURCE_DIR / "etc/regwarden.yaml").read_text()]
        for section, listed in said:
            for key in re.split(r", | or ", listed):
                self.assertTrue(any(re.search(rf"(?<![\w-]){key}(?![\w-])", text) for text in texts), f"{section}.{key}")


class Interfaces(harness.TestCase):
    def test_every_path_of_the_api_exists_and_is_documented(self):
        paths = self.daemon().api("/openapi.json")["paths"]
        patterns = {re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part)
                                       for part in re.split(r"(\{\w+\})", path))): set(methods)
                    for path, methods in paths.items()}
        patterns[re.compile(r"/api/v1/ingest")] = {"post"}  # of the HTTP inputs
        spoken = re.compile(r"(?:\b(GET|POST|PUT|PATCH|DELETE) )?(?:https?://[^\s/'\"`]+)?(/api/v1/[\w/{}.-]+|/healthz|/metrics)")
        api = ""
        for document in DOCUMENTS:
            if document.name == "docs/api.md":
                api = document.text
            for number, line in enumerate(document.text.split("\n"), 1):
                for method, path in spoken.findall(line):
                    path = path.rstrip("/.").replace("{list}", "notables")
                    fitting = set().union(*(methods for pattern, methods in patterns.items() if pattern.fullmatch(path)))
                    place = f"{document.name}:{number}: {method} {path}"
                    prefix = path in ("/api/v1/export", "/api/v1/events", "/api/v1/counts")
                    self.assertTrue(fitting or prefix, place)
                    if method:
                        self.assertIn(method.lower(), fitting, place)
        for path in paths:
            self.assertIn(path, api)

    def test_every_metric_is_documented(self):
        daemon = self.daemon()
        _, _, body = harness.http("GET", f"http://127.0.0.1:{daemon.ports['api']}/metrics")
        helps = dict(re.findall(r"^# HELP (\S+) (.+)$", body.decode(), re.MULTILINE))
        types = dict(re.findall(r"^# TYPE (\S+) (.+)$", body.decode(), re.MULTILINE))
        metrics = {**CONDITIONAL_METRICS, **{name: (types[name], text) for name, text in helps.items()}}
        self.assertGreater(len(metrics), 60)
        table = "".join(f"| `{name}` | {kind} | {text} |\n" for name, (kind, text) in sorted(metrics.items()))
        head, line, _ = METRICS.read_text(encoding="utf-8").partition("|---|---|---|\n")
        if UPDATE:
            METRICS.write_text(head + line + table, encoding="utf-8")
        self.assertEqual(METRICS.read_text(encoding="utf-8"), head + line + table)
        for document in DOCUMENTS:
            for number, word in document.code_words():
                for name in re.findall(r"^regwarden_[a-z_]+$", word.partition("{")[0]):
                    if name not in ("regwarden_session",):  # a cookie
                        self.assertIn(name, metrics, f"{document.name}:{number}")


class Places(harness.TestCase):
    def test_every_link_leads_somewhere(self):
        anchors = {document.path: document.anchors() for document in docs_reader.documents()}
        for document in docs_reader.documents():
            for number, target in document.links():
                if re.match(r"[a-z]+:", target):
                    continue
                file, _, anchor = target.partition("#")
                path = (document.path.parent / file).resolve() if file else document.path
                self.assertTrue(path.exists(), f"{document.name}:{number}: {target}")
                if anchor:
                    self.assertIn(anchor, anchors[path], f"{document.name}:{number}: {target}")

    def test_every_document_is_in_the_index(self):
        index = next(document for document in DOCUMENTS if document.name == "docs/README.md")
        linked = {(index.path.parent / target.partition("#")[0]).resolve() for _, target in index.links()
                  if not re.match(r"[a-z]+:", target)}
        for document in docs_reader.documents():
            if document.name != index.name:
                self.assertIn(document.path, linked, document.name)

    def test_every_file_that_is_named_exists(self):
        for document in DOCUMENTS:
            for number, word in document.code_words():
                if not re.fullmatch(rf"(?:{'|'.join(FOLDERS)})(?:/[\w.-]+)*/?", word) or "/" not in word:
                    continue
                places = [harness.SOURCE_DIR / f"{word}{suffix}" for suffix in SUFFIXES]
                # Relative to the folder of the document, too, and a unit's name without its ending.
                self.assertTrue(any(place.exists() for place in places), f"{document.name}:{number}: {word}")


if __name__ == "__main__":
    unittest.main()
