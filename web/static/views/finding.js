// One finding: what happened in plain words, what to do, what was around it, and what people decide.

import { ApiError, get, may, optional, part } from "../api.js";
import { isOpen } from "../data.js";
import { beforeAndAfter, eventTable, eventsBehind, mainEvent, nothingStored, timeline } from "../events.js";
import { openExceptionDialog } from "../exceptions.js";
import { badge, button, element, facts, link, note, replaceView, section, shown, time, visible } from "../dom.js";
import { address } from "../router.js";
import { historyList, triageForm } from "../triage.js";
import { hostOf, techniques, userOf, whatHappened, whatToDo } from "../words.js";

export function findingView({ path }) {
  const id = path[1];
  const node = element("div", {}, element("h1", {}, `Finding ${visible(id)}`), element("p", { role: "status" }, "Looking…"));
  let shownFinding; // the parts of the view that change
  let parts;

  async function refresh() {
    let finding;
    try {
      finding = await get(`notables/${part(id)}`);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      replaceView(node, element("h1", {}, `There is no finding ${visible(id)}`),
        note("It may have been older than the daemon keeps findings. ", link(address("findings"), "To all findings")));
      return;
    }
    if (!parts) {
      parts = build(finding, refresh);
      replaceView(node, ...parts.nodes);
      document.title = `${visible(finding.rule_title ?? "Finding")} – regwarden`;
    }
    if (JSON.stringify(finding) === shownFinding) return;
    shownFinding = JSON.stringify(finding);
    await parts.take(finding);
  }
  return { title: `Finding ${id}`, node, refresh };
}

function build(finding, refresh) {
  const host = hostOf(finding);
  const user = userOf(finding);
  const badges = element("p", { class: "badges" });
  const history = element("div", {});
  const triage = triageForm(finding, (newer) => { take(newer); });
  const historyPart = section("History and comments", {}, history);

  async function take(newer) {
    badges.replaceChildren(badge(newer.urgency), " ", newer.urgency === newer.severity ? "" : element("span", { class: "faint" }, "severity ", shown(newer.severity), " "), badge(newer.status), " ", newer.disposition === "undetermined" ? "" : badge(newer.disposition),
      newer.owner === "unassigned" ? "" : element("span", { class: "faint" }, " owner ", shown(newer.owner)));
    triage.take?.(newer);
    const list = await historyList(newer.id);
    historyPart.hidden = list === undefined;
    if (list) history.replaceChildren(list);
  }

  const sentence = element("p", { class: "sentence" }, whatHappened(finding));
  const firstEvent = element("span", {}, time(finding.time));
  const around = element("div", {});
  const happened = section("What happened", {}, sentence,
    finding.rule_description && !finding.rule_description.startsWith(finding.row?.message ?? "\0") ? element("p", { class: "description" }, shown(finding.rule_description)) : null,
    facts([
      ["Host", host ? link(address(["hosts", host]), shown(host, { rest: "cut" })) : ""],
      ["User", user ? link(address(["hosts", user]), shown(user, { rest: "cut" })) : ""],
      ["Happened", firstEvent],
      ["Found", time(finding.created)],
      ["Urgency", finding.urgency === finding.severity ? "" : `${finding.urgency}, for whom it concerns; the detection's severity is ${finding.severity}`],
      ["Late", finding.late ? "It was found when the window was searched again for events that came late." : ""],
      ["Detection", link(address(["detections", finding.detection_id || finding.detection]), shown(finding.detection, { rest: "cut" }))],
      ["ATT&CK", techniques(finding.annotations) ?? ""],
      ["Stories", finding.annotations?.analytic_story],
    ]));

  const respond = section("What to do", {}, element("ol", {}, whatToDo(finding).map((step) => element("li", {}, step))), falsePositives(finding));
  const decide = section("Decide", { class: "decide" }, triage,
    may("write") ? element("div", { class: "buttons" }, exceptionButton(finding)) : null);
  const change = element("div", {});
  const behind = element("div", {}, element("p", { role: "status" }, "Looking…"));
  showEvents(finding, { sentence, change, behind, firstEvent, around });

  const nodes = [
    element("p", { class: "back" }, link(address("findings"), "All findings")),
    element("h1", {}, shown(finding.rule_title || finding.detection)), badges,
    element("div", { class: "grid two-one" },
      element("div", { class: "stack" }, happened, change, respond),
      element("div", { class: "stack" }, decide, historyPart)),
    host ? section("Around it on this host", {}, around) : null,
    drilldowns(finding),
    section("Events behind it", {}, behind),
    element("details", { class: "panel" }, element("summary", {}, element("h2", {}, "All columns of the result")),
      facts(Object.entries(finding.row ?? {}))),
  ].filter(Boolean);
  if (!isOpen(finding)) decide.classList.add("quiet-panel");
  return { nodes, take, refresh };
}

