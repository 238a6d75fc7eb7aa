/* The map: fragments where the editor put them. Everything on it can be done from the list and the forms, too. */
"use strict";

(() => {
  const MANY = 400; // arrows: from here on they are straight, or drawing them takes seconds
  const LETTERS = 22; // of a title, on the map
  const READABLE = 0.55; // the zoom from which titles can be read
  const PATIENCE = 20_000; // milliseconds

  const graph = () => JSON.parse(document.getElementById("desk-graph").textContent);
  const dark = () => document.documentElement.classList.contains("dark");

  function start() {
    const box = document.getElementById("desk-map");
    if (!box || !window.cytoscape) return;
    for (const id of ["desk-map", "desk-maptools", "map-help"]) document.getElementById(id).hidden = false;
    document.getElementById("map-help").textContent = box.dataset.help;
    const given = graph();
    const large = given.edges.length > MANY;
    const map = window.cytoscape({
      container: box,
      elements: elements(given),
      layout: { name: "preset" },
      style: style(large),
      minZoom: 0.05, maxZoom: 2.5,
      pixelRatio: large ? 1 : "auto", hideEdgesOnViewport: large, textureOnViewport: large,
      autoungrabify: !box.dataset.write,
    });
    open(map);
    window.yabotMap = map;
    controls(map, box);
    presses(map, box);
    if (box.dataset.write) drawing(map, box);
    if (window.deskOverview) window.deskOverview(map, box);
  }

  function elements(given) {
    return [
      ...given.nodes.map((node) => ({
        data: { id: node.key, ...node, name: node.title.length > LETTERS ? `${node.title.slice(0, LETTERS - 1)}…` : node.title },
        position: { x: node.x, y: node.y },
        classes: ["start", "ending", "vip", "empty"].filter((name) => node[name]).join(" ") + (node.problem ? ` ${node.problem}` : ""),
      })),
      ...given.edges.map((edge) => ({ data: edge, classes: edge.closed ? "closed" : "" })),
    ];
  }

  /* The whole story where it can be read as a whole; otherwise its beginning, as large as it can be read. */
  function open(map) {
    map.fit(undefined, 40);
    if (map.zoom() >= READABLE) return;
    const first = map.nodes(".start").nonempty() ? map.nodes(".start") : map.nodes().first();
    map.zoom(map.width() < 600 ? 0.8 : 1);
    map.pan({ x: 110 - first.position("x") * map.zoom(), y: map.height() / 2 - first.position("y") * map.zoom() });
  }

  function style(large) {
    const [ink, panel, line] = dark() ? ["#f3f4f6", "#374151", "#6b7280"] : ["#111827", "#f3f4f6", "#9ca3af"];
    const paper = dark() ? "#111827" : "#ffffff";
    const said = { "font-size": 12, color: ink, "text-background-color": paper, "text-background-opacity": 0.92, "text-background-padding": 2, "text-wrap": "ellipsis", "text-max-width": 130 };
    return [
      { selector: "node", style: { shape: "round-rectangle", width: 170, height: 46, label: "data(name)", "text-valign": "center", "font-size": 14, "min-zoomed-font-size": 5, color: ink, "background-color": panel, "border-width": 1.5, "border-color": line } },
      { selector: "node.start", style: { "background-color": "#bbf7d0", "border-color": "#15803d", color: "#052e16" } },
      { selector: "node.vip", style: { "background-color": "#fde68a", "border-color": "#b45309", color: "#451a03" } },
      { selector: "node.ending", style: { "background-color": "#fecaca", "border-color": "#b91c1c", color: "#450a0a" } },
      { selector: "node.empty", style: { "border-style": "dashed" } },
      { selector: "node.warning", style: { "border-color": "#f59e0b", "border-width": 3 } },
      { selector: "node.error", style: { "border-color": "#dc2626", "border-width": 4 } },
      { selector: "node:selected", style: { "border-color": "#7e22ce", "border-width": 4 } },
      { selector: "edge", style: { width: 1.6, "line-color": line, "target-arrow-color": line, "target-arrow-shape": "triangle", "curve-style": large ? "straight" : "bezier", "arrow-scale": 0.9 } },
      { selector: "edge:loop", style: { "curve-style": "bezier", "loop-direction": "-90deg", "loop-sweep": "60deg", "control-point-step-size": 60 } },
      { selector: "edge.closed", style: { "line-style": "dashed" } },
      { selector: "edge.near", style: { ...said, "line-color": "#7e22ce", "target-arrow-color": "#7e22ce", width: 2.5, "z-compound-depth": "top" } },
      { selector: "edge.near.out", style: { "target-label": "data(label)", "target-text-offset": 95 } },
      { selector: "edge.near.in", style: { "source-label": "data(label)", "source-text-offset": 95 } },
      { selector: "edge.near.twin", style: { "curve-style": "bezier", "control-point-step-size": 70, label: "data(label)" } },
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

  /* What is moved is kept, and with it whatever stands only where the server thought: nothing jumps the next time. */
  async function keep(map, box, nodes) {
    if (!box.dataset.write) return;
    const places = {};
    const kept = nodes.union(map.nodes().filter((node) => !node.data("placed")));
    kept.forEach((node) => { places[node.id()] = [Math.round(node.position("x")), Math.round(node.position("y"))]; });
    try { await send(box.dataset.move, { places }); kept.forEach((node) => { node.data("placed", true); }); say(box.dataset.saved); }
    catch { say(box.dataset.failed); }
  }

  /* dagre needs half a minute for a large story full of jumps, so it works beside the page; what takes too long is put in columns. */
  function tidy(map, box) {
    const button = document.getElementById("map-tidy");
    const asked = { nodes: map.nodes().map((node) => ({ id: node.id(), width: node.outerWidth(), height: node.outerHeight() })), edges: map.edges().map((edge) => [edge.source().id(), edge.target().id()]) };
    const worker = new Worker(box.dataset.worker);
    const done = (places) => {
      clearTimeout(limit);
      worker.terminate();
      button.disabled = false;
      map.batch(() => map.nodes().forEach((node) => { const [x, y] = places ? places[node.id()] : node.data("tidy"); node.position({ x, y }); }));
      open(map);
      say("");
      keep(map, box, map.nodes());
    };
    const limit = setTimeout(() => done(null), PATIENCE);
    worker.onmessage = (event) => done(event.data);
    worker.onerror = () => done(null);
    button.disabled = true;
    say(box.dataset.tidying);
    worker.postMessage({ ...asked, libraries: [box.dataset.cytoscape, box.dataset.dagre] });
  }

  function near(map, node) {
    map.elements().removeClass("away near in out twin");
    if (!node || !document.getElementById("map-focus").checked) return;
    const around = node.closedNeighborhood();
    map.elements().difference(around).addClass("away");
    node.connectedEdges().forEach((edge) => {
      const twin = edge.parallelEdges().length > 1 || edge.isLoop();
      edge.addClass(`near ${twin ? "twin" : edge.source().same(node) ? "out" : "in"}`);
    });
  }

  function controls(map, box) {
    document.getElementById("map-tidy").addEventListener("click", () => tidy(map, box));
    for (const [id, times] of [["map-closer", 1.4], ["map-farther", 1 / 1.4]]) {
      document.getElementById(id).addEventListener("click", () => map.zoom({ level: map.zoom() * times, renderedPosition: { x: map.width() / 2, y: map.height() / 2 } }));
    }
    document.getElementById("map-search").addEventListener("change", (event) => find(map, event.target.value));
    document.getElementById("map-fit").addEventListener("click", () => { near(map, null); map.fit(undefined, 40); });
    const filter = () => {
      const tag = document.getElementById("map-tag").value;
      const what = document.getElementById("map-filter").value;
      map.elements().removeClass("away near in out twin");
      const kept = map.nodes().filter((node) => (!tag || node.data("tags").includes(tag)) && (!what || Boolean(node.data(what))));
      if (tag || what) map.elements().difference(kept).addClass("away");
    };
    for (const id of ["map-tag", "map-filter"]) document.getElementById(id).addEventListener("change", filter);
    document.getElementById("map-focus").addEventListener("change", () => near(map, null));
  }

  /* Go to the fragment with this title, or whose title has these letters in it. */
  function find(map, words) {
    const looked = words.trim().toLowerCase();
    const titled = (fits) => map.nodes().filter((node) => fits(node.data("title").toLowerCase()));
    const found = looked && [titled((title) => title === looked), titled((title) => title.includes(looked))].find((some) => some.nonempty());
    if (!found) return;
    map.zoom(Math.max(map.zoom(), 1));
    map.center(found[0]);
    map.elements().unselect();
    found[0].select();
    near(map, found[0]);
  }

  function presses(map, box) {
    map.on("tap", "node", (event) => near(map, event.target));
    map.on("tap", (event) => { if (event.target === map) near(map, null); });
    map.on("dbltap", "node", (event) => { window.location.href = event.target.data("url"); });
    map.on("dragfreeon", "node", (event) => keep(map, box, map.$(":selected").union(event.target)));
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
