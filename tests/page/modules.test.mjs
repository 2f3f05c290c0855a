// What the page's modules compute, without a browser.

import assert from "node:assert/strict";
import test from "node:test";

process.env.TZ = "Europe/Berlin";
const STATIC = new URL("../../web/static/", import.meta.url);
const load = (name) => import(new URL(name, STATIC));
const { bucketed, goodSpan, roundUp } = await load("charts.js");
const { csv, csvCell } = await load("csv.js");
const { parseMetrics, bySilence } = await load("data.js");
const { duration, visible } = await load("dom.js");
const { fineSpan, highestIn, rollingSum, stretchesAbove } = await load("risk.js");
const { address, parse } = await load("router.js");
const { complete } = await load("spl.js");
const { moment } = await load("timepicker.js");
const { heldBackBy, periodText } = await load("views/tuning.js");
const { dataMeaning } = await load("words.js");

test("cells of CSV: quoted where they must be, and never a formula", () => {
  for (const [value, expected] of [
    ["plain", "plain"], ['say "hi"', '"say ""hi"""'], ["a,b", '"a,b"'], ["two\nlines", '"two\nlines"'],
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"], ["+1+1", "'+1+1"], ["-1-1", "'-1-1"], ["@SUM(A1)", "'@SUM(A1)"], ["\t=1", "'\t=1"],
    ["-12.5", "-12.5"], [-3, "-3"], [0, "0"], [undefined, ""], [null, ""], [["a", "b"], '"a, b"'], [{ a: 1 }, '"{""a"":1}"'],
  ]) assert.equal(csvCell(value), expected);
  assert.equal(csv(["a", "b"], [{ a: 1 }, { b: "x,y" }]), 'a,b\r\n1,\r\n,"x,y"\r\n');
});

test("characters that are not seen, or turn the text around them, are named", () => {
  assert.equal(visible("invoice\u202Efdp.exe"), "invoice[U+202E]fdp.exe");
  assert.equal(visible("a\u0000b\u200bc\ufeff"), "a[U+0000]b[U+200B]c[U+FEFF]");
  assert.equal(visible("\ud800"), "[U+D800]");
  assert.equal(visible("C:\\Größe 漢字 עברית 😀"), "C:\\Größe 漢字 עברית 😀");
});

test("completions follow from the place in the search", () => {
  const texts = (text) => complete(text, text.length).choices.map((choice) => choice.text);
  assert.deepEqual(texts("| tst"), ["tstats"]);
  assert.deepEqual(texts("| tstats count from datamodel="), ["Endpoint.Registry", "Endpoint.Processes", "Risk.All_Risk"]);
  assert.deepEqual(texts("| tstats count from datamodel=Endpoint.Processes by Processes.parent_process_i"), ["Processes.parent_process_id"]);
  assert.deepEqual(texts("| tstats count from datamodel=Endpoint.Registry by registry_value_d"), ["Registry.registry_value_data"]);
  assert.deepEqual(texts('| from datamodel:"Endpoint.Registry" | stats count by registry_hi'), ["registry_hive"]);
  assert.deepEqual(texts("| makeresults | whe"), ["where"]);
  assert.deepEqual(texts("| search dest=x"), []);
  assert.deepEqual(complete("| tst", 5).from, 2);
});

test("times: relative, ISO, epoch, and nonsense", () => {
  const now = Date.parse("2026-10-11T12:00:00Z");
  assert.equal(moment("-24h", now), now - 864e5);
  assert.equal(moment("-7d@d", now), now - 7 * 864e5);
  assert.equal(moment("now", now), now);
  assert.equal(moment("2026-10-11T12:00:00Z"), now);
  assert.equal(moment("1791720000.5"), 1791720000500);
  assert.equal(moment("yesterday"), undefined);
  assert.equal(moment(""), undefined);
});

test("buckets of days are local days, also where the clock is changed", () => {
  const from = Date.parse("2026-10-24T00:00:00+02:00");
  const to = Date.parse("2026-10-27T00:00:00+01:00");
  const event = (time) => ({ time: Date.parse(time), key: "high", count: 2 });
  const buckets = bucketed([event("2026-10-25T00:30:00+02:00"), event("2026-10-25T23:30:00+01:00"), event("2026-10-26T00:00:00+01:00"), event("2026-10-28T00:00:00+01:00")], from, to, 864e5);
  assert.deepEqual(buckets.map(({ start, counts }) => [new Date(start).toISOString(), counts.high ?? 0]),
    [["2026-10-23T22:00:00.000Z", 0], ["2026-10-24T22:00:00.000Z", 4], ["2026-10-25T23:00:00.000Z", 2]]);
  assert.equal(goodSpan(0, 24 * 36e5), 36e5);
  assert.deepEqual([0, 4, 5, 11, 41, 99, 101].map(roundUp), [4, 4, 5, 20, 50, 100, 200]);
});

