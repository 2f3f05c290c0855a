// What people do with the page, in a browser against the daemon: from the first visit to the export, by keyboard, on a
// phone, in both colours, and with what an attacker may write into events.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import test, { after, before } from "node:test";
import { Daemon, TOKEN, launchBrowser, sysmonXml, waitFor } from "./harness.mjs";
import { AMSI, HOSTILE, ownEvents, play } from "./scenario.mjs";
import { openPage, settled, views, visit } from "./screenshots.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDE = { width: 1280, height: 900 };

let daemon;
let browser;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start('urgency: {rules: [{dest: "build-*", urgency: critical}]}\n'), launchBrowser()]);
  await play(daemon, { hostile: true });
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

// A page whose faults (exceptions, refused by the policy, dialogs of a script that ran) fail the test at its end.
async function withPage(options, act) {
  const context = await browser.newContext({ viewport: WIDE, timezoneId: "Europe/Berlin", ...options });
  const faults = [];
  try {
    context.on("page", (page) => {
      page.setDefaultTimeout(15_000);
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("dialog", (dialog) => { faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
      page.on("console", (message) => { if (/Content Security Policy|(Reference|Type|Range|Syntax)Error/.test(message.text())) faults.push(message.text()); });
    });
    await act(context);
  } catch (error) {
    error.message += faults.map((fault) => `\nthe page: ${fault}`).join("");
    throw error;
  } finally {
    await context.close();
  }
  assert.deepEqual(faults, []);
}

const open = (context, hash) => openPage(context, daemon.url, hash);
const heading = (page) => page.locator("#view h1").innerText();
const amsiFindings = async () => (await daemon.api(`notables?${new URLSearchParams({ detection: AMSI, limit: 1000 })}`)).body.items;
const findingOn = async (host) => (await amsiFindings()).find(({ row }) => row.dest === host);

test("from the first visit to the export", async () => {
  await withPage({ acceptDownloads: true }, async (context) => {
    const page = await context.newPage();
    await page.goto(daemon.url);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.getByLabel("Token", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("The token was refused, or may not read.").waitFor();
    await page.getByLabel("Token", { exact: true }).fill(TOKEN);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await settled(page);
    const open = (await daemon.api("notables?limit=1000")).body.items.length;
    assert.match(await page.locator(".headline").innerText(), new RegExp(`^${open} open findings`));
    assert.match(await page.locator(".line-good").innerText(), /^\d+ machines sending, \d+ detections running\.$/);
    assert.equal(await page.getByRole("img", { name: /^Bars: / }).count(), 1);

    await page.getByRole("link", { name: "Findings", exact: true }).click();
    await page.getByRole("heading", { name: "Findings", level: 1 }).waitFor();
    await page.getByLabel("User, path …").fill("ws-bob");
    await page.getByLabel("User, path …").press("Enter");
    await page.getByText("1 finding", { exact: true }).waitFor();
    await page.getByRole("link", { name: AMSI }).click();
    await settled(page);
    const bob = await findingOn("ws-bob.example.test");
    assert.equal(new URL(page.url()).hash, `#/findings/${bob.id}`);
    await page.locator(".sentence", { hasText: "reg.exe" }).waitFor();
    assert.equal(await page.locator(".sentence").innerText(), "On ws-bob.example.test, reg.exe as bob set the registry value AmsiEnable to 0x00000000 (0).");
    await page.locator("table.change").waitFor();
    assert.deepEqual((await page.locator("table.change tbody tr").allInnerTexts()).map((row) => row.split("\t").slice(0, 2)),
      [["Before", "0x00000001 (1)"], ["After", "0x00000000 (0)"]]);
    await page.getByText("reg add").first().waitFor();
    const technique = page.getByRole("link", { name: /^T1562\.001/ });
    assert.equal(await technique.getAttribute("href"), "https://attack.mitre.org/techniques/T1562/001/");
    assert.equal(await technique.getAttribute("rel"), "noreferrer noopener");
  });
});

test("triage: one finding, many at once, and its history", async () => {
  await withPage({}, async (context) => {
    const bob = await findingOn("ws-bob.example.test");
    const page = await open(context, `#/findings/${bob.id}`);
    await page.getByLabel("Status", { exact: true }).selectOption("resolved");
    await page.getByLabel("What it was").selectOption("false_positive");
    await page.getByLabel("Owner").fill("ann");
    await page.getByRole("textbox", { name: "Comment" }).fill("Bob was testing <b>our</b> scanner");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await page.locator(".history", { hasText: "Bob was testing <b>our</b> scanner" }).waitFor();
    const { body } = await daemon.api(`notables/${bob.id}`);
    assert.deepEqual([body.status, body.disposition, body.owner], ["resolved", "false_positive", "ann"]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Nothing is changed yet.").waitFor();
    const detection = await open(context, `#/detections/${bob.detection_id}`);
    await detection.getByText("of those decided").waitFor();
    await detection.close();

    await page.getByRole("link", { name: "All findings" }).click();
    await page.getByLabel("Host", { exact: true }).fill("ws-bob");
    await page.getByLabel("Host", { exact: true }).press("Enter");
    await page.getByText("No finding is like that.").waitFor();
    await page.getByLabel("Host", { exact: true }).fill("WS-Bob.*");
    await page.getByLabel("Host", { exact: true }).press("Enter");
    await page.getByText("No finding is like that.").waitFor();
    await page.getByRole("search").getByLabel("Status").selectOption("resolved");
    await page.getByRole("link", { name: AMSI }).waitFor();

    await page.getByRole("search").getByLabel("Status").selectOption("open");
    await page.getByLabel("Host", { exact: true }).fill("build-7.example.test");
    await page.getByLabel("Host", { exact: true }).press("Enter");
    await page.getByText("2 findings", { exact: true }).waitFor();
    await page.getByLabel("Choose all rows that are shown").check();
    const bulk = page.getByRole("form", { name: "Change the chosen findings" });
    await bulk.getByRole("heading", { name: "2 findings chosen" }).waitFor();
    await bulk.getByLabel("Status").selectOption("in_progress");
    await bulk.getByRole("button", { name: "Change them" }).click();
    await page.getByText("2 findings changed.").waitFor();
    const built = (await amsiFindings()).filter(({ row }) => row.dest === "build-7.example.test");
    assert.deepEqual(built.map(({ status }) => status), ["in_progress", "in_progress"]);
  });
});

test("a finding is as urgent as its host makes it, and says how severe it is where that is another", async () => {
  await withPage({}, async (context) => {
    const built = await findingOn("build-7.example.test");
    assert.notEqual(built.severity, "critical");
    const page = await open(context, "#/findings?urgency=critical&status=all&host=BUILD-*");
    await page.getByText("2 findings", { exact: true }).waitFor();
    assert.deepEqual(await page.locator("tbody .is-critical").allInnerTexts(), ["critical", "critical"]);
    await visit(page, `#/findings/${built.id}`);
    await page.locator(".badges .is-critical").waitFor();
    await page.locator(".badges", { hasText: `severity ${built.severity}` }).waitFor();
    const plain = await findingOn("ws-bob.example.test");
    await visit(page, `#/findings/${plain.id}`);
    await page.locator(`.badges .is-${plain.severity}`).waitFor();
    assert.equal((await page.locator(".badges").innerText()).includes("severity"), false);
    await visit(page, "#/hosts/build-7.example.test");
    await page.getByRole("table", { name: "Findings" }).locator(".is-critical").nth(1).waitFor();
  });
});

test("an exception is tried before it is made; without the route there is a sentence instead", async () => {
  await withPage({}, async (context) => {
    const till = await findingOn("till-1.example.test");
    const page = await open(context, `#/findings/${till.id}`);
    if (!(await daemon.offers("exceptions"))) {
      await page.getByText("This daemon takes no exceptions over the page").waitFor();
      return;
    }
    await page.getByRole("button", { name: "Make an exception …" }).click();
    const dialog = page.getByRole("dialog", { name: "Make an exception" });
    await dialog.getByLabel("Pattern for dest").fill("till-*");
    await dialog.getByRole("button", { name: "Preview" }).click();
    await dialog.locator(".preview", { hasText: "of the last 90 days would have been left out" }).waitFor();
    await dialog.getByLabel("Why").fill("The tills' own installer");
    await dialog.getByRole("button", { name: "Make the exception" }).click();
    await dialog.waitFor({ state: "detached" });
    const made = (await daemon.api("exceptions")).body.items.filter(({ reason }) => reason === "The tills' own installer");
    assert.deepEqual(made.map(({ detection, fields }) => [detection, fields.dest]), [[AMSI, "till-*"]]);
    await page.goto(`${daemon.url}/#/detections/${till.detection_id}`);
    await page.getByRole("button", { name: "Remove the exception The tills' own installer" }).click();
    await waitFor(async () => (await daemon.api("exceptions")).body.items.every(({ id }) => id !== made[0].id), "the exception to go");
  });
});

test("a detection shows what holds its results back, and what no longer does", async () => {
  const make = async (path, body) => (await daemon.api(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ detection: AMSI, ...body }) })).body;
  const made = [["exceptions", await make("exceptions", { fields: { dest: "lab-*" }, reason: "The lab", expires: "90d" })],
    ["exceptions", await make("exceptions", { fields: { dest: "old-*" }, reason: "Long ago", expires: new Date(Date.now() + 1000).toISOString() })],
    ["suppressions", await make("suppressions", { fields: ["user"], period: "4h" })]];
  await withPage({}, async (context) => {
    const asked = async () => (await daemon.api(`detections/${encodeURIComponent(AMSI)}`)).body;
    const body = await asked();
    await waitFor(async () => (await asked()).exceptions.every(({ reason }) => reason !== "Long ago"), "the exception to end");
    const page = await open(context, `#/detections/${body.id}`);
    await page.getByText("1 exception, one finding per user in 4 hours").waitFor();
    const part = page.locator("section", { has: page.getByRole("heading", { name: "Exceptions" }) });
    await part.getByText("The lab").waitFor();
    assert.equal(await part.getByText("Long ago").isVisible(), false);
    await part.getByText("Ended: 1").click();
    await part.getByText("Long ago").waitFor();
    // What a file or the configuration says.
    await visit(page, "#/detections/5c0b3d0e-6f7a-4b1c-9a55-0d3a6a1c7e24");
    await page.getByText(/^One finding per risk_object, risk_object_type in (1 day|24 hours)/).waitFor();
  });
  for (const [path, { id }] of made) if (id) await daemon.api(`${path}/${id}`, { method: "DELETE" });
});

test("a drilldown opens in Search with its time, and its rows go into a file", async () => {
  await withPage({ acceptDownloads: true }, async (context) => {
    const till = await findingOn("till-1.example.test");
    const page = await open(context, `#/findings/${till.id}`);
    await page.getByRole("link", { name: /^View the detection results/ }).click();
    await settled(page);
    assert.equal(await heading(page), "Search");
    await page.getByText(/^\d+ rows? in /).waitFor();
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
    const lines = readFileSync(await saved.path(), "utf8").split("\r\n");
    assert.match(lines[0], /^\ufeff.*\bregistry_path\b/);
    assert.ok(lines[1].includes("till-1.example.test"), lines[1]);

    await page.getByLabel("Search, in SPL").fill("| nonsense");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: /nonsense/ }).waitFor();
  });
});

