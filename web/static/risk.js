// The risk of one host or user over time, as the risk incident rule counts it: at each moment the sum of the scores of the
// 24 hours before it, and where that is above the rule's threshold.

import { get, optional, part } from "./api.js";
import { bucketed, goodSpan } from "./charts.js";
import { moment } from "./timepicker.js";

const HOUR_MS = 36e5;
export const WINDOW_MS = 24 * HOUR_MS;

// The rule that comes with the daemon; a copy of it with the same id may have another threshold.
const RULE_ID = "5c0b3d0e-6f7a-4b1c-9a55-0d3a6a1c7e24";
const RULE_THRESHOLD = 100;

const FINEST_MS = [6e4, 3e5, 9e5, 18e5, HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS];
const MOST_BUCKETS = 1900; // the daemon counts into 2000
export const fineSpan = (from, to) => FINEST_MS.find((span) => (to - from) / span <= MOST_BUCKETS) ?? WINDOW_MS;

// items: {time (ms), count}, in any order. Gives the sum over (time - windowMs, time] as steps {time, value}: the first at
// `from`, then one wherever it changes, up to and including `to`.
export function rollingSum(items, from, to, windowMs = WINDOW_MS) {
  const changes = new Map();
  const change = (time, amount) => changes.set(time, (changes.get(time) ?? 0) + amount);
  for (const { time, count } of items) {
    change(Math.max(from, time), count);
    change(Math.max(from, time + windowMs), -count);
  }
  const steps = [{ time: from, value: changes.get(from) ?? 0 }];
  for (const time of [...changes.keys()].filter((one) => one > from && one <= to).sort((a, b) => a - b)) {
    const { value } = steps.at(-1);
    if (changes.get(time) !== 0) steps.push({ time, value: value + changes.get(time) });
  }
  return steps;
}

// The highest value that the steps have in [from, to).
export function highestIn(steps, from, to) {
  const before = steps.findLast(({ time }) => time <= from)?.value ?? 0;
  return steps.reduce((most, { time, value }) => (time > from && time < to ? Math.max(most, value) : most), before);
}

// The stretches {from, to} in which the steps, which last until `end`, are above the threshold.
export function stretchesAbove(steps, end, threshold) {
  const stretches = [];
  steps.forEach(({ time, value }, index) => {
    const until = steps[index + 1]?.time ?? end;
    if (value <= threshold) return;
    if (stretches.at(-1)?.to === time) stretches.at(-1).to = until;
    else stretches.push({ from: time, to: until });
  });
  return stretches;
}

// Its newest risk event says under which name risk is added up; undefined where it has none. The name may be either.
export async function riskIdentity(name) {
  for (const column of ["risk_object", "normalized_risk_object"]) {
    const told = await optional(get("risk-events", { [column]: name, limit: 1 }));
    if (told?.items[0]) return told.items[0];
  }
  return undefined;
}

export const sameIdentity = ({ normalized_risk_object, risk_object_type }) => ({ normalized_risk_object, risk_object_type });

// {id, name, state, threshold} of the rule; without it, what it says as it comes.
export async function riskRule() {
  const rule = await optional(get(`detections/${part(RULE_ID)}`));
  const [, threshold] = rule?.search?.match(/\brisk_score\s*>\s*(\d+)/) ?? [];
  return { id: rule?.id, name: rule?.name, state: rule?.state, threshold: Number(threshold ?? RULE_THRESHOLD) };
}

// {buckets, spanMs, steps, to}: points added by bucket, and the sum of 24 hours as steps.
export async function riskOverTime(identity, { earliest, latest }) {
  const to = moment(latest) ?? Date.now();
  const from = moment(earliest) ?? to - 7 * WINDOW_MS;
  const spanMs = Math.max(goodSpan(from, to, 45), to - from > 5 * WINDOW_MS ? WINDOW_MS : 0);
  const start = bucketed([], from, to, spanMs)[0]?.start ?? from;
  const asked = { ...sameIdentity(identity), earliest: new Date(start - WINDOW_MS).toISOString(), latest: new Date(to).toISOString() };
  const items = await scores(asked) ?? await countedScores(asked, fineSpan(start - WINDOW_MS, to));
  return { buckets: bucketed(items, from, to, spanMs), spanMs, to,
    steps: rollingSum(items.map(({ end, count }) => ({ time: Math.min(to, end), count })), start, to) };
}

// {time, end, key, count}: scored at `time`, known at `end`. Undefined: these are too many to fetch one by one.
async function scores(asked) {
  const page = await get("risk-events", { ...asked, fields: "time,calculated_risk_score", limit: 1000 });
  if (page.next_cursor) return undefined;
  return page.items.map(({ time, calculated_risk_score: score }) => ({ time: Date.parse(time), end: Date.parse(time), key: "points", count: score ?? 0 }));
}

// What happened in one short span counts from its end on: so the sum is right at every end.
async function countedScores(asked, fineMs) {
  const told = await get("counts/risk-events", { ...asked, sum: "calculated_risk_score", span: `${fineMs / 6e4}m` });
  return told.items.map(({ time, sum }) => ({ time: Date.parse(time), end: Date.parse(time) + fineMs, key: "points", count: Number(sum ?? 0) }));
}
