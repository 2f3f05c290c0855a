// What a finding says, in words for people who do not read registry paths every day.

import { element, inLink, shown } from "./dom.js";

export const first = (value) => (Array.isArray(value) ? value[0] : value);

// Whom a finding concerns: of several, which stand there a line each, the first.
const firstLine = (text) => (text ?? "").split("\n", 1)[0];
export const hostOf = (finding) => firstLine(finding.dest);
export const userOf = (finding) => {
  const user = firstLine(finding.user);
  return user === "unknown" ? "" : user;
};

const isReal = (value) => value !== undefined && value !== null && value !== "" && value !== "unknown" && value !== "-" && value !== "null";
const strong = (value) => element("strong", {}, inLink(first(value)));

// "0x00000000" and "DWORD (0x00000000)" are 0 to people.
export function dataMeaning(data) {
  const [, digits] = String(data ?? "").match(/^(?:[DQ]WORD \()?0x([0-9a-f]{1,16})\)?$/i) ?? [];
  return digits === undefined ? "" : BigInt(`0x${digits}`).toString();
}

// One sentence of nodes: who did what where, from the columns that the row has.
export function whatHappened(finding) {
  const row = finding.row ?? {};
  const host = hostOf(finding);
  const parts = [];
  if (isReal(host)) parts.push("On ", strong(host), ", ");
  const program = [row.process_name, row.process_path].map(first).find(isReal);
  const user = userOf(finding);
  const by = isReal(user) ? [" as ", strong(user)] : [];

  if (isReal(first(row.registry_path)) || isReal(first(row.registry_key_name))) {
    const value = first(row.registry_value_name);
    const data = first(row.registry_value_data);
    parts.push(isReal(program) ? strong(program) : "a program", ...by);
    if (isReal(data)) {
      parts.push(" set the registry value ", strong(isReal(value) ? value : row.registry_path), " to ", strong(data));
      const meaning = dataMeaning(data);
      if (meaning !== "") parts.push(` (${meaning})`);
    } else {
      parts.push(/delet/i.test(first(row.action) ?? "") ? " deleted " : " changed ", "the registry entry ", strong(isReal(value) ? value : row.registry_path ?? row.registry_key_name));
    }
    parts.push(".");
    return parts;
  }
  if (isReal(program) || isReal(first(row.process))) {
    parts.push(isReal(program) ? strong(program) : strong(row.process), " was started", ...by);
    const parent = [row.parent_process_name, row.parent_process].map(first).find(isReal);
    if (isReal(parent)) parts.push(" by ", strong(parent));
    parts.push(".");
    return parts;
  }
  const object = first(row.risk_object);
  if (isReal(object) && row.risk_score !== undefined) {
    return [strong(object), ` gathered a risk score of ${first(row.risk_score)} from several detections.`];
  }
  if (isReal(host)) return ["The detection found a match on ", strong(host), ...(isReal(user) ? [" for ", strong(user)] : []), "."];
  if (isReal(first(row.message))) return [shown(first(row.message)), "."]; // what the daemon finds about itself
  return ["The detection found a match."];
}

// What someone can do now; the detection's own texts come beside it.
export function whatToDo(finding) {
  const host = hostOf(finding);
  const user = userOf(finding);
  const row = finding.row ?? {};
  const steps = [];
  if (isReal(user)) steps.push(["Ask ", shown(user), " (or whoever administers the machine) whether this was meant."]);
  else steps.push(["Ask whoever administers the machine whether this was meant."]);
  steps.push(["Look at what happened around it: the time line and the searches below."]);
  if (isReal(first(row.registry_path))) steps.push(["If it was not meant, put the value back and find out which program set it."]);
  else steps.push(["If it was not meant, stop the program and find out what started it."]);
  if (isReal(host)) steps.push(["If you cannot explain it, take ", shown(host), " off the network before you go on."]);
  steps.push(["Decide what it was, so that the next one is quicker."]);
  return steps;
}

const TECHNIQUE = /^T\d{4}(?:\.\d{3})?$/;

// ATT&CK techniques with their names and links.
export function techniques(annotations = {}) {
  const ids = [annotations.mitre_attack ?? []].flat();
  const names = [annotations["mitre_attack.mitre_technique"] ?? []].flat();
  const nodes = ids.filter((id) => TECHNIQUE.test(id)).map((id, index) => element("li", {},
    element("a", { href: `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`, rel: "noreferrer noopener", target: "_blank" },
      names.length === ids.length ? `${id} ${names[index]}` : id)));
  return nodes.length === 0 ? null : element("ul", { class: "inline-list" }, nodes);
}
