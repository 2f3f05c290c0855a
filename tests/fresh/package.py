#!/usr/bin/env python3
"""What scripts/fresh asks of the installed package where systemd does not run: that all is in its place, the daemon
works as the unit would start it, and upgrade, remove and purge do what they should. Argument: the root, in which
/srv/regwarden.deb is installed and /srv/later.deb a later version. Run as root, in a network of its own.
"""
import pathlib
import re
import signal
import subprocess
import sys

from machine import (DEADLINE_S, OWN_DETECTION, Machine, check, check_files, first_alert, has_own_detection, notables,
                     purge, remove, report, say, upgrade, wait_for)


class Daemon:
    """As the unit has it run: its user, its capabilities, no way to more."""

    def __init__(self, machine):
        unit = machine.file("lib/systemd/system/regwarden.service").read_text()

        def setting(key):
            return re.search(rf"^{key}=(.*)$", unit, re.MULTILINE)[1]

        ambient = "-all,+" + setting("AmbientCapabilities").removeprefix("CAP_").lower()
        self.log = machine.file("srv/log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*machine.enter, "setpriv", f"--reuid={setting('User')}", f"--regid={setting('Group')}",
                 "--clear-groups", f"--inh-caps={ambient}", f"--ambient-caps={ambient}", f"--bounding-set={ambient}",
                 "--no-new-privs", *setting("ExecStart").split()], stderr=log, env=machine.environment)
        wait_for(lambda: self.process.poll() is not None or " ready\n" in self.log.read_text(), "the daemon")
        check(self.process.poll() is None, f"the daemon did not start:\n{self.log.read_text()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(DEADLINE_S) == 0, f"the daemon did not end well:\n{self.log.read_text()}")


def alert(machine):
    """The token for what comes later."""
    daemon = Daemon(machine)
    token = machine.regwarden("token", "add", "fresh", "--scope", "admin").strip()
    first_alert(machine, token)
    daemon.stop()
    say("the unit's command runs as its user")
    return token


def upgrade_with_changes(machine, token):
    machine.add_to_configuration("\nstorage: {retention: {findings: 500d}}\n")
    machine.file("etc/regwarden/detections/own.yml").write_text(OWN_DETECTION)
    upgrade(machine)
    daemon = Daemon(machine)
    check(len(notables(token)) == 1, "the upgrade lost the alert")
    check(has_own_detection(token), "the detection of the site is not loaded")
    daemon.stop()
    say("upgraded: data, changed configuration and own detection are kept")


def main():
    path = pathlib.Path(sys.argv[1])
    machine = Machine(path, ["chroot", str(path)])
    try:
        check_files(machine)
        token = alert(machine)
        upgrade_with_changes(machine, token)
        remove(machine)
        purge(machine)
    except AssertionError as error:
        report(error)
        log = machine.file("srv/log")
        if log.exists():
            print(log.read_text(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