test("a user signs in, decides, gets another password and signs out: the old one no longer works", async () => {
  const [name, old, fresh] = ["erin", "correct horse battery", "staple of another kind"];
  const added = await daemon.api("users", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, password: old, scopes: ["read", "write"] }) });
  assert.equal(added.status, 201);
  const signIn = async (page, password) => {
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  const ann = await findingOn("ws-ann.example.test");
  await withPage({}, async (context) => {
    const page = await context.newPage();
    await page.goto(daemon.url);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(page, "not the password");
    await page.getByText("The name or the password is wrong.").waitFor();
    await signIn(page, old);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    assert.equal(await page.locator("#name").innerText(), name);
    const [cookie] = await context.cookies();
    assert.deepEqual([cookie.name, cookie.httpOnly, cookie.sameSite], ["regwarden_session", true, "Strict"]);
    assert.equal(await page.evaluate(() => sessionStorage.length + document.cookie.length), 0);

    await visit(page, `#/findings/${ann.id}`);
    await page.getByRole("button", { name: "Take it" }).click();
    await page.getByLabel("Status", { exact: true }).selectOption("in_progress");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".history", { hasText: `user ${name}` }).waitFor();
    const { body } = await daemon.api(`notables/${ann.id}`);
    assert.deepEqual([body.status, body.owner], ["in_progress", name]);

    // Signed in elsewhere, too: that ends with the password.
    const elsewhere = await browser.newContext();
    const other = await elsewhere.newPage();
    await other.goto(daemon.url);
    await signIn(other, old);
    await other.getByRole("heading", { name: "Overview" }).waitFor();

    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByText("for those who may administer").waitFor();
    const change = async (was, next, again = next) => {
      await page.getByLabel("Old password").fill(was);
      await page.getByLabel("New password", { exact: true }).fill(next);
      await page.getByLabel("New password again").fill(again);
      await page.getByRole("button", { name: "Change the password" }).click();
    };
    await change(old, fresh, "something else");
    await page.getByText("The new password is not the same twice.").waitFor();
    await change("not the password", fresh);
    await page.getByText("The old password is wrong.").waitFor();
    await change(old, fresh);
    await page.getByText("The password is changed.").waitFor();
    assert.equal(await page.getByLabel("Old password").inputValue(), "");
    await page.reload();
    await page.getByRole("heading", { name: "Change my password" }).waitFor();
    await other.getByRole("link", { name: "Findings", exact: true }).click();
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await elsewhere.close();

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    const after = await fetch(`${daemon.url}/api/v1/session`, { headers: { Cookie: `regwarden_session=${cookie.value}` } });
    assert.ok(after.status === 401 || (await after.json()).kind === "anonymous");
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(page, old);
    await page.getByText("The name or the password is wrong.").waitFor();
    await signIn(page, fresh);
    await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
    assert.equal(await page.locator("#name").innerText(), name);
  });
});