test("the risk score of 24 hours: what was added goes again a day later, and adds up between", () => {
  const hours = (...pairs) => pairs.map(([time, count]) => ({ time: time * 36e5, count }));
  const told = (steps) => steps.map(({ time, value }) => [time / 36e5, value]);
  const sum = (items, from, to) => told(rollingSum(items, from * 36e5, to * 36e5));
  assert.deepEqual(sum([], 0, 48), [[0, 0]]);
  assert.deepEqual(sum(hours([10, 64]), 0, 48), [[0, 0], [10, 64], [34, 0]]);
  assert.deepEqual(sum(hours([20, 40], [10, 64]), 0, 48), [[0, 0], [10, 64], [20, 104], [34, 40], [44, 0]]);
  assert.deepEqual(sum(hours([-30, 1000], [-23, 60], [-24, 7]), 0, 48), [[0, 60], [1, 0]]); // of the day before the curve
  assert.deepEqual(sum(hours([10, 50], [34, 50]), 0, 70), [[0, 0], [10, 50], [58, 0]]); // one goes as the other comes
  assert.deepEqual(sum(hours([5, 10], [5, 20], [48, 5], [49, 9]), 0, 48), [[0, 0], [5, 30], [29, 0], [48, 5]]); // nothing after its end
  // At any moment it is what the rule would have counted then.
  const events = Array.from({ length: 200 }, (_, index) => ({ time: ((index * 7919) % 1000) * 36e4, count: (index * 31) % 90 }));
  const steps = rollingSum(events, 30 * 36e5, 90 * 36e5);
  for (let now = 30 * 36e5; now <= 90 * 36e5; now += 17 * 6e4) {
    const slow = events.filter(({ time }) => time > now - 864e5 && time <= now).reduce((total, { count }) => total + count, 0);
    assert.equal(steps.findLast(({ time }) => time <= now).value, slow);
  }
});

test("how high the score was, and how long it was above the threshold: exactly 100 is not", () => {
  const steps = [[0, 0], [10, 100], [12, 101], [15, 300], [20, 100], [30, 150]].map(([time, value]) => ({ time, value }));
  assert.deepEqual(stretchesAbove(steps, 40, 100), [{ from: 12, to: 20 }, { from: 30, to: 40 }]);
  assert.deepEqual(stretchesAbove(steps, 40, 300), []);
  assert.deepEqual([highestIn(steps, 0, 10), highestIn(steps, 0, 11), highestIn(steps, 10, 40), highestIn(steps, 16, 20), highestIn(steps, 35, 36)], [0, 100, 300, 300, 150]);
  assert.deepEqual([1, 8, 31, 91, 1000].map((days) => fineSpan(0, days * 864e5) / 6e4), [1, 15, 30, 120, 1440]);
});

test("what holds a detection's results back, in words", () => {
  assert.deepEqual(["24h", "1h", "7d", "90m", "1w", "odd"].map(periodText), ["24 hours", "1 hour", "7 days", "90 minutes", "1 week", "odd"]);
  assert.deepEqual(heldBackBy({}), []);
  assert.deepEqual(heldBackBy({ exceptions: [{}, {}], suppress: [{ fields: ["dest"], period: "1d" }], suppressions: [{ fields: ["dest", "user"], period: "4h" }] }),
    ["2 exceptions", "one finding per dest in 1 day", "one finding per dest, user in 4 hours"]);
});

test("addresses come back as they went", () => {
  const there = address(["hosts", "a/b ü%"], { text: "x&y=#", none: "", missing: undefined });
  assert.deepEqual(parse(there), { path: ["hosts", "a/b ü%"], parameters: { text: "x&y=#" } });
  assert.deepEqual(parse(""), { path: [], parameters: {} });
  assert.deepEqual(parse("#/hosts/%"), { path: ["hosts", "%"], parameters: {} });
});

test("numbers and silence", () => {
  assert.deepEqual([...parseMetrics('# HELP a x\na 1\nb{c="d"} 2\nb{c="e"} 3.5\n')], [["a", 1], ["b", 5.5]]);
  const source = (host, silent, last) => ({ host, silent, lost: 1, events: 2, last_received: last });
  const hosts = bySilence([source("A", true, "2026-01-01"), source("a", false, "2026-01-02"), source("b", true, "2026-01-01")]);
  assert.deepEqual(hosts.map(({ host, silent, lost, last }) => [host, silent, lost, last]), [["A", false, 2, "2026-01-02"], ["b", true, 1, "2026-01-01"]]);
  assert.equal(dataMeaning("DWORD (0x0000000a)"), "10");
  assert.equal(dataMeaning("0x00000000"), "0");
  assert.equal(dataMeaning("C:\\0x10"), "");
  assert.equal(duration(250), "250 ms");
});
