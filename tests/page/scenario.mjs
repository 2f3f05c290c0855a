// A small company's week: recorded attacks and a few events of our own, and the detections run over them.

import { CORPUS_DETECTIONS, corpusEvents, sysmonXml } from "./harness.mjs";

export const AMSI = "Disable AMSI Through Registry";

const DAY = 86_400;
const path = String.raw;

// What an attacker, or a careless program, may write into every field that the page shows.
export const HOSTILE = {
  markup: `<script>document.title="owned"</script><img src=x onerror="document.title='owned'">`,
  turned: "invoice\u202Efdp.exe",
  control: "bell\u0007 escape\u001b[31m null\u200b",
  long: path`C:\Temp\ `.trim() + "a".repeat(60_000) + ".exe",
};

export function ownEvents() {
  const events = [];
  let record = 1000;
  const add = (event) => events.push(sysmonXml({ record: ++record, ...event }));
  // AMSI switched off on a few machines, on different days; before that it was on.
  [["till-1.example.test", path`TILL-1\cash`, 0.1], ["till-2.example.test", path`TILL-2\cash`, 0.6], ["ws-ann.example.test", path`EXAMPLE\ann`, 1.3],
    ["ws-ann.example.test", path`EXAMPLE\ann`, 2.2], ["build-7.example.test", path`EXAMPLE\builder`, 3.4], ["build-7.example.test", path`EXAMPLE\builder`, 4.4],
    ["ws-bob.example.test", path`EXAMPLE\bob`, 5.1]].forEach(([computer, User, days]) => {
    add({ computer, User, ago: days * DAY + 600, Details: "DWORD (0x00000001)", Image: path`C:\Windows\explorer.exe` });
    add({ id: 1, computer, User, ago: days * DAY + 40, Image: path`C:\Windows\System32\reg.exe`, CommandLine: path`reg add "HKCU\Software\Microsoft\Windows Script\Settings" /v AmsiEnable /t REG_DWORD /d 0 /f`,
      ParentImage: path`C:\Windows\System32\wscript.exe`, ParentCommandLine: path`wscript.exe C:\Users\Public\invoice.js` });
    add({ computer, User, ago: days * DAY });
  });
  return events;
}

export const hostileEvents = () => Object.values(HOSTILE).map((value, index) => sysmonXml({ record: 2000 + index, ago: 1800 + index, computer: index === 3 ? "hostile-long" : `hostile-${index}-${value.slice(0, 150)}`,
  User: `EXAMPLE\\${value.slice(0, 200)}`, Image: `C:\\Temp\\${value}`, TargetObject: `HKU\\S-1-5-21-1-2-3-1001\\Software\\${value}\\Software\\Microsoft\\Windows Script\\Settings\\AmsiEnable` }));

// Who works there; the last of them has left.
async function staff(daemon) {
  const post = (path, body, method = "POST") => daemon.api(path, { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  await post("tokens", { name: "grafana", scopes: ["read"], expires: "90d" });
  await post("tokens", { name: "forwarders-in-the-shops", scopes: ["ingest"] });
  for (const name of ["carla.from.the.help-desk@example.test", "dave"]) await post("users", { name, password: "quite a long password", scopes: ["read", "write"] });
  await post("users/dave", { disabled: true }, "PATCH");
}

export async function play(daemon, { hostile = false, corpus = true } = {}) {
  await daemon.feed(ownEvents());
  if (corpus) await daemon.feed(corpusEvents());
  if (hostile) await daemon.feed(hostileEvents());
  await fetch(`${daemon.hec}/services/collector/raw`, { method: "POST", headers: { Authorization: "Splunk page-test-hec" }, body: "this is <b>no</b> event" });
  await staff(daemon);
  for (const detection of [AMSI, ...(corpus ? CORPUS_DETECTIONS : [])]) daemon.run(detection);
}
