"""What every kind of broken input gets: the exact reason in `rejected`, or the protocol's exact answer. After all of it
the daemon serves on, and nothing that stood beside the broken input is lost.

REGWARDEN_SHOW=1 prints what each case really got, for reviewing a change of messages.
"""

import gzip
import json
import os
import time
import unittest
import zlib

from harness import TestCase, octet_counted, syslog, sysmon_xml, wait_for

GOOD = sysmon_xml(time_s=1728646200)
LIMIT = 256 * 1024
NOT_AN_EVENT = "not a Windows event: expected Windows Event XML, JSON, or the text of a Windows log forwarder"
EMPTY = "empty message: expected Windows Event XML, JSON, or the text of a Windows log forwarder"
HEADER = "<14>1 - - - - - - "


def edited(old, new):
    assert old in GOOD, old
    return HEADER + GOOD.replace(old, new) + "\n"


def event(inner):
    return HEADER + "<Event>" + inner + "</Event>\n"


# name: (bytes of one TCP connection, reasons left in `rejected`, events stored)
FRAMING = {
    "words after a number are a line": ("12 apples\n", [NOT_AN_EVENT], 0),
    "count with a leading zero is a line": ("012 <14>1 - - - - - - x\n", [NOT_AN_EVENT], 0),
    "count of ten digits": ("9999999999 <14>1 - - - - - - x\n", [NOT_AN_EVENT], 0),
    "count over all reason": ("999999999 <14>1 - - - - - - x\n", ["framing: octet count 999999999: expected at most 67108864; the connection was closed"], 0),
    "counted frame cut off": ("500 <14>1 - - - - - - <Event", ["the connection ended in the middle of an octet-counted message"], 0),
    "count cut off": ("50", [NOT_AN_EVENT], 0),
    "line over the limit": (HEADER + "x" * (LIMIT + 1000) + "\n" + HEADER + GOOD + "\n", ["longer than the message limit by 1018 bytes; " + NOT_AN_EVENT], 1),
    "counted frame over the limit":
        (octet_counted(syslog("x" * (LIMIT + 1000))) + octet_counted(syslog(GOOD)), ["longer than the message limit by 1051 bytes; " + NOT_AN_EVENT], 1),
    "XML over the limit": (HEADER + GOOD.replace("reg.exe", "r" * LIMIT) + "\n", ["longer than the message limit by 1080 bytes; offset 0: <Event> without </Event>: the event is cut off"], 0),
    "only line ends": ("\n\r\n\n\0\n", [], 0),
    "empty counted frames": ("0 \n", [NOT_AN_EVENT], 0),
    "TLS hello on a plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64, 128)), [NOT_AN_EVENT] * 3, 0),
    "an HTTP request": ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", [NOT_AN_EVENT] * 2, 0),
    "random bytes": (bytes((i * 167 + 13) % 255 + 1 for i in range(1000)).replace(b"\n", b"n"), [NOT_AN_EVENT], 0),
    "no LF at the end of the connection": (HEADER + GOOD, [], 1),
    "frame after frame after garbage": (b"garbage\n" + octet_counted(syslog(GOOD)), [NOT_AN_EVENT], 1),
}

SYSLOG_HEADER = {
    "PRI too large": ("<999>1 - - - - - - text\n", [NOT_AN_EVENT], 0),
    "PRI empty": ("<>1 - - - - - - text\n", [NOT_AN_EVENT], 0),
    "PRI negative": ("<-1>text\n", [NOT_AN_EVENT], 0),
    "PRI not closed": ("<14 text\n", [NOT_AN_EVENT], 0),
    "PRI alone": ("<14>\n", [EMPTY], 0),
    "5424 of nil values alone": ("<14>1 - - - - - -\n", [EMPTY], 0),
    "5424 cut in the middle": ("<14>1 2026-10-11T22:14:15Z host\n", [NOT_AN_EVENT], 0),
    "5424 with a wrong time, XML all the same": ("<14>1 yesterday ws1 Sysmon - - - " + GOOD + "\n", [], 1),
    "5424 structured data not closed": ('<14>1 - - - - - [id a="b text\n', [NOT_AN_EVENT], 0),
    "5424 version 9": ("<14>9 - - - - - - text\n", [NOT_AN_EVENT], 0),
    "3164 30 February, XML all the same": ("<14>Feb 30 22:14:15 ws1 Sysmon: " + GOOD + "\n", [], 1),
    "3164 without a host": ("<14>Oct 11 22:14:15 " + GOOD + "\n", [], 1),
    "payload at once after PRI": ("<14>" + GOOD + "\n", [], 1),
    "no header at all": (GOOD + "\n", [], 1),
    "bytes that are no UTF-8 in the header": (b"<14>1 - \xff\xfe - - - - text\n", [NOT_AN_EVENT], 0),
}

