// All findings: filters, order, pages, and what people decide about many at once.

import { all, get, may, optional } from "../api.js";
import { SEVERITIES } from "../charts.js";
import { download, csv } from "../csv.js";
import { STATUSES, isOpen } from "../data.js";
import { badge, button, count, element, field, inCell, inLink, link, say, select, time, words } from "../dom.js";
import { address, amend } from "../router.js";
import { PagedTable, Table } from "../table.js";
import { timePicker } from "../timepicker.js";
import { bulkBar } from "../triage.js";
import { hostOf, userOf } from "../words.js";

const PAGE = 50;
const MOST_ASKED = 10; // pages of the daemon for one page here, where only open ones are wanted
const EXPORTED = 10_000;

const ORDERS = [["", "newest first"], ["urgency", "most urgent first"], ["time", "oldest event first"], ["-time", "newest event first"]];
const NAMES = ["status", "urgency", "host", "detection", "text", "order", "earliest", "latest"];

export function findingsView({ parameters }) {
  const state = Object.fromEntries(NAMES.map((name) => [name, parameters[name] ?? ""]));
  state.status ||= "open";
  // Links of before there were urgencies.
  state.urgency ||= parameters.severity ?? "";
  if (state.order === "severity") state.order = "urgency";

  // What the daemon filters by. A text is looked for in the result row, which is JSON there.
  function question() {
    const asked = { earliest: state.earliest, latest: state.latest, urgency: state.urgency, dest: state.host, detection: state.detection };
    if (state.status !== "all" && state.status !== "open") asked.status = state.status;
    if (state.text) asked.row = `*${JSON.stringify(state.text).slice(1, -1)}*`;
    if (state.order && state.order !== "urgency") asked.sort = state.order;
    return asked;
  }

  // A cursor of this page is a list of what is still to ask: {urgency, cursor}.
  async function ask(cursor) {
    let parts = cursor ?? (state.order === "urgency" && !state.urgency ? SEVERITIES.map((urgency) => ({ urgency })) : [{}]);
    const items = [];
    for (let asked = 0; asked < MOST_ASKED && items.length < PAGE && parts.length > 0; ++asked) {
      const [now, ...later] = parts;
      const page = await get("notables", { limit: PAGE, ...question(), ...now });
      items.push(...(state.status === "open" ? page.items.filter(isOpen) : page.items));
      parts = page.next_cursor ? [{ ...now, cursor: page.next_cursor }, ...later] : later;
    }
    return { items, next_cursor: parts.length > 0 ? parts : null };
  }

  const canChange = may("write");
  const bulk = bulkBar(() => [...table.chosen], async () => {
    table.chosen.clear();
    table.state = null;
    await paged.refresh();
  });
  const table = new Table([
    { name: "Urgency", kind: "short", show: (item) => badge(item.urgency) },
    { name: "Finding", kind: "wide", show: (item) => link(address(["findings", item.id]), inLink(item.rule_title || item.detection)) },
    { name: "Host", show: (item) => hostOf(item) },
    { name: "User", spare: true, show: (item) => userOf(item) },
    { name: "When", kind: "short", show: (item) => time(item.time) },
    { name: "Status", kind: "short", show: (item) => badge(item.status) },
    { name: "Owner", spare: true, show: (item) => (item.owner === "unassigned" ? "" : inCell(item.owner)) },
    { name: "It was", kind: "short", spare: true, show: (item) => (item.disposition === "undetermined" ? "" : words(item.disposition)) },
  ], { label: "Findings", whole: true, empty: "No finding is like that.",
    choose: canChange ? { label: (item) => `finding ${item.id}: ${item.rule_title ?? ""}`, changed: (keys) => bulk.show(keys.length) } : undefined });
  const paged = new PagedTable(table, ask, { shownText: (items, more) => `${count(items.length, "finding")}${more ? ", and more" : ""}` });

  async function change() {
    amend(["findings"], state);
    await paged.refresh(true);
  }

  async function exportRows() {
    const items = await all("notables", question(), EXPORTED);
    const wanted = state.status === "open" ? items.filter(isOpen) : items;
    const columns = ["id", "time", "urgency", "severity", "rule_title", "detection", "dest", "user", "status", "owner", "disposition"];
    const rowColumns = [...new Set(wanted.flatMap((item) => Object.keys(item.row ?? {})))].filter((name) => !columns.includes(name));
    download("findings.csv", csv([...columns, ...rowColumns], wanted.map((item) => ({ ...item.row, ...item }))));
    say(`${count(wanted.length, "finding")} written to findings.csv${items.cut ? ", the newest ones" : ""}.`);
  }

  const filters = filterBar(state, change);
  const node = element("div", {}, element("h1", {}, "Findings"), filters,
    element("div", { class: "panel" }, bulk, paged.node,
      element("p", { class: "row-end" }, button("Download CSV", () => exportRows().catch((error) => say(error.message)), { class: "quiet" }))));

  return { title: "Findings", node, refresh: () => paged.refresh() };
}

function filterBar(state, change) {
  const on = (name, control) => {
    control.addEventListener("change", () => {
      state[name] = control.value.trim();
      change().catch((error) => say(error.message));
    });
    return control;
  };
  const statusChoices = [["open", "open"], ["all", "all"], ...STATUSES];
  const detection = element("input", { type: "search", value: state.detection, list: "detection-names", autocomplete: "off" });
  const names = element("datalist", { id: "detection-names" });
  detection.addEventListener("focus", async () => {
    const items = await optional(all("detections", {}, 5000)).catch(() => undefined);
    names.replaceChildren(...(items ?? []).map(({ name }) => element("option", { value: name })));
  }, { once: true });
  return element("form", { class: "filters", role: "search", "aria-label": "Filter the findings", onsubmit: (event) => event.preventDefault() },
    field("Status", on("status", select(statusChoices, state.status))),
    field("Urgency", on("urgency", select([["", "any"], ...SEVERITIES], state.urgency))),
    timePicker(state, (range) => {
      Object.assign(state, range);
      return change().catch((error) => say(error.message));
    }, { label: "Event time" }),
    field("Host", on("host", element("input", { type: "search", value: state.host, placeholder: "name, or ws-*", autocomplete: "off" }))),
    field("User, path …", on("text", element("input", { type: "search", value: state.text, autocomplete: "off" }))),
    field("Detection", on("detection", detection)), names,
    field("Order", on("order", select(ORDERS, state.order))));
}
