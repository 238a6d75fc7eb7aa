/* The whole story in a corner of the map, with what is on the screen framed; a press on it goes there. */
"use strict";

window.deskOverview = (map, box) => {
  const canvas = document.createElement("canvas");
  canvas.className = "desk-overview";
  canvas.setAttribute("aria-hidden", "true");
  [canvas.width, canvas.height] = box.clientWidth < 600 ? [110, 80] : [190, 130];
  box.append(canvas);
  const pen = canvas.getContext("2d");
  let scale = 1, left = 0, top = 0, waits = false;

  function draw() {
    waits = false;
    const all = map.nodes().boundingBox({ includeLabels: false });
    scale = Math.min((canvas.width - 12) / Math.max(all.w, 1), (canvas.height - 12) / Math.max(all.h, 1));
    left = all.x1 - (canvas.width / scale - all.w) / 2;
    top = all.y1 - (canvas.height / scale - all.h) / 2;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    map.nodes().forEach((node) => {
      const { x, y } = node.position();
      pen.fillStyle = node.hasClass("start") ? "#16a34a" : node.hasClass("ending") ? "#dc2626" : node.hasClass("vip") ? "#d97706" : "#9ca3af";
      pen.fillRect((x - 85 - left) * scale, (y - 23 - top) * scale, Math.max(170 * scale, 2), Math.max(46 * scale, 2));
    });
    const seen = map.extent();
    pen.strokeStyle = "#9333ea";
    pen.lineWidth = 1.5;
    pen.strokeRect((seen.x1 - left) * scale, (seen.y1 - top) * scale, seen.w * scale, seen.h * scale);
    canvas.hidden = seen.x1 <= all.x1 && seen.x2 >= all.x2 && seen.y1 <= all.y1 && seen.y2 >= all.y2;
  }

  function later() {
    if (!waits) window.requestAnimationFrame(draw);
    waits = true;
  }

  function go(event) {
    if (!event.buttons && event.type === "pointermove") return;
    event.stopPropagation();
    const [x, y] = [event.offsetX / scale + left, event.offsetY / scale + top];
    map.pan({ x: map.width() / 2 - x * map.zoom(), y: map.height() / 2 - y * map.zoom() });
  }

  for (const kind of ["pointerdown", "pointermove"]) canvas.addEventListener(kind, go);
  for (const kind of ["mousedown", "touchstart", "wheel", "dblclick"]) canvas.addEventListener(kind, (event) => event.stopPropagation(), { passive: true });
  map.on("viewport resize add remove", later);
  map.on("position", "node", later);
  later();
};