XML = {
    "end tag missing, all data there": (HEADER + GOOD.replace("</Event>", "") + "\n", [], 1),
    "cut in an attribute": (HEADER + GOOD[:200] + "\n", ["offset 0: <Event> without </Event>: the event is cut off"], 0),
    "cut in RenderingInfo is repaired": (HEADER + GOOD.replace("</Event>", "<RenderingInfo Culture='en'><Mess") + "\n", [], 1),
    "tags crossed": (edited("</System>", "</Sistem>"), ["not well-formed XML at byte 565 of the event: Start-end tags mismatch"], 0),
    "attribute without quotes": (edited("Name='Microsoft-Windows-Sysmon'", "Name=Microsoft"), ["not well-formed XML at byte 92 of the event: Error parsing element attribute"], 0),
    "DOCTYPE": (HEADER + "<!DOCTYPE x [<!ENTITY a 'b'>]>" + GOOD + "\n", ["offset 0: a DOCTYPE is not allowed"], 0),
    "entity that nobody declared stays as it is": (edited("reg.exe", "&nothing;"), [], 1),
    "another root": (HEADER + "<Events2></Events2>\n", [NOT_AN_EVENT], 0),
    "no System": (event("<EventData/>"), ["Event: no System element"], 0),
    "empty event": (HEADER + "<Event/>\n", ["offset 0: <Event> without </Event>: the event is cut off"], 0),
    "no EventID": (edited("<EventID>13</EventID>", ""), ["System: no EventID"], 0),
    "EventID is text": (edited("<EventID>13<", "<EventID>thirteen<"), ["EventID: expected a number, got 'thirteen'"], 0),
    "EventID is negative": (edited("<EventID>13<", "<EventID>-13<"), ["EventID: expected a number, got '-13'"], 0),
    "EventID is huge": (edited("<EventID>13<", "<EventID>99999999999999<"), ["EventID: expected a number, got '99999999999999'"], 0),
    "record id is text": (edited("<EventRecordID>1<", "<EventRecordID>one<"), ["EventRecordID: expected a number, got 'one'"], 0),
    "time is text": (edited("SystemTime='", "SystemTime='noon' x='"), ["TimeCreated: time 'noon': expected a digit (YYYY-MM-DDThh:mm:ss) at column 1"], 0),
    "time of 30 February": (HEADER + GOOD.replace("SystemTime='2", "SystemTime='2026-02-30T00:00:00Z' x='2") + "\n", ["TimeCreated: time '2026-02-30T00:00:00Z': expected a day from 01 to 28 at column 9"], 0),
    "no TargetObject": (edited("Name='TargetObject'", "Name='Other'"), ["Sysmon registry event without TargetObject"], 0),
    "process without Image": (HEADER + sysmon_xml(event_id=1, Image="") + "\n", ["Sysmon process-creation event without Image"], 0),
    "Events without an event": (HEADER + "<Events></Events>\n", ["no <Event> in the message"], 0),
    "text between events":
        (HEADER + GOOD.replace(">1<", ">2<") + "between" + GOOD.replace(">1<", ">3<") + "\n", ["event 2 of the message: offset 1069: expected <Event>, found 'between'"], 2),
    "the second of three is broken": (
        HEADER + GOOD.replace(">1<", ">4<") + GOOD.replace("<EventID>13<", "<EventID>x<") + GOOD.replace(">1<", ">5<") + "\n",
        ["event 2 of the message: EventID: expected a number, got 'x'"], 2),
    "comment not closed": (HEADER + "<!-- " + GOOD + "\n", ["offset 0: comment without '-->'"], 0),
    "declaration not closed": (HEADER + "<?xml version='1.0' " + GOOD.replace("?>", "") + "\n", ["offset 0: XML declaration without '?>'"], 0),
    "a hundred thousand open tags": (HEADER + "<Event>" + "<a>" * 60_000 + "\n", ["offset 0: <Event> without </Event>: the event is cut off"], 0),
    "raw control characters are replaced": (edited("reg.exe", "r\x01\x02g.exe"), [], 1),
    "references to control characters are replaced": (edited("DWORD (0x00000000)", "&#2;&#x1F;"), [], 1),
    "bytes that are no UTF-8 are replaced": (edited("reg.exe", "r@g.exe").encode().replace(b"@", b"\xe9"), [], 1),
}

