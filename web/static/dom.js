// Elements and how values are shown. Everything from outside becomes text nodes: no HTML is made from strings anywhere.

const LONG_CELL = 140; // characters of a value that a table shows at first
const LONG_VALUE = 1200; // and elsewhere

// Attributes: null, undefined and false leave one out, true gives it without a value; on* are listeners.
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  fill(node, attributes, children);
  return node;
}

export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  fill(node, attributes, children);
  return node;
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
}

let lastId = 0;
export const uniqueId = (prefix) => `${prefix}-${++lastId}`;

// A value as one text.
export const plain = (value) =>
  Array.isArray(value) ? value.map(plain).join(", ")
    : value !== null && typeof value === "object" ? JSON.stringify(value)
      : String(value ?? "");

// What would not be seen, or would turn the text around it: controls, bidirectional marks, zero widths, lone surrogates.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}/gu;
const code = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

// For names of controls (aria-label, title, option), where there is only text.
export const visible = (text) => plain(text).replace(UNSEEN, (character) => `[${code(character)}]`);

function pieces(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(UNSEEN)) {
    if (found.index > end) parts.push(text.slice(end, found.index));
    parts.push(found[0] === "\n" ? element("span", { class: "control" }, "↵", element("br"))
      : element("span", { class: "control", title: "a character that is not seen" }, code(found[0])));
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

// A value from outside, apart from the text around it; a long one is cut, with a button for the rest unless `whole` is
// "cut" (inside links, which hold no buttons).
export function shown(value, { most = LONG_VALUE, rest = "button", as = "bdi" } = {}) {
  const text = plain(value);
  const node = element(as, { dir: "auto", class: "value" });
  if (text.length <= most) {
    node.append(...pieces(text));
    return node;
  }
  node.append(...pieces(text.slice(0, most)), "…");
  if (rest === "cut") return node;
  const button = element("button", { type: "button", class: "plain-button", onclick: () => {
    node.replaceChildren(...pieces(text));
    node.tabIndex = -1;
    node.focus();
  } }, `Show all ${text.length.toLocaleString()} characters`);
  return element("span", {}, node, " ", button);
}

export const inCell = (value) => shown(value, { most: LONG_CELL });
export const inLink = (value) => shown(value, { most: LONG_CELL, rest: "cut" });

// --- Times

const clock = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });
const minuteClock = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" });
export const localTime = (text) => clock.format(new Date(text));
export const localMinute = (time) => minuteClock.format(new Date(time));

const utc = (text) => `${text.slice(0, 10)} ${text.slice(11).replace(/Z$/, "")} UTC`;

// Local time, as 2026-10-11 20:14:15 in every locale; UTC as its title.
export function time(text) {
  if (!text) return "";
  const [date, hours] = localTime(text).split(" ");
  return element("time", { datetime: text, title: utc(text) }, element("span", { class: "unbroken" }, date), " ", element("span", { class: "unbroken" }, hours));
}

