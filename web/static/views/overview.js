// What an hour a week is for: what needs someone, what has gone quiet, and how it went lately.

import { all, get } from "../api.js";
import { SEVERITIES, bucketed, meter, timeBars } from "../charts.js";
import { bySilence, howMany, isOpen, rank, riskObjects, tally } from "../data.js";
import { ago, badge, count, draw, element, inLink, link, note, section, shown, withCode, words } from "../dom.js";
import { address, amend } from "../router.js";
import { RANGES, timePicker } from "../timepicker.js";
import { hostOf, userOf, whatHappened } from "../words.js";

const MOST_SHOWN = 6;
const LOOKED_AT = 1000; // of the newest findings

export function overviewView({ parameters }) {
  const state = { earliest: parameters.earliest ?? "-7d" };
  const headline = element("p", { class: "headline" }, "Looking…");
  const needs = element("div", {});
  const quiet = element("div", {});
  const chart = element("div", { class: "chart-place" });
  const risk = element("div", {});

  const picker = timePicker(state, ({ earliest }) => {
    state.earliest = earliest;
    amend([], state);
    return Promise.all([showChart(), showRisk()]);
  }, { ranges: RANGES.filter(([value]) => value !== "own" && value !== "-1h"), label: "Time of findings and risk" });

  async function showNeeds() {
    const page = await get("notables", { limit: LOOKED_AT });
    const open = page.items.filter(isOpen).sort((a, b) => rank(a.urgency) - rank(b.urgency) || b.id - a.id);
    const groups = alike(open);
    sayHeadline(open, Boolean(page.next_cursor));
    draw(needs, [open.length, groups.slice(0, MOST_SHOWN)], () => (open.length === 0
      ? note("No finding waits for you.")
      : [element("ul", { class: "cards" }, groups.slice(0, MOST_SHOWN).map(card)),
        element("p", { class: "more" }, link(address("findings"), `All ${count(open.length, "open finding")}`))]));
  }

  function sayHeadline(open, cut) {
    const parts = SEVERITIES.map((urgency) => [urgency, open.filter((one) => one.urgency === urgency).length]).filter(([, number]) => number > 0);
    draw(headline, [parts, cut], () => [open.length === 0 ? "Nothing waits for you." : element("strong", {}, `${count(open.length, "open finding")}${cut ? " among the newest 1,000" : ""}`),
      ...(open.length === 0 ? [] : [" ", ...parts.map(([urgency, number]) => link(address("findings", { urgency, status: "open" }),
        element("span", { class: `badge is-${urgency}` }, `${number} ${urgency}`)))])]);
    headline.className = `headline ${open.some((one) => rank(one.urgency) <= 1) ? "urgent" : ""}`;
  }

  async function showChart() {
    const { items, from, to, spanMs, cut } = await tally("notables", { by: "urgency", earliest: state.earliest });
    const total = items.reduce((sum, item) => sum + item.count, 0);
    const buckets = bucketed(items, from, to, spanMs);
    draw(chart, buckets, () => [total === 0 ? note("No findings in this time.") : timeBars({
      buckets, keys: SEVERITIES.toReversed(), spanMs, noun: "finding",
      linkOf: (start, end) => address("findings", { status: "all", earliest: new Date(start).toISOString(), latest: new Date(end).toISOString() }),
    }), cut ? note("Of the newest 5,000 findings.") : ""]);
  }

  async function showRisk() {
    const objects = (await riskObjects(state.earliest || undefined)).slice(0, 8);
    const most = objects[0]?.risk_score ?? 1;
    draw(risk, objects, () => (objects.length === 0 ? note("No risk in this time.") : element("ol", { class: "risk-list" }, objects.map((object) =>
      element("li", {}, element("div", { class: "risk-name" }, link(address(["hosts", object.risk_object]), inLink(object.risk_object)),
        element("span", { class: "faint" }, ` ${words(object.risk_object_type)}, ${count(object.count, "event")} of ${count(howMany(object.detections), "detection")}`)),
      element("span", { class: "risk-score" }, object.risk_score.toLocaleString()), meter(object.risk_score, most, "risk"))))));
  }

  async function showQuiet() {
    const [sources, detections, health] = await Promise.all([all("sources"), all("detections", {}, 5000), get("status")]);
    const hosts = bySilence(sources);
    const silent = hosts.filter((host) => host.silent);
    const lossy = hosts.filter((host) => !host.silent && host.lost > 0);
    const failing = detections.filter((one) => one.state === "enabled" && one.last_run && one.last_run.status !== "done");
    const enabled = detections.filter((one) => one.state === "enabled");
    const lines = [];
    for (const { message, action } of health.conditions) lines.push(["bad", shown(message), ". ", ...withCode(action), ". ", link("#/health", "Health")]);
    if (sources.length === 0) lines.push(["bad", "No machine has sent anything yet. ", link("#/sources", "Sources")]);
    for (const host of silent.slice(0, 5)) lines.push(["bad", link(address(["hosts", host.host]), inLink(host.host || "unknown")), " is silent since ", ago(host.since)]);
    if (silent.length > 5) lines.push(["bad", link(address("sources", { state: "silent" }), `${silent.length - 5} more are silent`)]);
    for (const host of lossy.slice(0, 3)) lines.push(["warn", link(address("sources", { host: host.host }), inLink(host.host || "unknown")), ` lost ${count(host.lost, "event")} on the way`]);
    for (const one of failing.slice(0, 5)) lines.push(["bad", "The last run of ", link(address(["detections", one.id]), inLink(one.name)), ` ${one.last_run.status === "failed" ? "failed" : "was missed"}`]);
    if (enabled.length === 0) lines.push(["bad", "No detection is enabled. ", link("#/detections", "Detections")]);
    const good = `${count(hosts.length - silent.length, "machine")} sending, ${count(enabled.length - failing.length, "detection")} running`;
    draw(quiet, [sources.length, health.conditions, silent, lossy, failing, good], () => element("ul", { class: "lines" }, lines.map(([kind, ...content]) => element("li", { class: `line-${kind}` }, ...content)),
      element("li", { class: "line-good" }, `${good}.`)));
  }

  const node = element("div", {}, element("h1", {}, "Overview"), headline,
    element("div", { class: "grid two-one" },
      element("div", { class: "stack" }, section("What needs you", {}, needs), section("Findings over time", {}, picker, chart)),
      element("div", { class: "stack" }, section("Silent or failing", {}, quiet), section("Most at risk", {}, risk))));

  return { title: "Overview", node, refresh: () => Promise.all([showNeeds(), showChart(), showRisk(), showQuiet()]) };
}

// Findings of one detection on one host are one matter to whoever looks: the first of each group stands for it.
function alike(findings) {
  const groups = new Map();
  for (const finding of findings) {
    const key = JSON.stringify([finding.detection_id, String(hostOf(finding)).toLowerCase()]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()];
}

const card = ([finding, ...more]) => element("li", { class: `card edge-${rank(finding.urgency)}` },
  element("div", { class: "card-head" }, badge(finding.urgency),
    link(address(["findings", finding.id]), inLink(finding.rule_title || finding.detection)), element("span", { class: "faint" }, ago(finding.time))),
  element("p", {}, hostOf(finding) || userOf(finding) ? whatHappened(finding) : inLink(finding.rule_description ?? ""), more.length > 0 ? [" ", link(address("findings", { detection: finding.detection, host: hostOf(finding) }),
    `And ${count(more.length, "more like it", "more like it")} on this host`)] : null));
