#!/usr/bin/env python3
"""What scripts/fresh asks of the installed package, in a root below which nothing runs: that all is in its place, the
daemon works as the unit starts it, and upgrade, remove and purge do what they should. Argument: the root, in which
/srv/regwarden.deb is installed and /srv/later.deb a later version. Run as root, in a network of its own.
"""
import datetime
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

SOURCE_DIR = pathlib.Path(__file__).resolve().parent.parent.parent
DEADLINE_S = 60
API = "http://127.0.0.1:8089"
HEC = "http://127.0.0.1:8088/services/collector/raw"


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


class Root:
    """The machine that the package is installed on."""

    def __init__(self, path):
        self.path = path
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                            "DEBIAN_FRONTEND": "noninteractive"}

    def file(self, name):
        return self.path / name.lstrip("/")

    def run(self, *command, check_status=True):
        done = subprocess.run(["chroot", str(self.path), *command], capture_output=True, text=True, check=False,
                              env=self.environment)
        if check_status and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def owner(self, name):
        return self.run("stat", "-c", "%U:%G %a", name).strip()

    def version(self):
        return self.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "regwarden", check_status=False)

    def unit(self, key):
        return re.search(rf"^{key}=(.*)$", self.file("lib/systemd/system/regwarden.service").read_text(), re.MULTILINE)[1]

    def as_unit(self, *command):
        """A command as the unit has it run: its user, its capabilities, no way to more."""
        ambient = "-all,+" + self.unit("AmbientCapabilities").removeprefix("CAP_").lower()
        return ["chroot", str(self.path), "setpriv", f"--reuid={self.unit('User')}", f"--regid={self.unit('Group')}",
                "--clear-groups", f"--inh-caps={ambient}", f"--ambient-caps={ambient}", f"--bounding-set={ambient}",
                "--no-new-privs", *command]