const STEPS = [[60, "second"], [60, "minute"], [24, "hour"], [7, "day"], [4.4, "week"], [12, "month"], [Infinity, "year"]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export function agoText(text) {
  let amount = (new Date(text) - Date.now()) / 1000;
  if (Math.abs(amount) < 45) return "just now";
  for (const [size, unit] of STEPS) {
    if (Math.abs(amount) < size * 0.95 || size === Infinity) return relative.format(Math.round(amount), unit);
    amount /= size;
  }
  return "";
}

export function ago(text) {
  if (!text) return "";
  return element("time", { datetime: text, class: "ago", title: `${localTime(text)} (${utc(text)})` }, agoText(text));
}

export function freshenAgo() {
  for (const node of document.querySelectorAll("time.ago")) node.textContent = agoText(node.dateTime);
}

// What is written in the control becomes a member of the state, and then it is drawn.
export function follow(control, state, name, redraw) {
  control.addEventListener("input", () => {
    state[name] = control.value.trim();
    redraw();
  });
  return control;
}

// Draws anew only what has changed: else focus, opened details and what is being read would be lost with every refresh.
const drawn = new WeakMap();
export function draw(place, state, make) {
  const text = JSON.stringify(state);
  if (drawn.get(place) === text) return;
  drawn.set(place, text);
  place.replaceChildren(...[make()].flat());
}

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString()} ${number === 1 ? one : many}`;

export function bytes(number) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (number >= 1024 && unit < units.length - 1) { number /= 1024; ++unit; }
  return `${unit === 0 ? number : number.toFixed(1)} ${units[unit]}`;
}

// Puts the view in place of what stood there while it was asked for; the focus goes from heading to heading.
export function replaceView(node, ...nodes) {
  const focused = node.contains(document.activeElement);
  node.replaceChildren(...nodes);
  const heading = node.querySelector("h1");
  if (!focused || !heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

// --- Small pieces of a page

const WORDS = { in_progress: "in progress", true_positive: "true positive", benign_positive: "benign positive",
  false_positive: "false positive", given_up: "given up",
  system: "host" }; // a type of risk object
export const words = (name) => WORDS[name] ?? visible(name).replaceAll("_", " ");

const KNOWN_BADGE = /^[a-z_]+$/;
export const badge = (name) =>
  element("span", { class: KNOWN_BADGE.test(name ?? "") ? `badge is-${name}` : "badge" }, words(name));

// A sentence of the daemon's with `commands` in it.
export const withCode = (text) => visible(text).split("`").map((piece, index) => (index % 2 === 1 ? element("code", {}, piece) : piece));

export const link = (href, ...children) => element("a", { href }, ...children);

export function button(text, onclick, attributes = {}) {
  return element("button", { type: "button", onclick, ...attributes }, text);
}

// Pairs of a name and a value or node; what has no value is left out.
export function facts(pairs) {
  const node = element("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    if (value === undefined || value === null || value === "" || value.length === 0) continue;
    node.append(element("div", {}, element("dt", {}, name), element("dd", {}, value instanceof Node ? value : shown(value))));
  }
  return node;
}

// A part of a view with a heading; the heading's id names it for those who hear the page.
export function section(title, attributes, ...children) {
  const id = uniqueId("part");
  return element("section", { "aria-labelledby": id, ...attributes, class: `panel ${attributes?.class ?? ""}` },
    element("h2", { id }, title), ...children);
}

export const note = (...text) => element("p", { class: "note" }, ...text);

// A field with its label.
export function field(label, control, hint) {
  control.id ||= uniqueId("field");
  const hintId = hint ? `${control.id}-hint` : null;
  if (hintId) control.setAttribute("aria-describedby", hintId);
  return element("div", { class: "field" }, element("label", { for: control.id }, label), control,
    hint ? element("p", { id: hintId, class: "hint" }, hint) : null);
}

// choices: values, or pairs of value and text.
export function select(choices, chosen, attributes = {}) {
  return element("select", attributes, choices.map((choice) => {
    const [value, text] = Array.isArray(choice) ? choice : [choice, words(choice)];
    return element("option", { value, selected: value === chosen }, text);
  }));
}

// Says something to those who hear the page, and shows it for a while to those who see it.
let sayTimer;
export function say(text) {
  const place = document.getElementById("announcement");
  place.textContent = text;
  place.classList.add("seen");
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => place.classList.remove("seen"), 6000);
}

// The form's submit runs `act`; its fault is shown in the form, and the button waits meanwhile.
export function form(attributes, act, ...children) {
  const fault = element("p", { class: "fault", role: "alert", hidden: true });
  const node = element("form", { ...attributes, onsubmit: async (event) => {
    event.preventDefault();
    const submit = event.submitter;
    fault.hidden = true;
    if (submit) submit.disabled = true;
    try {
      await act(new FormData(node), submit);
    } catch (error) {
      fault.textContent = error.message;
      fault.hidden = false;
    } finally {
      if (submit) submit.disabled = false;
    }
  } }, ...children, fault);
  return node;
}
