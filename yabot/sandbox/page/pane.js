// The pane: every call and update as it happens, refusals in red, and faults to order.
import { control } from "./api.js";
import { byId, el, toast } from "./dom.js";
import { locale, t } from "./texts.js";

const KEPT = 150;
const KINDS = ["error", "delay", "slow_answer", "drop_before", "drop_after", "empty", "garbage", "duplicate_updates", "reorder_updates"];
const lists = { calls: [], updates: [] };
let tab = "calls";
let refused = 0;
let queued = false;

export const paneIsOpen = () => !byId("pane").hidden;

export async function togglePane(open = !paneIsOpen()) {
  byId("pane").hidden = !open;
  byId("pane-toggle").setAttribute("aria-expanded", String(open));
  localStorage.setItem("sandbox-pane", open ? "open" : "");
  if (open) await drawPane();
}

export async function loadPane() {
  const [calls, updates] = await Promise.all([control("calls"), control("updates", { limit: KEPT })]);
  lists.calls = calls.slice(-KEPT).reverse();
  lists.updates = updates.reverse();
  refused = calls.filter((call) => call.refused).length;
  if (paneIsOpen()) await drawPane();
}

export function onCall(call) {
  lists.calls = [call, ...lists.calls].slice(0, KEPT);
  if (call.refused) refused += 1;
  drawSoon();
}

export function onUpdate(update) {
  lists.updates = [update, ...lists.updates].slice(0, KEPT);
  drawSoon();
}

function drawSoon() {
  if (queued || !paneIsOpen()) return;
  queued = true;
  requestAnimationFrame(() => { queued = false; if (tab !== "faults") drawPane(); else drawTabs(); });
}

export function setUpPane() {
  for (const name of ["calls", "updates", "faults"]) byId(`tab-${name}`).addEventListener("click", () => { tab = name; drawPane(); });
  byId("pane-toggle").addEventListener("click", () => togglePane());
  byId("pane-close").addEventListener("click", () => togglePane(false));
}

function drawTabs() {
  byId("pane-title").textContent = t("activity");
  for (const name of ["calls", "updates", "faults"]) {
    byId(`tab-${name}`).setAttribute("aria-selected", String(name === tab));
    byId(`tab-${name}`).replaceChildren(t(name), ...(name === "calls" && refused ? [el("span", { class: "bad", testid: "refused-count" }, String(refused))] : []));
  }
}

export async function drawPane() {
  drawTabs();
  if (tab === "faults") return drawFaults();
  const open = new Set([...byId("pane-body").querySelectorAll("details[open]")].map((node) => node.dataset.key));
  const entries = lists[tab].map(tab === "calls" ? callEntry : updateEntry);
  for (const entry of entries) if (open.has(entry.dataset.key)) entry.open = true;
  return byId("pane-body").replaceChildren(...(entries.length ? entries : [el("p", { class: "empty" }, t("noBot"))]));
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString(locale());
const pretty = (value) => JSON.stringify(value, null, 1);

function callEntry(call) {
  const kind = call.fault ? "entry fault" : call.refused ? "entry refused" : "entry";
  const { text, caption, chat_id: chat } = call.params;
  const gist = [chat, text ?? caption].filter(Boolean).join(" · ");
  return el("details", { class: kind, testid: call.refused ? "call-refused" : "call", "data-key": `c${call.number}`, "data-method": call.method },
    el("summary", {}, el("b", {}, call.method), el("span", { class: "gist" }, gist), el("time", {}, clock(call.at)), call.refused || call.fault ? el("span", { class: "why" }, `${call.status} ${call.description ?? ""}${call.fault ? ` (${call.fault})` : ""}`) : null),
    el("pre", {}, `${pretty(call.params)}\n→ ${pretty(call.answer?.result ?? call.answer)}`));
}

function updateEntry(update) {
  const kind = Object.keys(update).find((name) => !["update_id", "kind"].includes(name)) ?? "?";
  const body = update[kind] ?? {};
  const who = body.from?.first_name ?? body.user?.first_name ?? body.chat?.title ?? "";
  return el("details", { class: "entry update", testid: "update", "data-key": `u${update.update_id}`, "data-kind": kind },
    el("summary", {}, el("b", {}, kind), el("span", { class: "gist" }, [who, body.text ?? body.data ?? ""].filter(Boolean).join(" · ")), el("time", {}, `#${update.update_id}`)), el("pre", {}, pretty(body)));
}

async function drawFaults() {
  const armed = await control("faults");
  const field = (name, given) => el("input", { name, testid: `fault-${name}`, ...given });
  const form = el("form", { class: "fault-form", testid: "fault-form", onsubmit: (event) => { event.preventDefault(); order(form); } },
    el("label", {}, t("method"), field("method", { value: "sendMessage" })),
    el("label", {}, t("kind"), el("select", { name: "kind", testid: "fault-kind" }, ...KINDS.map((kind) => el("option", { value: kind }, kind)))),
    el("div", { class: "two" }, el("label", {}, t("count"), field("count", { type: "number", value: "1", min: "1" })), el("label", {}, t("status"), field("status", { type: "number", value: "429" }))),
    el("label", {}, t("delay"), field("delay", { type: "number", value: "3", min: "0", step: "0.1" })),
    el("button", { class: "go", testid: "fault-arm" }, t("arm")),
    el("button", { class: "chip", type: "button", testid: "fault-clear", onclick: async () => { await control("clear_faults"); drawFaults(); } }, t("clear")));
  byId("pane-body").replaceChildren(form, ...armed.map((fault) => el("div", { class: "entry fault", testid: "fault" }, el("pre", {}, `${fault.method} · ${fault.kind} · ×${fault.count ?? "∞"} · ${fault.status}`))));
}

async function order(form) {
  const given = Object.fromEntries(new FormData(form));
  const status = Number(given.status);
  try {
    await control("fault", { method: given.method || "*", kind: given.kind, count: Number(given.count), status, delay: Number(given.delay), retry_after: given.kind === "error" && status === 429 ? Math.ceil(Number(given.delay)) : null });
  } catch (problem) { toast(problem.message, true); }
  drawFaults();
}
