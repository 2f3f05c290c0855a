// A host or a user: its risk over time, its findings, its events.

import { all, get } from "../api.js";
import { curveOverBars } from "../charts.js";
import { isSomebody } from "../data.js";
import { eventTable } from "../events.js";
import { ago, badge, count, draw, duration, element, facts, field, inLink, link, localMinute, note, section, select, shown, time } from "../dom.js";
import { highestIn, riskIdentity, riskOverTime, riskRule, sameIdentity, stretchesAbove } from "../risk.js";
import { address, amend } from "../router.js";
import { PagedTable, Table } from "../table.js";
import { RANGES, timePicker } from "../timepicker.js";

const MOST_FINDINGS = 200;
const SPAN_NAMES = { [6e4]: "a minute", [36e5]: "an hour", [864e5]: "a day", [7 * 864e5]: "a week" };

export function hostView({ path, parameters }) {
  const name = path[1];
  const state = { earliest: parameters.earliest || "-7d", latest: parameters.latest ?? "", events: parameters.events ?? "registry" };
  const range = () => ({ earliest: state.earliest, latest: state.latest });
  // Detections write a name as the events have it, risk incident rules as they add it up ("WS1.corp.example", "ws1").
  let identity;
  const names = () => new Set([name, identity?.risk_object, identity?.normalized_risk_object].filter(Boolean).map((one) => one.toLowerCase()));

  const chart = element("div", { class: "chart-place" });
  const head = element("div", {});
  const findings = new Table([
    { name: "Urgency", kind: "short", show: (item) => badge(item.urgency) },
    { name: "Finding", kind: "wide", show: (item) => link(address(["findings", item.id]), inLink(item.rule_title || item.detection)) },
    { name: "When", kind: "short", show: (item) => time(item.time) },
    { name: "Status", kind: "short", show: (item) => badge(item.status) },
  ], { label: "Findings", empty: "No findings in this time." });
  const risk = new Table([
    { name: "When", kind: "short", show: (item) => time(item.time) },
    { name: "Score", kind: "number", show: (item) => `+${item.calculated_risk_score ?? item.risk_score}` },
    { name: "What", kind: "wide", show: (item) => item.risk_message },
    { name: "Detection", show: (item) => link(address(["detections", item.detection_id]), inLink(item.detection)) },
  ], { label: "Risk events", empty: "No risk in this time." });
  const riskPages = new PagedTable(risk, (cursor) => get("risk-events", { ...(identity ? sameIdentity(identity) : { risk_object: name }), ...range(), limit: 50, cursor }),
    { shownText: (items, more) => (items.length ? `${count(items.length, "risk event")}${more ? ", and more" : ""}` : "") });

  // Of a host its events; of a user those that name it.
  let asked = { dest: name };
  let sends = false;
  const events = eventTable("Events");
  const eventPages = new PagedTable(events, async (cursor) => {
    const page = await get(`events/${state.events}`, { ...asked, ...range(), sort: "-_time", limit: 50, cursor });
    const kind = state.events === "registry" ? "registry" : "process";
    return { ...page, items: page.items.map((item) => ({ ...item, kind })) };
  }, { shownText: (items, more) => (items.length ? `${count(items.length, "event")}${more ? ", and more" : ""}, newest first` : "") });

  async function showHead() {
    const [sources, known] = await Promise.all([all("sources", { host: name }), riskIdentity(name)]);
    identity = known;
    sends = sources.length > 0;
    const isUser = sources.length === 0 && identity?.risk_object_type === "user";
    if (isUser) asked = { user: name };
    else asked = { dest: sources.length === 0 && identity ? identity.risk_object : name };
    const sender = asked.dest !== name && asked.dest ? link(address(["hosts", asked.dest]), shown(asked.dest)) : null;
    draw(head, [sources, asked], () => (sources.length === 0 ? note(isUser ? "A user." : sender ? ["The name under which risk incident rules know ", sender, "."] : "This name sends nothing itself.") : facts([
      ["Sends", sources.map((source) => source.channel).join(", ")],
      ["State", badge(sources.every((source) => source.silent) ? "silent" : "ok")],
      ["Last arrival", ago(sources.map((source) => source.last_received).sort().at(-1))],
      ["From", [...new Set(sources.map((source) => source.peer).filter(Boolean))]],
      ["Lost on the way", sources.reduce((sum, source) => sum + (source.lost ?? 0), 0) || ""],
    ])));
  }

  let rule;
  async function showChart() {
    rule ??= await riskRule();
    const told = identity ? await riskOverTime(identity, state) : undefined;
    const quiet = !told || told.steps.every(({ value }) => value === 0);
    // The moment itself is left out of what is compared: else the curve would be drawn anew with every refresh.
    draw(chart, quiet ? [] : [told.buckets, told.steps, rule, Math.floor(told.to / 3e5)], () => (quiet ? note("No risk in this time.") : riskChart(told, rule, state, isSomebody(identity))));
  }

  async function showFindings() {
    const columns = identity || sends ? Object.keys(asked) : ["dest", "user"]; // nobody knows whether it is a host or a user
    const questions = [...names()].flatMap((one) => columns.map((column) => get("notables", { [column]: one, ...range(), limit: MOST_FINDINGS })));
    const items = new Map((await Promise.all(questions)).flatMap((page) => page.items).map((item) => [item.id, item]));
    findings.show([...items.values()].sort((a, b) => b.id - a.id).slice(0, MOST_FINDINGS));
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

function riskChart({ buckets, spanMs, steps, to }, rule, { latest }, somebody) {
  const { threshold } = rule;
  const above = stretchesAbove(steps, to, threshold);
  const most = steps.reduce((top, step) => (step.value > top.value ? step : top));
  const last = steps.at(-1).value;
  const aboveMs = above.reduce((sum, stretch) => sum + stretch.to - stretch.from, 0);
  const text = `${latest ? "at the end" : "now"} ${last.toLocaleString()}; highest ${most.value.toLocaleString()}, from ${localMinute(most.time)} on. `
    + (above.length === 0 ? `Never above ${threshold}.` : `Above ${threshold} for ${duration(aboveMs)}${above.length > 1 ? `, in ${above.length} stretches` : ""}.`);
  return [element("p", { class: "summary" }, element("strong", {}, "Risk score of the last 24 hours: "), text),
    curveOverBars({ buckets, spanMs, threshold: { value: threshold, name: `threshold ${threshold}` },
      bars: { key: "points", name: `points added in ${SPAN_NAMES[spanMs] ?? duration(spanMs)}` },
      curve: { steps, to, name: "score of the last 24 hours", highest: (start, end) => highestIn(steps, start, Math.min(end, to)) },
      label: `Curve of the risk score of the last 24 hours, at each moment. ${text} The numbers are in the table below.` }),
    element("p", { class: "hint" }, !somebody ? "Risk incident rules leave this name out: it stands for nobody in particular." : rule.id ? ["A score above the threshold is a finding of ", link(address(["detections", rule.id]), inLink(rule.name)),
      rule.state === "enabled" ? ", at most one in 24 hours." : ", which does not run now."] : "The rule that makes a finding of a score above the threshold is not loaded.")];
}
