// The page: asks the API every ten seconds and shows what it says. Everything from the API becomes text nodes; there
// is no HTML made from strings anywhere.

const REFRESH_MS = 10_000;
const TOKEN_KEY = "regwarden.token";
const RISK_PAGES = 10; // of 1000 risk events each
const DAY_MS = 24 * 3600 * 1000;
const CLOSED = new Set(["resolved", "closed"]);

const $ = (id) => document.getElementById(id);

class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function request(path) {
  const token = sessionStorage.getItem(TOKEN_KEY);
  const answer = await fetch(path, {
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    cache: "no-store",
    signal: AbortSignal.timeout(30_000),
  });
  if (answer.ok || path === "healthz") return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new ApiError(answer.status, `${path.split("?")[0]}: ${problem.detail ?? answer.statusText}`);
}

const list = async (path, parameters = {}) =>
  (await request(`api/v1/${path}?${new URLSearchParams(parameters)}`)).json();

async function wholeList(path, pages) {
  const items = [];
  let cursor;
  do {
    const page = await list(path, { limit: 1000, ...(cursor ? { cursor } : {}) });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && --pages > 0);
  return items;
}

// --- Elements

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

const plain = (value) =>
  Array.isArray(value) ? value.map(plain).join(", ")
    : value !== null && typeof value === "object" ? JSON.stringify(value)
      : String(value ?? "");

// Local time, as 2026-10-11 20:14:15 in every locale.
const clock = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });

function time(text) {
  if (!text) return "";
  return element("time", { datetime: text, title: text }, clock.format(new Date(text)));
}

const badge = (text) => element("span", { class: `badge ${text}` }, text);

function facts(pairs) {
  const node = element("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    if (value === undefined || value === null || value === "" || value.length === 0) continue;
    node.append(element("dt", {}, name), element("dd", {}, value instanceof Node ? value : plain(value)));
  }
  return node;
}

const headed = (title, ...content) => [element("h4", {}, title), ...content];

// A table that keeps which rows are open, and the focus, from one refresh to the next.
// columns: {name, show(item) → text or node, kind: "number" | "short" | undefined}; the first with `opens` carries the button.
class Table {
  constructor(frame, columns, { key, details, empty }) {
    Object.assign(this, { frame, columns, key, details, empty, shown: null, open: new Map() });
  }

  show(items) {
    const state = JSON.stringify(items);
    if (state === this.shown) return;
    this.shown = state;
    const focused = this.frame.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const keys = new Set(items.map((item) => String(this.key(item))));
    for (const key of this.open.keys()) if (!keys.has(key)) this.open.delete(key);

    const heads = this.columns.map((column) =>
      element("th", { scope: "col", role: "columnheader", class: column.kind ?? "" }, column.name));
    const body = element("tbody", { role: "rowgroup" });
    for (const item of items) this.addRow(body, item);
    if (items.length === 0) {
      const cell = element("td", { role: "cell", class: "empty", colspan: this.columns.length }, this.empty);
      body.append(element("tr", { role: "row" }, cell));
    }
    const head = element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads));
    this.frame.replaceChildren(element("table", { role: "table" }, head, body));
    if (focused !== undefined) this.frame.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  addRow(body, item) {
    const key = String(this.key(item));
    const cells = this.columns.map((column) => {
      const content = column.show(item);
      const cell = element("td", { role: "cell", class: column.kind ?? "", "data-label": column.name });
      cell.append(column.opens ? this.toggle(key, item, content) : content instanceof Node ? content : plain(content));
      return cell;
    });
    const row = element("tr", { role: "row" }, ...cells);
    body.append(row);
    if (this.open.has(key)) row.after(this.open.get(key));
  }

  toggle(key, item, content) {
    const button = element("button", {
      type: "button", class: "toggle", "data-key": key, "aria-expanded": String(this.open.has(key)),
    }, plain(content));
    button.addEventListener("click", () => {
      const opened = this.open.get(key);
      button.setAttribute("aria-expanded", String(!opened));
      if (opened) {
        opened.remove();
        this.open.delete(key);
        return;
      }
      const cell = element("td", { role: "cell", colspan: this.columns.length }, ...this.details(item));
      const row = element("tr", { role: "row", class: "details" }, cell);
      this.open.set(key, row);
      button.closest("tr").after(row);
    });
    return button;
  }
}

// --- Sections

const frame = (section) => document.querySelector(`#${section} .frame`);
const summary = (section, text) => { document.querySelector(`#${section} .summary`).textContent = text; };

