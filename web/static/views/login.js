// Sign in: as a user, or with a token.

import { askSession, signIn, token } from "../api.js";
import { element, field, form, note, section } from "../dom.js";

export function loginView({ message, done }) {
  const user = element("input", { name: "user", autocomplete: "username", required: true, autocapitalize: "none", spellcheck: "false" });
  const password = element("input", { name: "password", type: "password", autocomplete: "current-password", required: true });
  const text = element("input", { name: "token", type: "password", autocomplete: "off", required: true, spellcheck: "false" });

  const asUser = form({ class: "stacked" }, async () => {
    try {
      await signIn(user.value, password.value);
    } catch (error) {
      if (error.absent) throw new Error("This daemon has no users: sign in with a token.");
      if (error.status === 401) throw new Error("The name or the password is wrong.");
      throw error;
    }
    await done();
  }, field("Name", user), field("Password", password), element("button", { type: "submit", class: "main" }, "Sign in"));

  const asToken = form({ class: "stacked", id: "token-form" }, async () => {
    token.set(text.value.trim());
    text.value = "";
    if (!(await askSession())) {
      token.forget();
      throw new Error("The token was refused, or may not read.");
    }
    await done();
  }, field("Token", text, "It is kept in this tab only, until the tab is closed."),
  element("button", { type: "submit", class: "main" }, "Continue"));

  return { title: "Sign in", node: element("div", { class: "login" }, element("h1", {}, "Sign in"),
    message ? element("p", { class: "fault", role: "alert" }, message) : null,
    section("With a token", {}, asToken),
    section("As a user", {}, asUser),
    note("The log of the first start shows a token; others are made on the daemon's machine: ", element("code", {}, "regwarden token add NAME --scope admin"), ".")) };
}
