// Charts in SVG, without a library. Each comes with the same numbers as a table, behind "Show the numbers".

import { count, element, localMinute, svg } from "./dom.js";

// A picture is as wide as its panel; on a phone it is drawn half as wide, so that its texts can be read.
const isNarrow = () => globalThis.innerWidth < 640;
const widthNow = () => (isNarrow() ? 360 : 720);
const HEIGHT = 180;
const LEFT = 40;
const BOTTOM = 22;
const TOP = 8;
const DAY_MS = 864e5;

export const SEVERITIES = ["critical", "high", "medium", "low", "informational"];

// A round number at or above `value`, for the top of an axis.
export function roundUp(value) {
  if (value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].map((step) => step * power).find((step) => step >= value);
}

const dayOf = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const hourOf = new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit" });
const tickText = (time, spanMs) => (spanMs >= 20 * 36e5 ? dayOf : hourOf).format(new Date(time));

// Times of [from, to) in equal steps, days by the local calendar: items {time (ms), key, count} summed by step and key.
export function bucketed(items, from, to, spanMs) {
  const buckets = [];
  const next = stepper(spanMs);
  for (let start = next(from, 0); start < to && buckets.length < 400; start = next(start, 1)) buckets.push({ start, counts: {} });
  for (const { time, key, count: amount } of items) {
    const bucket = buckets.findLast(({ start }) => start <= time);
    if (bucket && time < to) bucket.counts[key] = (bucket.counts[key] ?? 0) + amount;
  }
  return buckets;
}

// A day is not always 24 hours long.
function stepper(spanMs) {
  if (spanMs < DAY_MS) return (time, steps) => (Math.floor(time / spanMs) + steps) * spanMs;
  return (time, steps) => {
    const date = new Date(time);
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() + steps * (spanMs / DAY_MS)).getTime();
  };
}

const SPANS_MS = [6e4, 3e5, 9e5, 36e5, 3 * 36e5, 6 * 36e5, DAY_MS, 7 * DAY_MS, 30 * DAY_MS];
export const goodSpan = (from, to, most = 60) => SPANS_MS.find((span) => (to - from) / span <= most) ?? SPANS_MS.at(-1);

// The ground of a chart over buckets of time: axes and ticks, y(value) and x(index of a bucket).
function timeGround({ buckets, spanMs, top, label }) {
  const width = widthNow();
  const step = (width - LEFT) / Math.max(1, buckets.length);
  const x = (index) => LEFT + index * step;
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, class: "chart", role: "img", "aria-label": label });
  for (const value of [0, top / 2, top]) {
    picture.append(svg("line", { x1: LEFT, x2: width, y1: y(value), y2: y(value), class: "grid-line" }),
      svg("text", { x: LEFT - 6, y: y(value) + 4, class: "tick tick-left" }, value.toLocaleString()));
  }
  const every = Math.max(1, Math.ceil(buckets.length / (isNarrow() ? 5 : 8)));
  buckets.forEach(({ start }, index) => {
    if (index % every === 0) picture.append(svg("text", { x: x(index) + step / 2, y: HEIGHT - 6, class: "tick" }, tickText(start, spanMs * every)));
  });
  return { picture, width, step, x, y };
}

const barRect = ({ x, y, step }, index, below, amount, key) => {
  const height = Math.max(1.5, y(below) - y(below + amount));
  return svg("rect", { x: x(index) + step * 0.12, y: y(below) - height, width: Math.max(1, step * 0.76), height, rx: Math.min(2, step / 6), class: `series-${key}` });
};

