// Starts the page, opens chats, and turns events and taps into drawings and control calls.
import { control, listen } from "./api.js";
import { drawChats, drawClock, drawMe, drawSideTexts } from "./chats.js";
import { beginReply, cancelReply, drawComposer, runCommand, usePayload } from "./composer.js";
import { alertBox, avatar, byId, icon, toast } from "./dom.js";
import { loadPane, onCall, onUpdate, setUpPane, togglePane } from "./pane.js";
import { asked, chat, isOut, loadMessages, preview, refresh, state } from "./state.js";
import { drawStream, jumpTo, useActs } from "./stream.js";
import { counted, switchLanguage, t } from "./texts.js";

async function attempt(action) {
  try { return await action(); } catch (problem) { toast(problem.message, true); return null; }
}

// --- drawing ---------------------------------------------------------------------------------------------------------
function drawSide() {
  drawMe(choose);
  drawChats(open);
  drawClock();
}

function drawHead() {
  const card = chat();
  byId("nothing").hidden = Boolean(card);
  byId("chat-head").hidden = !card;
  byId("pinned").hidden = !card?.pinned;
  byId("app").dataset.view = card ? "chat" : "list";
  if (!card) return;
  byId("chat-avatar").replaceChildren(avatar(card.type === "private" ? state.bot.id : card.id, card.title, 42));
  byId("chat-title").textContent = card.title;
  byId("chat-about").className = "";
  byId("chat-about").textContent = { private: t("bot"), channel: counted(card.members, "subscriber", "subscribers") }[card.type] ?? counted(card.members, "member", "members");
  byId("block").hidden = card.type !== "private" || !card.opened;
  byId("block").textContent = t(card.blocked ? "unblock" : "block");
  byId("block").classList.toggle("danger", !card.blocked);
  if (card.pinned) byId("pinned").replaceChildren(Object.assign(document.createElement("b"), { textContent: t("pinned") }), preview(card.pinned, t));
}

function drawAll(options) {
  drawSide();
  drawHead();
  drawComposer();
  drawStream(options);
}

// --- choosing --------------------------------------------------------------------------------------------------------
async function choose(userId) {
  byId("people").hidden = true;
  byId("me").setAttribute("aria-expanded", "false");
  const wasOpen = chat();
  state.me = userId;
  state.unread.clear();
  cancelReply();
  await refresh();
  await open(wasOpen?.type === "private" ? userId : wasOpen ? state.open : null);
}

async function open(chatId) {
  state.open = chatId;
  state.unread.delete(chatId);
  usePayload(null);
  cancelReply();
  await loadMessages();
  drawAll({ jump: true });
  look();
}

function look() {
  if (chat()?.type !== "channel") return;
  const ids = [...state.messages.values()].filter((message) => !message.sandbox?.seen).map((message) => message.message_id);
  for (const message of state.messages.values()) message.sandbox.seen = true;
  if (ids.length) attempt(() => control("view", { user_id: state.me, chat_id: state.open, message_ids: ids }));
}

// --- what people do --------------------------------------------------------------------------------------------------
async function press(message, button, node) {
  if (button.copy_text) {
    await navigator.clipboard?.writeText(button.copy_text.text).catch(() => {});
    return toast(t("copied"));
  }
  if (button.url) return followLink(button.url) || window.open(button.url, "_blank", "noopener");
  node.setAttribute("aria-busy", "true");
  const answer = await attempt(() => control("press", { user_id: state.me, chat_id: message.chat.id, message_id: message.message_id, button: button.callback_data ?? button.text, timeout: 30 }));
  node.removeAttribute("aria-busy");
  if (!answer) return null;
  if (!answer.answered) return toast(t("noAnswer"), true);
  if (answer.url && !followLink(answer.url)) window.open(answer.url, "_blank", "noopener");
  if (!answer.text) return null;
  return answer.show_alert ? alertBox(answer.text) : toast(answer.text);
}

// A link to the bot opens its chat, with START for the deep link; true when the page followed it.
function followLink(url) {
  const match = /^(?:https?:\/\/)?t\.me\/(\w+)(?:\?start=([\w-]+))?$/i.exec(url) ?? /^tg:\/\/resolve\?domain=(\w+)(?:&start=([\w-]+))?$/i.exec(url);
  if (!match || match[1].toLowerCase() !== state.bot.username.toLowerCase()) return false;
  const opened = open(state.me);
  if (match[2]) {
    usePayload(match[2]);
    opened.then(() => drawComposer(true));
  }
  return true;
}

async function openComments(post) {
  if (!(post.message_id in chat().threads)) await attempt(refresh); // a post this new has not been told of its thread
  const card = chat();
  const thread = card.threads[post.message_id];
  if (!state.chats.has(card.linked_chat_id)) return;
  await open(card.linked_chat_id);
  const root = state.messages.get(thread);
  if (root) { beginReply(root); jumpTo(thread); }
}

