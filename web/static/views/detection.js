// One detection: what it looks for, how it ran, what it found, and how it is tuned.

import { ApiError, get, may, part, send } from "../api.js";
import { ago, badge, button, count, draw, duration, element, facts, inLink, link, note, replaceView, say, section, shown, time, visible, words } from "../dom.js";
import { address } from "../router.js";
import { Table } from "../table.js";
import { hostOf, techniques, userOf } from "../words.js";
import { percent } from "./detections.js";
import { exceptionsPart, filterPart, heldBackBy, suppressionsPart } from "./tuning.js";

export function detectionView({ path }) {
  const id = path[1];
  const node = element("div", {}, element("h1", {}, "Detection"), element("p", { role: "status" }, "Looking…"));
  let parts;

  async function refresh() {
    let detection;
    try {
      detection = await get(`detections/${part(id)}`);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      replaceView(node, element("h1", {}, "There is no such detection"), note(shown(id), ". ", link(address("detections"), "To all detections")));
      return;
    }
    if (!parts) {
      parts = build(detection, refresh);
      replaceView(node, ...parts.nodes);
      document.title = `${visible(detection.name)} – regwarden`;
    }
    await parts.take(detection);
  }
  return { title: "Detection", node, refresh };
}

function build(detection, refresh) {
  const badges = element("p", { class: "badges" });
  const schedule = element("div", {});
  const quality = element("div", {});
  const runs = new Table([
    { name: "Scheduled", kind: "short", show: (item) => time(item.scheduled_time) },
    { name: "Kind", kind: "short", show: (item) => item.kind },
    { name: "Ended", kind: "short", show: (item) => badge(item.status) },
    { name: "Hits", kind: "number", show: (item) => item.result_count },
    { name: "Took", kind: "number", show: (item) => duration(new Date(item.finished) - new Date(item.started)) },
    { name: "Error", kind: "wide", spare: true, show: (item) => item.error },
  ], { label: "Last runs", empty: "It has not run yet." });
  const hits = new Table([
    { name: "When", kind: "short", show: (item) => time(item.time) },
    // Most are titled as the detection, whose view this is.
    { name: "Finding", kind: "short", show: (item) => link(address(["findings", item.id]), item.rule_title && item.rule_title !== item.detection ? inLink(item.rule_title) : `Finding ${item.id}`) },
    { name: "Urgency", kind: "short", show: (item) => badge(item.urgency) },
    { name: "Host", spare: true, show: hostOf },
    { name: "User", spare: true, show: userOf },
    { name: "Status", kind: "short", show: (item) => badge(item.status) },
  ], { label: "Findings of this detection", empty: "It has made no finding." });
  const tuning = [filterPart(detection), exceptionsPart(detection, refresh), suppressionsPart(detection, refresh)];

  async function take(newer) {
    draw(badges, [newer.state, newer.severity], () => [badge(newer.state), " ", newer.severity ? badge(newer.severity) : "", " ", element("span", { class: "faint" }, [newer.type, newer.source].filter(Boolean).join(", ")), " ",
      switchButton(newer, refresh)]);
    draw(schedule, newer, () => facts([
      ["Problem", newer.problem],
      ["Runs", element("span", {}, element("code", {}, visible(newer.cron_schedule)), `, from ${visible(newer.earliest_time)} to ${visible(newer.latest_time)}`)],
      ["Last run", newer.last_run ? element("span", {}, badge(newer.last_run.status), " ", ago(newer.last_run.scheduled_time), `, ${count(newer.last_run.result_count, "hit")}`) : ""],
      ["Next run", newer.next_run ? time(newer.next_run) : ""],
      ["Last error", newer.last_run?.error],
      ["Makes", [newer.creates_notable ? "findings" : "", newer.creates_risk ? "risk events" : ""].filter(Boolean).join(" and ") || "nothing: for people to run"],
      ["Held back by", heldBackBy(newer)],
      ["Risk", (newer.risk_objects ?? []).map((object) => `${object.field} (${words(object.type)}) +${object.score}`)],
    ]));
    const [runPage, hitPage] = await Promise.all([get("runs", { detection_id: newer.id, limit: 20 }), get("notables", { detection_id: newer.id, limit: 20 }),
      ...tuning.map((one) => one.refresh(newer))]);
    runs.show(runPage.items);
    hits.show(hitPage.items);
    draw(quality, newer.quality, () => qualityFacts(newer.quality));
  }

  const nodes = [
    element("p", { class: "back" }, link(address("detections"), "All detections")),
    element("h1", {}, shown(detection.name)), badges,
    element("div", { class: "grid two-one" },
      element("div", { class: "stack" },
        section("What it looks for", {}, element("p", { class: "description" }, shown(detection.description)), facts([
          ["ATT&CK", techniques({ mitre_attack: detection.mitre_attack_id, ...detection.annotations }) ?? ""],
          ["Stories", detection.analytic_story], ["Events", detection.data_source], ["Version", `${detection.version}, ${visible(detection.date)}`], ["Author", detection.author], ["File", detection.file]]),
        detection.known_false_positives ? [element("h3", {}, "When it is a false alarm"), element("p", {}, shown(detection.known_false_positives))] : null,
        detection.how_to_implement ? [element("h3", {}, "What it needs"), element("p", {}, shown(detection.how_to_implement))] : null),
        section("Findings", {}, hits.node, element("p", { class: "more" }, link(address("findings", { detection: detection.name, status: "all" }), "All of them"))),
        section("Last runs", {}, runs.node)),
      element("div", { class: "stack" }, section("Schedule", {}, schedule), section("How often it was right", {}, quality), ...tuning.map((one) => one.node))),
    section("Search", {}, element("pre", {}, shown(detection.search, { as: "code", most: 20_000 })),
      detection.source === "sigma" ? null : element("p", {}, link(address("search", { q: detection.search, earliest: "-24h" }), "Open in Search"))),
  ];
  return { nodes, take };
}

function switchButton(detection, refresh) {
  if (!may("write") || detection.state === "unsupported") return "";
  const enable = detection.state !== "enabled";
  return button(enable ? "Enable" : "Disable", async (event) => {
    event.target.disabled = true;
    try {
      await send("PATCH", `detections/${part(detection.id)}`, { enabled: enable });
      say(enable ? "It runs from now on." : "It does not run any more.");
      await refresh();
    } catch (error) {
      say(error.absent ? "This daemon does not change detections over the page: see detections.overrides in its configuration." : error.message);
      event.target.disabled = false;
    }
  }, { class: "quiet" });
}

function qualityFacts(told) {
  if (told.notables === 0) return note("It has made no finding yet.");
  return facts([["Findings", told.notables.toLocaleString()], ["An attack", String(told.true_positive)], ["Right, but allowed", String(told.benign_positive)],
    ["Wrong", `${told.false_positive}${told.false_positive_rate === null || told.false_positive_rate === undefined ? "" : ` (${percent(told.false_positive_rate)} of those decided)`}`], ["Not decided", String(told.undetermined)]]);
}
