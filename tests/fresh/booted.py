#!/usr/bin/env python3
"""What scripts/fresh asks of the package where systemd runs: the unit, as an operator sees it. Arguments: the root,
with systemd, what the package needs in apt's cache, /srv/regwarden.deb and a later version /srv/later.deb; a folder of
cgroup v2 that has no process. Run as root, in a network and a PID namespace of its own.
"""
import ctypes
import datetime
import pathlib
import re
import subprocess
import sys

from machine import (API, CONFIG, OWN_DETECTION, SOURCE_DIR, Machine, ask, check, check_files, first_alert,
                     has_own_detection, http, notables, purge, remove, report, sample, say, upgrade, wait_for)

UNIT = "regwarden.service"
HIGHEST_EXPOSURE = 1.5  # of 10: docs/install.md
HEC = "http://127.0.0.1:8088/services/collector/raw"


class Booted(Machine):
    def __init__(self, path, cgroup):
        self.console = path / "srv/console"
        with self.console.open("w") as console:
            self.process = subprocess.Popen([SOURCE_DIR / "tests/fresh/boot", path, cgroup], stdout=console,
                                            stderr=subprocess.STDOUT)
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        first = wait_for(lambda: self.process.poll() is not None or children.read_text().split(), "its first process")
        check(first is not True, f"it does not boot:\n{self.console.read_text()}")
        super().__init__(path, ["nsenter", "--all", f"--target={first[0]}", "--"])
        state = wait_for(lambda: re.fullmatch("(running|degraded)\n", self.run("systemctl", "is-system-running",
                                                                               check_status=False)), "systemd")
        say(f"{self.run('systemctl', '--version').splitlines()[0]}: {state[1]}")

    def show(self, name):
        return self.run("systemctl", "show", "--property", name, "--value", UNIT).strip()

    def expect(self, **properties):
        for name, value in properties.items():
            check(self.show(name) == value, f"{name} is {self.show(name)}, not {value}")

    def journal(self, *matches):
        return self.run("journalctl", "--no-pager", "--output=cat", *(matches or ("--unit", UNIT))).splitlines()

    def wait_for_journal(self, text, start):
        """The first line from number `start` on with this text."""
        return wait_for(lambda: next((line for line in self.journal()[start:] if text in line), None),
                        f"{text!r} in the journal")

    def drop_in(self, name, text):
        folder = self.file(f"etc/systemd/system/{UNIT}.d")
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.conf").write_text(text)
        self.run("systemctl", "daemon-reload")
        self.run("systemctl", "restart", UNIT)

    def reload(self, *expected):
        """Waits for these texts in the journal."""
        start = len(self.journal())
        self.run("systemctl", "reload", UNIT)
        for text in expected:
            self.wait_for_journal(text, start)
        wait_for(lambda: self.show("ActiveState") == "active", "the end of the reload")

    def restarted(self, before):
        """Waits until systemd has started it again, not the process `before`."""
        wait_for(lambda: self.show("ActiveState") == "active" and self.show("MainPID") not in ("0", before),
                 "systemd to start it again")


def install(machine):
    machine.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "/srv/regwarden.deb")
    check(machine.run("systemctl", "is-active", UNIT) == "active\n", "it does not run")
    check(machine.run("systemctl", "is-enabled", UNIT) == "enabled\n", "it will not run after a boot")
    machine.expect(Type="notify", SubState="running", Result="success", NRestarts="0", User="regwarden",
                   WatchdogUSec="3min", MemoryMax=str(1 << 30), ExecMainStatus="0")
    check_files(machine)
    say("apt-get install starts the unit, which says that it is ready")


def first_start(machine):
    """What docs/operations.md says of it. The token in the journal, and one for what comes later."""
    told = [line for line in machine.journal() if "first start: " in line]
    check(len(told) == 2 and told[1].endswith("the page and the API are at http://127.0.0.1:8089/"), f"{told}")
    first = re.search(r"shown only this once: (rw_\S+)$", told[0])
    check(first, f"no token: {told}")
    ask(first[1], "/metrics")
    say("the first token is in the journal")
    return first[1], machine.regwarden("token", "add", "ann", "--scope", "admin").strip()


