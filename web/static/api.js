// The REST API: who asks, what it answers, and what went wrong in words for people.

const TOKEN_KEY = "regwarden.token";
const TIMEOUT_MS = 30_000;

export class ApiError extends Error {
  constructor(status, message, hint) {
    super(hint ? `${message}. ${hint[0].toUpperCase()}${hint.slice(1)}.` : message);
    this.status = status;
  }
  // The daemon does not have this route, or whoever asks may not use it: what it feeds is hidden.
  get absent() { return [403, 404, 405, 501].includes(this.status); }
}

export const session = { kind: "unknown", name: null, scopes: [], csrf: null, expires: null };
let refused = () => {};
export const whenRefused = (act) => { refused = act; };

export const token = {
  get: () => sessionStorage.getItem(TOKEN_KEY),
  set: (text) => sessionStorage.setItem(TOKEN_KEY, text),
  forget: () => sessionStorage.removeItem(TOKEN_KEY),
};

export function headers(more = {}) {
  const text = token.get();
  return { ...(text ? { Authorization: `Bearer ${text}` } : {}), ...more };
}

async function fetchAnswer(method, path, { body, signal, timeout = TIMEOUT_MS } = {}) {
  const more = body === undefined ? {} : { "Content-Type": "application/json" };
  if (method !== "GET" && session.csrf) more["X-CSRF-Token"] = session.csrf;
  const signals = [AbortSignal.timeout(timeout), ...(signal ? [signal] : [])];
  try {
    return await fetch(path, { method, headers: headers(more), cache: "no-store", credentials: "same-origin",
      signal: AbortSignal.any(signals), body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, error.name === "TimeoutError" ? "The daemon took too long to answer" : "The daemon does not answer");
  }
}

async function problem(answer) {
  const told = await answer.json().catch(() => ({}));
  const detail = told.detail ?? `The daemon answered ${answer.status} ${answer.statusText}`;
  return new ApiError(answer.status, detail, told.hint);
}

async function request(method, path, options = {}) {
  const answer = await fetchAnswer(method, path, options);
  if (answer.ok) return answer;
  const error = await problem(answer);
  if (answer.status === 401 && !options.quiet) refused(error);
  throw error;
}

// undefined values are left out; a list gives its name several times.
function query(parameters) {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined && one !== null && one !== "")
      .map((one) => [name, one]));
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

const base = "api/v1/";
export const part = encodeURIComponent;

export const get = async (path, parameters = {}, options = {}) =>
  (await request("GET", `${base}${path}${query(parameters)}`, options)).json();

export async function send(method, path, body, options = {}) {
  const answer = await request(method, `${base}${path}`, { ...options, body });
  return answer.status === 204 ? null : answer.json();
}

export const metricsText = async () => (await request("GET", "metrics")).text();

// All pages of a list, up to so many items; `cut` says that there are more.
export async function all(path, parameters = {}, most = 10_000, options = {}) {
  const items = [];
  let cursor;
  do {
    const page = await get(path, { limit: 1000, ...parameters, cursor }, options);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  items.cut = Boolean(cursor);
  return items;
}

// The answer, or undefined where this daemon has no such route or whoever asks may not use it.
export async function optional(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ApiError && error.absent) return undefined;
    throw error;
  }
}

// --- Who asks

const ALL_SCOPES = ["read", "write", "admin"];
const IMPLIED = { admin: ALL_SCOPES, write: ["read", "write"], read: ["read"] };
export const may = (scope) => session.scopes.some((own) => (IMPLIED[own] ?? [own]).includes(scope));

function become(told) {
  Object.assign(session, { kind: "unknown", name: null, scopes: [], csrf: null, expires: null }, told);
}

// True: whoever asks may read. A daemon without sessions says by its answers alone whether a token is needed.
export async function askSession() {
  try {
    become(await get("session", {}, { quiet: true }));
  } catch (error) {
    become({});
    if (error.status === 401) return false;
    if (!error.absent) throw error;
    try {
      await get("status", {}, { quiet: true });
    } catch (fault) {
      if (fault.status === 401) return false;
      throw fault;
    }
    become({ kind: token.get() ? "token" : "anonymous", scopes: ALL_SCOPES });
  }
  return may("read");
}

export async function signIn(user, password) {
  token.forget();
  become(await send("POST", "session", { user, password }, { quiet: true }));
}

export async function signOut() {
  if (session.kind === "user") await optional(send("DELETE", "session"));
  token.forget();
  become({});
}
