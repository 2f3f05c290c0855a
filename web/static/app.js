// The frame of the page: who asks, which view is shown, the news, and what an operator must see to on every view.

import { ApiError, askSession, get, session, signOut, token, whenRefused } from "./api.js";
import { count, element, freshenAgo, link, say, section, visible } from "./dom.js";
import * as live from "./live.js";
import { address, parse } from "./router.js";
import { detectionView } from "./views/detection.js";
import { detectionsView } from "./views/detections.js";
import { findingView } from "./views/finding.js";
import { findingsView } from "./views/findings.js";
import { healthView } from "./views/health.js";
import { hostView } from "./views/host.js";
import { hostsView } from "./views/hosts.js";
import { loginView } from "./views/login.js";
import { overviewView } from "./views/overview.js";
import { searchView } from "./views/search.js";
import { settingsView } from "./views/settings.js";
import { sourcesView } from "./views/sources.js";

const VIEWS = [
  { path: "", name: "Overview", list: overviewView },
  { path: "findings", name: "Findings", list: findingsView, one: findingView },
  { path: "hosts", name: "Hosts", list: hostsView, one: hostView },
  { path: "detections", name: "Detections", list: detectionsView, one: detectionView },
  { path: "search", name: "Search", list: searchView },
  { path: "sources", name: "Sources", list: sourcesView },
  { path: "health", name: "Health", list: healthView },
  { path: "settings", name: "Settings", list: settingsView },
];

const $ = (id) => document.getElementById(id);
let current = null; // {title, node, refresh?, leave?}
let shownHash = null;

// --- Colours

const theme = localStorage.getItem("regwarden.theme") ?? "auto";
const setTheme = (name) => document.documentElement.setAttribute("data-theme", name);
setTheme(theme);
$("theme").value = theme;
$("theme").addEventListener("change", () => {
  localStorage.setItem("regwarden.theme", $("theme").value);
  setTheme($("theme").value);
});

// --- Views

for (const { path, name } of VIEWS) $("views").append(link(address(path ? [path] : []), name));

function markView(path) {
  VIEWS.forEach((view, index) => {
    const item = $("views").children[index];
    if (view.path === (path[0] ?? "")) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
  });
  openMenu(false);
}

const openMenu = (open) => {
  $("views").classList.toggle("open", open);
  $("menu").setAttribute("aria-expanded", String(open));
};
$("menu").addEventListener("click", () => openMenu($("menu").getAttribute("aria-expanded") !== "true"));
$("views").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  openMenu(false);
  $("menu").focus();
});

function notFound() {
  return { title: "Not found", node: element("div", {}, element("h1", {}, "There is nothing at this address"),
    element("p", {}, link("#/", "To the overview"))) };
}

async function showView() {
  const { path, parameters } = parse(location.hash);
  const view = VIEWS.find((one) => one.path === (path[0] ?? ""));
  const make = path.length <= 1 ? view?.list : path.length === 2 ? view?.one : undefined;
  put((make ?? notFound)({ path, parameters }));
  markView(path);
  shownHash = location.hash;
  await refresh();
}

function put(view) {
  current?.leave?.();
  current = view;
  document.title = `${visible(view.title)} – regwarden`;
  $("view").replaceChildren(view.node);
  showFault(null);
  if (shownHash !== null) {
    window.scrollTo(0, 0);
    const heading = $("view").querySelector("h1");
    if (heading) heading.tabIndex = -1;
    (heading ?? $("content")).focus({ preventScroll: true });
  }
}

window.addEventListener("hashchange", () => {
  if (takeToken()) return begin();
  if (location.hash === "#content") return undefined;
  return session.scopes.length > 0 ? showView() : undefined;
});
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("content").focus();
});

// --- Refresh

function showFault(error) {
  const text = error ? (error instanceof ApiError ? `${error.message}${/[.!?]$/.test(error.message) ? "" : "."}` : `The page has a fault: ${error.message}`) : "";
  if ($("fault").textContent !== text) $("fault").textContent = text;
  $("fault").hidden = text === "";
  if (error && !(error instanceof ApiError)) console.error(error);
}

let refreshing = false;
let again = false;
async function refresh() {
  if (refreshing) { // one at a time; what was asked for meanwhile comes after
    again = true;
    return;
  }
  refreshing = true;
  const view = current;
  const results = await Promise.allSettled([view?.refresh?.(), showConditions()]);
  refreshing = false;
  freshenAgo();
  if (view === current) showFault(results.find((result) => result.status === "rejected")?.reason ?? null);
  if (again) {
    again = false;
    await refresh();
  }
}

const STATES = {
  live: ["Live", "News is shown as it comes"],
  polling: ["Every 15 s", "The daemon is asked again every 15 seconds"],
  lost: ["Not connected", "The daemon does not answer just now"],
};

function showState(name) {
  const [text, title] = STATES[name];
  $("state").className = `state state-${name}`;
  $("state").title = title;
  $("state").textContent = text;
}

// Left alone while it is the same, so that it is not read out again.
let conditionsState = "[]";
async function showConditions() {
  const health = await get("status");
  const all = health.store.writing ? health.conditions : [{ condition: "stalled", since: health.store.stalled_since,
    message: health.store.error ?? "", action: "Nothing is written" }, ...health.conditions];
  const state = JSON.stringify(all.map(({ condition, subject }) => [condition, subject]));
  if (state === conditionsState) return;
  conditionsState = state;
  $("conditions").hidden = all.length === 0;
  $("conditions").replaceChildren(all.length === 0 ? "" : element("div", { class: "fault", role: "alert" },
    element("p", {}, `${count(all.length, "thing needs", "things need")} your attention: `,
      ...all.slice(0, 2).map(({ message }) => `${visible(message)}. `), link("#/health", "What to do"))));
}

// --- Who asks

// A link with #token=… (scripts/run prints one) signs in and leaves no token in the address or the history.
function takeToken() {
  const [, text] = location.hash.match(/^#token=(.+)$/) ?? [];
  if (!text) return false;
  token.set(decodeURIComponent(text));
  history.replaceState(null, "", "#/");
  return true;
}

function showFrame(signedIn) {
  $("views").hidden = $("menu").hidden = !signedIn;
  $("sign-out").hidden = !signedIn || session.kind === "anonymous";
  $("name").textContent = signedIn && session.name ? visible(session.name) : "";
  $("state").hidden = !signedIn;
  if (!signedIn) $("conditions").hidden = true;
}

function showLogin(message) {
  live.stop();
  showFrame(false);
  conditionsState = "[]";
  session.scopes = [];
  put(loginView({ message, done: begin }));
}

whenRefused((error) => {
  if (session.scopes.length > 0) showLogin(token.get() ? `You were signed out: ${error.message}` : "Please sign in again.");
});

$("sign-out").addEventListener("click", async () => {
  await signOut().catch(() => {});
  showLogin("");
  say("You are signed out.");
});

async function begin() {
  const hadToken = token.get() !== null;
  let signedIn;
  try {
    signedIn = await askSession();
  } catch (error) {
    showFrame(false);
    put({ title: "No answer", node: section("The daemon does not answer", {},
      element("p", {}, error.message), element("button", { type: "button", onclick: begin }, "Try again")) });
    return;
  }
  if (!signedIn) {
    showLogin(hadToken ? "The token was refused, or may not read." : "");
    return;
  }
  showFrame(true);
  await showView();
  live.start({ onNews: refresh, onState: showState });
}

takeToken();
begin();
