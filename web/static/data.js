// Questions that several views ask, and what stands in for routes that a daemon does not have.

import { ApiError, all, get, optional } from "./api.js";
import { SEVERITIES, goodSpan } from "./charts.js";
import { moment } from "./timepicker.js";

export const OPEN_STATUSES = ["new", "in_progress", "pending"];
export const STATUSES = [...OPEN_STATUSES, "resolved", "closed"];
export const DISPOSITIONS = ["undetermined", "true_positive", "benign_positive", "false_positive", "other"];
export const isOpen = ({ status }) => status !== "resolved" && status !== "closed";
export const rank = (severity) => { const place = SEVERITIES.indexOf(severity); return place < 0 ? SEVERITIES.length : place; };

const HOUR_MS = 36e5;
const MOST_ITEMS = 5000; // that are fetched to be counted here

// Items of a list over time, by a column: {items: [{time (ms), key, count}], from, to, spanMs, cut}. Counted by the daemon
// where it can (in hours, so that days are those of this browser), else here.
export async function tally(list, { by, earliest }) {
  const to = Date.now();
  let from = moment(earliest, to);
  const parameters = earliest ? { earliest } : {};
  const items = await countedByDaemon(list, { by, parameters, days: from === undefined ? 365 : (to - from) / 864e5 })
    ?? await countedHere(list, { by, parameters });
  from ??= items.length > 0 ? Math.min(...items.map(({ time }) => time)) : to - 7 * 24 * HOUR_MS;
  return { items, from, to, spanMs: Math.max(goodSpan(from, to, 45), to - from > 5 * 24 * HOUR_MS ? 24 * HOUR_MS : 0), cut: Boolean(items.cut) };
}

async function countedByDaemon(list, { by, parameters, days }) {
  const span = days <= 1 ? "15m" : days <= 31 ? "1h" : "1d";
  try {
    const told = await get(`counts/${list}`, { ...parameters, by, span });
    return told.items.map((item) => ({ time: Date.parse(item.time), key: by ? String(item[by] ?? "") : "all", count: item.count }));
  } catch (error) {
    if (error instanceof ApiError && (error.absent || error.status === 400)) return undefined;
    throw error;
  }
}

async function countedHere(list, { by, parameters }) {
  const found = await all(list, parameters, MOST_ITEMS);
  const items = found.map((item) => ({ time: Date.parse(item.time ?? item._time), key: by ? String(item[by] ?? "") : "all", count: 1 }));
  items.cut = found.cut;
  return items;
}

// Names that stand for nobody in particular: risk incident rules leave them out, too.
const NOBODY = ["unknown", "system", "local service", "network service"];
export const isSomebody = ({ risk_object, normalized_risk_object: normalized = risk_object.toLowerCase() }) => !NOBODY.includes(normalized);

// What has gathered risk: {risk_object, risk_object_type, risk_score, count, detections, tactics, first, last}, most first.
export async function riskObjects(earliest, limit = 100) {
  const told = await optional(get("risk-objects", { earliest, limit }));
  if (told) return told.items.filter(isSomebody).toSorted((a, b) => b.risk_score - a.risk_score);
  const objects = new Map();
  for (const event of await all("risk-events", { earliest }, MOST_ITEMS)) {
    const key = `${event.risk_object_type} ${event.risk_object.toLowerCase()}`;
    const object = objects.get(key) ?? { risk_object: event.risk_object, risk_object_type: event.risk_object_type, risk_score: 0,
      count: 0, names: new Set(), tactics: [], first: event.time, last: event.time };
    object.risk_score += event.calculated_risk_score ?? event.risk_score;
    object.count += 1;
    object.names.add(event.detection);
    object.tactics = [...new Set([...object.tactics, ...[event.annotations?.["mitre_attack.mitre_tactic"] ?? []].flat()])];
    if (event.time < object.first) object.first = event.time;
    if (event.time > object.last) object.last = event.time;
    objects.set(key, object);
  }
  return [...objects.values()].filter(isSomebody).map(({ names, ...object }) => ({ ...object, detections: names.size }))
    .sort((a, b) => b.risk_score - a.risk_score).slice(0, limit);
}

// The columns that say how many detections there are may be a number or a list of names.
export const howMany = (value) => (Array.isArray(value) ? value.length : value ?? 0);

// Sources by host: what is silent, what lost events.
export function bySilence(sources) {
  const hosts = new Map();
  for (const source of sources) {
    const key = source.host.toLowerCase();
    const host = hosts.get(key) ?? { host: source.host, since: source.silent_since, silent: true, lost: 0, last: source.last_received, events: 0 };
    host.silent &&= Boolean(source.silent);
    host.lost += source.lost ?? 0;
    host.events += source.events ?? 0;
    if (source.last_received > host.last) host.last = source.last_received;
    hosts.set(key, host);
  }
  return [...hosts.values()];
}

// The daemon's counters, those of one name with different labels summed.
export function parseMetrics(text) {
  const sums = new Map();
  for (const line of text.split("\n")) {
    const [, name, value] = line.match(/^([a-z_]+)(?:\{.*\})? (\S+)$/) ?? [];
    if (name) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}
