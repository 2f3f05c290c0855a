"""What an installed machine has around the program: the systemd unit, the configuration, manual pages, completion."""

import errno
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import harness
from harness import SOURCE_DIR, TestCase, cli, http, octet_counted, syslog, sysmon_xml, wait_for

try:
    import seccomp
except ImportError:
    seccomp = None

UNIT = SOURCE_DIR / "etc/systemd/regwarden.service"
HIGHEST_EXPOSURE = 1.5  # of 10


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, "SYSTEMD_COLORS": "0"})


def settings(key):
    """All lines of the unit with this key."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def system_calls(names):
    """Names of system calls; those of systemd's sets for @name."""
    calls = set()
    for name in names:
        if not name.startswith("@"):
            calls.add(name)
            continue
        lines = analyze("syscall-filter", name).stdout.splitlines()[1:]
        calls |= system_calls(line.strip() for line in lines if line.strip() and not line.strip().startswith("#"))
    return calls


def allowed_calls():
    """What the unit's lines of SystemCallFilter= leave, each in its turn."""
    allowed = set()
    for line in settings("SystemCallFilter"):
        if line.startswith("~"):
            allowed -= system_calls(line[1:].split())
        else:
            allowed |= system_calls(line.split())
    return allowed


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not here")
class Unit(TestCase):
    def test_exposure(self):
        done = analyze("security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE * 10:.0f}", str(UNIT))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
        self.assertLessEqual(float(exposure[1]), HIGHEST_EXPOSURE)

    def test_keys_are_known(self):
        done = analyze("verify", str(UNIT))
        self.assertNotRegex(done.stdout + done.stderr, "(?i)unknown|failed to parse|ignoring")

    @unittest.skipUnless(seccomp, "python3-seccomp is not here")
    def test_works_with_the_system_calls_it_may_make(self):
        # What is not allowed fails, as under systemd, then it kills, so that a call that only seems not to matter is seen.
        self.assertEqual(settings("SystemCallErrorNumber"), ["EPERM"])
        for forbidden in (seccomp.ERRNO(errno.EPERM), seccomp.KILL_PROCESS):
            with self.subTest(forbidden=forbidden):
                self.run_under_filter(forbidden)

    def run_under_filter(self, forbidden):
        rules = seccomp.SyscallFilter(forbidden)
        allowed = allowed_calls()
        self.assertIn("read", allowed)
        self.assertNotIn("ptrace", allowed)
        for call in sorted(allowed - {"socket"}):
            try:
                rules.add_rule(seccomp.ALLOW, call)
            except RuntimeError:
                pass  # of another architecture, or newer than the library
        for family in settings("RestrictAddressFamilies")[0].split():
            rules.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, int(getattr(socket, family))))
        # getaddrinfo() asks for the machine's addresses, and does without them.
        rules.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket",
                       seccomp.Arg(0, seccomp.EQ, int(socket.AF_NETLINK)))

        if os.geteuid() == 0:
            # SQLite gives its files to the owner of the database, as root alone. Not EPERM: no rule may be the default.
            rules.add_rule(seccomp.ERRNO(errno.EACCES), "fchown")

        started = subprocess.Popen

        class Restricted(started):
            def __init__(self, *arguments, **options):
                super().__init__(*arguments, preexec_fn=rules.load, **options)

        subprocess.Popen = Restricted
        try:
            regwarden = self.daemon(self.config())
        finally:
            subprocess.Popen = started
        now = int(time.time())
        event = sysmon_xml(record_id=1, time_s=now - 1800)
        self.assertEqual(regwarden.hec("/services/collector/raw", event.encode())[0], 200)
        regwarden.send_tcp(octet_counted(syslog(sysmon_xml(record_id=2))))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 2)
        regwarden.cli("run", "Disable AMSI Through Registry", "--at", str(now))
        self.assertEqual(len(regwarden.items("notables")), 1)
        # One that it cannot be told: the name is looked up, and nobody listens.
        wait_for(lambda: regwarden.items("notifications"), "a message about it")
        status, _, body = http("POST", f"http://127.0.0.1:{regwarden.ports['api']}/api/v1/search",
                               b'{"search": "| tstats count from datamodel=Endpoint.Registry by Registry.dest"}')
        self.assertEqual(status, 200, body)
        regwarden.process.send_signal(signal.SIGHUP)
        wait_for(lambda: any("reload: " in line for line in regwarden.log), "a reload")
        self.assertEqual(regwarden.stop(), 0)

    @staticmethod
    def config():
        return harness.Daemon.DEFAULT + """
        notify: [{name: nobody, webhook: {url: "http://localhost:9/"}, group_for: 0}]
        """


