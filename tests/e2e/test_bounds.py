"""Whatever is sent, and by however many: the daemon stays below 512 MiB, and goes on."""

import concurrent.futures
import itertools
import os
import select
import socket
import time
import unittest
import zlib

from harness import DEADLINE_S, TestCase, octet_counted, syslog, sysmon_xml, wait_for

LONG = os.environ.get("REGWARDEN_LONG") == "1"
LIMIT_KB = 512 * 1024
MB = 1_000_000
LARGE = 60 * MB  # a body below the limit
CONNECTIONS = 5000 if LONG else 2000
PATHS = 3_000_000 if LONG else 100_000
CLIENTS = 16  # at a time
BLANKS = b" " * (256 * 1024)

STORED = "regwarden_registry_events_stored_total"
REJECTED = "regwarden_rejected_total"


def gzip_bomb():
    """1 GB of zeros in members of 64 MB."""
    packer = zlib.compressobj(9, wbits=31)
    return (packer.compress(bytes(64 * MB)) + packer.flush()) * 16


def zstd_bomb():
    """1 GB: a frame (RFC 8878) with a window of 8 MiB whose blocks are each one byte, 128 KiB times."""
    block = 128 * 1024
    header = lambda last: (last | 1 << 1 | block << 3).to_bytes(3, "little") + b"x"
    return b"\x28\xb5\x2f\xfd" + b"\x00\x68" + header(0) * (1000 * MB // block) + header(1)


def dense_json(size):
    """What takes most memory for its size once it is read."""
    return b"[" + b"1," * (size // 2) + b"1]"


def event(record_id, **data):
    return sysmon_xml(record_id=record_id, TargetObject=rf"HKLM\SOFTWARE\Shop\{record_id}", **data)


def collector_event(record_id):
    return b'{"event":"' + event(record_id).encode().replace(b"\\", b"\\\\") + b'"}'


class Bounds(TestCase):
    def setUp(self):
        self.allow_open_files(CONNECTIONS + 1000)
        self.regwarden = self.daemon()

    # --- measuring ---

    def step(self, what, send):
        with open(f"/proc/{self.regwarden.process.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")  # the high-water mark begins anew
        start = time.monotonic()
        send()
        peak_kb = self.regwarden.memory_kb("VmHWM")
        print(f"{what}: {peak_kb // 1024} MiB at most, {self.regwarden.memory_kb() // 1024} MiB now, "
              f"{time.monotonic() - start:.1f} s", flush=True)
        self.assertLess(peak_kb, LIMIT_KB, what)
        self.assertTrue(self.regwarden.running)

    # --- sending ---

    def connect(self, port):
        return socket.create_connection(("127.0.0.1", self.regwarden.ports[port]), timeout=DEADLINE_S)

    def request(self, path, pieces, headers=""):
        """Status and body of the reply, which may come before all is sent; the connection is of this request alone."""
        with self.connect("http") as connection:
            head = (f"POST {path} HTTP/1.1\r\nHost: regwarden\r\nAuthorization: Splunk secret\r\n"
                    f"Connection: close\r\n{headers}\r\n")
            connection.sendall(head.encode())
            for piece in pieces:
                if select.select([connection], [], [], 0)[0]:
                    break
                connection.sendall(piece)
            reply = b""
            while piece := connection.recv(65536):
                reply += piece
        head, _, body = reply.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def post(self, path, body, headers="", blanks=0):
        """blanks: BLANKS follow the body so many times."""
        view = memoryview(body)
        pieces = itertools.chain((view[at:at + len(BLANKS)] for at in range(0, len(body), len(BLANKS))),
                                 itertools.repeat(BLANKS, blanks))
        return self.request(path, pieces, f"{headers}Content-Length: {len(body) + blanks * len(BLANKS)}\r\n")

    def together(self, posts):
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(lambda post: self.post(*post), posts))

    def fill_connections(self, port, data):
        """Open connections that have each sent the data, as far as they were let; those that are closed count too."""
        connections = []
        for _ in range(CONNECTIONS):
            connection = self.connect(port)
            connections.append(connection)
            try:
                connection.sendall(data)
            except ConnectionError:
                pass
        return connections

    @staticmethod
    def open_among(connections):
        poller = select.poll()
        for connection in connections:
            poller.register(connection, select.POLLIN)
        return len(connections) - len(poller.poll(0))  # nobody is told anything: readable means closed

    # --- the steps ---

    def endless_lines(self):
        honest = self.connect("syslog/tcp")
        whole = octet_counted(syslog(event(1)))
        honest.sendall(whole[:100])
        connections = self.fill_connections("syslog/tcp", b"<14>" + b"x" * 250_000)
        closed = "regwarden_syslog_pending_closed_total"
        received = lambda: self.regwarden.counter("regwarden_syslog_bytes_total")
        before = -1
        while before != (before := received()):
            time.sleep(0.2)  # until nothing comes any more
        wait_for(lambda: self.open_among(connections) == CONNECTIONS - self.regwarden.counter(closed), "closing")
        # 64 MiB of them: a buffer is at most a fourth larger than what is in it.
        self.assertLessEqual(self.open_among(connections), 64 * 1024 * 1024 // 250_000)
        self.assertGreaterEqual(self.open_among(connections), 64 * 1024 * 1024 // 330_000)
        honest.sendall(whole[100:])
        self.regwarden.wait_for_counter(STORED, 1)
        for connection in connections + [honest]:
            connection.close()

    def endless_heads(self):
        connections = self.fill_connections("http", b"POST / HTTP/1.1\r\nX-Long: " + b"x" * 60_000)
        closed = "regwarden_http_heads_closed_total"
        wait_for(lambda: self.regwarden.counter(closed) >= CONNECTIONS - 32 * 1024 * 1024 // 60_000, "closing")
        for connection in connections:
            connection.close()

    def gigabytes(self):
        status, _ = self.request("/services/collector", [], f"Content-Length: {1000 * MB}\r\n")
        self.assertEqual(status, 413)
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        status, _ = self.request("/services/collector", (chunk for _ in range(1000)), "Transfer-Encoding: chunked\r\n")
        self.assertEqual(status, 413)

    def bombs(self):
        for coding, bomb in (("gzip", gzip_bomb()), ("zstd", zstd_bomb())):
            post = ("/services/collector", bomb, f"Content-Encoding: {coding}\r\n")
            for status, _ in self.together([post] * CLIENTS):
                self.assertIn(status, (413, 503))
        self.assertEqual(self.post("/services/collector", zstd_bomb(), "Content-Encoding: zstd\r\n")[0], 413)

    def brackets(self):
        """As JSON a bracket takes many times its size. Signing in needs no token; an error shows what was found."""
        port = self.regwarden.ports["api"]
        for path, member in (("session", b"user"), ("search", b"search"), ("users", b"scopes")):
            for pairs, expected in ((100_000, 400), (LARGE // 2, 413)):
                body = b'{"' + member + b'": ' + b"[" * pairs + b"]" * pairs + b"}"
                with self.connect("api") as connection:
                    connection.sendall(f"POST /api/v1/{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                                       f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode())
                    if expected == 400:
                        connection.sendall(body)
                    self.assertEqual(int(connection.recv(65536).split()[1]), expected, path)

    def large_bodies(self):
        refusals = "regwarden_http_bodies_refused_total"
        stored, refused = self.regwarden.counter(STORED), self.regwarden.counter(refusals)
        posts = [("/services/collector", collector_event(100 + i), "", LARGE // len(BLANKS)) for i in range(CLIENTS)]
        again = posts
        rounds = 0
        while again:
            replies = self.together(again)
            for status, body in replies:
                self.assertIn((status, body), [(200, b'{"text":"Success","code":0}'),
                                               (503, b'{"text":"Server is busy","code":9}')])
            again = [post for post, (status, _) in zip(again, replies) if status == 503]
            refused += len(again)
            rounds += 1
        self.assertEqual(self.regwarden.counter(refusals), refused)
        self.assertEqual(self.regwarden.counter(STORED), stored + CLIENTS)
        print(f"  {CLIENTS} bodies in {rounds} rounds", flush=True)

    def distinct_paths(self):
        stored = self.regwarden.counter(STORED)
        before, after = syslog(sysmon_xml(record_id=77_000_001, TargetObject=r"HKLM\SOFTWARE\Many\77000001")).split(
            b"77000001</EventRecordID>")
        middle, after = after.split(b"77000001")
        with self.connect("syslog/tcp") as connection:
            for at in range(0, PATHS, 1000):
                numbers = [b"%d" % (1_000_000 + i) for i in range(at, at + 1000)]
                connection.sendall(b"".join(
                    before + n + b"</EventRecordID>" + middle + n + after + b"\n" for n in numbers))
        wait_for(lambda: self.regwarden.counter(STORED) >= stored + PATHS, "all paths", 600)
        self.assertEqual(self.regwarden.counter(STORED), stored + PATHS)

    def one_large_event(self):
        rejected = self.regwarden.counter(REJECTED)
        status, body = self.post("/services/collector",
                                 b'{"event":{"a":' + dense_json(LARGE) + b"}}" + collector_event(200))
        self.assertEqual((status, body), (400, b'{"text":"Invalid data format","code":6,"invalid-event-number":0}'))
        status, body = self.post("/api/v1/ingest", b'{"EventID":13,"a":"' + b"x" * LARGE + b'"}')
        self.assertEqual((status, body), (200, b'{"received":1,"stored":0,"duplicates":0,"rejected":1}'))
        self.assertEqual(self.regwarden.counter(REJECTED), rejected + 2)
        xml = b"<Events><Event><System>" + b"<a/>" * (LARGE // 4) + b"</System></Event></Events>"
        self.assertEqual(self.post("/services/collector/raw", xml)[0], 200)
        self.assertEqual(self.regwarden.counter(REJECTED), rejected + 3)

    def honest(self):
        stored = self.regwarden.counter(STORED)
        with self.connect("syslog/tcp") as connection:
            connection.sendall(octet_counted(syslog(event(301))))
        self.regwarden.wait_for_counter(STORED, stored + 1)
        self.assertEqual(self.post("/services/collector", collector_event(302)), (200, b'{"text":"Success","code":0}'))
        self.assertEqual(self.regwarden.counter(STORED), stored + 2)
        self.assertEqual(self.regwarden.api("/api/v1/status")["status"], "ok")

    def test_below_512_mib(self):
        self.step("start", lambda: None)
        self.step(f"{CONNECTIONS} lines without end", self.endless_lines)
        self.step(f"{CONNECTIONS} heads without end", self.endless_heads)
        self.step("bodies of 1 GB", self.gigabytes)
        self.step(f"{CLIENTS} bombs at a time", self.bombs)
        self.step("brackets to the API", self.brackets)
        self.step(f"{CLIENTS} bodies of 60 MB at a time", self.large_bodies)
        self.step(f"{PATHS} distinct paths", self.distinct_paths)
        self.step("one event of 60 MB", self.one_large_event)
        self.step("honest senders", self.honest)


if __name__ == "__main__":
    unittest.main()
