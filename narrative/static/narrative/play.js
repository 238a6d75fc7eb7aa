/* The play-test without this script works; with it, hidden words open when touched and what somebody has is chips. */
"use strict";

(() => {
  document.addEventListener("click", (event) => {
    const hidden = event.target.closest(".tg-spoiler, .desk-covered");
    if (!hidden) return;
    hidden.classList.add("desk-seen");
    hidden.classList.remove("desk-covered");
  });

  /* Light or dark, wide or narrow: kept while the tab is open, because each step is a new page. */
  function screen() {
    const phone = document.getElementById("desk-screen");
    if (!phone) return;
    const dark = document.getElementById("desk-dark");
    const width = document.getElementById("desk-width");
    const show = () => {
      phone.classList.toggle("desk-night", dark.checked);
      phone.style.setProperty("--phone", `${width.value}px`);
      sessionStorage.setItem("desk-screen", JSON.stringify([dark.checked, width.value]));
    };
    const kept = JSON.parse(sessionStorage.getItem("desk-screen") || "null");
    if (kept) [dark.checked, width.value] = kept;
    dark.addEventListener("change", show);
    width.addEventListener("change", show);
    show();
  }

  /* A field with commas as chips that can be taken away; what is sent stays the same text. */
  class Chips {
    constructor(field, words) {
      this.field = field;
      this.words = words;
      this.chips = field.value.split(",").map((part) => part.trim()).filter(Boolean);
      this.entry = document.createElement("input");
      Object.assign(this.entry, { type: "text", id: field.id, placeholder: words.more, autocomplete: "off" });
      this.entry.setAttribute("list", field.dataset.chips);
      field.id = "";
      field.type = "hidden";
      this.list = document.createElement("span");
      this.list.className = "desk-chips";
      field.after(this.list, this.entry);
      const options = document.getElementById(field.dataset.chips);
      const titles = new Set(Array.from(options ? options.options : [], (option) => option.value));
      this.entry.addEventListener("input", () => {
        if (!("counts" in field.dataset) && titles.has(this.entry.value)) this.take();
        this.write();
      });
      this.entry.addEventListener("keydown", (event) => {
        if ((event.key === "Enter" && this.entry.value.trim()) || event.key === ",") { event.preventDefault(); this.take(); }
        if (event.key === "Backspace" && !this.entry.value) { this.chips.pop(); this.draw(); }
      });
      this.draw();
    }

    take() {
      const said = this.entry.value.trim();
      if (said) this.chips.push(said);
      this.entry.value = "";
      this.draw();
    }

    write() {
      this.field.value = [...this.chips, this.entry.value.trim()].filter(Boolean).join(", ");
    }

    draw() {
      this.list.replaceChildren(...this.chips.map((said, place) => {
        const chip = document.createElement("span");
        chip.className = "desk-chip";
        const away = document.createElement("button");
        Object.assign(away, { type: "button", textContent: "×" });
        away.setAttribute("aria-label", `${this.words.remove} ${said}`);
        away.addEventListener("click", () => { this.chips.splice(place, 1); this.draw(); this.entry.focus(); });
        chip.append(said, away);
        return chip;
      }));
      this.write();
    }
  }

  function start() {
    const form = document.getElementById("desk-play");
    if (!form) return;
    screen();
    for (const field of form.querySelectorAll("input[data-chips]")) {
      const help = field.parentElement.querySelector(".desk-help");
      if (help && !("counts" in field.dataset)) help.hidden = true;
      new Chips(field, form.dataset);
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
