// All detections: which run, how their last run ended, how often they were right.

import { all, may, optional, send } from "../api.js";
import { SEVERITIES } from "../charts.js";
import { ago, badge, button, count, element, field, follow, inLink, link, note, say, select, visible } from "../dom.js";
import { address, amend } from "../router.js";
import { rank } from "../data.js";
import { Table } from "../table.js";

const MOST_SHOWN = 500;

export const percent = (share) => (share === undefined || share === null ? "" : `${Math.round(share * 100)} %`);

export function detectionsView({ parameters }) {
  const state = { text: parameters.text ?? "", state: parameters.state ?? "", severity: parameters.severity ?? "", run: parameters.run ?? "" };
  let items = [];

  const table = new Table([
    { name: "Name", kind: "wide", sort: (item) => item.name, show: (item) => link(address(["detections", item.id]), inLink(item.name)) },
    { name: "State", kind: "short", sort: (item) => item.state, show: (item) => badge(item.state) },
    { name: "Severity", kind: "short", sort: (item) => rank(item.severity), show: (item) => (item.severity ? badge(item.severity) : "") },
    { name: "Type", kind: "short", sort: (item) => item.type, show: (item) => item.type },
    { name: "ATT&CK", show: (item) => (item.mitre_attack_id ?? []).join(", ") },
    { name: "Last run", kind: "short", sort: (item) => item.last_run?.scheduled_time ?? "", show: (item) => (item.last_run ? element("span", {}, badge(item.last_run.status), " ", ago(item.last_run.scheduled_time)) : "") },
    { name: "Hits", kind: "number", spare: true, sort: (item) => item.last_run?.result_count ?? -1, show: (item) => item.last_run?.result_count },
    { name: "Findings", kind: "number", spare: true, sort: (item) => item.quality?.notables ?? -1, show: (item) => item.quality?.notables },
    { name: "False", kind: "number", spare: true, sort: (item) => item.quality?.false_positive_rate ?? -1, show: (item) => percent(item.quality?.false_positive_rate) },
  ], { label: "Detections", whole: true, empty: "No detection is like that.", sortBy: "Name" });

  const summary = element("p", { class: "summary", role: "status" });
  const wanted = (item) => (!state.state || item.state === state.state) && (!state.severity || item.severity === state.severity)
    && (!state.run || (item.last_run ? item.last_run.status === state.run : state.run === "never"))
    && [item.name, item.source, item.type, ...(item.mitre_attack_id ?? []), ...(item.analytic_story ?? [])].some((text) => String(text).toLowerCase().includes(state.text.toLowerCase()));

  function draw() {
    amend(["detections"], state);
    const found = items.filter(wanted);
    const of = (name) => items.filter((item) => item.state === name).length;
    summary.textContent = `${count(found.length, "detection")} of ${items.length}: ${of("enabled")} enabled, ${of("disabled")} disabled, ${of("unsupported")} unsupported${found.length > MOST_SHOWN ? `; the first ${MOST_SHOWN} are shown` : ""}`;
    table.show(found.slice(0, MOST_SHOWN));
  }
  const on = (name, control) => follow(control, state, name, draw);

  async function refresh() {
    items = (await all("detections", {}, 10_000)).sort((a, b) => a.name.localeCompare(b.name));
    draw();
  }

  const reload = may("admin") ? button("Read the files again", async () => {
    try {
      const told = await optional(send("POST", "detections/reload"));
      problems.replaceChildren(...(told ? reloadOutcome(told) : [note("You may not do that, or this daemon does not offer it.")]));
      if (told) say(`${told.loaded} detections are loaded.`);
      await refresh();
    } catch (error) {
      problems.replaceChildren(note(error.message));
    }
  }, { class: "quiet" }) : null;
  const problems = element("div", { role: "status" });

  const node = element("div", {}, element("h1", {}, "Detections"),
    element("form", { class: "filters", role: "search", "aria-label": "Filter the detections", onsubmit: (event) => event.preventDefault() },
      field("Name, technique, story …", on("text", element("input", { type: "search", value: state.text, autocomplete: "off" }))),
      field("State", on("state", select([["", "any"], "enabled", "disabled", "unsupported"], state.state))),
      field("Severity", on("severity", select([["", "any"], ...SEVERITIES], state.severity))),
      field("Last run", on("run", select([["", "any"], "done", "failed", "missed", ["never", "none yet"]], state.run))), reload),
    problems, element("div", { class: "panel" }, summary, table.node));
  return { title: "Detections", node, refresh };
}

function reloadOutcome({ added, changed, removed, kept, problems }) {
  const lines = [["Added", added], ["Changed", changed], ["Removed", removed], ["Kept, as the file is broken now", kept]]
    .filter(([, names]) => names?.length > 0).map(([title, names]) => element("li", {}, `${title}: ${names.map(visible).join(", ")}`));
  for (const problem of problems ?? []) lines.push(element("li", {}, `${visible(problem.file)}:${problem.line}:${problem.col}: ${visible(problem.message)}`));
  return [element("ul", { class: "panel compact" }, lines.length > 0 ? lines : element("li", {}, "Nothing has changed."))];
}
