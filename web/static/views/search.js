// SPL over a range of time: editor, rows, histogram, CSV.

import { ApiError, send } from "../api.js";
import { bucketed, goodSpan, timeBars } from "../charts.js";
import { csv, download } from "../csv.js";
import { button, count, duration, element, field, note, say, select, shown, time } from "../dom.js";
import { amend } from "../router.js";
import { splEditor } from "../spl.js";
import { Table } from "../table.js";
import { RANGES, timePicker } from "../timepicker.js";

const SHOWN_AT_ONCE = 200;
const TIMEOUT_MS = 10 * 60_000; // the daemon has a limit of its own; this one is for a connection that hangs
const ISO_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

const EXAMPLES = [
  ["What was changed in the registry, by host", "| tstats count from datamodel=Endpoint.Registry by Registry.dest Registry.action"],
  ["Programs that write to Run keys", '| tstats count min(_time) as first from datamodel=Endpoint.Registry where Registry.registry_path="*\\\\CurrentVersion\\\\Run\\\\*" by Registry.dest Registry.process_path Registry.registry_value_data'],
  ["Rare programs", "| tstats count from datamodel=Endpoint.Processes by Processes.process_name | sort count | head 20"],
  ["The newest registry events", '| from datamodel:"Endpoint.Registry" | table _time dest user registry_path registry_value_data process_name | head 100'],
];

export function searchView({ parameters }) {
  const state = { q: parameters.q ?? "", earliest: parameters.earliest ?? "-24h", latest: parameters.latest ?? "", max: parameters.max ?? "1000" };
  let running; // {id, abort}
  let result;

  const status = element("p", { role: "status", class: "summary" });
  const fault = element("p", { role: "alert", class: "fault", hidden: true });
  const output = element("div", {});
  const { node: editor, area } = splEditor(state.q, run);
  const runButton = button("Search", run, { class: "main" });
  const cancelButton = button("Cancel", cancel, { hidden: true });
  const max = select([["100", "100"], ["1000", "1,000"], ["10000", "10,000"]], state.max);
  max.addEventListener("change", () => { state.max = max.value; });

  async function run() {
    if (running || !area.value.trim()) return;
    state.q = area.value;
    amend(["search"], state);
    running = { id: `page-${crypto.getRandomValues(new Uint32Array(2)).join("-")}` };
    fault.hidden = true;
    runButton.disabled = true;
    cancelButton.hidden = false;
    status.textContent = "Searching…";
    try {
      result = await send("POST", "search", { search: state.q, earliest: state.earliest || "0", latest: state.latest || "now", max_rows: Number(state.max), id: running.id }, { timeout: TIMEOUT_MS });
      show(result);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fault.textContent = error.message;
      fault.hidden = false;
      status.textContent = "";
    } finally {
      running = undefined;
      runButton.disabled = false;
      cancelButton.hidden = true;
    }
  }

  async function cancel() {
    if (!running) return;
    cancelButton.disabled = true;
    await send("DELETE", `searches/${running.id}`).catch((error) => say(error.message));
    cancelButton.disabled = false;
  }

  function show({ columns, rows, took_ms: took, warnings, earliest, latest }) {
    status.textContent = `${count(rows.length, "row")} in ${duration(took)}, ${new Date(earliest).toLocaleString("sv-SE")} to ${new Date(latest).toLocaleString("sv-SE")}`;
    const numeric = (name) => rows.length > 0 && rows.every((row) => row[name] === undefined || typeof row[name] === "number");
    const table = new Table(columns.map((name) => ({ name, kind: numeric(name) ? "number" : undefined, sort: (item) => item.row[name],
      show: (item) => cellOf(item.row[name]) })), { key: (item) => item.id, label: "Rows", scrolls: true, whole: true, empty: "No rows: nothing in this time is like that." });
    const items = rows.map((row, id) => ({ id, row }));
    let upTo = SHOWN_AT_ONCE;
    const more = button("Show more", () => {
      upTo += SHOWN_AT_ONCE;
      table.show(items.slice(0, upTo));
      more.hidden = upTo >= items.length;
    }, { class: "quiet", hidden: items.length <= upTo });
    table.show(items.slice(0, upTo));
    output.replaceChildren(element("div", { class: "panel" },
      ...(warnings ?? []).map((text) => element("p", { class: "note" }, shown(text))),
      histogram(rows, earliest, latest) ?? "", table.node, element("p", { class: "more" }, more),
      rows.length > 0 ? element("p", { class: "row-end" }, button("Download CSV", () => {
        download("search.csv", csv(columns, rows));
        say(`${count(rows.length, "row")} written to search.csv.`);
      }, { class: "quiet" })) : null));
  }

  const examples = element("details", { class: "panel examples", open: state.q === "" }, element("summary", {}, "Examples"),
    element("ul", { class: "compact" }, EXAMPLES.map(([name, q]) => element("li", {}, button(name, () => {
      area.value = q;
      area.focus();
    }, { class: "plain-button" })))));

  const node = element("div", {}, element("h1", {}, "Search"),
    element("form", { class: "panel search-form", role: "search", "aria-label": "Search the events", onsubmit: (event) => { event.preventDefault(); run(); } }, editor,
      element("div", { class: "filters" }, timePicker(state, (range) => Object.assign(state, range), { ranges: RANGES }), field("At most rows", max),
        element("div", { class: "buttons" }, runButton, cancelButton)), fault, status),
    output, examples);

  const leave = () => cancel();
  if (parameters.run === "1") queueMicrotask(run);
  return { title: "Search", node, leave };
}

const cellOf = (value) => (typeof value === "string" && ISO_TIME.test(value) ? time(value) : typeof value === "number" ? String(value) : value ?? "");

// Rows over time, where the rows have one.
function histogram(rows, earliest, latest) {
  const times = rows.map((row) => Date.parse(row._time)).filter((ms) => !Number.isNaN(ms));
  if (times.length < 2) return null;
  let [from, to] = [Date.parse(earliest), Date.parse(latest)];
  if (to - from > 370 * 864e5) [from, to] = [Math.min(...times), Math.max(...times) + 1];
  const spanMs = goodSpan(from, to);
  return timeBars({ buckets: bucketed(times.map((ms) => ({ time: ms, key: "row", count: 1 })), from, to, spanMs), keys: ["row"], spanMs, noun: "row" });
}

