"""What the running daemon has given up."""

import ctypes
import re
import unittest

from harness import Daemon, TestCase, octet_counted, syslog, sysmon_xml


def status_of(process, name):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return re.search(rf"^{name}:\s*(\d+)$", status.read(), re.MULTILINE)[1]


def landlock_version():
    """0: this kernel has none."""
    create_ruleset = 444
    return max(ctypes.CDLL(None).syscall(create_ruleset, None, 0, 1), 0)


class Sandbox(TestCase):
    def test_entered_by_default(self):
        regwarden = self.daemon()
        self.assertEqual([status_of(regwarden.process, name) for name in ("NoNewPrivs", "Seccomp")], ["1", "2"])
        if landlock_version() > 0:
            self.assertFalse([line for line in regwarden.log if "sandbox: without" in line])
        # It works as before, also with what SQLite writes beside the database.
        for record in range(3):
            regwarden.send_tcp(octet_counted(syslog(sysmon_xml(record_id=record))))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 3)
        self.assertEqual(len(regwarden.items("events/registry", sort="-_time")), 3)

    def test_a_database_behind_a_link(self):
        regwarden = self.daemon()
        regwarden.stop()
        elsewhere = regwarden.folder / "elsewhere"
        elsewhere.mkdir()
        database = regwarden.folder / "data/regwarden.db"
        for name in ("regwarden.db", "regwarden.db-wal", "regwarden.db-shm"):
            if (regwarden.folder / "data" / name).exists():
                (regwarden.folder / "data" / name).rename(elsewhere / name)
        database.symlink_to(elsewhere / "regwarden.db")
        regwarden.start()
        regwarden.send_tcp(octet_counted(syslog(sysmon_xml())))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 1)

    def test_switched_off(self):
        regwarden = self.daemon(Daemon.DEFAULT.rstrip(" ") + "        sandbox: false\n")
        self.assertEqual([status_of(regwarden.process, name) for name in ("NoNewPrivs", "Seccomp")], ["0", "0"])


if __name__ == "__main__":
    unittest.main()