test("#token= signs in and is gone from the address; signing out asks again", async () => {
  await withPage({}, async (context) => {
    const page = await context.newPage();
    await page.goto(`${daemon.url}/#token=${TOKEN}`);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    assert.equal(new URL(page.url()).hash, "#/");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });
});

test("addresses hold the filters; back goes back", async () => {
  await withPage({}, async (context) => {
    const page = await open(context, "#/findings?severity=medium&status=all");
    const medium = (await daemon.api("notables?limit=1000&urgency=medium")).body.items.length;
    await page.getByText(`${medium} findings`, { exact: true }).waitFor();
    await page.getByLabel("Urgency").selectOption("low");
    await page.waitForURL(/urgency=low/);
    await page.locator("tbody a").first().click();
    await page.locator(".back").waitFor();
    await page.goBack();
    await page.waitForURL(/urgency=low/);
    await settled(page);
    assert.equal(await page.getByLabel("Urgency").inputValue(), "low");
    await page.goto(`${daemon.url}/#/nothing`);
    await page.getByRole("heading", { name: "There is nothing at this address" }).waitFor();
  });
});

test("news is shown without anybody asking", async () => {
  await withPage({}, async (context) => {
    const page = await open(context, "#/findings");
    await page.getByText("new-machine").waitFor({ state: "hidden" });
    await daemon.feed([sysmonXml({ record: 5000, computer: "new-machine", ago: 60 })]);
    daemon.run(AMSI, "-10m");
    await page.getByText("new-machine").waitFor({ timeout: 25_000 });
  });
});

