// Text with entities (offsets in UTF-16 units, which is what JavaScript counts) as document nodes.
import { el } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const LINKS = new Set(["url", "text_link", "email", "mention", "hashtag", "bot_command", "text_mention"]);

// on: { link(url), command(text), mention(name) } are called when the reader taps.
export function richText(text, entities = [], on = {}) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, sorted, 0, text.length, on);
}

function build(text, entities, from, to, on) {
  const nodes = [];
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || entity.offset >= to) continue;
    const block = BLOCKS.has(entity.type);
    if (entity.offset > at) nodes.push(block ? text.slice(at, entity.offset).replace(/\n$/, "") : text.slice(at, entity.offset));
    const inner = entities.slice(i + 1).filter((one) => one.offset < end && one.offset + one.length <= end);
    nodes.push(wrap(entity, text.slice(entity.offset, end), build(text, inner, entity.offset, end, on), on));
    at = block && text[end] === "\n" ? end + 1 : end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, piece, children, on) {
  if (entity.type === "spoiler") return spoiler(children);
  if (LINKS.has(entity.type)) return link(entity, piece, children, on);
  const node = el(TAGS[entity.type] ?? "span", { testid: `entity-${entity.type}` }, ...children);
  if (entity.type === "expandable_blockquote") {
    node.classList.add("folded");
    node.addEventListener("click", () => node.classList.toggle("folded"));
  }
  return node;
}

function spoiler(children) {
  const node = el("span", { class: "spoiler", testid: "spoiler", tabindex: "0", role: "button", "aria-expanded": "false" }, ...children);
  const open = () => { node.classList.add("open"); node.setAttribute("aria-expanded", "true"); };
  node.addEventListener("click", open);
  node.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
  return node;
}

function link(entity, piece, children, on) {
  const url = entity.url ?? (/^[a-z]+:/i.test(piece) ? piece : `http://${piece}`);
  const safe = /^(https?|tg|mailto|tel):/i.test(url) ? url : "#";
  const anchor = el("a", { href: entity.type === "email" ? `mailto:${piece}` : safe, testid: `entity-${entity.type}`, rel: "noopener noreferrer", target: "_blank" }, ...children);
  anchor.addEventListener("click", (event) => {
    const internal = entity.type === "bot_command" ? on.command?.(piece) : on.link?.(url, entity.type);
    if (internal || ["bot_command", "mention", "hashtag", "text_mention"].includes(entity.type)) event.preventDefault();
  });
  return anchor;
}
