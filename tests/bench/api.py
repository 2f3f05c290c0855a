"""How soon the API answers over a large database: every view's questions, each asked RUNS times; the median counts."""

import datetime
import json
import shutil
import sqlite3
import statistics
import sys
import time
import urllib.error
import urllib.request

from daemon import Daemon, new_folder

RUNS = 5
DAYS = 90  # over which the findings are spread
TARGET_MS = 100

QUESTIONS = [
    "/",
    "/api/v1/status",
    "/api/v1/notables?limit=100",
    "/api/v1/notables?status=new&urgency=high&limit=100",
    "/api/v1/notables?dest=WS17.corp.example&limit=100",
    "/api/v1/notables?earliest=-24h&sort=-urgency",
    "/api/v1/notables/1",
    "/api/v1/notables/1/history",
    "/api/v1/notables/1/events",
    "/api/v1/risk-events?limit=100",
    "/api/v1/risk-events?risk_object=WS17.corp.example&earliest=-7d",
    "/api/v1/risk-objects?earliest=-7d",
    "/api/v1/counts/notables?by=urgency&span=1d&earliest=-90d",
    "/api/v1/counts/risk-events?by=detection&sum=risk_score&earliest=-90d",
    "/api/v1/counts/events/registry?span=auto&earliest={day}",
    "/api/v1/counts/events/registry?by=dest&earliest={hour}",
    "/api/v1/events/registry?limit=100",
    "/api/v1/events/registry?dest={dest}&earliest={day}&limit=100",
    "/api/v1/events/registry?registry_path=*nowhere*&limit=100",
    "/api/v1/detections",
    "/api/v1/runs?limit=100",
    "/api/v1/sources",
]


def add_findings(database, findings):
    """Findings of many detections and hosts, as runs would have made them; 25 risk events a notable."""
    connection = sqlite3.connect(database)
    now = int(time.time() * 1e6)
    step = DAYS * 86_400_000_000 // findings
    annotations = json.dumps({"mitre_attack": ["T1112", "T1562.001"],
                              "mitre_attack.mitre_tactic": ["defense-evasion", "persistence"]})
    row = json.dumps({"dest": "WS17.corp.example", "user": "ann", "registry_path": "HKLM\\SOFTWARE\\Vendor\\Value",
                      "registry_value_data": "0x00000000", "count": "1"})

    def common(index):
        time_us = now - (findings - index) * step
        detection = index % 150
        return {"identity": f"bench-{index}", "time": time_us, "created": time_us + 600_000_000,
                "detection_id": f"d{detection}", "detection": f"Detection {detection}", "detection_version": 1,
                "earliest": time_us, "latest": time_us + 3_600_000_000, "annotations": annotations, "row": row}

    def insert(table, rows):
        rows = iter(rows)
        first = next(rows)
        names = ", ".join(first)
        marks = ", ".join(":" + name for name in first)
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        connection.execute(sql, first)
        connection.executemany(sql, rows)

    insert("risk_event", ({**common(i), "risk_object": f"WS{i % 400}.corp.example", "risk_object_type": "system",
                           "risk_object_field": "dest", "risk_score": 10 + i % 70,
                           "calculated_risk_score": 10 + i % 70, "normalized_risk_object": f"ws{i % 400}", "risk_message": "seen",
                           "threat_objects": "[]"} for i in range(findings)))
    severities = ("low", "medium", "high", "critical")
    insert("notable", ({**common(i), "rule_title": f"Detection {i % 150}", "rule_description": "what was seen",
                        "security_domain": "endpoint", "severity": severities[i % 4],
                        "urgency": severities[i % 4], "dest": f"WS{i % 400}.corp.example", "user": "ann", "nes_fields": '["user", "dest"]',
                        "drilldown_searches": "[]", "status": "closed" if i % 3 else "new",
                        "disposition": "false_positive" if i % 5 == 0 else "undetermined"}
                       for i in range(findings)))
    connection.commit()
    connection.close()


def ask(daemon, question):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{daemon.ports['api']}{question}") as reply:
            return reply.read()
    except urllib.error.HTTPError as error:
        raise SystemExit(f"bench: {question}: {error.code} {error.read()[:300]!r}")


def milliseconds(daemon, question):
    """What each of RUNS answers took, the first one first; and the size of the answer."""
    took = []
    for _ in range(RUNS):
        start = time.monotonic()
        size = len(ask(daemon, question))
        took.append((time.monotonic() - start) * 1000)
    return took, size


def main():
    binary, generator = sys.argv[1:3]
    events, findings = (int(count) for count in sys.argv[3:5])
    folder = new_folder()
    daemon = Daemon(binary, folder)
    print(f"bench: {events} events, {findings} risk events, {findings} notables", flush=True)
    daemon.feed([generator, str(events)], events).wait()
    daemon.stop()
    add_findings(folder / "data/regwarden.db", findings)
    daemon = Daemon(binary, folder)
    time.sleep(5)
    newest = json.loads(ask(daemon, "/api/v1/events/registry?limit=1"))["items"][0]
    end = datetime.datetime.fromisoformat(newest["_time"].replace("Z", "+00:00"))
    known = {"dest": newest["dest"],
             "hour": int((end - datetime.timedelta(hours=1)).timestamp()),
             "day": int((end - datetime.timedelta(days=1)).timestamp())}
    slow = 0
    for question in (question.format(**known) for question in QUESTIONS):
        took, size = milliseconds(daemon, question)
        median = statistics.median(took)
        slow += median > TARGET_MS
        print(f"  {question:72} {median:9.1f} ms  first {took[0]:9.1f} ms  {size:9,} bytes", flush=True)
    print(f"bench: {slow} of {len(QUESTIONS)} over {TARGET_MS} ms; peak memory {daemon.peak_memory_mb():,.0f} MB")
    daemon.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
