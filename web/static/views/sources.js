// Who sends what: silence, gaps, delays.

import { all } from "../api.js";
import { ago, badge, count, duration, element, facts, field, follow, inLink, link, select, time } from "../dom.js";
import { address, amend } from "../router.js";
import { Table } from "../table.js";

const MOST_SHOWN = 500;
const stateOf = (source) => (source.silent ? "silent" : (source.gaps ?? []).length > 0 ? "gaps" : "ok");
const ORDER = ["silent", "gaps", "ok"];
const share = (part) => (part === undefined ? "" : `${Math.floor(part * 10000) / 100} %`);
const signed = (ms) => (ms < 0 ? `−${duration(-ms)}` : duration(ms));

export function sourcesView({ parameters }) {
  const state = { host: parameters.host ?? "", state: parameters.state ?? "" };
  let items = [];
  const table = new Table([
    { name: "Host", kind: "wide", sort: (item) => item.host, show: (item) => link(address(["hosts", item.host]), inLink(item.host || "unknown")) },
    { name: "Channel", kind: "wide", opens: true, sort: (item) => item.channel, show: (item) => item.channel || "unknown" },
    { name: "State", kind: "short", sort: (item) => ORDER.indexOf(stateOf(item)), show: (item) => badge(stateOf(item)) },
    { name: "Input", kind: "short", sort: (item) => item.input, show: (item) => item.input },
    { name: "Last arrival", kind: "short", sort: (item) => item.last_received, show: (item) => ago(item.last_received) },
    { name: "Events", kind: "number", sort: (item) => item.events, show: (item) => item.events?.toLocaleString() },
    { name: "Lost", kind: "number", sort: (item) => item.lost, show: (item) => item.lost },
  ], { label: "Sources", whole: true, details: (item) => [facts([
    ["From", item.peer], ["Format", item.format], ["First event", time(item.first_event)], ["Last event", time(item.last_event)],
    ["Silent since", item.silent ? time(item.silent_since) : ""],
    ["Stored", `${item.stored.toLocaleString()}, ${item.duplicates.toLocaleString()} stored already`],
    ["Delay", item.min_delay_ms === undefined ? "" : `last ${signed(item.last_delay_ms)}, smallest ${signed(item.min_delay_ms)}${item.min_delay_ms < -1000 ? " (its clock is ahead)" : ""}`],
    ["Last record id", item.last_record_id], ["Record ids seen", item.last_record_id === undefined ? "" : `${item.seen} (${share(item.coverage)})`],
    ["Gaps", (item.gaps ?? []).map((gap) => `${gap.first} to ${gap.last}`)]])],
  empty: "Nothing is like that.", sortBy: "State" });

  const summary = element("p", { class: "summary", role: "status" });
  function draw() {
    amend(["sources"], state);
    const found = items.filter((item) => item.host.toLowerCase().includes(state.host.toLowerCase()) && (!state.state || stateOf(item) === state.state));
    const hosts = new Set(items.map((item) => item.host.toLowerCase()));
    const silent = new Set(items.filter((item) => item.silent).map((item) => item.host.toLowerCase()));
    summary.textContent = items.length === 0 ? "Nothing has been received yet."
      : `${count(hosts.size, "host")}, ${silent.size} with silent channels; ${count(found.length, "source")}${found.length > MOST_SHOWN ? `, the first ${MOST_SHOWN} are shown` : ""}`;
    table.show(found.slice(0, MOST_SHOWN));
  }
  const on = (name, control) => follow(control, state, name, draw);
  async function refresh() {
    items = (await all("sources")).sort((a, b) => a.host.localeCompare(b.host) || a.channel.localeCompare(b.channel));
    draw();
  }
  const node = element("div", {}, element("h1", {}, "Sources"),
    element("form", { class: "filters", role: "search", "aria-label": "Filter the sources", onsubmit: (event) => event.preventDefault() },
      field("Host", on("host", element("input", { type: "search", value: state.host, autocomplete: "off" }))),
      field("State", on("state", select([["", "any"], "silent", ["gaps", "with gaps"], "ok"], state.state)))),
    element("div", { class: "panel" }, summary, table.node));
  return { title: "Sources", node, refresh };
}