def revoke(machine, first):
    machine.regwarden("token", "revoke", "first-start")
    wait_for(lambda: http(API + "/metrics", headers={"Authorization": f"Bearer {first}"})[0] == 401,
             "the end of the first token")
    say("the first token ends when it is revoked")


def limits(machine):
    done = machine.run("systemd-analyze", "security", "--no-pager", UNIT)
    exposure = re.search(rf"Overall exposure level for {UNIT}: ([0-9.]+)", done)
    check(exposure and float(exposure[1]) <= HIGHEST_EXPOSURE, f"exposure: {done}")
    pid = machine.show("MainPID")
    status = dict(re.findall(r"^(\w+):\t(.*)$", machine.run("cat", f"/proc/{pid}/status"), re.MULTILINE))
    bind_low_ports = f"{1 << 10:016x}"
    user = machine.run("id", "-u", "regwarden").strip()
    for name, value in (("NoNewPrivs", "1"), ("Seccomp", "2"), ("CapEff", bind_low_ports), ("CapBnd", bind_low_ports),
                        ("Uid", "\t".join([user] * 4))):
        check(status[name] == value, f"{name} of the process is {status[name]}, not {value}")
    for folder, told in (("/etc/regwarden", "Read-only file system"), ("/usr", "Read-only file system"),
                         ("/var/lib/regwarden", "")):
        done = machine.run("nsenter", f"--target={pid}", "--mount", "--", "sh", "-c",
                           f"touch {folder}/probe 2>&1 && rm {folder}/probe", check_status=False)
        check(told in done if told else not done, f"writing to {folder}: {done or 'done'}")
    say(f"exposure {exposure[1]}; no way to more rights; seccomp; one capability; files are read-only but its own")


def own_sandbox(machine):
    """What the daemon itself gives up, as long as the unit does not forbid it to."""
    without = [line for line in machine.journal() if "sandbox: without" in line]
    if kernel_has_landlock():
        check(not without, f"{without}")
        say("the daemon's own sandbox (Landlock, seccomp) is complete")
    else:
        check(len(without) == 1 and "Landlock" in without[0], f"{without}")
        say("this kernel has no Landlock: that part of the sandbox is not tried")


def memory(machine):
    group = machine.show("ControlGroup")
    if "memory" in machine.run("cat", "/sys/fs/cgroup/cgroup.controllers").split():
        limit = machine.run("cat", f"/sys/fs/cgroup{group}/memory.max").strip()
        check(limit == machine.show("MemoryMax"), f"memory.max is {limit}")
        say(f"MemoryMax= is in force: {limit}")
    else:
        say("cgroup v2 has no memory controller here: whether MemoryMax= is in force is not tried")


def kernel_has_landlock():
    create_ruleset, version = 444, 1
    return ctypes.CDLL(None).syscall(create_ruleset, None, ctypes.c_size_t(0), version) >= 1


def quiet(machine):
    """Nobody complains: neither systemd about the unit, nor the daemon beyond what is not protected."""
    told = machine.journal("_PID=1", f"UNIT={UNIT}", "--priority=warning")
    told += [line for line in machine.journal() if re.match(r"\S+ (warning|error|critical) ", line)
             and "first start: " not in line and "not protected: " not in line]
    check(not told, f"complaints: {told}")
    say("no warning of systemd or the daemon in the journal")


def reloads(machine, token):
    before = machine.show("MainPID")
    machine.add_to_configuration("\nstorage: {retention: {findings: 500d}}\n")
    machine.file("etc/regwarden/detections/own.yml").write_text(OWN_DETECTION)
    machine.reload("reload: taken over: storage.retention", "; 1 added, ")
    check(has_own_detection(token), "the new detection is not loaded")

    config = machine.file(CONFIG)
    good = config.read_text()
    config.write_text(good + "storag: {}\n")
    fault = f"{CONFIG}:{len(good.splitlines()) + 1}:"
    machine.reload("reload: the configuration has errors; the one in force stays", fault)
    status = machine.run("systemctl", "status", "--no-pager", "--full", UNIT)
    check(fault in status and "the one in force stays" in status, f"not told by systemctl status:\n{status}")
    check(has_own_detection(token), "the faulty configuration took the detection")
    config.write_text(good)
    machine.reload(" detections enabled; ")
    check(machine.show("MainPID") == before, "a reload has started another process")
    say("reload takes a change over; a faulty configuration changes nothing, and is told in journal and status")


