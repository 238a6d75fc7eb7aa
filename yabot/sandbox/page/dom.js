// Small pieces of the document. Text is always set as text, never as HTML.
export const byId = (id) => document.getElementById(id);

export function el(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "testid") node.dataset.testid = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  back: "M15 5l-7 7 7 7", send: "M4 12l16-8-6 17-3-7z", clip: "M20 11l-8 8a5 5 0 0 1-7-7l9-9a3.5 3.5 0 0 1 5 5l-9 9a2 2 0 0 1-3-3l8-8",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.500M17.5 17.500L19 19M5 19l1.5-1.500M17.5 6.500L19 5",
  moon: "M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z", close: "M6 6l12 12M18 6L6 18",
  pulse: "M3 12h4l3-8 4 16 3-8h4", clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 2", smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14.500a4.2 4.2 0 0 0 7 0M9 9.500v.01M15 9.500v.01",
  reply: "M10 7L4 12l6 5v-3.500c5 0 8 1.5 10 4.5-.5-5-3.5-8-10-8.500z", edit: "M4 20l1-4L16 5l3 3L8 19z", group: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.500a3.5 3.5 0 0 1 0 6.500M18 14.500a6.5 6.5 0 0 1 3.5 5.5",
  channel: "M4 10v4h3l9 5V5L7 10zM19 9.500a4 4 0 0 1 0 5", file: "M6 3h8l5 5v13H6zM14 3v5h5", eye: "M2 12s3.5-6.5 10-6.500S22 12 22 12s-3.5 6.5-10 6.500S2 12 2 12M12 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5", robot: "M5 9h14v10H5zM12 9V5M9 13v1.500M15 13v1.500M10 4.500h4", chat: "M4 5h16v11H10l-4 4v-4H4z", slash: "M16 4L8 20",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export const hue = (id) => [...String(Math.abs(id))].reduce((sum, digit) => sum + Number(digit), 0) % 7;

export function avatar(id, name, size) {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, "").trim().split(/\s+/);
  const initials = words.length > 1 ? words[0][0] + words.at(-1)[0] : (words[0] || "?").slice(0, 1);
  const node = el("span", { class: `avatar hue-${hue(id)}`, "aria-hidden": "true" }, initials.toUpperCase());
  Object.assign(node.style, { width: `${size}px`, height: `${size}px`, fontSize: `${size * 0.4}px` });
  return node;
}

// Draws only when something it depends on has changed, so that focus and taps survive every redraw.
export function whenChanged(node, dependsOn, draw) {
  const signature = JSON.stringify(dependsOn);
  if (node.drawnFor === signature) return;
  node.drawnFor = signature;
  draw(node);
}

// Makes the children of parent the given items ({ key, dependsOn, make }). A node stays as long as its key does, so
// that focus and scrolling survive; only what is inside is drawn again, and only when something it depends on changed.
// Returns the nodes whose key was not there before.
export function reconcile(parent, items) {
  const before = new Map([...parent.children].map((node) => [node.key, node]));
  const nodes = items.map(({ key, dependsOn, make }) => {
    const signature = JSON.stringify(dependsOn);
    const old = before.get(key);
    if (!old) return Object.assign(make(), { key, drawnFor: signature });
    if (old.drawnFor !== signature) become(old, make());
    return Object.assign(old, { drawnFor: signature });
  });
  const kept = new Set(nodes);
  for (const node of before.values()) if (!kept.has(node)) node.remove();
  nodes.forEach((node, index) => { if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null); });
  return nodes.filter((node) => !before.has(node.key));
}

function become(old, made) {
  for (const { name } of [...old.attributes]) if (!made.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...made.attributes]) old.setAttribute(name, value);
  old.replaceChildren(...made.childNodes);
}

export function toast(text, bad = false) {
  const node = el("div", { class: bad ? "toast bad" : "toast", testid: bad ? "toast-error" : "toast" }, text);
  byId("toasts").append(node);
  setTimeout(() => node.remove(), bad ? 5000 : 3500);
}

export function alertBox(text) {
  byId("alert-text").textContent = text;
  byId("alert").showModal();
}
