// News from the daemon: its stream of events where it has one, else a look every 15 seconds. A view is told "something
// of this kind is new" and asks the lists again; how often is bounded here.

import { headers } from "./api.js";

const POLL_MS = 15_000;
const GATHER_MS = 700; // news that come together make one refresh
const AGAIN_MS = 5_000;
const SLOW_MS = 60_000; // for what makes no event: silence, and how long ago things were

let tell = () => {};
let report = () => {};
let stopped = true;
let timer;
let abort;
let waiting;
let slow;
let lastId = "";

export function start({ onNews, onState }) {
  stop();
  stopped = false;
  slow = setInterval(() => { if (!document.hidden) tell(); }, SLOW_MS);
  tell = onNews;
  report = onState;
  listen();
}

export function stop() {
  stopped = true;
  clearTimeout(timer);
  clearTimeout(waiting);
  clearInterval(slow);
  waiting = undefined;
  abort?.abort();
}

function poll() {
  if (stopped) return;
  report("polling");
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (!document.hidden) tell();
    poll();
  }, POLL_MS);
}

function gather() {
  waiting ??= setTimeout(() => {
    waiting = undefined;
    if (!stopped) tell();
  }, GATHER_MS);
}

// EventSource cannot send a token: the stream is read by hand (WHATWG HTML, 9.2.6).
async function listen() {
  abort = new AbortController();
  const { signal } = abort;
  try {
    const answer = await fetch("api/v1/stream", { cache: "no-store", credentials: "same-origin", signal,
      headers: headers({ Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) }) });
    const streams = answer.ok && answer.headers.get("content-type")?.startsWith("text/event-stream");
    if (!streams) {
      answer.body?.cancel();
      if (answer.status !== 503) return poll(); // 503: all places are taken just now
      throw new Error("busy");
    }
    report("live");
    await read(answer.body.pipeThrough(new TextDecoderStream()).getReader());
  } catch {
    if (signal.aborted) return;
  }
  if (stopped) return;
  report("lost");
  clearTimeout(timer);
  timer = setTimeout(() => { tell(); listen(); }, AGAIN_MS);
}

async function read(reader) {
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) take(block);
  }
}

function take(block) {
  let kind = "message";
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("id:")) lastId = line.slice(3).trim();
    if (line.startsWith("event:")) kind = line.slice(6).trim();
  }
  if (!block.startsWith(":") && kind !== "ping" && kind !== "message") gather();
}
