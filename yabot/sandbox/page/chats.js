// The left side: who this tab is, the list of chats, the clock.
import { avatar, byId, el, icon, reconcile, whenChanged } from "./dom.js";
import { now, preview, state } from "./state.js";
import { clockTime, dayName, locale, other, t } from "./texts.js";

export function drawMe(choose) {
  const me = state.users.get(state.me);
  const button = byId("me");
  if (!me) return button.replaceChildren();
  byId("language").textContent = other().toUpperCase();
  return whenChanged(button, [me, [...state.users.values()], locale()], () => drawPeople(button, me, choose));
}

function drawPeople(button, me, choose) {
  button.replaceChildren(avatar(me.id, me.first_name, 40), names(me));
  button.setAttribute("aria-label", `${t("switchTo")}: ${me.first_name}`);
  byId("people").replaceChildren(...[...state.users.values()].slice(0, 200).map((user) =>
    el("button", { class: "person", role: "option", testid: `user-${user.id}`, "aria-selected": String(user.id === state.me), onclick: () => choose(user.id) },
      avatar(user.id, user.first_name, 38), el("span", {}, user.first_name, el("small", {}, `${user.username ? `@${user.username}` : user.id} · ${user.language_code ?? "—"}`)))));
}

const names = (me) => el("span", { class: "me-names" }, el("b", { testid: "current-user" }, me.first_name), el("span", {}, me.username ? `@${me.username}` : String(me.id)));

export function drawChats(open) {
  const cards = [...state.chats.values()].sort((a, b) => compare(recency(b), recency(a)) || (b.type === "private") - (a.type === "private"));
  reconcile(byId("chats"), cards.map((card) => ({
    key: card.id,
    dependsOn: [card.title, card.last, state.unread.get(card.id), card.id === state.open, state.me, locale()],
    make: () => chatCard(card, open),
  })));
}

function chatCard(card, open) {
  const unread = state.unread.get(card.id);
  const kind = { channel: "channel", supergroup: "group", group: "group", private: "robot" }[card.type];
  const speaker = card.last && card.type === "supergroup" && card.last.from && card.last.text ? `${card.last.from.id === state.me ? t("you") : card.last.from.first_name}: ` : "";
  return el("button", { class: "card", testid: `chat-${card.id}`, "aria-current": String(card.id === state.open), onclick: () => open(card.id) },
    avatar(card.type === "private" ? state.bot.id : card.id, card.title, 54),
    el("span", { class: "card-body" },
      el("span", { class: "card-line" }, el("span", { class: "card-title" }, el("span", { class: "card-icon" }, icon(kind)), card.title), el("time", { class: "dim" }, card.last ? when(card.last.date) : "")),
      el("span", { class: "card-line" }, el("span", { class: "card-last dim" }, speaker + (card.last ? preview(card.last, t) : card.type === "private" ? t("start") : "")), unread ? el("span", { class: "badge", testid: "unread" }, String(unread)) : null)));
}

// A bot nobody has started yet waits on top; a silent channel waits below.
const recency = (card) => card.last?.date ?? (card.type === "private" ? Infinity : 0);
const compare = (one, two) => (one === two ? 0 : one - two);
const when = (seconds) => (now() - seconds < 72000 ? clockTime(seconds) : dayName(seconds));

export function drawClock() {
  byId("clock").textContent = `${dayName(now())}, ${clockTime(now())}`;
}

export function drawSideTexts() {
  byId("clock-icon").replaceChildren(icon("clock"));
  byId("hour").textContent = t("hour");
  byId("day").textContent = t("day");
  byId("nothing").textContent = t("choose");
  for (const [id, name, label] of [["pane-toggle", "pulse", "pane"], ["back", "back", "back"], ["pane-close", "close", "close"]]) {
    byId(id).replaceChildren(icon(name));
    byId(id).title = t(label);
    byId(id).setAttribute("aria-label", t(label));
  }
}
