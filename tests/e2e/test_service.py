"""What a service manager is told: sd_notify(3) as systemd receives it."""

import pathlib
import signal
import socket
import tempfile
import time
import unittest

from harness import DEADLINE_S, TestCase, octet_counted, syslog, sysmon_xml


class ServiceManager:
    """The receiving end of NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.settimeout(DEADLINE_S)

    def next(self):
        """The next message but signs of life, and how many of these came before it."""
        signs = 0
        while True:
            message = self.socket.recv(4096).decode()
            if message != "WATCHDOG=1":
                return message, signs
            signs += 1

    def wait_for_signs(self, count):
        for _ in range(count):
            message = self.socket.recv(4096).decode()
            if message != "WATCHDOG=1":
                raise AssertionError(message)


class Service(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="regwarden-e2e-")
        self.addCleanup(folder.cleanup)
        self.manager = ServiceManager(pathlib.Path(folder.name))
        self.addCleanup(self.manager.socket.close)

    def test_watched(self):
        regwarden = self.daemon(
            environment={"NOTIFY_SOCKET": str(self.manager.path), "WATCHDOG_USEC": "3000000"})
        self.assertEqual(self.manager.next(), ("READY=1", 0))
        self.manager.wait_for_signs(3)
        status, _, _ = regwarden.hec("/services/collector/raw", sysmon_xml().encode())
        self.assertEqual(status, 200)
        self.manager.wait_for_signs(3)

        before_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        regwarden.process.send_signal(signal.SIGHUP)
        message, _ = self.manager.next()
        self.assertRegex(message, r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        self.assertGreaterEqual(int(message.rpartition("=")[2]), before_us)
        self.assertEqual(self.manager.next()[0], "READY=1")
        self.assertEqual(regwarden.stop(), 0)
        self.assertEqual(self.manager.next()[0], "STOPPING=1")

    def test_a_reload_keeps_connections(self):
        regwarden = self.daemon(environment={"NOTIFY_SOCKET": str(self.manager.path)})
        self.assertEqual(self.manager.next()[0], "READY=1")
        ports = dict(regwarden.ports)
        frame = octet_counted(syslog(sysmon_xml(record_id=1)))
        body = sysmon_xml(record_id=2).encode()
        request = (b"POST /services/collector/raw HTTP/1.1\r\nHost: regwarden\r\nAuthorization: Splunk secret\r\n"
                   b"Content-Length: %d\r\n\r\n" % len(body) + body)
        with regwarden.connect() as stream, socket.create_connection(("127.0.0.1", ports["http"]), 30) as http:
            stream.sendall(frame[:100])
            http.sendall(request[:100])
            regwarden.process.send_signal(signal.SIGHUP)
            self.assertTrue(self.manager.next()[0].startswith("RELOADING=1"))
            self.assertEqual(self.manager.next()[0], "READY=1")
            stream.sendall(frame[100:])
            http.sendall(request[100:])
            self.assertTrue(http.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n"))
            regwarden.wait_for_counter("regwarden_registry_events_stored_total", 2)
        self.assertEqual(regwarden.ports, ports)

    def test_not_watched(self):
        regwarden = self.daemon(environment={"NOTIFY_SOCKET": str(self.manager.path)})
        self.assertEqual(self.manager.next(), ("READY=1", 0))
        self.assertEqual(regwarden.stop(), 0)
        self.assertEqual(self.manager.next(), ("STOPPING=1", 0))


if __name__ == "__main__":
    unittest.main()
