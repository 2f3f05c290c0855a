"""scripts/run --once, as a newcomer runs it: on the default ports, from the build to the alert."""

import os
import socket
import subprocess
import unittest

from harness import BINARY, SOURCE_DIR


def port_taken(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class RunScript(unittest.TestCase):
    def test_once(self):
        self.assertEqual(os.path.realpath(BINARY), str(SOURCE_DIR / "build/release/regwarden"))
        for port in (601, 8088, 8089):
            self.assertFalse(port_taken(port), f"something listens on {port} already")
        done = subprocess.run([SOURCE_DIR / "scripts/run", "--once"], capture_output=True, text=True, timeout=500)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for expected in (
            "ALERT  Disable AMSI Through Registry",
            "dest till-1.example.test  user clerk",
            "dest office-7.example.test  user admin",
            "RISK   till-1.example.test (system) +25: Disable AMSI Through Registry on till-1.example.test  T1562.001, T1562",
            "web page: http://127.0.0.1:8089/#token=rw_",
        ):
            self.assertIn(expected, done.stdout)
        self.assertEqual(done.stdout.count("ALERT "), 2)
        self.assertFalse(port_taken(8089), "it stops what it started")


if __name__ == "__main__":
    unittest.main()
