// What people decide about findings: status, owner, disposition, a comment; for one finding or many.

import { get, may, optional, send, session } from "./api.js";
import { DISPOSITIONS, STATUSES } from "./data.js";
import { badge, count, element, field, form, note, say, select, shown, time, words } from "./dom.js";

const MOST_AT_ONCE = 1000;

const DISPOSITION_HINTS = { true_positive: "an attack", benign_positive: "right, but allowed", false_positive: "the detection was wrong" };
const dispositionChoices = DISPOSITIONS.map((name) => [name, DISPOSITION_HINTS[name] ? `${words(name)}: ${DISPOSITION_HINTS[name]}` : words(name)]);

// The form for one finding. `changed` is called with the finding as it is then.
export function triageForm(finding, changed) {
  if (!may("write")) return note("You may read only, so you cannot change what is decided here.");
  const status = select(STATUSES, finding.status, { name: "status" });
  const owner = element("input", { name: "owner", value: finding.owner === "unassigned" ? "" : finding.owner ?? "", autocomplete: "off", placeholder: "unassigned" });
  const disposition = select(dispositionChoices, finding.disposition, { name: "disposition" });
  const comment = element("textarea", { name: "comment", rows: 3 });
  const mine = session.name && session.kind === "user"
    ? element("button", { type: "button", class: "quiet", onclick: () => { owner.value = session.name; owner.focus(); } }, "Take it") : null;

  const node = form({ class: "stacked triage" }, async () => {
    const edit = {};
    if (status.value !== finding.status) edit.status = status.value;
    if ((owner.value.trim() || "unassigned") !== finding.owner) edit.owner = owner.value.trim() || "unassigned";
    if (disposition.value !== finding.disposition) edit.disposition = disposition.value;
    if (comment.value.trim()) edit.comment = comment.value.trim();
    if (Object.keys(edit).length === 0) throw new Error("Nothing is changed yet.");
    finding = await send("PATCH", `notables/${finding.id}`, edit);
    comment.value = "";
    say("Saved.");
    changed(finding);
  }, field("Status", status), field("Owner", owner), mine, field("What it was", disposition), field("Comment", comment),
  element("button", { type: "submit", class: "main" }, "Save"));

  // What others decided meanwhile is shown unless someone is typing here.
  node.take = (newer) => {
    if (node.contains(document.activeElement) || comment.value) return;
    finding = newer;
    status.value = newer.status;
    owner.value = newer.owner === "unassigned" ? "" : newer.owner ?? "";
    disposition.value = newer.disposition;
  };
  return node;
}

// The bar above a list: acts on the chosen ids.
export function bulkBar(chosenIds, done) {
  const leave = ["", "leave as it is"];
  const status = select([leave, ...STATUSES], "");
  const disposition = select([leave, ...DISPOSITIONS], "");
  const owner = element("input", { autocomplete: "off", placeholder: "leave as it is" });
  const comment = element("input", { autocomplete: "off" });
  const title = element("h2", { class: "bulk-title" });
  const node = form({ class: "bulk", hidden: true, "aria-label": "Change the chosen findings" }, async () => {
    const ids = chosenIds().map(Number);
    const edit = {};
    if (status.value) edit.status = status.value;
    if (disposition.value) edit.disposition = disposition.value;
    if (owner.value.trim()) edit.owner = owner.value.trim();
    if (comment.value.trim()) edit.comment = comment.value.trim();
    if (Object.keys(edit).length === 0) throw new Error("Say what is to change.");
    let changed = 0;
    for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
      changed += (await send("PATCH", "notables", { ids: ids.slice(at, at + MOST_AT_ONCE), ...edit })).changed;
    }
    comment.value = "";
    say(`${count(changed, "finding")} changed.`);
    await done();
  }, title, field("Status", status), field("What it was", disposition), field("Owner", owner), field("Comment", comment),
  element("button", { type: "submit", class: "main" }, "Change them"));

  node.show = (number) => {
    node.hidden = number === 0;
    title.textContent = `${count(number, "finding")} chosen`;
  };
  return node;
}

// Who decided what, and the comments, newest first; undefined where the daemon keeps no history.
export async function historyList(id) {
  const told = await optional(get(`notables/${id}/history`));
  if (!told) return undefined;
  if (told.items.length === 0) return note("Nobody has decided anything yet.");
  return element("ol", { class: "history" }, told.items.map((entry) => element("li", {},
    element("p", { class: "history-head" }, element("strong", {}, shown(entry.actor)), " ", time(entry.time)),
    changes(entry), entry.comment ? element("p", { class: "comment" }, shown(entry.comment)) : null)));
}

function changes({ status, owner, disposition }) {
  const parts = [];
  if (status) parts.push(element("span", {}, "status ", badge(status)));
  if (owner) parts.push(element("span", {}, "owner ", shown(owner)));
  if (disposition) parts.push(element("span", {}, "it was ", badge(disposition)));
  return parts.length === 0 ? null : element("p", { class: "changes" }, parts);
}