test("the risk of a host over time: the score of 24 hours as a curve, with the threshold of the rule", async () => {
  await withPage({}, async (context) => {
    const page = await open(context, "#/hosts/MSEDGEWIN10");
    const chart = page.locator("section", { has: page.getByRole("heading", { name: "Risk over time" }) });
    const picture = chart.getByRole("img", { name: /^Curve of the risk score of the last 24 hours/ });
    await picture.waitFor();
    // What the daemon itself adds up, over the same days.
    const events = (await daemon.api("risk-events?risk_object=MSEDGEWIN10&earliest=-8d&limit=1000")).body.items.map((item) => ({ time: Date.parse(item.time), score: item.calculated_risk_score }));
    const sums = events.map(({ time }) => events.filter((other) => other.time <= time && other.time > time - 864e5).reduce((sum, { score }) => sum + score, 0));
    const most = Math.max(...sums);
    assert.ok(most > 100, `${most}`);
    await chart.getByText(new RegExp(`highest ${most}, from .*Above 100 for `)).waitFor();
    assert.match(await picture.getAttribute("aria-label"), new RegExp(`highest ${most}, .*Above 100 for .*The numbers are in the table below`));
    await chart.getByText("Show the numbers").click();
    const cells = await chart.locator("tbody td:last-child").allInnerTexts();
    assert.ok(cells.includes(`${most} (above 100)`), cells.join());
    const rule = chart.getByRole("link", { name: "Risk Threshold Exceeded for Object Over 24 Hour Period" });
    await rule.waitFor();

    // The curve and the threshold are seen, and in their place.
    const seen = await chart.evaluate((node) => {
      const box = (selector) => node.querySelector(selector).getBoundingClientRect();
      const [whole, curve, line, text] = ["svg.chart", ".curve", ".threshold-line", ".threshold-text"].map(box);
      return { inside: [curve, text].every((one) => one.left >= whole.left - 2 && one.right <= whole.right + 2 && one.top >= whole.top - 2 && one.bottom <= whole.bottom + 2),
        stroke: getComputedStyle(node.querySelector(".curve")).stroke, above: curve.top < line.top && curve.bottom > line.top, textAbove: text.bottom <= line.top + 4 };
    });
    assert.deepEqual({ ...seen, stroke: seen.stroke !== "none" }, { inside: true, stroke: true, above: true, textAbove: true });

    // On a phone its texts can be read.
    await page.setViewportSize({ width: 360, height: 740 });
    await visit(page, "#/hosts");
    await visit(page, "#/hosts/MSEDGEWIN10");
    await picture.waitFor();
    const heights = await picture.locator("text").evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().height));
    assert.ok(Math.min(...heights) >= 12, heights.join());
    await page.setViewportSize(WIDE);

    // By the name under which the rules add up; and a name that has none.
    await visit(page, "#/hosts/ws-ann");
    await page.getByText("Never above 100.").waitFor();
    assert.ok(await page.getByRole("link", { name: AMSI }).count() > 0);
    await visit(page, "#/hosts/nobody");
    await page.getByText("No risk in this time.").first().waitFor();
  });
});