class Daemon:
    def __init__(self, root, **environment):
        self.root = root
        self.log = root.file("srv/log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(root.as_unit(*root.unit("ExecStart").split()), stderr=log,
                                            env={**root.environment, **environment})
        wait_for(lambda: self.process.poll() is not None or " ready\n" in self.log.read_text(), "the daemon")
        check(self.process.poll() is None, f"the daemon did not start:\n{self.log.read_text()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(DEADLINE_S) == 0, f"the daemon did not end well:\n{self.log.read_text()}")


def sample(name, when):
    text = (SOURCE_DIR / "etc/samples" / name).read_text()
    return text.replace("@DATE@", when.strftime("%Y-%m-%d")).replace("@TIME@", when.strftime("%H:%M:%S"))


def check_files(root):
    check(re.match(r"installed ", root.version()), root.version())
    check(root.owner("/var/lib/regwarden") == "regwarden:regwarden 750", root.owner("/var/lib/regwarden"))
    check(root.owner("/etc/regwarden") == "root:regwarden 750", root.owner("/etc/regwarden"))
    conffiles = {line.split()[0] for line in root.run("dpkg-query", "-W", "-f", "${Conffiles}\n", "regwarden").splitlines()
                 if line.strip()}
    there = {"/" + str(path.relative_to(root.path)) for path in root.file("etc/regwarden").rglob("*") if path.is_file()}
    check(conffiles == there, f"conffiles: {conffiles}, files: {there}")
    for name in ("usr/share/man/man1/regwarden.1.gz", "usr/share/man/man5/regwarden.yaml.5.gz",
                 "usr/share/man/man5/regwarden-detections.5.gz", "usr/share/bash-completion/completions/regwarden"):
        # A minimal root may be told to leave documents out.
        check(root.file(name).exists() or "man" in name, f"no {name}")
    check(root.run("runuser", "-u", "regwarden", "--", "regwarden", "check") is not None, "")
    enabled = root.file("etc/systemd/system/multi-user.target.wants/regwarden.service")
    check(enabled.is_symlink(), "the unit is not enabled")
    say("user, folders, conffiles and unit are there; `regwarden check` is content")


def first_alert(root):
    """The token for what comes later."""
    daemon = Daemon(root)
    now = datetime.datetime.now(datetime.timezone.utc)
    when = now - datetime.timedelta(minutes=30)
    token = subprocess.run(root.as_unit("regwarden", "token", "add", "fresh", "--scope", "admin"), capture_output=True,
                           text=True, check=True, env=root.environment).stdout.strip()
    with socket.create_connection(("127.0.0.1", 601), timeout=30) as connection:
        for line in sample("disable-amsi-syslog.xml", when).splitlines():
            connection.sendall(f"<14>1 - till-1.example.test Sysmon - - - {line}\n".encode())
    wait_for(lambda: re.search(rb"^regwarden_registry_events_stored_total [1-9]", ask(token, "/metrics"), re.MULTILINE),
             "stored events")
    subprocess.run(root.as_unit("regwarden", "run", "Disable AMSI Through Registry", "--at", str(int(now.timestamp()))),
                   capture_output=True, text=True, check=True, env=root.environment)
    found = notables(token)
    check([item["rule_title"] for item in found] == ["Disable AMSI Through Registry"], f"no alert: {found}")
    daemon.stop()
    say(f"the unit's command runs as its user; ALERT {found[0]['rule_title']} on {found[0]['row']['dest']}")
    return token


def ask(token, path):
    status, body = http(API + path, headers={"Authorization": f"Bearer {token}"})
    check(status == 200, f"GET {path}: {status} {body}")
    return body


def notables(token):
    return json.loads(ask(token, "/api/v1/notables?detection=Disable*"))["items"]


def upgrade(root, token):
    config = root.file("etc/regwarden/regwarden.yaml")
    config.write_text(config.read_text() + """
inputs:
  http:
    - {listen: "127.0.0.1:8088", token_file: "${CREDENTIALS_DIRECTORY}/hec"}
""")
    own = root.file("etc/regwarden/detections/own.yml")
    own.write_text("title: Own\nid: 6c5d1a34-0d8f-4d0a-9c53-9a6c0de3a7b2\nlogsource: {category: registry_set, product: windows}\n"
                   "detection: {selection: {Details: own}, condition: selection}\nlevel: high\n")
    changed = config.read_text()
    before = root.version()
    root.run("dpkg", "-i", "/srv/later.deb")
    check(root.version() == before + "+later", f"{before}, then {root.version()}")
    check(config.read_text() == changed and own.exists(), "the upgrade changed the configuration")

    # What LoadCredential= gives the unit.
    credentials = root.file("run/credentials/regwarden.service")
    credentials.mkdir(parents=True)
    (credentials / "hec").write_text("of-the-credentials\n")
    daemon = Daemon(root, CREDENTIALS_DIRECTORY="/run/credentials/regwarden.service")
    check(len(notables(token)) == 1, "the upgrade lost the alert")
    event = sample("disable-amsi-hec.xml", datetime.datetime.now(datetime.timezone.utc)).encode()
    check(http(HEC, event)[0] == 401, "an input with a token lets everybody in")
    status, body = http(HEC, event, {"Authorization": "Splunk of-the-credentials"})
    check(status == 200, f"the token of the credential: {status} {body}")
    names = subprocess.run(root.as_unit("regwarden", "detections", "-o", "json"), capture_output=True, text=True,
                           check=True, env=root.environment).stdout
    check('"Own"' in names, "the detection of the site is not loaded")
    daemon.stop()
    say(f"upgraded from {before}: data, changed configuration and own detection are kept; a credential is read")


def remove_and_purge(root):
    root.run("dpkg", "--remove", "regwarden")
    check(root.file("var/lib/regwarden/regwarden.db").exists(), "remove took the data")
    check("CREDENTIALS_DIRECTORY}/hec" in root.file("etc/regwarden/regwarden.yaml").read_text(), "remove took the configuration")
    check(not root.file("usr/bin/regwarden").exists(), "remove left the program")
    say("removed: data and configuration are kept")
    root.run("dpkg", "--purge", "regwarden")
    left = [name for name in ("etc/regwarden", "var/lib/regwarden", "lib/systemd/system/regwarden.service",
                              "etc/systemd/system/multi-user.target.wants/regwarden.service",
                              "var/lib/systemd/deb-systemd-helper-enabled/regwarden.service.dsh-also",
                              "usr/share/doc/regwarden") if os.path.lexists(root.file(name))]
    check(not left, f"purge left {left}")
    check("regwarden" not in root.file("etc/passwd").read_text(), "purge left the user")
    check("regwarden" not in root.file("etc/group").read_text(), "purge left the group")
    say("purged: nothing is left")


def main():
    root = Root(pathlib.Path(sys.argv[1]))
    try:
        check_files(root)
        token = first_alert(root)
        upgrade(root, token)
        remove_and_purge(root)
    except (AssertionError, subprocess.CalledProcessError) as error:
        print(f"fresh: {error}\n{getattr(error, 'stderr', None) or ''}", file=sys.stderr)
        log = root.file("srv/log")
        if log.exists():
            print(log.read_text(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