JSON = {
    "not closed": (HEADER + '{"EventID": 13\n', ["not well-formed JSON: JSON document ended early in the middle of an object or array."], 0),
    "no EventID": (HEADER + '{"a": 1}\n', ["no EventID: expected the fields of a Windows event"], 0),
    "EventID is an object without a number": (HEADER + '{"EventID": {"x": 1}}\n', ["no EventID: expected the fields of a Windows event"], 0),
    "EventID is text": (HEADER + '{"EventID": "thirteen"}\n', ["EventID: expected a number, got 'thirteen'"], 0),
    "two objects": (HEADER + '{"EventID": 13}{"EventID": 13}\n', ["text after the JSON object"], 0),
    "nested too deeply": (HEADER + '{"a":' * 3000 + "1" + "}" * 3000 + "\n", ["nested deeper than 32 levels"], 0),
    "number that is none": (HEADER + '{"EventID": 1-3}\n', ["not well-formed JSON: malformed number"], 0),
    "no TargetObject": (HEADER + '{"EventID": 13, "Provider": "Microsoft-Windows-Sysmon"}\n', ["Sysmon registry event without TargetObject"], 0),
    "an array with an item that is no event": (
        HEADER + '[{"EventID": 13}, {"a": 1}]\n', ["event 2 of the message: no EventID: expected the fields of a Windows event"], 0),
    "an empty array": (HEADER + "[]\n", ["a JSON array without items"], 0),
}

AUTHORIZED = {"Authorization": "Splunk secret"}

# name: (path, headers, body, HTTP status, JSON reply)
HEC = {
    "no token": ("/services/collector", {}, b'{"event":"x"}', 401, {"text": "Token is required", "code": 2}),
    "another scheme": ("/services/collector", {"Authorization": "Digest secret"}, b'{"event":"x"}', 401,
                       {"text": "Invalid authorization", "code": 3}),
    "wrong token": ("/services/collector", {"Authorization": "Splunk wrong"}, b'{"event":"x"}', 403,
                    {"text": "Invalid token", "code": 4}),
    "token in the query": ("/services/collector?token=secret", {}, b'{"event":"x"}', 400,
                           {"text": "Query string authorization is not enabled", "code": 16}),
    "empty body": ("/services/collector", AUTHORIZED, b"", 400, {"text": "No data", "code": 5}),
    "blank raw body": ("/services/collector/raw", AUTHORIZED, b" \r\n ", 400, {"text": "No data", "code": 5}),
    "not JSON": ("/services/collector", AUTHORIZED, b"hello", 400,
                 {"text": "Invalid data format", "code": 6, "invalid-event-number": 0}),
    "a number": ("/services/collector", AUTHORIZED, b"17", 400,
                 {"text": "Invalid data format", "code": 6, "invalid-event-number": 0}),
    "cut off": ("/services/collector", AUTHORIZED, b'{"event":"x"', 400,
                {"text": "Invalid data format", "code": 6, "invalid-event-number": 0}),
    "garbage after the first": ("/services/collector", AUTHORIZED, b'{"event":"x"}{bad', 400,
                                {"text": "Invalid data format", "code": 6, "invalid-event-number": 1}),
    "no event": ("/services/collector", AUTHORIZED, b'{"host":"x"}', 400,
                 {"text": "Event field is required", "code": 12, "invalid-event-number": 0}),
    "event is null": ("/services/collector", AUTHORIZED, b'{"event":null}', 400,
                      {"text": "Event field is required", "code": 12, "invalid-event-number": 0}),
    "event is blank": ("/services/collector", AUTHORIZED, b'{"event":"x"}{"event":""}', 400,
                       {"text": "Event field cannot be blank", "code": 13, "invalid-event-number": 1}),
    "time is a word": ("/services/collector", AUTHORIZED, b'{"event":"x","time":"noon"}', 400,
                       {"text": "Error in handling indexed fields", "code": 15, "invalid-event-number": 0}),
    "fields is a list": ("/services/collector", AUTHORIZED, b'{"event":"x","fields":[1]}', 400,
                         {"text": "Invalid data format", "code": 6, "invalid-event-number": 0}),
    "fields is nested": ("/services/collector", AUTHORIZED, b'{"event":"x","fields":{"a":{"b":1}}}', 400,
                         {"text": "Error in handling indexed fields", "code": 15, "invalid-event-number": 0}),
    "nested too deeply": ("/services/collector", AUTHORIZED, b'{"event":' + b"[" * 5000 + b"]" * 5000 + b"}", 400,
                          {"text": "Invalid data format", "code": 6, "invalid-event-number": 0}),
    "acknowledgements are off": ("/services/collector/ack", AUTHORIZED, b'{"acks":[0]}', 400,
                                 {"text": "ACK is disabled", "code": 14}),
    "no such path": ("/services/collector/s2s", AUTHORIZED, b"x", 404,
                     {"text": "The requested URL was not found on this server.", "code": 404}),
    "an encoding nobody has": ("/services/collector", {**AUTHORIZED, "Content-Encoding": "compress"}, b"x", 415, None),
    "gzip that is none": ("/services/collector", {**AUTHORIZED, "Content-Encoding": "gzip"}, b'{"event":"x"}', 400, None),
    "gzip cut off": ("/services/collector", {**AUTHORIZED, "Content-Encoding": "gzip"},
                     gzip.compress(b'{"event":"x"}' * 100)[:20], 400, None),
    "a bomb": ("/services/collector", {**AUTHORIZED, "Content-Encoding": "gzip"}, gzip.compress(b"0" * 100_000_000), 413, None),
    "deflate is taken": ("/services/collector", {**AUTHORIZED, "Content-Encoding": "deflate"},
                         zlib.compress(b'{"event":"x"}'), 200, {"text": "Success", "code": 0}),
    "an event that is none is kept, not sent for ever": ("/services/collector", AUTHORIZED, b'{"event":"hello"}', 200,
                                                          {"text": "Success", "code": 0}),
}


