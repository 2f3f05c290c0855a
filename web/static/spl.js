// An editor for SPL: a text field that offers commands, data models and fields as one types. Arrow keys choose, Enter or
// Tab takes, Escape closes; Ctrl+Space opens. The field stays an ordinary one for those who want no help.

import { element, uniqueId } from "./dom.js";

const COMMANDS = { bin: "round times or numbers into steps", convert: "change how values are written", dedup: "keep the first of equal rows", eval: "compute a column",
  eventstats: "add an aggregate to every row", fields: "keep or drop columns", fillnull: "give empty values a text", format: "rows as a search expression", head: "the first rows",
  inputlookup: "the rows of a lookup table", join: "add columns of another search", lookup: "add columns of a lookup table", makemv: "split into several values", makeresults: "rows out of nothing",
  mvexpand: "a row for each of several values", rare: "the rarest values", regex: "keep rows that match", rename: "other names for columns", return: "values for the search around",
  reverse: "the other way round", rex: "take parts of a text", search: "keep rows that match", sort: "order the rows", stats: "aggregates by columns", table: "choose columns and their order",
  tail: "the last rows", top: "the most common values", tstats: "count events of a data model, fast", where: "keep rows where it is true", from: "events of a data model as rows", datamodel: "events of a data model as rows" };
const MODELS = ["Endpoint.Registry", "Endpoint.Processes", "Risk.All_Risk"];
const REGISTRY = ["_time", "action", "dest", "user", "registry_hive", "registry_path", "registry_key_name", "registry_value_name", "registry_value_data", "registry_value_type", "process_guid",
  "process_id", "process_name", "process_path", "status", "vendor_product"];
const PROCESSES = ["_time", "action", "dest", "user", "process", "process_name", "process_path", "process_id", "process_guid", "process_hash", "process_integrity_level", "process_current_directory",
  "original_file_name", "parent_process", "parent_process_name", "parent_process_path", "parent_process_id", "parent_process_guid", "parent_user", "vendor_product"];
const RISK = ["_time", "risk_object", "risk_object_type", "risk_score", "calculated_risk_score", "risk_message", "search_name", "source", "annotations.mitre_attack"];
const AGGREGATES = ["count", "dc(", "values(", "min(", "max(", "sum(", "avg(", "earliest(", "latest(", "list("];
const MOST_OFFERED = 12;

// What fits before the cursor: {from, choices: [{text, hint}]}.
export function complete(text, at) {
  const before = text.slice(0, at);
  const word = before.match(/[\w.:"]*$/)[0];
  const from = at - word.length;
  const lead = before.slice(0, from);
  const starting = (names, hint = () => "") => names.filter((name) => name.toLowerCase().startsWith(word.toLowerCase()) && name !== word).map((name) => ({ text: name, hint: hint(name) }));
  const offer = (choices) => ({ from, choices: choices.slice(0, MOST_OFFERED) });

  if (/(^|\||\[)\s*$/.test(lead)) return offer(starting(Object.keys(COMMANDS), (name) => COMMANDS[name]));
  if (/datamodel\s*[=:]\s*"?$/i.test(lead)) return offer(starting(MODELS));
  const [model, prefix] = /Endpoint\.Processes/i.test(text) ? [PROCESSES, "Processes"] : /All_Risk|index=risk/i.test(text) ? [RISK, "All_Risk"] : [REGISTRY, "Registry"];
  const dotted = word.match(/^(Registry|Processes|All_Risk)\./i);
  if (dotted) {
    const own = { registry: REGISTRY, processes: PROCESSES, all_risk: RISK }[dotted[1].toLowerCase()];
    return offer(starting(own.map((name) => `${dotted[1]}.${name}`)));
  }
  if (word.length < 2) return offer([]);
  const stage = lead.slice(lead.lastIndexOf("|") + 1);
  const inTstats = /^\s*tstats\b/i.test(stage);
  const fields = inTstats ? model.filter((name) => name !== "_time").map((name) => `${prefix}.${name}`) : model;
  const byName = inTstats ? fields.filter((name) => name.toLowerCase().includes(`.${word.toLowerCase()}`)).map((name) => ({ text: name, hint: "" })) : [];
  return offer([...starting(fields), ...byName, ...(/^\s*(tstats|stats|eventstats)\b/i.test(stage) ? starting(AGGREGATES) : [])]);
}

export function splEditor(value, submit) {
  const id = uniqueId("spl");
  const list = element("ul", { id: `${id}-list`, role: "listbox", "aria-label": "Completions", class: "completions", hidden: true });
  const area = element("textarea", { id, rows: 5, spellcheck: "false", autocapitalize: "none", autocomplete: "off", class: "code", role: "combobox", "aria-autocomplete": "list",
    "aria-expanded": "false", "aria-controls": list.id, "aria-describedby": `${id}-hint` });
  area.value = value;
  let offered = { from: 0, choices: [] };
  let active = -1;

  function close() {
    list.hidden = true;
    active = -1;
    area.setAttribute("aria-expanded", "false");
    area.removeAttribute("aria-activedescendant");
  }
  function choose(index) {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return area.removeAttribute("aria-activedescendant");
    area.setAttribute("aria-activedescendant", list.children[index].id);
    return list.children[index].scrollIntoView({ block: "nearest" });
  }
  function open() {
    offered = complete(area.value, area.selectionStart);
    if (offered.choices.length === 0) return close();
    list.replaceChildren(...offered.choices.map(({ text, hint }, index) => element("li", { id: `${id}-${index}`, role: "option", "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); take(index); } }, element("code", {}, text), hint ? element("span", { class: "faint" }, ` ${hint}`) : null)));
    list.hidden = false;
    area.setAttribute("aria-expanded", "true");
    return choose(-1);
  }
  function take(index) {
    const { text } = offered.choices[index];
    area.setRangeText(text.endsWith("(") || text.endsWith(".") ? text : `${text} `, offered.from, area.selectionStart, "end");
    close();
    area.dispatchEvent(new Event("change"));
  }

  area.addEventListener("input", open);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      close();
      submit();
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      open();
    } else if (!list.hidden && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose((active + step + offered.choices.length) % offered.choices.length);
    } else if (!list.hidden && active >= 0 && ["Enter", "Tab"].includes(event.key)) {
      event.preventDefault();
      take(active);
    } else if (!list.hidden && event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  const node = element("div", { class: "spl" }, element("label", { for: id }, "Search, in SPL"), area, list,
    element("p", { id: `${id}-hint`, class: "hint" }, "Ctrl+Enter runs it. Completions: arrow keys choose, Enter or Tab takes, Escape closes, Ctrl+Space opens."));
  return { node, area };
}