def credentials(machine):
    secret = machine.file("etc/regwarden/secrets/hec")
    secret.parent.mkdir(mode=0o700)
    secret.write_text("of-the-credentials\n")
    machine.add_to_configuration('inputs: {http: [{listen: "127.0.0.1:8088", '
                                 'token_file: "${CREDENTIALS_DIRECTORY}/hec"}]}\n')
    # From here on a call that the unit does not allow kills, so that one that only seems not to matter is seen.
    machine.drop_in("site", "[Service]\nLoadCredential=hec:/etc/regwarden/secrets/hec\nSystemCallErrorNumber=kill\n")
    event = sample("disable-amsi-hec.xml", datetime.datetime.now(datetime.timezone.utc)).encode()
    check(http(HEC, event)[0] == 401, "an input with a token lets everybody in")
    status, body = http(HEC, event, {"Authorization": "Splunk of-the-credentials"})
    check(status == 200, f"the token of the credential: {status} {body}")
    machine.run("regwarden", "check")
    machine.regwarden("check")
    machine.reload(" detections enabled; ")
    say("LoadCredential= of a drop-in: the daemon and commands beside it read it as ${CREDENTIALS_DIRECTORY}")


def failures(machine, token):
    before, start = machine.show("MainPID"), len(machine.journal())
    machine.run("systemctl", "kill", "--kill-who=main", "--signal=KILL", UNIT)
    machine.wait_for_journal("code=killed, status=9/KILL", start)
    machine.restarted(before)
    check(len(notables(token)) == 1, "the alert is gone")
    machine.regwarden("db", "check")
    say("killed: systemd starts it again, with all its data")

    machine.drop_in("watchdog", "[Service]\nWatchdogSec=5s\n")
    before, start = machine.show("MainPID"), len(machine.journal())
    machine.run("systemctl", "kill", "--kill-who=main", "--signal=STOP", UNIT)
    machine.wait_for_journal("Watchdog timeout", start)
    machine.restarted(before)
    check(len(notables(token)) == 1, "the alert is gone")
    say("hung: the watchdog kills it, systemd starts it again")


def upgrade_running(machine, token):
    before, version, start = machine.show("MainPID"), machine.version(), len(machine.journal())
    upgrade(machine)
    machine.expect(ActiveState="active", NRestarts="0")
    check(machine.show("MainPID") != before, "the old version runs on")
    check(any(line.endswith(" stopped") for line in machine.journal()[start:]), "the old version did not end by itself")
    check(len(notables(token)) == 1 and has_own_detection(token), "the upgrade lost data or a detection")
    say(f"upgraded from {version}: restarted, with data, changed configuration and drop-in")


def stop(machine):
    machine.run("systemctl", "stop", UNIT)
    machine.expect(ActiveState="inactive", Result="success", ExecMainStatus="0")
    machine.run("systemctl", "start", UNIT)
    machine.expect(ActiveState="active")
    say("stop ends it in order")


def remove_and_purge(machine, token):
    remove(machine)
    machine.expect(ActiveState="inactive", LoadState="not-found")
    machine.run("dpkg", "-i", "/srv/later.deb")
    machine.expect(ActiveState="active", UnitFileState="enabled")
    check(len(notables(token)) == 1, "the alert is gone")
    say("installed again: it runs, with what was there")
    # The site's drop-ins are the site's.
    machine.run("systemctl", "revert", UNIT)
    purge(machine)
    machine.expect(ActiveState="inactive", LoadState="not-found")
    left = machine.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "regwarden*")
    check(not left, f"systemd still has {left}")


def main():
    machine = Booted(pathlib.Path(sys.argv[1]), sys.argv[2])
    try:
        install(machine)
        first, token = first_start(machine)
        limits(machine)
        own_sandbox(machine)
        memory(machine)
        first_alert(machine, token)
        quiet(machine)
        revoke(machine, first)
        reloads(machine, token)
        credentials(machine)
        failures(machine, token)
        upgrade_running(machine, token)
        stop(machine)
        remove_and_purge(machine, token)
    except AssertionError as error:
        report(error)
        print("\n".join(machine.journal()[-50:]), file=sys.stderr)
        return 1
    finally:
        machine.process.kill()
        machine.process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
