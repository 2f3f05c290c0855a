// The daemon itself: what an operator must see to, its counters, what it could not read, what it told others.

import { get, may, metricsText, optional, part, send } from "../api.js";
import { parseMetrics } from "../data.js";
import { ago, badge, button, bytes, draw, element, facts, note, section, shown, time, visible, withCode } from "../dom.js";
import { PagedTable, Table } from "../table.js";

const NUMBERS = [
  ["regwarden_registry_events_stored_total", "Registry events stored"], ["regwarden_process_events_stored_total", "Process starts stored"],
  ["regwarden_events_duplicate_total", "Sent again, not stored twice"], ["regwarden_events_skipped_total", "Of other kinds, not stored"],
  ["regwarden_events_late_total", "Came after their time was searched"], ["regwarden_rejected_total", "Could not be read"],
  ["regwarden_udp_dropped_total", "UDP messages dropped"], ["regwarden_runs_failed_total", "Runs of detections failed"],
];

const LOOK_MS = 1500; // after a retry, which takes about a second
const LOOKS = 4;

export function healthView() {
  const conditions = element("div", {});
  const numbers = element("dl", { class: "numbers" });
  const store = element("div", {});

  const rejected = new Table([
    { name: "Time", kind: "short", opens: true, show: (item) => time(item.time) },
    { name: "Input", kind: "short", show: (item) => item.input },
    { name: "From", kind: "short", show: (item) => item.peer },
    { name: "Reason", kind: "wide", show: (item) => item.reason },
    { name: "Bytes", kind: "number", show: (item) => item.size_bytes.toLocaleString() },
  ], { label: "Rejected input", details: (item) => [element("pre", {}, shown(item.sample ?? "", { as: "code", most: 4096 }))], empty: "Everything could be read." });
  const rejectedPages = new PagedTable(rejected, (cursor) => get("rejected", { limit: 20, cursor }));

  const outbox = new Table([
    { name: "Created", kind: "short", show: (item) => time(item.created) },
    { name: "Channel", show: (item) => item.channel },
    { name: "State", kind: "short", show: (item) => badge(item.state) },
    { name: "Findings", kind: "number", show: (item) => (Array.isArray(item.findings) ? item.findings.length : item.findings) },
    { name: "Tries", kind: "number", show: (item) => item.attempts },
    { name: "Sent", kind: "short", show: (item) => (item.sent ? time(item.sent) : item.next_attempt ? element("span", {}, "next ", ago(item.next_attempt)) : "") },
    { name: "Error", kind: "wide", spare: true, show: (item) => item.error },
    { name: "", kind: "short", spare: true, show: (item) => (may("admin") && ["failed", "given_up"].includes(item.state)
      ? button("Retry", (event) => retry(event.target, item), { class: "quiet", "aria-label": `Retry message ${item.id} to ${visible(item.channel)}` }) : "") },
  ], { label: "Notifications", empty: "Nothing has been sent yet." });
  const outboxPages = new PagedTable(outbox, (cursor) => get("notifications", { limit: 20, cursor }));
  const testResult = element("div", { role: "status", tabindex: -1 });
  const notifications = section("Notifications", { hidden: true }, outboxPages.node, may("admin") ? element("p", { class: "more" }, button("Send a test message", test)) : null, testResult);

  async function retry(control, { id }) {
    control.disabled = true;
    testResult.textContent = `Message ${id} is tried again …`;
    testResult.focus();
    try {
      let item = await send("POST", `notifications/${part(id)}/retry`);
      for (let look = 0; look < LOOKS && item.state === "waiting"; ++look) {
        await outboxPages.refresh();
        await new Promise((done) => { setTimeout(done, LOOK_MS); });
        item = (await get("notifications", { id, limit: 1 })).items[0] ?? item;
      }
      testResult.replaceChildren(`Message ${id}: `, badge(item.state), " ", item.state === "waiting" ? note("It will be sent when its channel takes it.") : item.error ? shown(item.error) : "");
      await outboxPages.refresh();
    } catch (error) {
      testResult.textContent = `Message ${id}: ${error.message}`;
      control.disabled = false;
    }
  }

  async function test(event) {
    event.target.disabled = true;
    testResult.textContent = "Sending…";
    try {
      const { results } = await send("POST", "notifications/test", {});
      testResult.replaceChildren(results.length === 0 ? note("No channel is configured: see notify in the configuration.")
        : element("ul", {}, results.map(({ channel, ok, error }) => element("li", {}, shown(channel), ": ", badge(ok ? "sent" : "failed"), " ", error ? shown(error) : null))));
    } catch (error) {
      testResult.textContent = error.message;
    } finally {
      event.target.disabled = false;
    }
  }

  async function showStatus() {
    const [health, text] = await Promise.all([get("status"), optional(metricsText())]);
    const all = [...(health.store.writing ? [] : [{ condition: "stalled", message: health.store.error ?? "The store takes nothing", since: health.store.stalled_since, action: "Nothing is written: look at the disk" }]), ...health.conditions];
    draw(conditions, all, () => (all.length === 0 ? element("p", { class: "line-good" }, "Nothing needs you: events are written and detections run.")
      : element("ul", { class: "cards" }, all.map(({ condition, subject, message, action, since }) => element("li", { class: "card edge-1" },
        element("p", {}, element("strong", {}, shown(message)), subject ? element("span", { class: "faint" }, " ", shown(subject)) : null),
        element("p", {}, withCode(action), "."), element("p", { class: "faint" }, visible(condition).replaceAll("_", " "), ", since ", time(since)))))));
    const sums = text === undefined ? new Map() : parseMetrics(text);
    numbers.replaceChildren(...NUMBERS.filter(([name]) => sums.has(name)).map(([name, title]) =>
      element("div", {}, element("dt", {}, title), element("dd", {}, sums.get(name).toLocaleString()))));
    const oldest = sums.get("regwarden_store_oldest_event_timestamp_seconds");
    store.replaceChildren(facts([
      ["Status", badge(health.status)], ["Version", health.version],
      ["Database", sums.has("regwarden_store_file_bytes") ? bytes(sums.get("regwarden_store_file_bytes")) : ""],
      ["Free on its disk", health.store.free_bytes === undefined ? "" : bytes(health.store.free_bytes)],
      ["Waiting to be written", `${bytes(health.store.queued_bytes)} of ${bytes(health.store.queue_limit_bytes)}`],
      ["Oldest event", oldest ? time(new Date(oldest * 1000).toISOString()) : ""],
    ]));
  }

  async function showOutbox() {
    const told = await optional(get("notifications", { limit: 1 }));
    notifications.hidden = told === undefined;
    if (told !== undefined) await outboxPages.refresh();
  }

  const node = element("div", {}, element("h1", {}, "Health"),
    section("What needs you", {}, conditions),
    element("div", { class: "grid two-one" }, section("Since the daemon started", {}, numbers), section("The store", {}, store)),
    notifications,
    section("Input that could not be read", {}, rejectedPages.node));
  return { title: "Health", node, refresh: () => Promise.all([showStatus(), showOutbox(), rejectedPages.refresh()]) };
}
