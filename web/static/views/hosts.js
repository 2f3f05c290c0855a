// Hosts and users that have gathered risk, and hosts that send: where to look first.

import { all } from "../api.js";
import { meter } from "../charts.js";
import { bySilence, howMany, riskObjects } from "../data.js";
import { ago, count, element, field, inLink, link, section, words } from "../dom.js";
import { address, amend } from "../router.js";
import { Table } from "../table.js";
import { RANGES, timePicker } from "../timepicker.js";

export function hostsView({ parameters }) {
  const state = { earliest: parameters.earliest ?? "-7d", text: parameters.text ?? "" };
  let most = 1;
  let objects = [];
  let hosts = [];

  const risk = new Table([
    { name: "Name", kind: "wide", sort: (item) => item.risk_object, show: (item) => link(address(["hosts", item.risk_object]), inLink(item.risk_object)) },
    { name: "Type", kind: "short", sort: (item) => item.risk_object_type, show: (item) => words(item.risk_object_type) },
    { name: "Risk", kind: "number", sort: (item) => item.risk_score, show: (item) => element("span", { class: "with-meter" }, item.risk_score.toLocaleString(), meter(item.risk_score, most, "risk")) },
    { name: "Events", kind: "number", sort: (item) => item.count, show: (item) => item.count.toLocaleString() },
    { name: "Detections", kind: "number", sort: (item) => howMany(item.detections), show: (item) => howMany(item.detections) },
    { name: "Tactics", show: (item) => (item.tactics ?? []).map((tactic) => tactic.replaceAll("-", " ")).join(", ") },
    { name: "Last", kind: "short", sort: (item) => item.last, show: (item) => ago(item.last) },
  ], { key: (item) => `${item.risk_object_type} ${item.risk_object}`, label: "Hosts and users with risk", empty: "No risk in this time.", sortBy: "Risk", descending: true });

  const sending = new Table([
    { name: "Host", kind: "wide", sort: (item) => item.host, show: (item) => link(address(["hosts", item.host]), inLink(item.host || "unknown")) },
    { name: "Events", kind: "number", sort: (item) => item.events, show: (item) => item.events.toLocaleString() },
    { name: "Last arrival", kind: "short", sort: (item) => item.last, show: (item) => ago(item.last) },
    { name: "State", kind: "short", sort: (item) => String(item.silent), show: (item) => element("span", { class: item.silent ? "badge is-silent" : "badge is-ok" }, item.silent ? "silent" : "sending") },
  ], { key: (item) => item.host.toLowerCase(), label: "Hosts that send", whole: true, empty: "No host has sent anything yet.", sortBy: "Last arrival", descending: true });

  const matches = (name) => name.toLowerCase().includes(state.text.toLowerCase());
  const text = element("input", { type: "search", value: state.text, autocomplete: "off", oninput: () => {
    state.text = text.value.trim();
    amend(["hosts"], state);
    draw();
  } });
  const draw = () => {
    risk.show(objects.filter((item) => matches(item.risk_object)));
    sending.show(hosts.filter((item) => matches(item.host)).slice(0, 500));
    summary.textContent = `${count(hosts.length, "host")} known${hosts.length > 500 ? "; 500 are shown, filter by name" : ""}`;
  };
  const summary = element("p", { class: "summary" });

  async function refresh() {
    const [found, sources] = await Promise.all([riskObjects(state.earliest, 200), all("sources")]);
    objects = found;
    most = Math.max(1, ...objects.map((item) => item.risk_score));
    hosts = bySilence(sources);
    draw();
  }

  const node = element("div", {}, element("h1", {}, "Hosts"),
    element("form", { class: "filters", role: "search", "aria-label": "Filter hosts", onsubmit: (event) => event.preventDefault() },
      field("Name", text), timePicker(state, ({ earliest }) => {
        state.earliest = earliest;
        amend(["hosts"], state);
        return refresh();
      }, { ranges: RANGES.filter(([value]) => value && value !== "own" && value !== "-1h"), label: "Risk of the" })),
    section("Risk", {}, risk.node),
    section("Sending", {}, summary, sending.node));
  return { title: "Hosts", node, refresh };
}