class Installed(TestCase):
    def test_configuration(self):
        with tempfile.TemporaryDirectory(prefix="regwarden-e2e-") as folder:
            folder = pathlib.Path(folder)
            shutil.copy(SOURCE_DIR / "etc/package/regwarden.yaml", folder)
            shutil.copy(SOURCE_DIR / "etc/macros.yaml", folder)
            (folder / "detections").mkdir()
            shutil.copy(SOURCE_DIR / "etc/package/detections_readme", folder / "detections/README")
            done = cli("check", "-c", str(folder / "regwarden.yaml"))
            self.assertEqual(done.stderr, "")

    def test_examples_of_the_manual(self):
        page = (SOURCE_DIR / "docs/man/regwarden-detections.5").read_text(encoding="utf-8")
        examples = re.findall(r"^\.Bd -literal -offset indent\n((?:name|title): .*?)^\.Ed", page, re.MULTILINE | re.DOTALL)
        self.assertEqual(len(examples), 2)
        with tempfile.TemporaryDirectory(prefix="regwarden-e2e-") as folder:
            for number, example in enumerate(examples):
                (pathlib.Path(folder) / f"{number}.yml").write_text(example.replace(r"\e", "\\"), encoding="utf-8")
            self.assertEqual(cli("check", folder).stderr, "")

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not here")
    def test_manual_pages(self):
        pages = sorted((SOURCE_DIR / "docs/man").iterdir())
        self.assertEqual(len(pages), 3)
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.stdout, "")

    def test_manual_names_every_command(self):
        page = (SOURCE_DIR / "docs/man/regwarden.1").read_text(encoding="utf-8")
        for command in commands():
            self.assertRegex(page, rf"(?m)^\.It Cm {command}\b")

    # What is offered at the end of a line, a word each.
    BASH = """
        source "$1/regwarden.bash"
        COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) COMP_LINE="${*:2}" COMP_POINT=${#COMP_LINE}
        _regwarden
        printf '%s\\n' "${COMPREPLY[@]}"
        """
    # With what zsh's completion calls in place of it.
    ZSH = """
        words=("${@:2}") CURRENT=$(($# - 1)) offered=()
        _call_program() { shift; "$@" }
        compadd() { [[ $1 != -- ]] || shift; offered+=("$@") }
        _describe() { offered+=(${${(P)2}%%:*}) }
        _files() { offered+=(*) }
        source "$1/_regwarden"
        print -l -- ${(M)offered:#${words[CURRENT]}*}
        """

    def complete(self, shell, line):
        environment = {**os.environ, "PATH": f"{pathlib.Path(harness.BINARY).parent}:{os.environ['PATH']}"}
        done = subprocess.run(
            [*shell, "-c", self.ZSH if "zsh" in shell else self.BASH, "x", SOURCE_DIR / "etc/completion", *line],
            capture_output=True, text=True, check=False, env=environment, cwd=SOURCE_DIR)
        self.assertEqual(done.stderr, "")
        return set(done.stdout.split())

    def test_bash_completion(self):
        self.check_completion(["bash", "--norc"])

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not here")
    def test_zsh_completion(self):
        self.check_completion(["zsh", "-f"])

    def check_completion(self, shell):
        for line, expected in [
            ("", set(commands())),
            ("se", {"serve", "search"}),
            ("db c", {"check", "compact"}),
            ("run --d", {"--dry-run"}),
            ("run -o ", {"table", "json", "csv"}),
            ("token add x --scope a", {"admin"}),
            ("detections --state d", {"disabled"}),
            ("check READ", {"README.md"}),
            ("check -c READ", {"README.md"}),
        ]:
            with self.subTest(line=line):
                self.assertEqual(self.complete(shell, ["regwarden", *line.split(" ")]), expected)


def commands():
    text = cli("--help").stdout.partition("Subcommands:")[2]
    return re.findall(r"^  ([a-z][a-z-]*)", text, re.MULTILINE)


if __name__ == "__main__":
    unittest.main()
