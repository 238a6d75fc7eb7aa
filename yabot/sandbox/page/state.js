// What this tab knows: who it is, the chats, and the messages of the open chat.
import { control } from "./api.js";

export const state = {
  me: null, bot: null, users: new Map(), chats: new Map(), open: null, messages: new Map(), revision: 0,
  reply: null, editing: null, unread: new Map(), offset: 0, names: new Map(),
};

// ?user=1001&chat=-100… opens the page as this person, in this chat.
export const asked = new URLSearchParams(location.search);

export const chat = () => state.chats.get(state.open);
export const now = () => Math.floor(Date.now() / 1000 + state.offset);
export const isOut = (message) => message.from?.id === state.me && message.chat.type !== "channel";

// Everything but the messages; keeps the person this tab acts as (each tab its own).
export async function refresh() {
  const wanted = state.me ?? Number(asked.get("user") || sessionStorage.getItem("sandbox-user"));
  let found = await control("overview", { user_id: wanted });
  if (!found.chats && found.users.length) {
    const reader = found.users.find((user) => user.first_name === "Ana") ?? found.users[0];
    found = await control("overview", { user_id: reader.id });
    state.me = reader.id;
  } else if (found.chats) state.me = wanted;
  else state.me = null;
  state.bot = found.bot;
  state.offset = found.offset;
  state.users = new Map(found.users.map((user) => [user.id, user]));
  state.chats = new Map((found.chats ?? []).map((card) => [card.id, card]));
  if (state.me) sessionStorage.setItem("sandbox-user", state.me);
  if (!state.chats.has(state.open)) state.open = null;
}

export async function loadMessages() {
  state.messages = new Map();
  if (!state.open) return;
  const wanted = state.open;
  const found = await control("messages", { chat_id: wanted, limit: 300 });
  if (wanted !== state.open) return;
  for (const message of found.messages) state.messages.set(message.message_id, message);
}

export function preview(message, t) {
  if (!message) return "";
  if (message.text) return message.text;
  if (message.photo) return message.caption ? `🖼 ${message.caption}` : t("photo");
  if (message.document) return `📎 ${message.document.file_name}`;
  return serviceText(message, t);
}

export function serviceText(message, t) {
  const who = message.from?.first_name ?? message.sender_chat?.title ?? "";
  if (message.pinned_message) return `${who} ${t("pinnedService")}`;
  if (message.left_chat_member) return `${message.left_chat_member.first_name} ${t("left")}`;
  const came = message.new_chat_members?.[0];
  if (!came) return "";
  return came.id === message.from?.id ? `${who} ${t("joined")}` : `${who} ${t("added")} ${came.first_name}`;
}

export const isService = (message) => Boolean(message.new_chat_members || message.left_chat_member || message.pinned_message);
