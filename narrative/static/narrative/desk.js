/* The desk's form: adding and moving rows, formatting buttons, and the page as it will be read. All of it works without. */
"use strict";

(() => {
  const PAUSE = 350;

  function start() {
    const form = document.getElementById("desk-form");
    if (!form) return;
    tools(form);
    rowsets(form);
    const preview = new Preview(form);
    let dirty = false;
    form.addEventListener("input", (event) => {
      if (event.target.closest(".desk-personas") === null) {
        dirty = true;
        const note = form.querySelector(".desk-unsaved");
        if (note) note.textContent = form.dataset.unsaved;
      }
      preview.later();
    });
    form.addEventListener("change", () => preview.later());
    form.addEventListener("submit", () => { dirty = false; number(form); });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
    preview.ask();
  }

  function tools(form) {
    const bar = form.querySelector(".desk-tools");
    const area = form.querySelector("#id_text");
    bar.hidden = false;
    const put = (before, after) => {
      const [from, to] = [area.selectionStart, area.selectionEnd];
      const chosen = area.value.slice(from, to);
      area.setRangeText(before + chosen + after, from, to, "end");
      area.setSelectionRange(from + before.length, from + before.length + chosen.length);
      area.focus();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { wrap, insert, link, time } = button.dataset;
      if (wrap) put(`<${wrap}>`, `</${wrap}>`);
      if (insert) put(insert, "");
      if (link) {
        const address = window.prompt(link, "https://");
        if (address) put(`<a href="${address.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}">`, "</a>");
      }
      if (time) {
        const moment = Date.parse((window.prompt(time) || "").replace(" ", "T"));
        if (!Number.isNaN(moment)) put(`<tg-time unix="${moment / 1000}" format="Dt">`, "</tg-time>");
      }
    });
  }

  function rowsets(form) {
    for (const button of form.querySelectorAll(".desk-add")) {
      button.hidden = false;
      const box = button.closest(".desk-panel");
      button.addEventListener("click", () => {
        const total = form.querySelector(`[name=${button.dataset.set}-TOTAL_FORMS]`);
        const holder = document.createElement("div");
        holder.innerHTML = box.querySelector("template.desk-blank").innerHTML.replaceAll("__prefix__", total.value);
        total.value = Number(total.value) + 1;
        const row = holder.firstElementChild;
        box.querySelector(".desk-rowset").append(row);
        ready(row);
        if (window.deskRows) window.deskRows(row);
        row.querySelector("input[type=text], textarea").focus();
        number(form);
      });
    }
    form.querySelectorAll(".desk-rowset > .desk-row").forEach(ready);
  }

  function ready(row) {
    const move = row.querySelector(".desk-move");
    if (move) {
      move.hidden = false;
      move.addEventListener("click", (event) => {
        const way = Number(event.target.dataset.move || 0);
        const other = way < 0 ? row.previousElementSibling : row.nextElementSibling;
        if (!way || !other) return;
        if (way < 0) other.before(row); else other.after(row);
        number(row.closest("form"));
        event.target.focus();
        row.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
    const gone = row.querySelector("input[name$=-DELETE]");
    if (gone) gone.addEventListener("change", () => row.classList.toggle("desk-gone", gone.checked));
  }

  function number(form) {
    form.querySelectorAll("#desk-choices .desk-rowset > .desk-row .desk-order").forEach((input, place) => { input.value = place + 1; });
  }

  class Preview {
    constructor(form) {
      this.form = form;
      this.phone = form.querySelector("#desk-phone");
      this.asked = 0;
      form.querySelector("#desk-dark").addEventListener("change", (event) => this.phone.classList.toggle("desk-night", event.target.checked));
      this.phone.addEventListener("click", (event) => {
        const hidden = event.target.closest(".tg-spoiler, .desk-covered");
        if (hidden) hidden.classList.add("desk-seen"), hidden.classList.remove("desk-covered");
      });
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    async ask() {
      const turn = ++this.asked;
      number(this.form);
      const body = new FormData(this.form);
      body.delete("upload");
      let html = null;
      try {
        const response = await fetch(this.form.dataset.preview, { method: "POST", body, credentials: "same-origin" });
        html = response.ok ? await response.text() : null;
      } catch { html = null; }
      if (turn !== this.asked) return;
      if (html === null) this.phone.textContent = this.form.dataset.failed;
      else this.phone.innerHTML = html; // escaped by the server, from the very entities that are sent
      const count = this.phone.querySelector(".desk-count");
      this.form.querySelector(".desk-counter").textContent = count ? count.textContent : "";
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
