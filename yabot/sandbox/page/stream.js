// The messages of the open chat, with days between them; keeps the reader's place.
import { byId, el } from "./dom.js";
import { author, messageRow } from "./message.js";
import { chat, isService, serviceText, state } from "./state.js";
import { dayName, t } from "./texts.js";

const GROUPED_SECONDS = 600;
let acts = {};
let known = new Set();
export const useActs = (given) => { acts = given; };

export function drawStream({ jump = false } = {}) {
  const stream = byId("stream");
  const card = chat();
  stream.hidden = !card;
  if (!card) return stream.replaceChildren();
  const atEnd = jump || stream.scrollHeight - stream.scrollTop - stream.clientHeight < 140;
  const opened = openedSpoilers(stream);
  const list = [...state.messages.values()].sort((a, b) => a.message_id - b.message_id);
  const rows = list.flatMap((message, index) => pieces(message, list[index - 1], list[index + 1]));
  stream.className = `stream ${card.type}`;
  stream.replaceChildren(...(rows.length ? rows : [welcome(card)]));
  for (const key of opened) stream.querySelector(`[data-message-id="${key}"]`)?.querySelectorAll(".spoiler").forEach((node) => node.classList.add("open"));
  animateNew(stream, list, jump);
  if (atEnd) stream.scrollTop = stream.scrollHeight;
}

function openedSpoilers(stream) {
  return [...stream.querySelectorAll(".spoiler.open")].map((node) => node.closest("[data-message-id]").dataset.messageId);
}

function pieces(message, before, after) {
  const day = !before || dayName(before.date) !== dayName(message.date);
  const nodes = day ? [el("div", { class: "day", testid: "day" }, dayName(message.date))] : [];
  if (isService(message)) return [...nodes, el("div", { class: "day", testid: "service-message" }, serviceText(message, t))];
  const together = (one, two) => one && two && !isService(one) && !isService(two) && author(one).id === author(two).id && Math.abs(two.date - one.date) < GROUPED_SECONDS;
  return [...nodes, messageRow(message, { first: day || !together(before, message), last: !together(message, after) }, acts)];
}

function welcome(card) {
  return el("div", { class: "welcome", testid: "welcome" }, card.type === "private" ? el("b", {}, t("welcome")) : null, card.about || (card.type === "private" ? t("hello") : t("none")));
}

function animateNew(stream, list, jump) {
  const fresh = list.filter((message) => !known.has(message.message_id));
  if (!jump) for (const message of fresh) stream.querySelector(`[data-message-id="${message.message_id}"] .message`)?.classList.add("fresh");
  known = new Set(list.map((message) => message.message_id));
}

export function jumpTo(messageId) {
  const row = byId("stream").querySelector(`[data-message-id="${messageId}"]`);
  if (!row) return;
  row.scrollIntoView({ block: "center", behavior: "smooth" });
  const node = row.querySelector(".message");
  node.classList.remove("flash");
  requestAnimationFrame(() => node.classList.add("flash"));
}
