// Who am I, tokens, users, and who changed what.

import { get, may, optional, part, send, session } from "../api.js";
import { badge, button, element, facts, field, form, note, plain, say, section, select, time, visible, words } from "../dom.js";
import { PagedTable, Table } from "../table.js";

const SCOPES = [["read", "read: look at everything"], ["write", "write: decide and tune, too"], ["admin", "admin: tokens and users, too"], ["ingest", "ingest: send events, and no more"]];
const KINDS = { user: "a user", token: "a token", anonymous: "nobody in particular: this daemon asks for no sign-in" };

export function settingsView() {
  const me = section("Who I am", {}, facts([
    ["Signed in as", session.name ?? ""], ["By", KINDS[session.kind] ?? session.kind], ["May", session.scopes.map(words).join(", ")],
    ["Until", session.expires ? time(session.expires) : ""]]));
  const own = session.kind === "user" ? passwordPart() : null;
  const parts = may("admin") ? [tokensPart(), usersPart(), auditPart()] : [];
  const told = element("div", {});
  async function refresh() {
    const there = await Promise.all(parts.map((one) => one.refresh()));
    told.replaceChildren(!may("admin") ? note("Tokens, users and the audit log are for those who may administer.")
      : there.some(Boolean) ? "" : note("This daemon keeps its tokens in its configuration only (api.tokens)."));
  }
  return { title: "Settings", node: element("div", {}, element("h1", {}, "Settings"), me, own ?? "", told, ...parts.map((one) => one.node)), refresh };
}

const LEAST_PASSWORD = 12; // characters

// The session that changes it goes on; all others of the user end.
function passwordPart() {
  const input = (autocomplete, more) => element("input", { type: "password", required: true, autocomplete, ...more });
  const old = input("current-password");
  const fresh = input("new-password", { minlength: LEAST_PASSWORD });
  const again = input("new-password");
  // Password managers ask whose password it is.
  const whose = element("input", { hidden: true, autocomplete: "username", readonly: true, value: session.name ?? "" });
  return section("Change my password", {}, form({ class: "stacked" }, async () => {
    if (fresh.value !== again.value) throw new Error("The new password is not the same twice.");
    if (fresh.value === old.value) throw new Error("The new password is the old one.");
    try {
      await send("POST", "session/password", { old: old.value, new: fresh.value });
    } catch (error) {
      if (error.status === 403 && error.message.startsWith("old:")) throw new Error("The old password is wrong.");
      throw error;
    }
    old.value = fresh.value = again.value = "";
    say("The password is changed. You stay signed in here, and are signed out everywhere else.");
  }, whose, field("Old password", old), field("New password", fresh, `At least ${LEAST_PASSWORD} characters`), field("New password again", again),
  element("button", { type: "submit", class: "main" }, "Change the password")));
}

// A list in a section that is hidden where the daemon has no such thing; refresh() says whether it has.
function listPart(title, path, table, ...more) {
  const node = section(title, { hidden: true }, table.node, ...more);
  async function refresh() {
    const told = await optional(get(path));
    node.hidden = told === undefined;
    if (told) table.show(told.items);
    return told !== undefined;
  }
  return { node, refresh };
}

async function remove(path, said, refresh) {
  try {
    await send("DELETE", path);
    say(said);
    await refresh();
  } catch (error) {
    say(error.message);
  }
}

// A second press of the button within a while is meant.
function sureButton(text, label, act) {
  let sure = false;
  const node = button(text, () => {
    if (sure) return act();
    sure = true;
    node.textContent = "Sure?";
    return setTimeout(() => { sure = false; node.textContent = text; }, 5000);
  }, { class: "quiet", "aria-label": label });
  return node;
}

const scopeBoxes = (chosen) => {
  const boxes = SCOPES.map(([name, text]) => {
    const box = element("input", { type: "checkbox", value: name });
    box.checked = chosen.includes(name);
    return { name, box, node: element("label", { class: "check" }, box, " ", text) };
  });
  return { node: element("fieldset", {}, element("legend", {}, "May"), boxes.map((one) => one.node)),
    value: () => boxes.filter(({ box }) => box.checked).map(({ name }) => name) };
};