// Stacked bars over time. buckets: as bucketed() gives; keys: bottom to top, each a class "series-KEY".
// noun: what is counted, for those who hear it; linkOf(start, end): the address that a bar, and its row in the table, goes to.
export function timeBars({ buckets, keys, spanMs, noun, nouns = `${noun}s`, linkOf }) {
  const totals = buckets.map(({ counts }) => keys.reduce((sum, key) => sum + (counts[key] ?? 0), 0));
  const total = totals.reduce((a, b) => a + b, 0);
  const used = keys.filter((key) => buckets.some(({ counts }) => counts[key]));
  const ground = timeGround({ buckets, spanMs, top: roundUp(Math.max(0, ...totals)),
    label: `Bars: ${count(total, noun, nouns)} from ${localMinute(buckets[0]?.start ?? 0)} on. The numbers are in the table below.` });
  buckets.forEach(({ start, counts }, index) => {
    if (totals[index] === 0) return;
    const bar = svg("g", { class: linkOf ? "bar clickable" : "bar" }, svg("title", {},
      `${localMinute(start)}: ${used.filter((key) => counts[key]).map((key) => (used.length > 1 ? `${counts[key]} ${key}` : count(counts[key], noun, nouns))).join(", ")}`));
    let below = 0;
    for (const key of keys) {
      const amount = counts[key] ?? 0;
      if (amount === 0) continue;
      bar.append(barRect(ground, index, below, amount, key));
      below += amount;
    }
    if (linkOf) bar.addEventListener("click", () => { location.hash = linkOf(start, start + spanMs); });
    ground.picture.append(bar);
  });
  const heads = ["From", ...used.map((key) => (used.length > 1 ? key : nouns))];
  return element("figure", { class: "chart-figure" }, ground.picture, used.length > 1 ? legend(used.toReversed().map((key) => [`series-${key}`, key])) : null,
    numbers(heads, buckets.filter((bucket, index) => totals[index] > 0).map(({ start, counts }) => ({ start,
      href: linkOf?.(start, start + spanMs), cells: used.map((key) => (counts[key] ?? 0).toLocaleString()) }))));
}

// Steps {time, value}, the last of which lasts until `to`, as a curve over bars, with a threshold on the same axis.
// bars: {key, name}; curve: {steps, to, name, highest(start, end) → number}; threshold: {value, name}.
export function curveOverBars({ buckets, spanMs, bars, curve, threshold, label }) {
  const amounts = buckets.map(({ counts }) => counts[bars.key] ?? 0);
  const top = roundUp(Math.max(threshold.value * 1.2, ...amounts, ...curve.steps.map(({ value }) => value)));
  const ground = timeGround({ buckets, spanMs, top, label });
  const { picture, x, y } = ground;
  const endOf = (index) => buckets[index + 1]?.start ?? buckets[index].start + spanMs;
  const highest = buckets.map(({ start }, index) => curve.highest(start, endOf(index)));
  const at = (time) => {
    const index = Math.max(0, buckets.findLastIndex(({ start }) => start <= time));
    return x(index + Math.min(1, (time - buckets[index].start) / (endOf(index) - buckets[index].start)));
  };

  buckets.forEach(({ start }, index) => {
    if (amounts[index] === 0) return;
    picture.append(svg("g", { class: "bar" }, svg("title", {}, `${localMinute(start)}: ${bars.name} ${amounts[index].toLocaleString()}; ${curve.name} at most ${highest[index].toLocaleString()}`),
      barRect(ground, index, 0, amounts[index], bars.key)));
  });
  const parts = curve.steps.map(({ time, value }, index) => ({ from: at(time), to: at(curve.steps[index + 1]?.time ?? curve.to), value }));
  const limit = y(threshold.value);
  const over = parts.filter(({ value }) => value > threshold.value).map(({ from, to, value }) => `M${from} ${limit}V${y(value)}H${to}V${limit}Z`).join("");
  picture.append(svg("path", { d: over, class: "over-area" }),
    svg("line", { x1: LEFT, x2: ground.width, y1: limit, y2: limit, class: "threshold-line" }),
    svg("path", { d: parts.map(({ from, to, value }, index) => `${index === 0 ? `M${from} ` : "V"}${y(value)}H${to}`).join(""), class: "curve" }),
    svg("text", { x: LEFT + 6, y: limit - 5, class: "tick tick-start threshold-text" }, threshold.name));
  return element("figure", { class: "chart-figure" }, picture,
    legend([["curve", curve.name], [`series-${bars.key}`, bars.name], ["threshold-line", threshold.name]]),
    numbers(["From", bars.name, `${curve.name}, at most`], buckets.map(({ start }, index) => ({ start,
      cells: [amounts[index].toLocaleString(), `${highest[index].toLocaleString()}${highest[index] > threshold.value ? ` (above ${threshold.value})` : ""}`] }))
      .filter((row, index) => amounts[index] > 0 || highest[index] > 0)));
}