class Malformed(TestCase):
    def test_at_least_sixty(self):
        self.assertGreaterEqual(sum(map(len, (FRAMING, SYSLOG_HEADER, XML, JSON, HEC))), 60)

    def check_tcp(self, table):
        regwarden = self.daemon()
        stored_name = "regwarden_registry_events_stored_total"
        for number, (name, (data, reasons, stored)) in enumerate(table.items()):
            with self.subTest(name):
                data = data.encode() if isinstance(data, str) else data
                # An event of its own for each case, so that none is a duplicate.
                data = data.replace(b"ws1.example.test", b"c%02d.example.test" % number)
                before = {item["id"] for item in regwarden.items("rejected")}
                stored_before = regwarden.counter(stored_name)
                regwarden.send_tcp(data)
                marker = sysmon_xml(record_id=number, computer="marker.example.test")
                regwarden.send_tcp(syslog(marker) + b"\n")  # it serves on
                got = lambda: [item["reason"] for item in reversed(regwarden.items("rejected")) if item["id"] not in before]
                if os.environ.get("REGWARDEN_SHOW"):
                    wait_for(lambda: regwarden.counter(stored_name) > stored_before, name)
                    time.sleep(0.3)
                    print(f"{name}: {got()!r} stored {regwarden.counter(stored_name) - stored_before - 1}")
                    continue
                wait_for(lambda: len(got()) >= len(reasons), f"{name}: rejected {reasons}, got {got()}", 10)
                wait_for(lambda: regwarden.counter(stored_name) >= stored_before + 1 + stored, f"{name}: stored", 10)
                self.assertEqual(got(), reasons)
                self.assertEqual(regwarden.counter(stored_name), stored_before + 1 + stored)
        self.assertEqual(regwarden.stop(), 0)

    def test_framing(self):
        self.check_tcp(FRAMING)

    def test_syslog_header(self):
        self.check_tcp(SYSLOG_HEADER)

    def test_xml(self):
        self.check_tcp(XML)

    def test_json(self):
        self.check_tcp(JSON)

    def test_udp(self):
        regwarden = self.daemon()
        regwarden.send_udp(b"")
        regwarden.send_udp(b"\n")
        regwarden.send_udp(b"not an event")
        regwarden.send_udp(b"<14>" + b"x" * 60_000)
        regwarden.send_udp(syslog(GOOD))
        regwarden.wait_for_counter("regwarden_registry_events_stored_total", 1)
        regwarden.wait_for_counter("regwarden_rejected_total", 2)
        self.assertEqual([item["reason"] for item in regwarden.items("rejected")], [NOT_AN_EVENT] * 2)
        self.assertEqual({item["input"] for item in regwarden.items("rejected")}, {"syslog/udp"})

    def test_hec(self):
        regwarden = self.daemon()
        for name, (path, headers, body, status, reply) in HEC.items():
            with self.subTest(name):
                got_status, got_headers, got_body = regwarden.hec(path, body, headers)
                self.assertEqual(got_status, status, got_body)
                if reply is not None:
                    self.assertEqual(json.loads(got_body), reply)
        status, _, _ = regwarden.hec("/services/collector/health", None, {}, method="GET")
        self.assertEqual(status, 200)
        status, _, body = regwarden.hec("/services/collector", None, method="GET")
        self.assertEqual((status, json.loads(body)["code"]), (405, 404))
        status, _, _ = regwarden.hec("/services/collector/raw", GOOD.encode())
        self.assertEqual(status, 200)
        self.assertEqual(regwarden.counter("regwarden_registry_events_stored_total"), 1)


if __name__ == "__main__":
    unittest.main()
