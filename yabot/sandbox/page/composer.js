// The typing area: text, "/" menu, replies, edits, files, START, blocked and read-only chats, reply keyboards.
import { control } from "./api.js";
import { byId, el, icon, toast, whenChanged } from "./dom.js";
import { chat, preview, state } from "./state.js";
import { t } from "./texts.js";

const drafts = new Map();
let drawnFor = "";
let commandsDrawn = "";
let payload = null;
export const usePayload = (given) => { payload = given; };

async function attempt(action) {
  try { await action(); } catch (problem) { toast(problem.message, true); }
}

export function drawComposer(force = false) {
  const card = chat();
  byId("foot").hidden = !card;
  if (!card) return;
  const mode = card.blocked ? "blocked" : !card.opened || payload !== null ? "start" : card.may_write ? "write" : "read";
  drawReplying();
  drawKeyboard(mode);
  if (!force && drawnFor === `${card.id}:${mode}:${state.me}`) return drawCommands(card);
  drawnFor = `${card.id}:${mode}:${state.me}`;
  byId("menu").hidden = true;
  byId("composer").replaceChildren({ blocked, start, write, read }[mode](card));
  commandsDrawn = JSON.stringify(card.commands);
  if (mode === "write" && matchMedia("(hover: hover)").matches) byId("input").focus();
}

// The bot may name its commands while somebody types: the button and the list follow, the text stays.
function drawCommands(card) {
  if (commandsDrawn === JSON.stringify(card.commands)) return;
  commandsDrawn = JSON.stringify(card.commands);
  if (byId("slash")) byId("slash").hidden = !card.commands.length;
  if (byId("input")) offerCommands();
}

const wide = (label, testid, action) => el("button", { class: "wide", testid, onclick: () => attempt(action) }, label);
const read = () => el("div", { class: "wide note", testid: "read-only" }, t("readOnly"));
const blocked = () => wide(t("unblock"), "unblock-button", () => control("unblock_bot", { user_id: state.me }));

function start() {
  return wide(t("start"), "start-button", async () => {
    const given = payload;
    payload = null;
    await control("start", { user_id: state.me, payload: given });
    const card = chat();
    if (card) card.opened = true;
    drawComposer();
  });
}

function write(card) {
  const input = el("textarea", { id: "input", testid: "composer-input", rows: "1", placeholder: t(card.type === "channel" ? "broadcast" : "message"), "aria-label": t("message"), oninput: onInput, onkeydown: onKey });
  input.value = drafts.get(card.id) ?? "";
  const picker = el("input", { type: "file", hidden: true, testid: "file-input", onchange: (event) => attempt(() => sendFile(event.target)) });
  const clip = el("button", { class: "icon", testid: "attach-button", title: t("attach"), "aria-label": t("attach"), onclick: () => picker.click() }, icon("clip"));
  const slash = el("button", { class: "icon", id: "slash", hidden: !card.commands.length, testid: "commands-button", title: t("commands"), "aria-label": t("commands"), onclick: () => (byId("menu").hidden ? showMenu("") : hideMenu()) }, icon("slash"));
  const send = el("button", { class: "send", testid: "send-button", title: t("send"), "aria-label": t("send"), onclick: () => attempt(submit) }, icon("send"));
  return el("div", { class: "composer", testid: "composer" }, el("div", { class: "box" }, clip, picker, input, slash), send);
}

function onInput() {
  const input = byId("input");
  drafts.set(state.open, input.value);
  input.style.height = "40px";
  input.style.height = `${Math.min(input.scrollHeight, 180)}px`;
  offerCommands();
}

function offerCommands() {
  const { value } = byId("input");
  if (/^\/\w*$/.test(value)) showMenu(value.slice(1));
  else hideMenu();
}

