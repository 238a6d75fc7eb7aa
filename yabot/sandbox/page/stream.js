// The messages of the open chat, with days between them; keeps the reader's place.
import { byId, el, reconcile } from "./dom.js";
import { author, messageRow } from "./message.js";
import { chat, isService, serviceText, state } from "./state.js";
import { dayName, locale, t } from "./texts.js";

const GROUPED_SECONDS = 600;
let acts = {};
let stick = true;
export const useActs = (given) => {
  acts = { ...given, grown: () => { if (stick) byId("stream").scrollTop = byId("stream").scrollHeight; } };
  byId("stream").addEventListener("scroll", ({ target }) => { stick = target.scrollHeight - target.scrollTop - target.clientHeight < 140; });
};

export function drawStream({ jump = false } = {}) {
  const stream = byId("stream");
  const card = chat();
  stream.hidden = !card;
  if (!card) return reconcile(stream, []);
  const atEnd = jump || stick;
  const list = [...state.messages.values()].sort((a, b) => a.message_id - b.message_id);
  const items = list.flatMap((message, index) => pieces(card, message, list[index - 1], list[index + 1]));
  stream.className = `stream ${card.type}`;
  const fresh = reconcile(stream, items.length ? items : [{ key: "welcome", dependsOn: [card, locale()], make: () => welcome(card) }]);
  drawViews(stream, list);
  if (!jump) for (const row of fresh) row.querySelector?.(".message")?.classList.add("fresh");
  if (atEnd) stream.scrollTop = stream.scrollHeight;
  stick = atEnd;
  return fresh;
}

// In place: a post that is drawn again because it was seen would lose the tap of whoever sees it.
function drawViews(stream, list) {
  for (const message of list) {
    const node = stream.querySelector(`[data-message-id="${message.message_id}"] [data-testid="views"]`);
    const views = String(message.sandbox?.views ?? 0);
    if (node && node.textContent !== views) node.textContent = views;
  }
}

function pieces(card, message, before, after) {
  const name = `${card.id}:${message.message_id}`;
  const day = !before || dayName(before.date) !== dayName(message.date);
  const items = day ? [{ key: `day:${name}`, dependsOn: dayName(message.date), make: () => el("div", { class: "day", testid: "day" }, dayName(message.date)) }] : [];
  const place = { first: day || !together(before, message), last: !together(message, after) };
  const service = () => el("div", { class: "day", testid: "service-message" }, serviceText(message, t));
  const make = isService(message) ? service : () => messageRow(message, place, acts);
  return [...items, { key: name, dependsOn: [{ ...message, sandbox: { ...message.sandbox, revision: 0, seen: 0, views: 0 } }, place, state.me, locale(), card.may_write], make }];
}

const together = (one, two) => one && two && !isService(one) && !isService(two) && author(one).id === author(two).id && Math.abs(two.date - one.date) < GROUPED_SECONDS;

function welcome(card) {
  return el("div", { class: "welcome", testid: "welcome" }, card.type === "private" ? el("b", {}, t("welcome")) : null, card.about || (card.type === "private" ? t("hello") : t("none")));
}

export function jumpTo(messageId) {
  const row = byId("stream").querySelector(`[data-message-id="${messageId}"]`);
  if (!row) return;
  row.scrollIntoView({ block: "center", behavior: "smooth" });
  const node = row.querySelector(".message");
  node.classList.remove("flash");
  requestAnimationFrame(() => node.classList.add("flash"));
}
