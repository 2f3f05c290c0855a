// Every view, in light and dark and on a phone: node screenshots.mjs [FOLDER]

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Daemon, SOURCE_DIR, TOKEN, launchBrowser, waitFor } from "./harness.mjs";
import { AMSI, play } from "./scenario.mjs";

const SHAPES = [
  { name: "light", options: { viewport: { width: 1280, height: 900 }, colorScheme: "light" } },
  { name: "dark", options: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" } },
  { name: "phone", options: { viewport: { width: 360, height: 740 }, colorScheme: "light", deviceScaleFactor: 2, hasTouch: true } },
];
const SEARCH = "| tstats count from datamodel=Endpoint.Registry by _time span=1h Registry.dest Registry.action | sort _time";

// The addresses of all views; those of single things follow from what is stored.
export async function views(daemon) {
  const notables = (await daemon.api("notables?limit=100")).body.items;
  const finding = notables.find(({ detection, row }) => detection === AMSI && row.dest.startsWith("ws-ann")) ?? notables[0];
  return [["overview", "#/"], ["findings", "#/findings"], ["finding", `#/findings/${finding.id}`], ["hosts", "#/hosts"],
    ["host", `#/hosts/${finding.row.dest}`], ["detections", "#/detections"], ["detection", `#/detections/${finding.detection_id}`],
    ["search", `#/search?${new URLSearchParams({ q: SEARCH, earliest: "-7d", run: "1" })}`], ["sources", "#/sources"], ["health", "#/health"], ["settings", "#/settings"]];
}

export async function openPage(context, url, hash) {
  const page = await context.newPage();
  await page.addInitScript((token) => sessionStorage.setItem("regwarden.token", token), TOKEN);
  await page.goto(`${url}/${hash}`);
  await settled(page);
  return page;
}

// Another view in the same page, as a link in it would.
export async function visit(page, hash) {
  await page.evaluate((wanted) => new Promise((done) => {
    if (location.hash === wanted) return done();
    addEventListener("hashchange", () => done(), { once: true });
    location.hash = wanted;
    return undefined;
  }), hash);
  await settled(page);
}

// Until nothing is asked any more and the view is there; the stream of news goes on, so the network is never idle.
export async function settled(page) {
  await page.waitForSelector("#view h1");
  // waitForFunction would evaluate text in the page, which its policy refuses.
  await waitFor(() => page.evaluate(() => !/Looking…|Searching…|Sending…/.test(document.querySelector("#view").innerText)), "the view to settle");
  await page.waitForTimeout(150);
}

export async function takeScreenshots(daemon, folder, url = daemon.url) {
  mkdirSync(folder, { recursive: true });
  const browser = await launchBrowser();
  try {
    for (const { name, options } of SHAPES) {
      const context = await browser.newContext({ ...options, timezoneId: "Europe/Berlin" });
      const page = await openPage(context, url, "#/");
      for (const [view, hash] of await views(daemon)) {
        await visit(page, hash);
        await page.screenshot({ path: join(folder, `${view}-${name}.png`), fullPage: true });
      }
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await page.screenshot({ path: join(folder, `login-${name}.png`), fullPage: true });
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = resolve(process.argv[2] ?? join(SOURCE_DIR, "build/screenshots"));
  const daemon = await Daemon.start();
  try {
    await play(daemon);
    await takeScreenshots(daemon, folder);
    console.log(`screenshots: ${folder}`);
  } finally {
    await daemon.stop();
  }
}