function notableDetails(notable) {
  const row = notable.row ?? {};
  const objects = [...new Set([notable.dest, notable.user].flat().filter(Boolean))];
  const related = element("div", {}, "Loading…");
  showRiskOf(objects, related);
  return [
    element("p", {}, notable.rule_description ?? ""),
    facts([
      ["Detection", notable.detection],
      ["Status", [notable.status, notable.owner, notable.disposition].filter(Boolean).join(", ")],
      ["Window", span(notable.earliest, notable.latest)],
      ["Late", notable.late ? "found when the window was searched again for events that came late" : ""],
      ["Registry path", row.registry_path],
      ["Value name", row.registry_value_name],
      ["Value data", row.registry_value_data],
      ["Process", row.process ?? row.process_path ?? row.process_name],
      ["Parent process", row.parent_process ?? row.parent_process_name],
      ["ATT&CK", notable.annotations?.mitre_attack],
      ["Analytic story", notable.annotations?.analytic_story],
    ]),
    ...headed("Risk events of the same object, last 7 days", related),
    ...drilldowns(notable.drilldown_searches ?? []),
    ...headed("Row", element("pre", {}, JSON.stringify(row, null, 2))),
  ];
}

const span = (earliest, latest) => element("span", {}, time(earliest), " to ", time(latest));

function drilldowns(searches) {
  if (searches.length === 0) return [];
  const items = searches.map((search) => element("li", {}, search.name ?? "", element("pre", {}, search.search ?? "")));
  return headed("Drilldowns", element("ul", {}, ...items));
}

async function showRiskOf(objects, place) {
  try {
    const pages = await Promise.all(objects.map((object) =>
      list("risk-events", { risk_object: object, earliest: "-7d", limit: 20 })));
    const events = pages.flatMap((page) => page.items).sort((a, b) => b.id - a.id).slice(0, 20);
    const items = events.map((event) => element("li", {}, time(event.time),
      ` ${event.risk_object} +${event.risk_score}: ${event.risk_message}`));
    place.replaceChildren(items.length ? element("ul", {}, ...items) : "None.");
  } catch (error) {
    place.textContent = error.message;
  }
}

const notables = new Table(frame("notables"), [
  { name: "Severity", kind: "short", show: (item) => badge(item.severity) },
  { name: "Time", kind: "short", show: (item) => time(item.time) },
  { name: "Title", opens: true, show: (item) => item.rule_title },
  { name: "Dest", show: (item) => item.dest },
  { name: "User", show: (item) => item.user },
], { key: (item) => item.id, details: notableDetails, empty: "No open notables." });

const risk = new Table(frame("risk"), [
  { name: "Object", opens: true, show: (item) => item.object },
  { name: "Type", show: (item) => item.type },
  { name: "Events", kind: "number", show: (item) => item.events.length },
  { name: "Score", kind: "number", show: (item) => item.score },
], {
  key: (item) => `${item.type} ${item.object}`,
  details: (item) => [element("ul", {}, ...item.events.slice(0, 50).map((event) =>
    element("li", {}, time(event.time), ` +${event.risk_score} ${event.detection}: ${event.risk_message}`)))],
  empty: "No risk events in the last 24 hours.",
});

const detections = new Table(frame("detections"), [
  { name: "Name", opens: true, show: (item) => item.name },
  { name: "State", kind: "short", show: (item) => badge(item.state) },
  { name: "Type", kind: "short", show: (item) => item.type },
  { name: "Last run", kind: "short", show: (item) => time(item.last_run?.scheduled_time) },
  { name: "Status", kind: "short", show: (item) => (item.last_run ? badge(item.last_run.status) : "") },
  { name: "Results", kind: "number", show: (item) => item.last_run?.result_count },
  { name: "Next run", kind: "short", show: (item) => time(item.next_run) },
], {
  key: (item) => item.id,
  details: (item) => [
    element("p", {}, item.problem ?? ""),
    facts([
      ["Schedule", `${item.cron_schedule}, ${item.earliest_time} to ${item.latest_time}`],
      ["ATT&CK", item.mitre_attack_id],
      ["Analytic story", item.analytic_story],
      ["Risk", item.risk_objects.map((object) => `${object.field} (${object.type}) +${object.score}`)],
      ["Last error", item.last_run?.error],
      ["File", `${item.file}, version ${item.version}`],
    ]),
    ...headed("Search", element("pre", {}, item.search)),
  ],
  empty: "No detections.",
});

const runs = new Table(frame("runs"), [
  { name: "Scheduled", kind: "short", show: (item) => time(item.scheduled_time) },
  { name: "Detection", show: (item) => item.detection },
  { name: "Kind", kind: "short", show: (item) => item.kind },
  { name: "Status", kind: "short", show: (item) => badge(item.status) },
  { name: "Results", kind: "number", show: (item) => item.result_count },
  { name: "Took", kind: "number", show: (item) => `${new Date(item.finished) - new Date(item.started)} ms` },
  { name: "Error", show: (item) => item.error },
], { key: (item) => item.id, empty: "No runs yet." });

