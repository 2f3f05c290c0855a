"""Thousands of senders that are connected and have nothing to say."""

import select
import socket
import unittest

from harness import DEADLINE_S, TestCase, octet_counted, syslog, sysmon_xml, wait_for

STORED = "regwarden_registry_events_stored_total"
IDLE = 5000
GROWTH_LIMIT_KB = 100_000

CONFIG = """
    data_dir: data
    inputs:
      limits: {max_connections: 6000}
      syslog:
        - {protocol: tcp, listen: "127.0.0.1:0"}
      http:
        - {listen: "127.0.0.1:0", tokens: [secret]}
    api: {listen: "127.0.0.1:0", anonymous: admin}
    """

HEALTH = b"GET /services/collector/health HTTP/1.1\r\nHost: regwarden\r\nAuthorization: Splunk secret\r\n\r\n"


def event(record_id):
    return sysmon_xml(record_id=record_id, TargetObject=rf"HKLM\SOFTWARE\Shop\{record_id}")


def collector_request(record_id):
    body = event(record_id).encode()
    head = ("POST /services/collector/raw HTTP/1.1\r\nHost: regwarden\r\nAuthorization: Splunk secret\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


def receive_reply(connection):
    """Status line and body of a reply with Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise AssertionError(f"closed after {data!r}")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return head.split(b"\r\n")[0], body


def closed_by_peer(connections):
    poller = select.poll()
    for connection in connections:
        poller.register(connection, select.POLLIN)
    return len(poller.poll(0))  # nobody has anything to say: readable means closed


class IdleConnections(TestCase):
    def setUp(self):
        self.allow_open_files(2 * IDLE + 1000)
        self.regwarden = self.daemon(CONFIG)

    def connect(self, port):
        connection = socket.create_connection(("127.0.0.1", self.regwarden.ports[port]), timeout=DEADLINE_S)
        self.addCleanup(connection.close)
        return connection

    def check_idle(self, connections, before_kb, what):
        growth_kb = self.regwarden.memory_kb() - before_kb
        print(f"{len(connections)} idle {what} connections: {growth_kb} kB", flush=True)
        self.assertLess(growth_kb, GROWTH_LIMIT_KB)
        self.assertEqual(closed_by_peer(connections), 0)

    def test_http(self):
        # What the first requests need once (threads, caches) is no connection's.
        for record_id in range(1, 21):
            self.assertEqual(self.regwarden.hec("/services/collector/raw", event(record_id).encode())[0], 200)
        before_kb = self.regwarden.memory_kb()
        connections = [self.connect("http") for _ in range(IDLE)]
        # Each of them has been served: what that took must not stay.
        for at in range(0, IDLE, 100):
            for connection in connections[at:at + 100]:
                connection.sendall(HEALTH)
            for connection in connections[at:at + 100]:
                self.assertEqual(receive_reply(connection)[0], b"HTTP/1.1 200 OK")
        self.check_idle(connections, before_kb, "HTTP")

        for number, connection in enumerate((connections[0], connections[-1], self.connect("http"))):
            connection.sendall(collector_request(100 + number))
            self.assertEqual(receive_reply(connection), (b"HTTP/1.1 200 OK", b'{"text":"Success","code":0}'))
        self.assertEqual(self.regwarden.counter(STORED), 23)

    def test_syslog(self):
        with self.connect("syslog/tcp") as first:
            for record_id in range(1, 21):
                first.sendall(octet_counted(syslog(event(record_id))))
            self.regwarden.wait_for_counter(STORED, 20)
        before_kb = self.regwarden.memory_kb()
        connections = [self.connect("syslog/tcp") for _ in range(IDLE)]
        # A message in two parts: in between its connection holds a buffer.
        whole = octet_counted(syslog(event(21)))
        for connection in connections:
            connection.sendall(whole[:100])
        for connection in connections:
            connection.sendall(whole[100:])
        wait_for(lambda: self.regwarden.counter("regwarden_syslog_messages_total") == 20 + IDLE, "their messages")
        self.regwarden.wait_for_counter(STORED, 21)
        self.check_idle(connections, before_kb, "TCP syslog")

        for number, connection in enumerate((connections[0], connections[-1], self.connect("syslog/tcp"))):
            connection.sendall(octet_counted(syslog(event(100 + number))))
        self.regwarden.wait_for_counter(STORED, 24)
        self.assertEqual(self.regwarden.counter("regwarden_syslog_connections_refused_total"), 0)


if __name__ == "__main__":
    unittest.main()