useActs({
  press, jump: jumpTo, comments: openComments, reply: (message) => beginReply(message), edit: (message) => beginReply(message, true),
  link: (url) => followLink(url),
  command: (text) => { attempt(() => runCommand(text.slice(1).split("@")[0])); return true; },
  react: (message, emoji) => attempt(() => control("react", { user_id: state.me, chat_id: message.chat.id, message_id: message.message_id, emoji })),
  picture: (source) => { byId("photo-big").src = source; byId("photo-view").showModal(); },
});

// --- what happens ----------------------------------------------------------------------------------------------------
const drawing = { stream: false };
function soon() {
  if (drawing.stream) return;
  drawing.stream = true;
  requestAnimationFrame(() => { drawing.stream = false; drawAll(); look(); });
}

function onMessage(message) {
  const card = state.chats.get(message.chat.id);
  if (!card) return;
  const fresh = !card.last || message.message_id > card.last.message_id;
  if (!card.last || message.message_id >= card.last.message_id) card.last = message;
  if (card.type === "private") card.opened = true;
  if (fresh && card.id !== state.open && !isOut(message)) state.unread.set(card.id, (state.unread.get(card.id) ?? 0) + 1);
  if (fresh && message.chat.type === "channel") refreshSoon();
  if (card.id === state.open) {
    state.messages.set(message.message_id, { ...message, sandbox: { ...message.sandbox, seen: state.messages.get(message.message_id)?.sandbox.seen } });
    if (message.from?.is_bot) clearTyping();
  }
  soon();
}

function onDeleted({ chat_id: chatId, message_id: messageId }) {
  if (chatId === state.open) state.messages.delete(messageId);
  refreshSoon();
}

let refreshTimer = 0;
function refreshSoon() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => attempt(async () => { await refresh(); drawAll(); }), 60);
}

let typingTimer = 0;
function clearTyping() { clearTimeout(typingTimer); drawHead(); }
function onAction({ chat_id: chatId }) {
  if (chatId !== state.open) return;
  byId("chat-about").className = "busy";
  byId("chat-about").textContent = t("typing");
  clearTimeout(typingTimer);
  typingTimer = setTimeout(drawHead, 5000);
}

async function reload() {
  await refresh();
  await loadMessages();
  await loadPane();
  drawAll({ jump: true });
}

const HANDLERS = { message: onMessage, deleted: onDeleted, world: refreshSoon, action: onAction, call: onCall, update: onUpdate, reload: () => attempt(reload), lost: () => toast(t("lost"), true) };

// --- settings --------------------------------------------------------------------------------------------------------
function applyTheme() {
  const chosen = localStorage.getItem("sandbox-theme");
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  byId("theme").replaceChildren(icon(dark ? "sun" : "moon"));
  byId("theme").setAttribute("aria-label", t("theme"));
}

function setUp() {
  byId("theme").addEventListener("click", () => { localStorage.setItem("sandbox-theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark"); applyTheme(); });
  byId("language").addEventListener("click", () => { switchLanguage(); drawSideTexts(); drawAll(); drawComposer(true); if (!byId("pane").hidden) togglePane(true); });
  byId("me").addEventListener("click", () => { const list = byId("people"); list.hidden = !list.hidden; byId("me").setAttribute("aria-expanded", String(!list.hidden)); });
  byId("back").addEventListener("click", () => open(null));
  byId("pinned").addEventListener("click", () => jumpTo(chat().pinned.message_id));
  byId("block").addEventListener("click", () => attempt(() => control(chat().blocked ? "unblock_bot" : "block_bot", { user_id: state.me })));
  byId("photo-view").addEventListener("click", () => byId("photo-view").close());
  for (const [id, seconds] of [["hour", 3600], ["day", 86400]]) byId(id).addEventListener("click", () => attempt(async () => { await control("advance", { seconds }); toast(`${t("tomorrowIs")}: ${byId(id).textContent}`); }));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#me, #people")) byId("people").hidden = true;
    const picked = event.target.closest(".row");
    document.querySelectorAll(".row.picked").forEach((row) => row !== picked && row.classList.remove("picked"));
    picked?.classList.add("picked");
    if (!event.target.closest(".tools")) document.querySelectorAll(".picker").forEach((node) => node.remove());
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !byId("people").hidden) byId("people").hidden = true; });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
  setInterval(drawClock, 15000);
}

document.documentElement.lang = localStorage.getItem("sandbox-language") || "es";
applyTheme();
drawSideTexts();
setUpPane();
setUp();
listen((name, data) => HANDLERS[name]?.(data));
await attempt(reload);
if (state.chats.has(Number(asked.get("chat")))) await open(Number(asked.get("chat")));
if (localStorage.getItem("sandbox-pane")) togglePane(true);
document.documentElement.dataset.ready = "true";