test("a message that the receiver refused is tried again", async () => {
  let taken = false; // whether the receiver takes it
  const receiver = createServer((request, response) => { request.resume(); response.writeHead(taken ? 200 : 400).end(); });
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
  const told = await Daemon.start(`notify: [{name: desk, group_for: 0s, webhook: {url: "http://127.0.0.1:${receiver.address().port}/"}}]\n`);
  try {
    await told.feed(ownEvents());
    told.run(AMSI);
    // The first one; that the receiver takes nothing is a finding, too.
    const state = async () => (await told.api("notifications")).body.items.filter(({ channel }) => channel === "desk").at(-1)?.state;
    await waitFor(async () => await state() === "failed", "the message to fail");
    await withPage({}, async (context) => {
      const page = await openPage(context, told.url, "#/health");
      const row = page.getByRole("table", { name: "Notifications" }).getByRole("row", { name: /desk/ }).last();
      const retry = row.getByRole("button", { name: /^Retry message \d+ to desk$/ });
      await retry.waitFor();
      await retry.click();
      await page.getByText(/^Message \d+: failed .*400/).waitFor();
      taken = true;
      await retry.click();
      await page.getByText(/^Message \d+: sent/).waitFor();
      assert.equal(await state(), "sent");
      await row.getByText("sent", { exact: true }).waitFor();
      assert.equal(await retry.count(), 0);

      // Somebody else was quicker: what the daemon says is told.
      await context.route("**/api/v1/notifications?*", async (route) => {
        const answer = await route.fetch();
        const list = await answer.json();
        await route.fulfill({ json: { ...list, items: list.items.map((item) => ({ ...item, state: "given_up" })) } });
      });
      await visit(page, "#/sources");
      await visit(page, "#/health");
      await retry.click();
      await page.getByText(/^Message \d+: .*sent/).waitFor();
    });
  } finally {
    await told.stop();
    receiver.close();
  }
});

