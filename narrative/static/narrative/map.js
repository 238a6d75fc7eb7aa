/* The map: fragments where the editor put them. Everything on it can be done from the list and the forms, too. */
"use strict";

(() => {
  const graph = () => JSON.parse(document.getElementById("desk-graph").textContent);
  const dark = () => document.documentElement.classList.contains("dark");

  function start() {
    const box = document.getElementById("desk-map");
    if (!box || !window.cytoscape) return;
    if (window.cytoscapeDagre) try { window.cytoscape.use(window.cytoscapeDagre); } catch { /* it has put itself there */ }
    for (const id of ["desk-map", "desk-maptools", "map-help"]) document.getElementById(id).hidden = false;
    document.getElementById("map-help").textContent = box.dataset.help;
    const given = graph();
    const placed = given.nodes.some((node) => node.x !== null);
    const map = window.cytoscape({
      container: box,
      elements: [
        ...given.nodes.map((node, place) => ({
          data: { id: node.key, ...node },
          position: { x: node.x === null ? (place % 12) * 190 : node.x, y: node.y === null ? Math.floor(place / 12) * 110 : node.y },
          classes: ["start", "ending", "vip", "empty"].filter((name) => node[name]).join(" ") + (node.problem ? ` ${node.problem}` : ""),
        })),
        ...given.edges.map((edge) => ({ data: edge, classes: edge.closed ? "closed" : "" })),
      ],
      layout: { name: "preset" },
      style: style(),
      minZoom: 0.05, maxZoom: 2.5,
      hideEdgesOnViewport: given.edges.length > 400, textureOnViewport: given.nodes.length > 300,
      autoungrabify: !box.dataset.write,
    });
    if (!placed) tidy(map, box, false);
    map.fit(undefined, 40);
    window.yabotMap = map;
    controls(map, box);
    presses(map, box);
    if (box.dataset.write) drawing(map, box);
  }

  function style() {
    const [ink, panel, line] = dark() ? ["#f3f4f6", "#374151", "#6b7280"] : ["#111827", "#f3f4f6", "#9ca3af"];
    return [
      { selector: "node", style: { shape: "round-rectangle", width: 150, height: 46, label: "data(title)", "text-valign": "center", "text-wrap": "ellipsis", "text-max-width": 138, "font-size": 13, color: ink, "background-color": panel, "border-width": 1.5, "border-color": line } },
      { selector: "node.start", style: { "background-color": "#bbf7d0", "border-color": "#15803d", color: "#052e16" } },
      { selector: "node.vip", style: { "background-color": "#fde68a", "border-color": "#b45309", color: "#451a03" } },
      { selector: "node.ending", style: { "background-color": "#fecaca", "border-color": "#b91c1c", color: "#450a0a" } },
      { selector: "node.empty", style: { "border-style": "dashed" } },
      { selector: "node.warning", style: { "border-color": "#f59e0b", "border-width": 3 } },
      { selector: "node.error", style: { "border-color": "#dc2626", "border-width": 4 } },
      { selector: "node:selected", style: { "border-color": "#7e22ce", "border-width": 4 } },
      { selector: "edge", style: { width: 1.6, "line-color": line, "target-arrow-color": line, "target-arrow-shape": "triangle", "curve-style": "bezier", "arrow-scale": 0.9 } },
      { selector: "edge.closed", style: { "line-style": "dashed" } },
      { selector: "edge.near", style: { label: "data(label)", "font-size": 11, color: ink, "text-background-color": dark() ? "#111827" : "#ffffff", "text-background-opacity": 0.9, "text-background-padding": 2, "text-wrap": "ellipsis", "text-max-width": 120, "line-color": "#7e22ce", "target-arrow-color": "#7e22ce", width: 2.5 } },
      { selector: ".away", style: { opacity: 0.12 } },
      { selector: ".aim", style: { "border-color": "#7e22ce", "border-width": 5 } },
    ];
  }

  function say(text) { document.getElementById("map-said").textContent = text; }

  async function send(url, body) {
    const token = document.cookie.match(/csrftoken=([^;]+)/);
    const field = document.querySelector("[name=csrfmiddlewaretoken]");
    const response = await fetch(url, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": field ? field.value : token ? token[1] : "" }, body: JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    return answer;
  }

  async function keep(box, nodes) {
    if (!box.dataset.write) return;
    const places = {};
    nodes.forEach((node) => { places[node.id()] = [Math.round(node.position("x")), Math.round(node.position("y"))]; });
    try { await send(box.dataset.move, { places }); say(box.dataset.saved); }
    catch { say(box.dataset.failed); }
  }

  function tidy(map, box, save) {
    map.layout({ name: window.cytoscapeDagre ? "dagre" : "breadthfirst", rankDir: "LR", nodeSep: 26, rankSep: 90, animate: false, fit: true, padding: 40 }).run();
    if (save) keep(box, map.nodes());
  }

  function near(map, node) {
    map.elements().removeClass("away near");
    if (!node || !document.getElementById("map-focus").checked) return;
    const around = node.closedNeighborhood();
    map.elements().difference(around).addClass("away");
    node.connectedEdges().addClass("near");
  }

  function controls(map, box) {
    document.getElementById("map-tidy").addEventListener("click", () => tidy(map, box, true));
    document.getElementById("map-fit").addEventListener("click", () => { near(map, null); map.fit(undefined, 40); });
    const filter = () => {
      const tag = document.getElementById("map-tag").value;
      const what = document.getElementById("map-filter").value;
      map.elements().removeClass("away near");
      const kept = map.nodes().filter((node) => (!tag || node.data("tags").includes(tag)) && (!what || Boolean(node.data(what))));
      if (tag || what) map.elements().difference(kept).addClass("away");
    };
    for (const id of ["map-tag", "map-filter"]) document.getElementById(id).addEventListener("change", filter);
    document.getElementById("map-focus").addEventListener("change", () => near(map, null));
  }

  function presses(map, box) {
    map.on("tap", "node", (event) => near(map, event.target));
    map.on("tap", (event) => { if (event.target === map) near(map, null); });
    map.on("dbltap", "node", (event) => { window.location.href = event.target.data("url"); });
    map.on("dragfreeon", "node", (event) => keep(box, map.$(":selected").union(event.target)));
    map.on("dbltap", async (event) => {
      if (event.target !== map || !box.dataset.write) return;
      const title = window.prompt(box.dataset.name);
      if (!title) return;
      const place = event.position;
      try { window.location.href = (await send(box.dataset.link, { title, x: Math.round(place.x), y: Math.round(place.y) })).url; }
      catch (error) { say(error.message || box.dataset.failed); }
    });
  }

  /* With drawing on, a drag from a fragment makes a choice instead of moving it. */
  function drawing(map, box) {
    const draw = document.getElementById("map-draw");
    let from = null, aim = null;
    draw.addEventListener("change", () => map.autoungrabify(draw.checked));
    map.on("tapstart", "node", (event) => {
      if (!draw.checked) return;
      from = event.target;
      map.userPanningEnabled(false);
      map.boxSelectionEnabled(false);
    });
    map.on("tapdrag", (event) => {
      if (!from) return;
      if (aim) aim.removeClass("aim");
      aim = under(map, event.position, from);
      if (aim) aim.addClass("aim");
    });
    map.on("tapend", async () => {
      const [source, target] = [from, aim];
      from = aim = null;
      map.userPanningEnabled(true);
      if (target) target.removeClass("aim");
      if (!source || !target) return;
      try {
        const made = await send(box.dataset.link, { source: source.id(), target: target.id() });
        map.add({ data: { id: `${source.id()}/${made.choice}`, source: source.id(), target: target.id(), label: target.data("title") } });
        say(box.dataset.saved);
      } catch (error) { say(error.message || box.dataset.failed); }
    });
  }

  function under(map, place, from) {
    const found = map.nodes().filter((node) => {
      const box = node.boundingBox();
      return node !== from && place.x >= box.x1 && place.x <= box.x2 && place.y >= box.y1 && place.y <= box.y2;
    });
    return found.length ? found[0] : null;
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
