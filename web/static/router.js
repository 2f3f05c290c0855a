// Addresses of views: #/findings?severity=high, #/findings/12. A view is a function of {path, parameters} that gives
// {title, node, refresh?, leave?}; `refresh` asks the daemon again and changes only what changed.

export function parse(hash) {
  const [path, rest = ""] = hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decode), parameters: Object.fromEntries(new URLSearchParams(rest)) };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not ours
  }
}

export function address(path, parameters = {}) {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const rest = pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
  return `#/${(Array.isArray(path) ? path : [path]).map(encodeURIComponent).join("/")}${rest}`;
}

// Goes there, with a place in the browser's history.
export const go = (path, parameters) => { location.hash = address(path, parameters); };

// The same view with other parameters: no new place in the history, and the view stays as it is.
export const amend = (path, parameters) => history.replaceState(null, "", address(path, parameters));