test("whoever may only read sees no buttons that change", async () => {
  await withPage({}, async (context) => {
    await context.route("**/api/v1/session", (route) => route.fulfill({ json: { kind: "token", name: "reader", scopes: ["read"], csrf: null, expires: null } }));
    const page = await open(context, `#/findings/${(await findingOn("till-1.example.test")).id}`);
    await page.getByText("You may read only").waitFor();
    assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0);
    await page.goto(`${daemon.url}/#/findings`);
    await settled(page);
    assert.equal(await page.getByRole("checkbox").count(), 0);
    await page.goto(`${daemon.url}/#/settings`);
    await page.getByText("for those who may administer").waitFor();
  });
});

test("no view has a serious fault of accessibility, in light or dark", async () => {
  await withPage({ reducedMotion: "reduce" }, async (context) => {
    const page = await open(context, "#/");
    await page.evaluate(AXE); // not as a script element: the page's policy refuses those
    for (const [name, hash] of [...await views(daemon), ["login", null]]) {
      if (hash === null) await page.getByRole("button", { name: "Sign out" }).click();
      else await visit(page, name === "detections" ? `${hash}?text=amsi` : hash); // a hundred rows alike would take long
      if (hash === null) await page.getByRole("heading", { name: "Sign in" }).waitFor();
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        // What depends on the colours is their contrast alone.
        const only = colorScheme === "dark" ? { runOnly: ["color-contrast"] } : {};
        const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), { resultTypes: ["violations"], ...only });
        const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
          .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join(" | ")}`);
        assert.deepEqual(grave, [], `${name}, ${colorScheme}`);
      }
    }
  });
});

test("on a phone, and at 200 %, no view has to be moved sideways", async () => {
  await withPage({}, async (context) => {
    const page = await open(context, "#/");
    for (const [name, hash] of await views(daemon)) {
      await visit(page, hash);
      for (const viewport of [{ width: 360, height: 740 }, { width: 640, height: 450 }]) {
        await page.setViewportSize(viewport);
        const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
        assert.ok(width <= viewport.width, `${name}: ${width} at ${viewport.width}`);
      }
    }
  });
});

test("no table is cut off, at any width", async () => {
  await withPage({}, async (context) => {
    const page = await open(context, "#/");
    for (const [name, hash] of await views(daemon)) {
      await visit(page, name === "detections" ? `${hash}?text=amsi` : hash);
      await page.evaluate(() => { for (const one of document.querySelectorAll("#view details")) one.open = true; });
      for (const width of [1280, 1024, 768, 360]) {
        await page.setViewportSize({ width, height: 900 });
        const cut = await waitFor(() => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
          const found = [];
          for (const frame of document.querySelectorAll("#view .frame")) {
            const { left, right } = frame.getBoundingClientRect();
            if (frame.scrollWidth > frame.clientWidth) found.push(`${frame.getAttribute("aria-label")}: ${frame.scrollWidth} in ${frame.clientWidth}`);
            for (const cell of frame.querySelectorAll("th, td")) {
              const box = cell.getBoundingClientRect();
              if (box.width > 0 && (box.left < left - 1 || box.right > right + 1 || cell.scrollWidth > cell.clientWidth + 1)) found.push(`${frame.getAttribute("aria-label")}: ${cell.innerText.slice(0, 80)}`);
            }
          }
          done({ found, tables: document.querySelectorAll("#view .frame").length });
        })))), "the tables");
        assert.deepEqual(cut.found, [], `${name} at ${width}`);
        if (!["overview", "login"].includes(name)) assert.ok(cut.tables > 0, name);
      }
      await page.setViewportSize(WIDE);
    }
  });
});

test("what an attacker writes into events is shown and does nothing", async () => {
  await withPage({ viewport: { width: 360, height: 740 } }, async (context) => {
    const hostile = (await amsiFindings()).filter(({ row }) => row.dest.startsWith("hostile"));
    assert.equal(hostile.length, Object.keys(HOSTILE).length);
    const rows = '| from datamodel:"Endpoint.Registry" | search dest="hostile*" | table dest user registry_path process_path';
    const hashes = ["#/findings", "#/hosts", "#/sources", `#/search?${new URLSearchParams({ q: rows, earliest: "-1d", run: "1" })}`,
      ...hostile.flatMap(({ id, row }) => [`#/findings/${id}`, `#/hosts/${encodeURIComponent(row.dest)}`, `#/findings?${new URLSearchParams({ text: row.user })}`])];
    const page = await open(context, "#/");
    for (const hash of hashes) {
      await visit(page, hash);
      assert.match(await page.title(), / – regwarden$/);
      const told = await page.evaluate(() => ({ made: document.querySelectorAll("#view script, #view img").length,
        width: document.scrollingElement.scrollWidth, raw: /[\u202e\u001b\u0007\u200b]/.test(document.body.innerText) }));
      assert.deepEqual({ ...told, width: Math.max(360, told.width) }, { made: 0, width: 360, raw: false }, hash.slice(0, 200));
    }
    await visit(page, `#/findings/${hostile.find(({ row }) => row.registry_path.includes("invoice")).id}`);
    await page.locator(".path").waitFor();
    assert.ok((await page.locator(".path").innerText()).includes("invoiceU+202Efdp.exe"));
    await visit(page, `#/findings/${hostile.find(({ row }) => row.dest === "hostile-long").id}`);
    await page.getByRole("button", { name: /^Show all 60,/ }).first().click();
    assert.ok(await page.evaluate(() => document.querySelector("#view").innerText.replace(/\s/g, "").includes("a".repeat(60_000))));
  });
});