function tokensPart() {
  const table = new Table([
    { name: "Name", kind: "wide", show: (item) => item.name },
    { name: "May", show: (item) => [item.scopes].flat().join(", ") },
    { name: "Made", kind: "short", show: (item) => time(item.created) },
    { name: "By", show: (item) => item.created_by },
    { name: "Ends", kind: "short", show: (item) => (item.revoked ? badge("revoked") : item.expires ? time(item.expires) : "never") },
    { name: "Last used", kind: "short", show: (item) => time(item.last_used) },
    { name: "", kind: "short", show: (item) => (item.revoked ? "" : sureButton("Revoke", `Revoke the token ${visible(item.name)}`, () => remove(`tokens/${part(item.id)}`, "The token is revoked.", () => made.refresh()))) },
  ], { label: "Tokens", empty: "No tokens are stored." });
  const name = element("input", { required: true, autocomplete: "off" });
  const scopes = scopeBoxes(["read"]);
  const expires = select([["30d", "in 30 days"], ["90d", "in 90 days"], ["365d", "in a year"], ["", "never"]], "90d");
  const fresh = element("div", { role: "status" });
  const adding = element("details", {}, element("summary", {}, "Make a token"), form({ class: "stacked" }, async () => {
    const token = await send("POST", "tokens", { name: name.value.trim(), scopes: scopes.value(), expires: expires.value || null });
    name.value = "";
    fresh.replaceChildren(element("div", { class: "secret" }, element("p", {}, "Copy it now: it is not shown again."), element("code", { class: "token", tabindex: 0 }, token.token)));
    await made.refresh();
  }, field("Name", name, "What it is for"), scopes.node, field("Ends", expires), element("button", { type: "submit", class: "main" }, "Make the token")), fresh);
  const made = listPart("Tokens", "tokens", table, adding);
  return made;
}

function usersPart() {
  const table = new Table([
    { name: "Name", kind: "wide", show: (item) => item.name },
    { name: "May", show: (item) => [item.scopes].flat().join(", ") },
    { name: "Made", kind: "short", show: (item) => time(item.created) },
    { name: "Last sign-in", kind: "short", show: (item) => time(item.last_login) },
    { name: "State", kind: "short", show: (item) => badge(item.disabled ? "disabled" : "enabled") },
    { name: "", kind: "short", show: (item) => element("span", { class: "buttons" },
      button(item.disabled ? "Enable" : "Disable", async () => {
        await send("PATCH", `users/${part(item.name)}`, { disabled: !item.disabled }).catch((error) => say(error.message));
        await made.refresh();
      }, { class: "quiet", "aria-label": `${item.disabled ? "Enable" : "Disable"} the user ${visible(item.name)}` }),
      sureButton("Remove", `Remove the user ${visible(item.name)}`, () => remove(`users/${part(item.name)}`, "The user is removed.", () => made.refresh()))) },
  ], { key: (item) => item.name, label: "Users", empty: "There are no users: everyone signs in with a token." });
  const name = element("input", { required: true, autocomplete: "off", autocapitalize: "none" });
  const password = element("input", { required: true, type: "password", autocomplete: "new-password" });
  const scopes = scopeBoxes(["read", "write"]);
  const adding = element("details", {}, element("summary", {}, "Add a user"), form({ class: "stacked" }, async () => {
    await send("POST", "users", { name: name.value.trim(), password: password.value, scopes: scopes.value() });
    name.value = password.value = "";
    say("The user is added.");
    await made.refresh();
  }, field("Name", name), field("Password", password), scopes.node, element("button", { type: "submit", class: "main" }, "Add the user")));
  const made = listPart("Users", "users", table, adding);
  return made;
}

// {"scopes": ["read"], "expires": null} → "scopes: read"
const detailText = (detail) => Object.entries(detail ?? {}).filter(([, value]) => value !== null && plain(value) !== "")
  .map(([name, value]) => `${words(name)}: ${plain(value)}`).join("; ");

function auditPart() {
  const table = new Table([
    { name: "Time", kind: "short", show: (item) => time(item.time) },
    { name: "Who", show: (item) => item.actor },
    { name: "From", kind: "short", show: (item) => item.peer },
    { name: "Did", kind: "short", show: (item) => item.action },
    { name: "To", show: (item) => item.object },
    { name: "Detail", kind: "wide", spare: true, show: (item) => detailText(item.detail) },
  ], { label: "Audit log", empty: "Nobody has changed anything yet." });
  const pages = new PagedTable(table, (cursor) => get("audit", { limit: 50, cursor }));
  const node = section("Who changed what", { hidden: true }, pages.node);
  async function refresh() {
    const told = await optional(get("audit", { limit: 1 }));
    node.hidden = told === undefined;
    if (told) await pages.refresh();
    return told !== undefined;
  }
  return { node, refresh };
}