const percent = (share) => (share === undefined ? "" : `${Math.floor(share * 10000) / 100} %`);
const sourceState = (source) => (source.silent ? "silent" : source.gaps.length > 0 ? "gaps" : "ok");

const sources = new Table(frame("sources"), [
  { name: "Host", opens: true, show: (item) => item.host || "unknown" },
  { name: "Channel", show: (item) => item.channel },
  { name: "State", kind: "short", show: (item) => badge(sourceState(item)) },
  { name: "Input", kind: "short", show: (item) => item.input },
  { name: "Last arrival", kind: "short", show: (item) => time(item.last_received) },
  { name: "Events", kind: "number", show: (item) => item.events },
  { name: "Lost", kind: "number", show: (item) => item.lost },
], {
  key: (item) => item.id,
  details: (item) => [facts([
    ["From", item.peer],
    ["Format", item.format],
    ["First event", time(item.first_event)],
    ["Last event", time(item.last_event)],
    ["Silent since", item.silent ? time(item.silent_since) : ""],
    ["Stored", `${item.stored}, ${item.duplicates} stored already`],
    ["Delay", item.min_delay_ms === undefined ? "" : `last ${item.last_delay_ms} ms, smallest ${item.min_delay_ms} ms`],
    ["Last record id", item.last_record_id],
    ["Record ids seen", item.last_record_id === undefined ? "" : `${item.seen} (${percent(item.coverage)})`],
    ["Gaps", item.gaps.map((gap) => `${gap.first} to ${gap.last}`)],
  ])],
  empty: "Nothing has been received.",
});

const rejected = new Table(frame("ingest"), [
  { name: "Time", kind: "short", show: (item) => time(item.time) },
  { name: "Input", kind: "short", show: (item) => item.input },
  { name: "From", show: (item) => item.peer },
  { name: "Reason", opens: true, show: (item) => item.reason },
  { name: "Bytes", kind: "number", show: (item) => item.size_bytes },
], {
  key: (item) => item.id,
  details: (item) => [element("pre", {}, item.sample)],
  empty: "Nothing was rejected.",
});

// --- Refresh

let newestNotable = null;
async function refreshNotables() {
  const page = await list("notables", { limit: 200 });
  const open = page.items.filter((item) => !CLOSED.has(item.status));
  const more = page.next_cursor ? "the newest " : "";
  summary("notables", open.length === 0 ? "" : `${more}${open.length}, newest first`);
  notables.show(open);
  const added = newestNotable === null ? 0 : open.filter((item) => item.id > newestNotable).length;
  if (added > 0) $("announcement").textContent = `${added} new notable${added === 1 ? "" : "s"}`;
  newestNotable = Math.max(0, ...page.items.map((item) => item.id));
}

let riskEvents = []; // newest first
let riskIsCut = false; // there were more than RISK_PAGES when the page was opened
async function refreshRisk() {
  const known = riskEvents[0]?.id ?? 0;
  const fresh = [];
  let cursor;
  let pages = 0;
  do {
    const page = await list("risk-events", { earliest: "-24h", limit: 1000, ...(cursor ? { cursor } : {}) });
    fresh.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && ++pages < RISK_PAGES && fresh.at(-1).id > known);
  const oldestFresh = fresh.at(-1)?.id ?? 0;
  const since = Date.now() - DAY_MS;
  // An answer without a cursor is whole: what is not in it is gone from the store.
  const kept = cursor ? riskEvents.filter((event) => event.id < oldestFresh && new Date(event.time) >= since) : [];
  riskEvents = [...fresh, ...kept];
  riskIsCut = cursor ? riskIsCut || pages >= RISK_PAGES : false;

  const objects = new Map();
  for (const event of riskEvents) {
    const key = `${event.risk_object_type} ${event.risk_object.toLowerCase()}`;
    const object = objects.get(key) ?? { object: event.risk_object, type: event.risk_object_type, score: 0, events: [] };
    object.score += event.risk_score;
    object.events.push(event);
    objects.set(key, object);
  }
  const sorted = [...objects.values()].sort((a, b) => b.score - a.score);
  const most = riskIsCut ? `, of the newest ${riskEvents.length} risk events` : "";
  summary("risk", sorted.length === 0 ? "" : `${sorted.length} objects, highest sum of scores first${most}`);
  risk.show(sorted.slice(0, 100));
}

