/* A letter's editor: the message as it will arrive, beside its text. Without this script the form works as any other. */
"use strict";

(() => {
  const PAUSE = 250;

  function start() {
    const template = document.getElementById("letter-editor");
    const areas = [...document.querySelectorAll("textarea[data-letter]")];
    if (!template || !areas.length) return;
    const editors = areas.map((area) => new Editor(area, template));
    if (editors.length > 1) addTabs(editors, template);
    const picture = document.getElementById("id_picture");
    const refresh = () => editors.forEach((editor) => editor.ask());
    if (picture) picture.form.addEventListener("change", (event) => { if (event.target.name.startsWith("picture")) refresh(); });
    refresh();
  }

  function hasPicture(template) {
    const picked = document.getElementById("id_picture");
    const cleared = document.querySelector('input[name="picture-clear"]');
    if (picked && picked.files && picked.files.length) return true;
    return Boolean(template.dataset.hasPicture) && !(cleared && cleared.checked);
  }

  class Editor {
    constructor(area, template) {
      this.area = area;
      this.template = template;
      this.language = area.dataset.letter;
      this.row = area.closest(".form-row") || area.parentElement;
      this.row.classList.add("letter-row");
      this.asked = 0;
      this.side = template.content.cloneNode(true).firstElementChild;
      const desk = document.createElement("div");
      desk.className = "letter-desk";
      area.classList.add("letter-text");
      area.before(desk);
      desk.append(area, this.side);
      area.addEventListener("input", () => this.later());
      this.side.addEventListener("click", (event) => this.insert(event.target.closest("[data-insert]")));
    }

    find(name) { return this.side.querySelector(`.letter-${name}`); }

    insert(chip) {
      if (!chip) return;
      this.area.focus();
      this.area.setRangeText(chip.dataset.insert, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    async ask() {
      const turn = ++this.asked;
      const has = hasPicture(this.template);
      const body = new URLSearchParams({ text: this.area.value, has_picture: has ? "1" : "0" });
      const token = this.area.form.querySelector("[name=csrfmiddlewaretoken]").value;
      let answer = null;
      try {
        const response = await fetch(this.template.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token }, credentials: "same-origin" });
        answer = response.ok && (response.headers.get("Content-Type") || "").includes("json") ? await response.json() : null;
      } catch { answer = null; }
      if (turn === this.asked) this.show(answer, has);
    }

    show(answer, has) {
      const blank = !this.area.value.trim();
      this.find("picture").hidden = !has;
      const problems = answer ? answer.problems : [this.template.dataset.failed];
      this.find("problems").replaceChildren(...(blank && answer ? [] : problems).map(item));
      this.broken = !blank && problems.length > 0;
      this.find("bubble").classList.toggle("letter-stale", this.broken);
      if (blank) this.find("shown").textContent = this.language === "en" ? this.template.dataset.emptyEn : this.template.dataset.empty;
      else if (answer && !problems.length) this.find("shown").innerHTML = withoutDoubleLines(answer.html); // escaped by the server, from the very entities that are sent
      this.find("shown").classList.toggle("letter-empty", blank);
      if (answer) {
        this.find("count").textContent = `${blank ? 0 : answer.used} / ${answer.limit}`;
        this.find("count").classList.toggle("letter-over", answer.used > answer.limit);
      }
      if (this.tab) this.tab.classList.toggle("letter-tab-broken", this.broken);
    }
  }

  /* A quote ends its line by itself, on a phone and here. */
  function withoutDoubleLines(html) {
    return html.replace(/(<\/(?:blockquote|pre)>)\n/g, "$1");
  }

  function item(sentence) {
    const line = document.createElement("li");
    line.textContent = sentence;
    return line;
  }

  function addTabs(editors, template) {
    const bar = document.createElement("div");
    bar.className = "letter-tabs";
    bar.setAttribute("role", "tablist");
    for (const editor of editors) {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.className = "letter-tab";
      tab.textContent = template.dataset[editor.language];
      tab.dataset.mend = template.dataset.mend;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", editor.area.id);
      tab.addEventListener("click", () => choose(editors, editor));
      editor.tab = tab;
      bar.append(tab);
    }
    editors[0].row.before(bar);
    const wrong = editors.find((editor) => editor.row.querySelector(".errorlist"));
    choose(editors, wrong || editors[0]);
  }

  function choose(editors, chosen) {
    for (const editor of editors) {
      editor.row.classList.toggle("letter-away", editor !== chosen);
      editor.tab.setAttribute("aria-selected", String(editor === chosen));
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
