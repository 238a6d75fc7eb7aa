/* Conditions and effects as rows. Without this script the same field takes one line of text. */
"use strict";

(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const SIGNS = { at_least: ">=", below: "<", equal: "=" };
  let kinds, options, titles, words, turn;

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "on") for (const [event, heard] of Object.entries(value)) made.addEventListener(event, heard);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== undefined && value !== null) made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  /* One row: a kind, its fields, and for tests a NOT. */
  class Row {
    constructor(box, list, given, negated) {
      this.box = box;
      this.list = list;
      this.fields = element("span", { class: "desk-test-fields" });
      this.kind = element("select", { "aria-label": box.isTests ? words.kindTest : words.kindEffect, on: { change: () => { this.draw({}); box.write(); } } },
        ...list.map((each) => element("option", { value: each.kind, selected: each.kind === given.kind }, each.title)));
      this.not = box.isTests ? element("input", { type: "checkbox", on: { change: () => box.write() } }) : null;
      if (this.not) this.not.checked = negated;
      const remove = element("button", { type: "button", title: words.remove, "aria-label": words.remove, on: { click: () => { this.node.remove(); box.forget(this); } } }, "×");
      this.node = element("div", { class: "desk-test" },
        ...(this.not ? [element("label", {}, this.not, words.not)] : []), this.kind, this.fields, remove);
      this.draw(given.values || {});
    }

    described() { return this.list.find((each) => each.kind === this.kind.value); }

    draw(values) {
      this.inputs = {};
      const parts = this.described().fields.map((field) => {
        const value = values[field.name] !== undefined ? values[field.name] : field.start;
        const input = this.input(field, value);
        this.inputs[field.name] = input;
        return field.title ? element("label", {}, field.title, input) : input;
      });
      this.fields.replaceChildren(...parts.flatMap((part) => [part, " "]));
    }

    input(field, value) {
      const on = { input: () => this.box.write(), change: () => this.box.write() };
      if (field.type === "option") {
        return element("select", { on }, ...field.options.map(([option, title]) => element("option", { value: option, selected: option === value }, title)));
      }
      if (field.type === "number") return element("input", { type: "number", min: field.low, max: field.high, value, on });
      if (field.type === "day") return element("input", { type: "date", value, on });
      if (field.type === "days") {
        const chosen = new Set((Array.isArray(value) ? value : String(value || "").split(",")).map(String));
        return element("span", { class: "desk-days", role: "group" }, ...field.days.map((day, place) =>
          element("label", {}, element("input", { type: "checkbox", value: place + 1, checked: chosen.has(String(place + 1)), on }), day)));
      }
      const called = (titles[field.refers] || {})[value] || value;
      return element("input", { type: "text", list: `desk-list-${field.refers}`, value: called, placeholder: field.hint, "aria-label": field.hint, on });
    }

    said() {
      const parts = this.described().fields.map((field) => {
        const input = this.inputs[field.name];
        if (field.type === "days") return Array.from(input.querySelectorAll(":checked"), (day) => day.parentElement.textContent).join(", ");
        if (field.type === "option") return input.selectedOptions[0].textContent;
        const value = input.value.trim();
        if (!value || (field.optional && String(field.start) === value)) return "";
        return field.title ? `${field.title} ${value}` : value;
      });
      const not = this.not && this.not.checked ? `${words.not} ` : "";
      return not + [this.kind.selectedOptions[0].textContent, ...parts].filter(Boolean).join(" ");
    }

    json() {
      const row = this.box.isTests ? { is: this.kind.value } : { do: this.kind.value };
      for (const field of this.described().fields) {
        const input = this.inputs[field.name];
        if (field.type === "days") {
          row[field.name] = Array.from(input.querySelectorAll(":checked"), (day) => Number(day.value));
          continue;
        }
        const text = input.value.trim();
        if (text === "") continue;
        row[field.name] = field.type === "number" ? Number(text) : text;
      }
      if (this.not && this.not.checked) row.not = true;
      return row;
    }
  }

  class Box {
    constructor(area) {
      this.area = area;
      area.deskBox = this;
      this.isTests = area.dataset.rows === "tests";
      this.list = this.isTests ? kinds.tests : kinds.effects;
      this.rows = [];
      this.either = [];
      this.body = element("div", {});
      this.group = element("div", { class: "desk-group", hidden: true }, element("p", { class: "desk-group-title" }, words.any));
      const tools = element("div", { class: "desk-rowtools" },
        element("button", { type: "button", on: { click: () => this.add(this.rows, this.body) } }, this.isTests ? words.oneTest : words.oneEffect));
      if (this.isTests) tools.append(element("button", { type: "button", on: { click: () => this.add(this.either, this.group) } }, words.either));
      tools.append(element("button", { type: "button", on: { click: () => this.asText() } }, words.text));
      this.wrong = element("span", { class: "desk-error", role: "alert" });
      tools.append(this.wrong);
      this.back = element("div", { class: "desk-rowtools desk-back", hidden: true },
        element("button", { type: "button", on: { click: () => this.asRows() } }, words.rows), element("span", { class: "desk-error", role: "alert" }));
      area.after(this.back);
      this.node = element("div", { class: "desk-rowbox" }, this.body, this.group, tools);
      this.show(this.load(area.value));
      area.addEventListener("input", () => tell(area));
    }

    /* As rows, or as one line of text. */
    show(rows) {
      if (rows) this.area.after(this.node);
      else this.node.remove();
      this.area.hidden = rows;
      this.back.hidden = rows;
      this.back.lastChild.textContent = "";
      tell(this.area);
    }

    /* The rows in a few words, for the line that stays when the choice is closed. */
    said() {
      if (!this.area.hidden) return this.area.value.trim();
      const all = this.rows.map((row) => row.said());
      if (this.either.length) all.push(this.either.map((row) => row.said()).join(` ${words.or} `));
      return all.join(" · ");
    }

    /* Text that cannot be read stays text: nothing is lost. */
    load(text) {
      const rows = parse(text, this.isTests);
      if (!rows) return false;
      [this.rows, this.either] = [[], []];
      this.body.replaceChildren();
      this.group.replaceChildren(this.group.firstChild);
      for (const row of rows.all) this.put(this.rows, this.body, row);
      for (const row of rows.any) this.put(this.either, this.group, row);
      this.group.hidden = !this.either.length;
      return true;
    }

    put(rows, where, given) {
      const row = new Row(this, this.list, given, Boolean(given.not));
      rows.push(row);
      where.append(row.node);
      return row;
    }

    add(rows, where) {
      this.group.hidden = this.group.hidden && where !== this.group;
      this.put(rows, where, { kind: this.list[0].kind }).kind.focus();
      this.write();
    }

    forget(row) {
      this.rows = this.rows.filter((each) => each !== row);
      this.either = this.either.filter((each) => each !== row);
      this.group.hidden = !this.either.length;
      this.write();
    }

    write() {
      this.wrong.textContent = "";
      const all = this.rows.map((row) => row.json());
      if (this.isTests && this.either.length) all.push({ any: this.either.map((row) => row.json()) });
      this.area.value = all.length ? JSON.stringify(this.isTests ? { all } : all) : "";
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    async asText() {
      const answer = await turn(this.area);
      this.wrong.textContent = answer ? answer.error || "" : words.failed;
      if (!answer || answer.error) return;
      this.area.value = answer.text;
      this.show(false);
      this.area.focus();
    }

    async asRows() {
      const answer = await turn(this.area);
      if (!answer || answer.error || !this.load(JSON.stringify(answer.rows))) {
        this.back.lastChild.textContent = (answer && answer.error) || words.failed;
        return;
      }
      this.write();
      this.show(true);
    }
  }

  /* What a closed choice does, in its own line. */
  function tell(area) {
    const row = area.closest(".desk-row");
    const gist = row && row.querySelector(".desk-gist");
    if (!gist) return;
    const said = Array.from(row.querySelectorAll("textarea[data-rows]"), (each) => (each.deskBox ? each.deskBox.said() : ""));
    gist.textContent = said.filter(Boolean).join(" → ");
  }

  /* The text form, or JSON, as rows; null when it is neither. */
  function parse(text, isTests) {
    text = text.trim();
    if (!text) return { all: [], any: [] };
    try {
      if (text[0] === "{" || text[0] === "[") return fromJson(JSON.parse(text), isTests);
      const all = [];
      let any = [];
      for (const line of text.split(/[;\n]/).map((part) => part.trim()).filter(Boolean)) {
        if (isTests && line.startsWith("any ")) any = line.slice(4).split("|").map((part) => fromLine(part.trim(), isTests));
        else all.push(fromLine(line, isTests));
      }
      return [...all, ...any].every(Boolean) ? { all, any } : null;
    } catch { return null; }
  }

  function fromJson(given, isTests) {
    const rows = isTests ? given.all || [] : given;
    const any = rows.find((row) => row.any);
    return { all: rows.filter((row) => !row.any).map((row) => named(row, isTests)), any: any ? any.any.map((row) => named(row, isTests)) : [] };
  }

  function named(row, isTests) {
    const { is, do: does, not, ...values } = row;
    return { kind: isTests ? is : does, not, values };
  }

  function fromLine(line, isTests) {
    let list = line.split(/\s+/);
    const not = isTests && list[0] === "not";
    if (not) list = list.slice(1);
    const kind = (isTests ? kinds.tests : kinds.effects).find((each) => each.kind === list[0]);
    if (!kind) return null;
    const given = list.slice(1);
    const values = {};
    const sign = (word) => Object.keys(SIGNS).find((name) => SIGNS[name] === word);
    if (kind.kind === "besitos") values[sign(given[0])] = given[1];
    else if (kind.kind === "counter") Object.assign(values, { counter: given[0], op: sign(given[1]), n: given[2] });
    else kind.fields.forEach((field, place) => { if (given[place] !== undefined && given[place] !== ".") values[field.name] = given[place]; });
    return { kind: kind.kind, not, values };
  }

  function lists() {
    for (const [kind, pairs] of Object.entries(options)) {
      document.body.append(element("datalist", { id: `desk-list-${kind}` }, ...pairs.map(([said, more]) => element("option", { value: said }, more))));
    }
  }

  window.deskRows = (root) => {
    for (const area of root.querySelectorAll("textarea[data-rows]")) {
      if (!area.name.includes("__prefix__") && !area.closest("template")) new Box(area);
    }
  };

  function start() {
    const form = document.getElementById("desk-form");
    if (!form) return;
    kinds = read("desk-kinds");
    options = read("desk-names");
    titles = read("desk-titles");
    turn = async (area) => {
      const body = new FormData();
      for (const name of ["csrfmiddlewaretoken", "story"]) body.set(name, form.elements[name].value);
      body.set("kind", area.dataset.rows);
      body.set("value", area.value);
      try {
        const response = await fetch(form.dataset.turn, { method: "POST", body, credentials: "same-origin" });
        return response.ok ? await response.json() : null;
      } catch { return null; }
    };
    words = { rows: form.dataset.asRows, or: form.dataset.or, kindTest: form.dataset.kindTest, kindEffect: form.dataset.kindEffect, failed: form.dataset.failed, not: form.dataset.not, any: form.dataset.any, remove: form.dataset.remove, oneTest: form.dataset.test, oneEffect: form.dataset.effect, either: form.dataset.either, text: form.dataset.text };
    lists();
    window.deskRows(form);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
