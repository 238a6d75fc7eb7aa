// One message as a bubble: author, forward, quote, picture, text, buttons, reactions, comments.
import { avatar, el, hue, icon } from "./dom.js";
import { richText } from "./entities.js";
import { isOut, preview, state } from "./state.js";
import { clockTime, counted, t } from "./texts.js";

const QUICK = ["❤", "👍", "🔥", "😁", "😢", "🎉", "🤔"];
export const shown = (emoji) => (emoji === "❤" ? "❤️" : emoji);

// acts: { press, react, reply, edit, link, command, jump, comments, picture }
export function messageRow(message, place, acts) {
  const out = isOut(message);
  const channel = message.chat.type === "channel";
  const group = message.chat.type === "supergroup" || message.chat.type === "group";
  const classes = ["row", out && "out", place.first && "first", place.last && "last"].filter(Boolean).join(" ");
  const column = el("div", { class: "message" }, bubble(message, { out, group, channel, first: place.first }, acts), buttons(message, acts));
  const row = el("article", { class: classes, testid: "message", "data-message-id": message.message_id, "data-from": message.from?.id ?? message.sender_chat?.id, "data-out": out });
  if (group && !out) row.append(el("div", { class: "row-avatar" }, place.last ? avatar(author(message).id, author(message).name, 34) : null));
  row.append(...(out ? [tools(message, acts), column] : [column, tools(message, acts)]));
  return row;
}

export function author(message) {
  const chat = message.sender_chat;
  return chat ? { id: chat.id, name: chat.title } : { id: message.from?.id ?? 0, name: message.from?.first_name ?? "" };
}

function bubble(message, kind, acts) {
  const who = author(message);
  const node = el("div", { class: "bubble", testid: "bubble" });
  if (kind.group && !kind.out && kind.first) node.append(el("div", { class: `author ink-${hue(who.id)}`, testid: "author" }, who.name));
  if (message.forward_origin && !message.is_automatic_forward) node.append(el("div", { class: "forwarded", testid: "forwarded" }, `${t("forwarded")} `, el("b", {}, originName(message.forward_origin))));
  if (message.reply_to_message) node.append(quote(message.reply_to_message, acts));
  if (message.photo) node.append(picture(message, acts));
  if (message.document) node.append(file(message.document));
  const text = message.text ?? message.caption;
  if (text) node.append(el("span", { class: "body", testid: "message-text" }, ...richText(text, message.entities ?? message.caption_entities, acts)));
  node.append(meta(message, kind));
  const reactions = reactionBar(message, acts);
  if (reactions) node.append(reactions);
  if (kind.channel && state.chats.get(message.chat.id)?.linked_chat_id) node.append(comments(message, acts));
  return node;
}

const originName = (origin) => origin.chat?.title ?? origin.sender_chat?.title ?? origin.sender_user?.first_name ?? origin.sender_user_name ?? "";

function quote(replied, acts) {
  return el("button", { class: "quote", testid: "reply-quote", onclick: () => acts.jump(replied.message_id) }, el("b", {}, author(replied).name), el("span", {}, preview(replied, t)));
}

function picture(message, acts) {
  const size = message.photo.at(-1);
  const image = el("img", { src: `/sandbox/media/${size.file_id}`, alt: message.caption ?? t("photo"), width: size.width, height: size.height, onload: acts.grown });
  image.style.height = "auto";
  const node = el("button", { class: message.has_media_spoiler ? "photo veiled" : "photo", testid: "photo" }, image);
  node.addEventListener("click", () => (node.classList.contains("veiled") ? node.classList.remove("veiled") : acts.picture(image.src)));
  return node;
}

function file(document_) {
  const size = document_.file_size > 1e6 ? `${(document_.file_size / 1e6).toFixed(1)} MB` : `${Math.ceil(document_.file_size / 1024)} KB`;
  return el("a", { class: "file", testid: "document", href: `/sandbox/media/${document_.file_id}`, download: document_.file_name }, el("span", { class: "file-icon" }, icon("file")), el("span", {}, document_.file_name, el("small", {}, size)));
}

function meta(message, kind) {
  const extra = message.sandbox ?? {};
  const node = el("span", { class: "meta", testid: "meta" });
  if (kind.channel) node.append(el("span", { testid: "views", title: t("views") }, String(extra.views ?? 0)), icon("eye"));
  if (message.has_protected_content) node.append(el("span", { title: t("protected"), testid: "protected" }, "🔒"));
  if (extra.rewritten) node.append(el("span", { testid: "edited" }, t("edited")));
  node.append(el("time", {}, clockTime(message.date)));
  return node;
}

function reactionBar(message, acts) {
  const found = message.sandbox?.reactions ?? [];
  if (!found.length) return null;
  const mine = message.sandbox.reactors?.[state.me] ?? [];
  return el("div", { class: "reactions", testid: "reactions" }, ...found.map(({ emoji, count }) =>
    el("button", { class: mine.includes(emoji) ? "reaction mine" : "reaction", testid: "reaction", "data-emoji": emoji, "aria-pressed": String(mine.includes(emoji)), onclick: () => acts.react(message, mine.includes(emoji) ? null : emoji) }, el("span", { class: "emoji" }, shown(emoji)), ` ${count}`)));
}

function comments(message, acts) {
  const count = message.sandbox?.comments ?? 0;
  return el("button", { class: "comments", testid: "comments", onclick: () => acts.comments(message) }, count ? counted(count, "comment", "comments") : t("leaveComment"), el("span", { "aria-hidden": "true" }, "›"));
}

function buttons(message, acts) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  return el("div", { class: "rows", testid: "inline-keyboard" }, ...rows.map((row) => el("div", { class: "rows-line" }, ...row.map((button) =>
    el("button", { class: ["press", button.url && "link", button.style].filter(Boolean).join(" "), testid: "inline-button", "data-callback": button.callback_data, "data-url": button.url, onclick: (event) => acts.press(message, button, event.currentTarget) }, button.text)))));
}

function tools(message, acts) {
  const holder = el("div", { class: "tools" });
  const react = el("button", { class: "tool", testid: "react-button", title: t("react"), "aria-label": t("react"), onclick: () => togglePicker(holder, message, acts) }, icon("smile"));
  holder.append(react);
  if (message.chat.type !== "channel") holder.append(el("button", { class: "tool", testid: "reply-button", title: t("reply"), "aria-label": t("reply"), onclick: () => acts.reply(message) }, icon("reply")));
  if (message.text && (isOut(message) || (message.chat.type === "channel" && state.chats.get(message.chat.id)?.may_write)))
    holder.append(el("button", { class: "tool", testid: "edit-button", title: t("edit"), "aria-label": t("edit"), onclick: () => acts.edit(message) }, icon("edit")));
  return holder;
}

function togglePicker(holder, message, acts) {
  const open = holder.querySelector(".picker");
  document.querySelectorAll(".picker").forEach((node) => node.remove());
  if (open) return;
  const mine = message.sandbox?.reactors?.[state.me] ?? [];
  holder.append(el("div", { class: "picker", testid: "reaction-picker" }, ...QUICK.map((emoji) =>
    el("button", { testid: "pick-reaction", "data-emoji": emoji, "aria-label": emoji, onclick: () => acts.react(message, mine.includes(emoji) ? null : emoji) }, shown(emoji)))));
}