test("everything can be done with the keyboard", async () => {
  await withPage({}, async (context) => {
    const page = await open(context, "#/findings");
    const focused = () => page.evaluate(() => document.activeElement.innerText || document.activeElement.getAttribute("aria-label") || document.activeElement.id);
    const tabTo = async (wanted, most = 60) => {
      for (let step = 0; step < most; ++step) {
        await page.keyboard.press("Tab");
        if (wanted.test(await focused())) return;
      }
      assert.fail(`Tab does not come to ${wanted}; at ${await focused()}`);
    };
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "content");
    await tabTo(/^Choose finding \d+: Disable AMSI/);
    await page.keyboard.press("Space");
    await page.getByRole("heading", { name: "1 finding chosen" }).waitFor();
    await page.keyboard.press("Space");
    await tabTo(/^Disable AMSI/);
    await page.keyboard.press("Enter");
    await page.locator(".sentence").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
    await settled(page);
    await tabTo(/^\d{4}-\d\d-\d\d/);
    await page.keyboard.press("Enter");
    await page.locator("tr.details").first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-expanded")), "true");

    await page.goto(`${daemon.url}/#/search`);
    await page.getByLabel("Search, in SPL").focus();
    await page.keyboard.type("| tst");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.keyboard.type("count from datamodel=Endpoint.R");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    await page.keyboard.type("by Registry.action");
    await page.keyboard.press("Escape");
    assert.equal(await page.getByLabel("Search, in SPL").inputValue(), "| tstats count from datamodel=Endpoint.Registry by Registry.action");
    await page.keyboard.press("Control+Enter");
    await page.getByText(/^\d+ rows? in /).waitFor();
  });
});
