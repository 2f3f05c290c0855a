// From when to when: a choice of usual ranges, or two times of one's own. Relative ones stay relative ("-24h"), so that an
// address means the same tomorrow; own ones are local times and become UTC.

import { element, field, select, uniqueId } from "./dom.js";

export const RANGES = [["-1h", "Last hour"], ["-24h", "Last 24 hours"], ["-7d", "Last 7 days"], ["-30d", "Last 30 days"],
  ["-90d", "Last 90 days"], ["", "All time"], ["own", "From … to …"]];

const UNIT_MS = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

// Milliseconds since 1970 of "-24h", "now", an ISO time or epoch seconds; undefined for anything else.
export function moment(text, now = Date.now()) {
  if (!text) return undefined;
  if (text === "now") return now;
  const [, amount, unit] = text.match(/^-(\d+)([smhdw])(?:@\w+)?$/) ?? [];
  if (amount) return now - amount * UNIT_MS[unit];
  const time = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

// What <input type="datetime-local"> takes: local time without a zone.
function local(text) {
  const time = moment(text);
  if (time === undefined) return "";
  const date = new Date(time);
  return new Date(time - date.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

const utc = (text) => (text ? new Date(text).toISOString() : "");

// value: {earliest, latest}; change is called with the new one.
export function timePicker({ earliest = "", latest = "" }, change, { ranges = RANGES, label = "Time" } = {}) {
  const usual = !latest && ranges.some(([value]) => value === earliest);
  const range = select(ranges, usual ? earliest : "own");
  const from = element("input", { type: "datetime-local", step: 1, value: local(earliest) });
  const to = element("input", { type: "datetime-local", step: 1, value: local(latest) });
  const own = element("fieldset", { class: "own-range", hidden: usual },
    element("legend", { class: "unseen" }, "From and to, in local time"), field("From", from), field("To", to));
  range.id = uniqueId("range");

  const tell = () => {
    own.hidden = range.value !== "own";
    if (range.value !== "own") return change({ earliest: range.value, latest: "" });
    if (!from.value) {
      from.value = local("-24h");
      to.value = local("now");
    }
    return change({ earliest: utc(from.value), latest: utc(to.value) });
  };
  for (const control of [range, from, to]) control.addEventListener("change", tell);
  return element("div", { class: "time-picker" }, field(label, range), own);
}