// Pairs of a class and a name; lines are drawn as lines.
const legend = (pairs) => element("ul", { class: "legend", "aria-hidden": "true" }, pairs.map(([kind, name]) => element("li", {},
  svg("svg", { class: "swatch", viewBox: "0 0 10 10" }, kind.startsWith("series-") ? svg("rect", { width: 10, height: 10, rx: 2, class: kind })
    : svg("line", { x1: 0, x2: 10, y1: 5, y2: 5, class: kind })), name)));

// rows: {start (ms), href?, cells}
function numbers(heads, rows) {
  const details = element("details", { class: "numbers-table" }, element("summary", {}, "Show the numbers"));
  const lines = rows.map(({ start, href, cells }) => element("tr", {},
    element("th", { scope: "row" }, href ? element("a", { href }, localMinute(start)) : localMinute(start)),
    cells.map((cell) => element("td", { class: "number" }, cell))));
  details.append(rows.length === 0 ? element("p", {}, "None.") : element("div", { class: "frame", tabindex: 0, role: "group", "aria-label": "The numbers of the chart" },
    element("table", {}, element("thead", {}, element("tr", {}, heads.map((head, index) => element("th", { scope: "col", class: index > 0 ? "number" : null }, head)))),
      element("tbody", {}, lines))));
  return details;
}

// A bar for a share of the most, beside a number in a table; says nothing the number does not.
export function meter(value, most, kind = "plain") {
  return svg("svg", { class: "meter", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { width: 100, height: 4, class: "meter-ground" }),
    svg("rect", { width: Math.max(2, (100 * value) / Math.max(1, most)), height: 4, class: `series-${kind}` }));
}

// Points on a line of time: lanes {name, kind, times (ms)}; `now` marks the moment it is about.
export function timeLanes(lanes, from, to, mark) {
  const laneHeight = 26;
  const width = widthNow();
  const left = 120;
  const height = lanes.length * laneHeight + BOTTOM;
  const x = (time) => left + ((width - left - 8) * (time - from)) / Math.max(1, to - from);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart lanes", role: "img", "aria-label":
    `Time line: ${lanes.map((lane) => `${lane.times.length} ${lane.name}`).join(", ")}. The list below has them all.` });
  lanes.forEach((lane, index) => {
    const y = index * laneHeight + laneHeight / 2;
    picture.append(svg("line", { x1: left, x2: width - 8, y1: y, y2: y, class: "grid-line" }),
      svg("text", { x: 0, y: y + 4, class: "tick tick-start" }, `${lane.name} (${lane.times.length})`));
    for (const time of lane.times.slice(0, 400)) picture.append(svg("circle", { cx: x(time), cy: y, r: 4.5, class: `point series-${lane.kind}` }));
  });
  if (mark !== undefined) picture.append(svg("line", { x1: x(mark), x2: x(mark), y1: 0, y2: height - BOTTOM, class: "mark-line" }));
  for (const share of [0, 0.5, 1]) {
    const time = from + (to - from) * share;
    picture.append(svg("text", { x: Math.min(width - 22, Math.max(left + 14, x(time))), y: height - 6, class: "tick" }, hourOf.format(new Date(time))));
  }
  return picture;
}