let allDetections = [];
async function refreshDetections() {
  allDetections = await wholeList("detections", 10);
  const count = (state) => allDetections.filter((item) => item.state === state).length;
  summary("detections", `${count("enabled")} enabled, ${count("disabled")} disabled, ${count("unsupported")} unsupported`);
  showDetections();
}

function showDetections() {
  const wanted = $("detection-filter").value.trim().toLowerCase();
  detections.show(allDetections.filter((item) => `${item.name} ${item.state}`.toLowerCase().includes(wanted)));
}

async function refreshRuns() {
  runs.show((await list("runs", { limit: 50 })).items);
  summary("runs", "The last 50");
}

async function refreshSources() {
  const all = await wholeList("sources", 10);
  const rank = (source) => ["silent", "gaps", "ok"].indexOf(sourceState(source));
  all.sort((a, b) => rank(a) - rank(b) || a.host.localeCompare(b.host) || a.channel.localeCompare(b.channel));
  const silent = new Set(all.filter((item) => item.silent).map((item) => item.host.toLowerCase())).size;
  const hosts = new Set(all.map((item) => item.host.toLowerCase())).size;
  summary("sources", all.length === 0 ? "" : `${hosts} hosts, ${silent} silent`);
  sources.show(all.slice(0, 500));
}

const NUMBERS = [
  ["regwarden_registry_events_stored_total", "Registry events stored"],
  ["regwarden_process_events_stored_total", "Process events stored"],
  ["regwarden_events_duplicate_total", "Stored already"],
  ["regwarden_events_skipped_total", "Of other kinds"],
  ["regwarden_rejected_total", "Rejected"],
  ["regwarden_udp_dropped_total", "UDP dropped"],
  ["regwarden_writer_queue_bytes", "Bytes waiting"],
];

// What an operator must see to, above all sections. Left alone while it is the same, so that it is not read out again.
let conditions = "[]";
function showConditions(health) {
  const all = health.store.writing ? [...health.conditions] : [{
    condition: "stalled", since: health.store.stalled_since, message: health.store.error, action: "Nothing is written" },
  ...health.conditions];
  const state = JSON.stringify(all);
  if (state === conditions) return;
  conditions = state;
  $("conditions").hidden = all.length === 0;
  $("conditions").replaceChildren(...all.map(({ since, message, action }) =>
    element("li", {}, element("strong", {}, message), " (since ", time(since), `). ${action}.`)));
}

async function refreshIngest() {
  const text = await (await request("metrics")).text();
  const sums = new Map();
  for (const line of text.split("\n")) {
    const [, name, value] = line.match(/^([a-z_]+)(?:\{.*\})? (\S+)$/) ?? [];
    if (name) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  const health = await (await request("api/v1/status")).json();
  showConditions(health);
  $("numbers").replaceChildren(
    element("div", {}, element("dt", {}, "Store"), element("dd", {}, badge(health.status))),
    ...NUMBERS.map(([name, title]) => element("div", {}, element("dt", {}, title),
      element("dd", {}, (sums.get(name) ?? 0).toLocaleString()))));

  const page = await list("rejected", { limit: 20 });
  summary("ingest", page.items.length === 0 ? "" : `The last ${page.items.length}, each with a sample`);
  rejected.show(page.items);
}

function showTokenForm(wanted, refused) {
  $("sections").hidden = wanted;
  if (!wanted || !$("token-form").hidden) {
    $("token-form").hidden = !wanted;
    return;
  }
  $("token-form").hidden = false;
  $("token").focus();
  if (refused) $("announcement").textContent = "The token was refused.";
}

let timer;
async function refresh() {
  clearTimeout(timer);
  const results = await Promise.allSettled(
    [refreshNotables, refreshRisk, refreshDetections, refreshRuns, refreshSources, refreshIngest].map((part) => part()));
  const faults = results.filter((result) => result.status === "rejected").map((result) => result.reason);
  const unauthorized = faults.some((fault) => fault.status === 401);
  showTokenForm(unauthorized, sessionStorage.getItem(TOKEN_KEY) !== null);

  const texts = unauthorized
    ? (sessionStorage.getItem(TOKEN_KEY) === null ? [] : ["The token was refused."])
    : [...new Set(faults.map((fault) => (fault instanceof ApiError ? fault.message : "The daemon does not answer.")))];
  $("fault").hidden = texts.length === 0;
  if ($("fault").textContent !== texts.join(" ")) $("fault").textContent = texts.join(" ");
  if (faults.length === 0) $("freshness").textContent = `Updated ${new Date().toLocaleTimeString("sv-SE")}`;
  if (!unauthorized) timer = setTimeout(refresh, REFRESH_MS);
}

$("detection-filter").addEventListener("input", showDetections);
$("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN_KEY, $("token").value.trim());
  $("token").value = "";
  refresh();
});
refresh();