function onKey(event) {
  const options = [...byId("menu").children];
  const at = options.findIndex((node) => node.getAttribute("aria-selected") === "true");
  const open = !byId("menu").hidden && options.length;
  if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const next = (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
    options.forEach((node, index) => node.setAttribute("aria-selected", String(index === next)));
    options[next].scrollIntoView({ block: "nearest" });
  } else if (open && event.key === "Tab") { event.preventDefault(); options[Math.max(at, 0)].click(); }
  else if (event.key === "Escape") { hideMenu(); cancelReply(); }
  else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (open && at >= 0) options[at].click();
    else attempt(submit);
  }
}

function showMenu(prefix) {
  const found = chat().commands.filter((one) => one.command.startsWith(prefix.toLowerCase()));
  byId("menu").hidden = !found.length;
  byId("menu").replaceChildren(...found.map((one) =>
    el("button", { class: "command", role: "option", testid: `command-${one.command}`, "aria-selected": "false", onclick: () => attempt(() => runCommand(one.command)) }, el("b", {}, `/${one.command}`), el("span", { class: "dim" }, one.description))));
}

const hideMenu = () => { byId("menu").hidden = true; };

export async function runCommand(command) {
  hideMenu();
  const name = chat().type === "private" ? `/${command}` : `/${command}@${state.bot.username}`;
  await control("say", { user_id: state.me, chat_id: state.open, text: name });
  clear();
}

async function submit() {
  const text = byId("input").value.trim();
  if (!text) return;
  hideMenu();
  const here = { user_id: state.me, chat_id: state.open, text };
  if (state.editing) await control("edit", { ...here, message_id: state.editing.message_id });
  else await control("say", { ...here, reply_to: state.reply?.message_id ?? null });
  clear();
}

function clear() {
  const input = byId("input");
  if (input) { input.value = ""; input.style.height = "40px"; }
  drafts.delete(state.open);
  cancelReply();
}

async function sendFile(picker) {
  const [file] = picker.files;
  if (!file) return;
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
  const kind = /^image\/(png|jpe?g|gif|webp)$/.test(file.type) ? "photo" : "document";
  await control("send_file", { user_id: state.me, chat_id: state.open, body: btoa(binary), kind, name: file.name, mime_type: file.type || null, caption: byId("input").value.trim(), reply_to: state.reply?.message_id ?? null });
  picker.value = "";
  clear();
}

export function cancelReply() {
  state.reply = null;
  state.editing = null;
  drawReplying();
}

export function beginReply(message, editing = false) {
  state.reply = editing ? null : message;
  state.editing = editing ? message : null;
  drawReplying();
  const input = byId("input");
  if (input && editing) input.value = message.text;
  input?.focus();
}

function drawReplying() {
  const message = state.reply ?? state.editing;
  byId("replying").hidden = !message;
  if (!message) return;
  const title = state.editing ? t("editing") : message.sender_chat?.title ?? message.from?.first_name ?? "";
  whenChanged(byId("replying"), [message.chat.id, message.message_id, title], () => drawReplied(message, title));
}

function drawReplied(message, title) {
  byId("replying").replaceChildren(el("div", {}, el("b", {}, title), el("br"), preview(message, t)), el("button", { class: "icon", testid: "cancel-reply", "aria-label": t("close"), onclick: () => { if (state.editing) byId("input").value = ""; cancelReply(); } }, icon("close")));
}

function drawKeyboard(mode) {
  const last = [...state.messages.values()].reverse().find((message) => message.sandbox?.keyboard);
  const markup = mode === "write" ? last?.sandbox.keyboard : null;
  const used = markup?.one_time_keyboard && [...state.messages.values()].some((one) => one.message_id > last.message_id && one.from?.id === state.me);
  byId("keyboard").hidden = !markup?.keyboard || used;
  if (!markup?.keyboard) return;
  whenChanged(byId("keyboard"), [state.open, state.me, markup], () => drawKeys(markup));
}

function drawKeys(markup) {
  byId("keyboard").replaceChildren(...markup.keyboard.map((row) => el("div", { class: "keyboard-row" }, ...row.map((key) => {
    const text = typeof key === "string" ? key : key.text;
    return el("button", { class: "key", testid: "keyboard-button", onclick: () => attempt(() => control("say", { user_id: state.me, chat_id: state.open, text })) }, text);
  }))));
}
