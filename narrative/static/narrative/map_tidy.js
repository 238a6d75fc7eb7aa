/* A worker: puts the map in order with dagre, however long it takes, while the page goes on. */
"use strict";

self.onmessage = (event) => {
  const { nodes, edges, libraries } = event.data;
  self.importScripts(...libraries);
  if (self.cytoscapeDagre) try { self.cytoscape.use(self.cytoscapeDagre); } catch { /* it has put itself there */ }
  const map = self.cytoscape({
    headless: true, styleEnabled: true,
    elements: [...nodes.map((node) => ({ data: node })), ...edges.map(([source, target]) => ({ data: { source, target } }))],
    style: [{ selector: "node", style: { width: "data(width)", height: "data(height)", shape: "rectangle" } }],
    layout: { name: "preset" },
  });
  map.layout({ name: "dagre", rankDir: "LR", nodeSep: 26, rankSep: 90, animate: false, fit: false }).run();
  const places = {};
  map.nodes().forEach((node) => { places[node.id()] = [Math.round(node.position("x")), Math.round(node.position("y"))]; });
  self.postMessage(places);
};