// The dialog is offered where the daemon takes exceptions.
function exceptionButton(finding) {
  const place = element("span", {});
  optional(get("exceptions", {}, {})).then((told) => {
    place.replaceChildren(told ? button("Make an exception …", () => openExceptionDialog(finding))
      : note("This daemon takes no exceptions over the page: use the detection's filter macro."));
  }).catch((error) => place.replaceChildren(note(error.message)));
  return place;
}

// From the detection, which may have changed since, or be gone.
function falsePositives(finding) {
  const place = element("div", {});
  optional(get(`detections/${part(finding.detection_id || finding.detection)}`)).then((detection) => {
    if (!detection) return;
    if (detection.known_false_positives) place.append(element("h3", {}, "When it is a false alarm"), element("p", {}, shown(detection.known_false_positives)));
    const web = (detection.references ?? []).filter((reference) => /^https?:\/\//.test(reference));
    if (web.length > 0) {
      place.append(element("h3", {}, "To read"), element("ul", { class: "compact" }, web.slice(0, 8).map((reference) => element("li", {},
        element("a", { href: reference, rel: "noreferrer noopener", target: "_blank" }, shown(reference, { rest: "cut" }))))));
    }
  }).catch(() => {});
  return place;
}

async function showEvents(finding, { sentence, change, behind, firstEvent, around }) {
  let main;
  try {
    const events = await eventsBehind(finding);
    const table = eventTable("Events behind the finding");
    behind.replaceChildren(events.length === 0 ? nothingStored() : table.node);
    table.show(events);
    main = mainEvent(events, finding);
    if (main) {
      sentence.replaceChildren(...whatHappened({ ...finding, row: { ...known(main), ...known(finding.row ?? {}) } }));
      firstEvent.replaceChildren(time(main._time));
    }
    const sides = await beforeAndAfter(main);
    if (sides) change.replaceChildren(section("The change", {}, sides));
  } catch (error) {
    behind.replaceChildren(note(error.message));
  }
  if (hostOf(finding)) around.replaceChildren(timeline(hostOf(finding), main?._time ?? finding.time));
}

// A row often leaves out which program it was; the event knows.
const known = (columns) => Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== "" && value !== "unknown"));

const ISO = /^\d{4}-\d\d-\d\dT|^\d+(\.\d+)?$|^-\d+[smhdw]/;

// Searches to go on with. A time of theirs that was not filled in is that of the finding's window.
function drilldowns(finding) {
  const searches = (finding.drilldown_searches ?? []).filter(({ search }) => search);
  if (searches.length === 0) return null;
  return section("Searches to go on with", {}, element("ul", { class: "drilldowns" }, searches.map((search) => element("li", {},
    link(address("search", {
      q: search.search,
      earliest: ISO.test(search.earliest_offset ?? "") ? search.earliest_offset : finding.earliest,
      latest: ISO.test(search.latest_offset ?? "") ? search.latest_offset : finding.latest,
      run: "1",
    }), shown(search.name || "Search", { rest: "cut" }))))));
}
