// Events and findings of a host: in one line each, in a table, on a line of time, and a registry value before and after.

import { ApiError, get, optional } from "./api.js";
import { timeLanes } from "./charts.js";
import { element, facts, inLink, note, select, field, shown, time, uniqueId } from "./dom.js";
import { address } from "./router.js";
import { Table } from "./table.js";
import { dataMeaning } from "./words.js";

const MOST_EVENTS = 200; // of each kind around a finding

// What a listing says about its items' own time.
const timeOf = (item) => item._time ?? item.time;

export function eventLine(event) {
  if (event.kind === "notable") return element("span", {}, element("strong", {}, "Finding: "), element("a", { href: address(["findings", event.id]) }, inLink(event.rule_title)));
  if (event.kind === "risk") return element("span", {}, element("strong", {}, `Risk +${event.risk_score}: `), shown(event.risk_message, { most: 140 }));
  const program = event.process_name ?? event.process_path ?? "";
  if (event.kind === "process") {
    return element("span", {}, shown(event.process || event.process_path || program, { most: 160 }),
      event.parent_process_name ? element("span", { class: "faint" }, " by ", shown(event.parent_process_name, { most: 80 })) : null);
  }
  const data = event.registry_value_data;
  return element("span", {}, element("span", { class: "faint" }, `${event.action ?? ""} `), shown(event.registry_path, { most: 160 }),
    data ? [" = ", shown(data, { most: 80 })] : null, program ? element("span", { class: "faint" }, " by ", shown(program, { most: 80 })) : null);
}

const KIND_NAMES = { notable: "finding", risk: "risk", registry: "registry", process: "process" };
const SKIPPED = new Set(["kind", "envelope", "extra"]);

export const eventFacts = (event) => facts(Object.entries(event).filter(([name]) => !SKIPPED.has(name)).map(([name, value]) =>
  [name, ["_time", "received", "time", "created"].includes(name) ? time(value) : value]));

export function eventTable(label, empty = "No events.") {
  return new Table([
    { name: "Time", kind: "short", opens: true, show: (item) => time(timeOf(item)) },
    { name: "Kind", kind: "short", show: (item) => KIND_NAMES[item.kind] },
    { name: "What", kind: "wide", show: eventLine },
    { name: "User", spare: true, show: (item) => item.user },
  ], { key: (item) => `${item.kind} ${item.id}`, details: (item) => [eventFacts(item)], label, empty });
}

const kinds = (kind, page) => (page?.items ?? []).map((item) => ({ ...item, kind }));

async function around(host, center, reachMs) {
  const range = { earliest: new Date(center - reachMs).toISOString(), latest: new Date(center + reachMs).toISOString(), limit: MOST_EVENTS };
  const [registry, processes, risk, notables] = await Promise.all([
    optional(get("events/registry", { dest: host, ...range })), optional(get("events/processes", { dest: host, ...range })),
    optional(get("risk-events", { risk_object: host, ...range })),
    optional(get("notables", { dest: host, ...range }))]);
  const cut = [registry, processes].some((page) => page?.next_cursor);
  const items = [...kinds("registry", registry), ...kinds("process", processes), ...kinds("risk", risk), ...kinds("notable", notables)];
  return { items: items.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1)), cut };
}

// What happened on the host around a moment (an RFC 3339 time), on a line of time and as a list.
export function timeline(host, centerText) {
  const center = Date.parse(centerText);
  const reach = select([["300000", "5 minutes"], ["1800000", "30 minutes"], ["7200000", "2 hours"], ["86400000", "a day"]], "1800000");
  const table = eventTable(`Events around the finding`, "Nothing else is stored from around that time.");
  const picture = element("div", { class: "chart-place" });
  const rest = element("p", { class: "note" });
  const node = element("div", {}, element("div", { class: "row-start" }, field("Before and after", reach)), picture, table.node, rest);

  async function load() {
    rest.textContent = "Looking…";
    try {
      const { items, cut } = await around(host, center, Number(reach.value));
      const lane = (name, kind, series) => ({ name, kind: series, times: items.filter((item) => item.kind === kind).map((item) => Date.parse(timeOf(item))) });
      picture.replaceChildren(timeLanes([lane("Findings", "notable", "high"), lane("Risk", "risk", "medium"), lane("Processes", "process", "process"),
        lane("Registry", "registry", "registry")], center - Number(reach.value), center + Number(reach.value), center));
      table.show(items);
      rest.textContent = cut ? `There are more events: the newest ${MOST_EVENTS} of each kind are shown. Take less time, or search.` : "";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      rest.textContent = error.message;
    }
  }
  reach.addEventListener("change", load);
  load();
  return node;
}

