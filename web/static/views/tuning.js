// How one detection is tuned: its filter, exceptions and suppressions. Where the daemon has no such thing the part is hidden.

import { get, may, optional, part, send } from "../api.js";
import { button, count, draw, element, facts, field, form, note, say, section, select, time, visible } from "../dom.js";
import { exceptionForm } from "../exceptions.js";

// The macro at the end of the detection's search.
export function filterPart(detection) {
  const search = element("textarea", { rows: 3, spellcheck: "false", class: "code" });
  const body = element("div", {});
  const node = section("Filter", { hidden: true }, note("Added to the end of the search, in SPL: only results that pass it are kept."), body);
  const path = `detections/${part(detection.id)}/filter`;
  let saved;

  async function refresh() {
    const told = await optional(get(path).catch((error) => {
      if (error.status === 409) return undefined; // its search ends in no filter macro: Sigma rules, for one
      throw error;
    }));
    node.hidden = !told;
    if (!told || told.search === saved) return;
    saved = told.search;
    if (document.activeElement !== search) search.value = told.search ?? "";
    search.readOnly = !may("write");
    if (body.childElementCount > 0) return;
    body.append(form({ class: "stacked" }, async (data, submit) => {
      const remove = submit?.value === "remove";
      if (remove) await send("DELETE", path);
      else await send("PUT", path, { search: search.value });
      saved = undefined;
      say(remove ? "The filter is removed." : "The filter is in service.");
      await refresh();
    }, field(visible(told.macro), search, 'Such as: NOT dest="build-*"'),
    may("write") ? element("div", { class: "buttons" }, element("button", { type: "submit", value: "save", class: "main" }, "Save"),
      element("button", { type: "submit", value: "remove", formnovalidate: true }, "Remove")) : null));
  }
  return { node, refresh };
}

// The daemon says with the detection which of the items are in force for it; those that have ended are out of the way.
function drawLists(list, items, inForce, { of, none, row }) {
  draw(list, [items, inForce], () => {
    const isInForce = ({ id }) => inForce?.some((one) => one.id === id);
    const active = items.filter((item) => isInForce(item) || (inForce === undefined && of(item)));
    const ended = items.filter((item) => of(item) && !active.includes(item));
    return [...(active.length === 0 ? [element("li", {}, note(none))] : active.map(row)),
      ended.length === 0 ? "" : element("li", {}, element("details", {}, element("summary", {}, `Ended: ${ended.length}`), element("ul", { class: "plain-list" }, ended.map(row))))];
  });
}

// In a few words what holds results of the detection back; empty where nothing does.
export function heldBackBy({ exceptions = [], suppressions = [], suppress = [] }) {
  const rules = [...suppress, ...suppressions];
  return [exceptions.length > 0 ? count(exceptions.length, "exception") : "", ...rules.map(({ fields, period }) => `one finding per ${fields.join(", ")} in ${periodText(period)}`)].filter(Boolean);
}

const UNITS = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };
export function periodText(period) {
  const [, amount, unit] = String(period).match(/^(\d+)([smhdw])$/) ?? [];
  return amount ? count(Number(amount), UNITS[unit]) : String(period);
}

const belongs = (detection) => (item) => item.detection === "*" || [detection.id, detection.name].includes(item.detection);

function removable(list, path, what, refresh) {
  return (item) => element("li", { class: "removable" }, facts([
    ...Object.entries(item.fields && !Array.isArray(item.fields) ? item.fields : {}),
    ["Columns", Array.isArray(item.fields) ? item.fields : ""], ["For", item.period ? periodText(item.period) : ""], ["Every detection", item.detection === "*" ? "yes" : ""],
    ["Why", item.reason], ["By", item.actor], ["Since", time(item.created)], ["Ends", item.expires ? time(item.expires) : ""]]),
  may("write") ? button("Remove", async (event) => {
    event.target.disabled = true;
    try {
      await send("DELETE", `${path}/${part(item.id)}`);
      say(`The ${what} is removed.`);
      await refresh();
      list.closest("section")?.querySelector("summary, button, h2")?.focus();
    } catch (error) {
      say(error.message);
      event.target.disabled = false;
    }
  }, { class: "quiet", "aria-label": `Remove the ${what} ${visible(item.reason ?? item.id)}` }) : null);
}

// `changed`: something was made or removed; the view asks for the detection again.
export function exceptionsPart(detection, changed) {
  const list = element("ul", { class: "plain-list" });
  const add = element("div", {});
  const node = section("Exceptions", { hidden: true }, list, add);
  async function refresh(newer) {
    const told = await optional(get("exceptions"));
    node.hidden = !told;
    if (!told) return;
    drawLists(list, told.items, newer.exceptions, { of: belongs(detection), none: "None. They are made from a finding, or here.",
      row: removable(list, "exceptions", "exception", changed) });
    if (add.childElementCount === 0 && may("write")) await offerAdding();
  }
  // The columns of its newest finding are those that an exception can name.
  async function offerAdding() {
    const newest = (await get("notables", { detection_id: detection.id, limit: 1 })).items[0];
    if (!newest || add.childElementCount > 0) return;
    const details = element("details", {}, element("summary", {}, "Make an exception"));
    details.append(exceptionForm({ detection: detection.name, row: newest.row ?? {} }, () => {
      details.open = false;
      return changed();
    }));
    add.append(details);
  }
  return { node, refresh };
}

export function suppressionsPart(detection, changed) {
  const own = element("div", {});
  const list = element("ul", { class: "plain-list" });
  const add = element("div", {});
  const node = section("Suppressions", { hidden: true }, note("After a finding, more with the same values in these columns are held back for a while."), own, list, add);
  async function refresh(newer) {
    const told = await optional(get("suppressions"));
    node.hidden = !told;
    if (!told) return;
    const fixed = newer.suppress ?? [];
    draw(own, fixed, () => fixed.map(({ fields, period }) => element("p", {}, `One finding per ${fields.map(visible).join(", ")} in ${periodText(period)}: `,
      element("span", { class: "faint" }, "from its file or the configuration."))));
    drawLists(list, told.items, newer.suppressions, { of: belongs(detection), none: fixed.length > 0 ? "None besides." : "None.",
      row: removable(list, "suppressions", "suppression", changed) });
    if (add.childElementCount === 0 && may("write")) add.append(adding());
  }
  function adding() {
    const columns = element("input", { value: "dest", required: true, autocomplete: "off", spellcheck: "false" });
    const period = select([["1h", "an hour"], ["4h", "4 hours"], ["24h", "a day"], ["7d", "a week"]], "24h");
    const details = element("details", {}, element("summary", {}, "Suppress repeats"));
    details.append(form({ class: "stacked" }, async () => {
      const fields = columns.value.split(/[\s,]+/).filter(Boolean);
      await send("POST", "suppressions", { detection: detection.name, fields, period: period.value });
      say("Repeats are held back from now on.");
      details.open = false;
      await changed();
    }, field("Columns", columns, "Separated by commas"), field("For", period), element("button", { type: "submit", class: "main" }, "Suppress")));
    return details;
  }
  return { node, refresh };
}

