// A host or a user: its risk over time, its findings, its events.

import { all, get, optional } from "../api.js";
import { bucketed, timeBars } from "../charts.js";
import { tally } from "../data.js";
import { eventTable } from "../events.js";
import { ago, badge, count, draw, element, facts, field, inLink, link, note, section, select, shown, time } from "../dom.js";
import { address, amend } from "../router.js";
import { PagedTable, Table } from "../table.js";
import { RANGES, timePicker } from "../timepicker.js";
import { first, hostOf, userOf } from "../words.js";

const inRow = (name) => `*${JSON.stringify(name).slice(1, -1)}*`;

export function hostView({ path, parameters }) {
  const name = path[1];
  const state = { earliest: parameters.earliest ?? "-7d", latest: parameters.latest ?? "", events: parameters.events ?? "registry" };
  const range = () => ({ earliest: state.earliest, latest: state.latest });
  const isIt = (item) => [first(hostOf(item)), first(userOf(item))].some((one) => String(one).toLowerCase() === name.toLowerCase());

  const chart = element("div", { class: "chart-place" });
  const head = element("div", {});
  const findings = new Table([
    { name: "Severity", kind: "short", show: (item) => badge(item.severity) },
    { name: "Finding", kind: "wide", show: (item) => link(address(["findings", item.id]), inLink(item.rule_title || item.detection)) },
    { name: "When", kind: "short", show: (item) => time(item.time) },
    { name: "Status", kind: "short", show: (item) => badge(item.status) },
  ], { label: "Findings", empty: "No findings in this time." });
  const risk = new Table([
    { name: "When", kind: "short", show: (item) => time(item.time) },
    { name: "Score", kind: "number", show: (item) => `+${item.risk_score}` },
    { name: "What", kind: "wide", show: (item) => item.risk_message },
    { name: "Detection", show: (item) => link(address(["detections", item.detection_id]), inLink(item.detection)) },
  ], { label: "Risk events", empty: "No risk in this time." });
  const riskPages = new PagedTable(risk, (cursor) => get("risk-events", { risk_object: name, ...range(), limit: 50, cursor }),
    { shownText: (items, more) => (items.length ? `${count(items.length, "risk event")}${more ? ", and more" : ""}` : "") });

  // Of a host its events; of a user those that name it.
  let column = "dest";
  const events = eventTable("Events");
  const eventPages = new PagedTable(events, async (cursor) => {
    const page = await get(`events/${state.events}`, { [column]: name, ...range(), limit: 50, cursor });
    const kind = state.events === "registry" ? "registry" : "process";
    return { ...page, items: page.items.map((item) => ({ ...item, kind })) };
  }, { shownText: (items, more) => (items.length ? `${count(items.length, "event")}${more ? ", and more" : ""}, last arrival first` : "") });

  async function showHead() {
    const sources = await all("sources", { host: name });
    const users = sources.length === 0 && state.kind === undefined ? await optional(get("risk-events", { risk_object: name, limit: 1 })) : undefined;
    if (users?.items[0]?.risk_object_type === "user") column = "user";
    draw(head, sources, () => (sources.length === 0 ? note(column === "user" ? "A user." : "This name sends nothing itself.") : facts([
      ["Sends", sources.map((source) => source.channel).join(", ")],
      ["State", badge(sources.every((source) => source.silent) ? "silent" : "ok")],
      ["Last arrival", ago(sources.map((source) => source.last_received).sort().at(-1))],
      ["From", [...new Set(sources.map((source) => source.peer).filter(Boolean))]],
      ["Lost on the way", sources.reduce((sum, source) => sum + (source.lost ?? 0), 0) || ""],
    ])));
  }

  async function showChart() {
    const { items, from, to, spanMs } = await tally("risk-events", { sum: "risk_score", earliest: state.earliest, filters: { risk_object: name, latest: state.latest } });
    const buckets = bucketed(items.map((item) => ({ ...item, key: "risk" })), from, to, spanMs);
    draw(chart, buckets, () => (items.length === 0 ? note("No risk in this time.")
      : timeBars({ buckets, keys: ["risk"], spanMs, noun: "point of risk", nouns: "points of risk" })));
  }

  async function showFindings() {
    const page = await get("notables", { row: inRow(name), ...range(), limit: 200 });
    findings.show(page.items.filter(isIt));
  }

  const eventKind = select([["registry", "registry"], ["processes", "process starts"]], state.events);
  eventKind.addEventListener("change", () => {
    state.events = eventKind.value;
    amend(path, state);
    eventPages.refresh(true);
  });

  async function refresh() {
    await showHead();
    await Promise.all([showChart(), showFindings(), riskPages.refresh(), eventPages.refresh()]);
  }

  const node = element("div", {}, element("p", { class: "back" }, link(address("hosts"), "All hosts")), element("h1", {}, shown(name, { most: 120 })), head,
    element("div", { class: "filters" }, timePicker(state, (picked) => {
      Object.assign(state, picked);
      amend(path, state);
      return refresh();
    }, { ranges: RANGES.filter(([value]) => value) })),
    section("Risk over time", {}, chart),
    section("Findings", {}, findings.node),
    section("Risk events", {}, riskPages.node),
    section("Events", {}, field("Kind", eventKind), eventPages.node));
  return { title: name, node, refresh };
}