// The events behind the finding's row, from the daemon or by the row's own columns.
export async function eventsBehind(finding) {
  const told = await optional(get(`notables/${finding.id}/events`));
  if (told) return [...kinds("registry", { items: told.registry ?? [] }), ...kinds("process", { items: told.processes ?? [] })];
  const { row = {} } = finding;
  if (typeof row.registry_path !== "string") return [];
  const same = Object.fromEntries(["dest", "user", "registry_path", "registry_value_data", "process_guid", "action"].filter((name) => typeof row[name] === "string" && row[name] !== "unknown").map((name) => [name, row[name]]));
  return kinds("registry", await optional(get("events/registry", { ...same, earliest: finding.earliest, latest: finding.latest, limit: 50 })));
}

// The event that a finding is about: of those behind it the first since its time, which may be that of a whole hour. Where
// the row speaks of the registry, the start of the program that wrote there is not it.
export const mainEvent = (events, finding) => {
  const kind = Object.keys(finding.row ?? {}).some((name) => name.startsWith("registry_")) ? "registry" : "process";
  const ofKind = events.filter((event) => event.kind === kind);
  const ordered = (ofKind.length > 0 ? ofKind : events).toSorted((a, b) => (a._time < b._time ? -1 : 1));
  return ordered.find((event) => event._time >= finding.time) ?? ordered.at(-1);
};

// A registry value before and after an event; undefined where it is no such event.
export async function beforeAndAfter(change) {
  if (change?.kind !== "registry" || !change.registry_value_name) return undefined;
  const told = await optional(get("events/registry", { dest: change.dest, registry_path: change.registry_path, latest: change._time, limit: 20 }));
  const before = (told?.items ?? []).toSorted((a, b) => (a._time < b._time ? 1 : -1))[0];
  const side = (event) => {
    const meaning = dataMeaning(event.registry_value_data);
    return element("td", { class: "wide" }, event.registry_value_data === undefined || event.registry_value_data === "" ? event.action ?? "" : shown(event.registry_value_data),
      meaning ? element("span", { class: "faint" }, ` (${meaning})`) : null);
  };
  const whenAndWho = (event) => [element("td", { class: "short" }, time(event._time)),
    element("td", {}, inLink(event.process_name ?? event.process_path ?? ""), event.user && event.user !== "unknown" ? [" as ", inLink(event.user)] : null)];
  const id = uniqueId("change");
  return element("div", {}, element("p", { class: "path", id }, shown(change.registry_path, { as: "code" })),
    element("div", { class: "frame", tabindex: 0, role: "group", "aria-labelledby": id },
      element("table", { class: "change", "aria-labelledby": id },
        element("thead", {}, element("tr", {}, ["", "Value", "When", "By"].map((head) => (head ? element("th", { scope: "col" }, head) : element("td", {}))))),
        element("tbody", {},
          before ? element("tr", {}, element("th", { scope: "row" }, "Before"), side(before), ...whenAndWho(before))
            : element("tr", {}, element("th", { scope: "row" }, "Before"), element("td", { colspan: 3, class: "faint" }, "Not known: no earlier event of this value is stored.")),
          element("tr", { class: "after" }, element("th", { scope: "row" }, "After"), side(change), ...whenAndWho(change))))));
}

export const nothingStored = () => note("The events behind this finding are no longer stored, or this search does not say which they are.");
