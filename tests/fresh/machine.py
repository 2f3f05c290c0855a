"""What scripts/fresh asks of the installed package on every machine, whether systemd runs there or not."""
import datetime
import json
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

SOURCE_DIR = pathlib.Path(__file__).resolve().parent.parent.parent
DEADLINE_S = 60
API = "http://127.0.0.1:8089"
CONFIG = "/etc/regwarden/regwarden.yaml"
OWN_DETECTION = """title: Own
id: 6c5d1a34-0d8f-4d0a-9c53-9a6c0de3a7b2
logsource: {category: registry_set, product: windows}
detection: {selection: {Details: own}, condition: selection}
level: high
"""


def say(text):
    print(f"fresh:   {text}", flush=True)


def wait_for(condition, what):
    end = time.monotonic() + DEADLINE_S
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {DEADLINE_S} s for {what}")
        time.sleep(0.1)
    return value


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def http(url, body=None, headers=None):
    """(status, body)"""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers or {}), timeout=30) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


class Machine:
    """A root that the package is installed in. `enter` is the command that runs others there."""

    def __init__(self, path, enter):
        self.path = path
        self.enter = enter
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                            "DEBIAN_FRONTEND": "noninteractive"}

    def file(self, name):
        return self.path / name.lstrip("/")

    def run(self, *command, check_status=True):
        done = subprocess.run([*self.enter, *command], capture_output=True, text=True, check=False,
                              env=self.environment)
        if check_status and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def regwarden(self, *arguments):
        """A command as docs/install.md says that it is run."""
        return self.run("runuser", "-u", "regwarden", "--", "regwarden", *arguments)

    def owner(self, name):
        return self.run("stat", "-c", "%U:%G %a", name).strip()

    def version(self):
        return self.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "regwarden", check_status=False)

    def add_to_configuration(self, text):
        config = self.file(CONFIG)
        config.write_text(config.read_text() + text)


def ask(token, path):
    status, body = http(API + path, headers={"Authorization": f"Bearer {token}"})
    check(status == 200, f"GET {path}: {status} {body}")
    return body


def notables(token):
    return json.loads(ask(token, "/api/v1/notables?detection=Disable*"))["items"]


def has_own_detection(token):
    return b'"Own"' in ask(token, "/api/v1/detections")


def sample(name, when):
    text = (SOURCE_DIR / "etc/samples" / name).read_text()
    return text.replace("@DATE@", when.strftime("%Y-%m-%d")).replace("@TIME@", when.strftime("%H:%M:%S"))


def check_files(machine):
    check(re.match(r"installed ", machine.version()), machine.version())
    check(machine.owner("/var/lib/regwarden") == "regwarden:regwarden 750", machine.owner("/var/lib/regwarden"))
    check(machine.owner("/etc/regwarden") == "root:regwarden 750", machine.owner("/etc/regwarden"))
    conffiles = {line.split()[0] for line in machine.run("dpkg-query", "-W", "-f", "${Conffiles}\n", "regwarden")
                 .splitlines() if line.strip()}
    there = {"/" + str(path.relative_to(machine.path)) for path in machine.file("etc/regwarden").rglob("*")
             if path.is_file()}
    check(conffiles == there, f"conffiles: {conffiles}, files: {there}")
    for name in ("usr/share/man/man1/regwarden.1.gz", "usr/share/man/man5/regwarden.yaml.5.gz",
                 "usr/share/man/man5/regwarden-detections.5.gz", "usr/share/bash-completion/completions/regwarden"):
        # A minimal root may be told to leave documents out.
        check(machine.file(name).exists() or "man" in name, f"no {name}")
    machine.regwarden("check")
    enabled = machine.file("etc/systemd/system/multi-user.target.wants/regwarden.service")
    check(enabled.is_symlink(), "the unit is not enabled")
    say("user, folders, conffiles and unit are there; `regwarden check` is content")


def first_alert(machine, token):
    """While the daemon runs: from an event to what is found in it."""
    now = datetime.datetime.now(datetime.timezone.utc)
    when = now - datetime.timedelta(minutes=30)
    with socket.create_connection(("127.0.0.1", 601), timeout=30) as connection:
        for line in sample("disable-amsi-syslog.xml", when).splitlines():
            connection.sendall(f"<14>1 - till-1.example.test Sysmon - - - {line}\n".encode())
    wait_for(lambda: b"\nregwarden_registry_events_stored_total 4\n" in ask(token, "/metrics"), "stored events")
    check(b"\nregwarden_rejected_total 0\n" in ask(token, "/metrics"), "an event was rejected")
    machine.regwarden("run", "Disable AMSI Through Registry", "--at", str(int(now.timestamp())))
    found = notables(token)
    check([item["rule_title"] for item in found] == ["Disable AMSI Through Registry"], f"no alert: {found}")
    say(f"event by TCP port 601; ALERT {found[0]['rule_title']} on {found[0]['row']['dest']}")


def upgrade(machine):
    """To a later version; what the site has in its folder stays."""
    folder = machine.file("etc/regwarden")

    def contents():
        return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    before = contents()
    version = machine.version()
    machine.run("dpkg", "-i", "/srv/later.deb")
    check(machine.version() == version + "+later", f"{version}, then {machine.version()}")
    check(contents() == before, "the upgrade changed the configuration")


def remove(machine):
    config = machine.file(CONFIG).read_bytes()
    machine.run("dpkg", "--remove", "regwarden")
    check(machine.file("var/lib/regwarden/regwarden.db").exists(), "remove took the data")
    check(machine.file(CONFIG).read_bytes() == config, "remove took the configuration")
    check(not machine.file("usr/bin/regwarden").exists(), "remove left the program")
    say("removed: data and configuration are kept")


def purge(machine):
    machine.run("dpkg", "--purge", "regwarden")
    left = machine.run("find", "/", "-xdev", "-name", "*regwarden*", "-not", "-path", "/srv/*").split()
    check(not left, f"purge left {left}")
    check("regwarden" not in machine.file("etc/passwd").read_text(), "purge left the user")
    check("regwarden" not in machine.file("etc/group").read_text(), "purge left the group")
    say("purged: nothing is left")


def report(error):
    print(f"fresh: {error}\n{getattr(error, 'stderr', None) or ''}", file=sys.stderr)
