// The real binary with a folder and ports of its own, real events, and Debian's chromium.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { chromium } from "playwright-core";

export const SOURCE_DIR = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const BINARY = process.env.REGWARDEN_BINARY ?? join(SOURCE_DIR, "build/release/regwarden");
export const SHARED_DIR = process.env.REGWARDEN_SHARED_DIR ?? resolve(SOURCE_DIR, "../shared");
export const TOKEN = "page-test-token";
const HEC_TOKEN = "page-test-hec";
const DEADLINE_MS = 30_000;

export async function waitFor(condition, what) {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${DEADLINE_MS} ms for ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

export class Daemon {
  static async start(more = "") {
    const daemon = new Daemon();
    daemon.folder = mkdtempSync(join(tmpdir(), "regwarden-page-"));
    daemon.config = join(daemon.folder, "regwarden.yaml");
    writeFileSync(daemon.config, `data_dir: data
time_zone: UTC
inputs:
  syslog: []
  http: [{listen: "127.0.0.1:0", tokens: [${HEC_TOKEN}]}]
api: {listen: "127.0.0.1:0", tokens: [${TOKEN}]}
detections: {paths: ["${SHARED_DIR}/escu"], defaults: {cron_schedule: "0 0 29 2 *"}}  # only run() runs them
${more}`);
    daemon.log = "";
    daemon.process = spawn(BINARY, ["serve", "-c", daemon.config], { stdio: ["ignore", "ignore", "pipe"] });
    daemon.process.stderr.on("data", (text) => { daemon.log += text; });
    await waitFor(() => / ready$/m.test(daemon.log) || daemon.process.exitCode !== null, "the daemon to start");
    if (daemon.process.exitCode !== null) throw new Error(`the daemon did not start:\n${daemon.log}`);
    daemon.hec = `http://127.0.0.1:${daemon.port("http")}`;
    daemon.url = `http://127.0.0.1:${daemon.port("api")}`;
    return daemon;
  }

  port(name) { return this.log.match(new RegExp(`listening: ${name} on \\S*:(\\d+)$`, "m"))[1]; }

  async stop() {
    this.process.kill("SIGTERM");
    await waitFor(() => this.process.exitCode !== null || this.process.signalCode !== null, "the daemon to stop");
    rmSync(this.folder, { recursive: true });
  }

  async api(path, options = {}) {
    const answer = await fetch(`${this.url}/api/v1/${path}`, { ...options, headers: { Authorization: `Bearer ${TOKEN}`, ...options.headers } });
    return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
  }

  // True: this daemon has the route.
  async offers(path) { return (await this.api(path)).status !== 404; }

  async feed(events) {
    for (let at = 0; at < events.length; at += 500) {
      const answer = await fetch(`${this.hec}/services/collector/raw`, { method: "POST", headers: { Authorization: `Splunk ${HEC_TOKEN}` },
        body: events.slice(at, at + 500).join("\n") });
      if (!answer.ok) throw new Error(`feeding: ${answer.status} ${await answer.text()}`);
    }
  }

  // Runs the detection over the last days, beside the daemon.
  run(detection, earliest = "-8d") {
    const done = spawnSync(BINARY, ["run", "-c", this.config, detection, "--earliest", earliest, "--latest", "now"], { encoding: "utf8" });
    if (done.status !== 0) throw new Error(`regwarden run ${detection}: ${done.status}\n${done.stderr}`);
  }
}

// --- Events

export const AMSI_PATH = String.raw`HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows Script\Settings\AmsiEnable`;

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const number = (value, digits = 2) => String(value).padStart(digits, "0");

// A Sysmon event as Windows renders it; data overrides or adds EventData fields.
export function sysmonXml({ id = 13, record = 1, ago = 3600, computer = "ws1.example.test", ...data } = {}) {
  const when = new Date(Date.now() - ago * 1000);
  const fields = { RuleName: "-", EventType: "SetValue", UtcTime: when.toISOString().replace("T", " ").replace("Z", ""),
    ProcessGuid: "{2f1c0a11-77aa-6523-4a01-000000001100}", ProcessId: "4321", Image: String.raw`C:\Windows\System32\reg.exe`,
    TargetObject: AMSI_PATH, Details: "DWORD (0x00000000)", User: String.raw`WS1\admin`, ...data };
  if (id === 1) for (const name of ["EventType", "TargetObject", "Details"]) delete fields[name];
  const body = Object.entries(fields).map(([name, value]) => `<Data Name='${name}'>${escape(value)}</Data>`).join("");
  return `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/>`
    + `<EventID>${id}</EventID><Version>2</Version><Level>4</Level><Task>${id}</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>`
    + `<TimeCreated SystemTime='${when.toISOString().replace("Z", "0000Z")}'/><EventRecordID>${record}</EventRecordID><Correlation/><Execution ProcessID='2212' ThreadID='3340'/>`
    + `<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>${escape(computer)}</Computer><Security UserID='S-1-5-18'/></System><EventData>${body}</EventData></Event>`;
}

// Recorded events of attacks, moved into the last week: each recording (a host's events of one time) keeps its own order.
export function corpusEvents(file = "sysmon-xml/evtx-attack-samples.xml.gz") {
  const lines = gunzipSync(readFileSync(join(SHARED_DIR, "corpus", file))).toString("utf8").split("\n")
    .filter((line) => /<EventID>(1|12|13)<\/EventID>/.test(line) && line.includes("Sysmon/Operational"));
  const now = Date.now();
  const places = new Map();
  return lines.map((line) => {
    const [, text] = line.match(/SystemTime='([^']+)'/);
    const time = Date.parse(`${text.slice(0, 23).replace(/Z$/, "")}Z`);
    const recording = Math.floor(time / 36e5);
    if (!places.has(recording)) places.set(recording, (places.size * 37) % 160);
    const moved = new Date(now - 36e5 * (2 + places.get(recording)) + (time % 36e5)).toISOString();
    return line.replace(/SystemTime='[^']+'/, `SystemTime='${moved.replace("Z", "000000Z")}'`)
      .replace(/<Data Name='UtcTime'>[^<]*</, `<Data Name='UtcTime'>${moved.replace("T", " ").replace("Z", "")}<`);
  });
}

// Those of ESCU's detections that find something in it.
export const CORPUS_DETECTIONS = ["Disabling Remote User Account Control", "Registry Keys Used For Privilege Escalation",
  "Windows Autostart Execution LSASS Driver Registry Modification", "Windows Proxy Via Registry"];

// --- Browser

export async function launchBrowser() {
  return chromium.launch({ executablePath: process.env.REGWARDEN_CHROMIUM ?? "/usr/bin/chromium", headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions"] });
}
