// "Make an exception": what is known and harmless makes no finding any more. It is tried over the stored findings first,
// so that nobody silences more than was meant.

import { may, send } from "./api.js";
import { count, element, field, form, inCell, link, note, plain, say, select, time, visible } from "./dom.js";
import { address } from "./router.js";

const USUAL = ["dest", "user", "process_path", "process_name", "registry_path", "registry_value_name", "process"];
const CHOSEN_AT_FIRST = ["dest", "registry_path", "process_path"];
const NEVER_SAME = /time|count|guid|^_/i; // columns that no two findings have in common

const columnsOf = (row) => Object.keys(row).filter((name) => !NEVER_SAME.test(name) && plain(row[name]) !== "")
  .sort((a, b) => (USUAL.indexOf(a) + 1 || 99) - (USUAL.indexOf(b) + 1 || 99) || a.localeCompare(b));

// The form; `done` is called when the exception is made. row: the columns to choose from.
export function exceptionForm({ detection, row }, done) {
  const rows = columnsOf(row).map((name) => columnRow(name, row[name]));
  const scope = select([["this", `only ${visible(detection)}`], ["*", "every detection"]], "this");
  const reason = element("input", { required: true, autocomplete: "off" });
  const expires = select([["30d", "in 30 days"], ["90d", "in 90 days"], ["365d", "in a year"], ["", "never"]], "90d");
  const preview = element("div", { class: "preview", role: "status" });

  const asked = () => {
    const chosen = rows.filter(({ box }) => box.checked);
    if (chosen.length === 0) throw new Error("Choose at least one column: otherwise every finding would match.");
    return { detection: scope.value === "*" ? "*" : detection, fields: Object.fromEntries(chosen.map(({ name, pattern }) => [name, pattern.value])) };
  };

  return form({ class: "stacked exception" }, async (data, submit) => {
    if (submit?.value === "preview") {
      preview.replaceChildren(previewOf(await send("POST", "exceptions/preview", { ...asked(), earliest: "-90d" })));
      return;
    }
    const until = expires.value ? new Date(Date.now() + parseInt(expires.value, 10) * 864e5).toISOString() : null;
    const made = await send("POST", "exceptions", { ...asked(), reason: reason.value.trim(), expires: until });
    say("The exception is made: such results make no finding any more.");
    done(made);
  }, note("A result whose chosen columns all match makes no finding any more. ", element("code", {}, "*"), " stands for any text; case does not matter."),
  element("fieldset", {}, element("legend", {}, "Columns that must match"), rows.map(({ node }) => node)),
  field("For", scope), field("Why", reason, "Whoever reads this in a year should understand it."), field("It ends", expires),
  preview,
  element("div", { class: "buttons" },
    element("button", { type: "submit", value: "preview", formnovalidate: true }, "Preview"),
    element("button", { type: "submit", value: "make", class: "main" }, "Make the exception")));
}

function columnRow(name, value) {
  const pattern = element("input", { value: plain(value).slice(0, 4096), "aria-label": `Pattern for ${visible(name)}`, autocomplete: "off", spellcheck: "false", dir: "auto" });
  const box = element("input", { type: "checkbox" });
  box.checked = CHOSEN_AT_FIRST.includes(name);
  pattern.addEventListener("input", () => { box.checked = true; });
  return { name, box, pattern, node: element("div", { class: "column-row" }, element("label", {}, box, " ", visible(name)), pattern) };
}

function previewOf({ matched, looked_at: lookedAt, items }) {
  if (matched === 0) return element("p", {}, `None of the ${lookedAt.toLocaleString()} stored findings of the last 90 days would have been left out.`);
  return element("div", {}, element("p", {}, element("strong", {}, `${count(matched, "finding")} of ${lookedAt.toLocaleString()}`),
    " of the last 90 days would have been left out:"),
  element("ul", { class: "compact" }, items.slice(0, 20).map((item) => element("li", {}, time(item.time), " ",
    item.kind === "notable" ? link(address(["findings", item.id]), `finding ${item.id}`) : `risk event ${item.id}`, " ",
    inCell(item.detection), " ", inCell(item.row?.dest ?? "")))),
  items.length > 20 ? element("p", {}, `… and ${matched - 20} more.`) : null);
}

// Opens the form in a dialog; focus comes back to where it was.
export function openExceptionDialog(finding) {
  if (!may("write")) return;
  const title = element("h2", { id: "exception-title" }, "Make an exception");
  const dialog = element("dialog", { "aria-labelledby": "exception-title", class: "wide-dialog" });
  dialog.append(element("div", { class: "dialog-head" }, title,
    element("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Close")),
  exceptionForm({ detection: finding.detection, row: finding.row ?? {} }, () => dialog.close()));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
