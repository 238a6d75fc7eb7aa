/* The desk's form: adding and moving rows, formatting buttons, and the page as it will be read. All of it works without. */
"use strict";

(() => {
  const PAUSE = 350;
  const [SHORT, WHOLE] = [32, 60]; // of a button: what phones show, and what is sent

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
    form.addEventListener("submit", (event) => {
      dirty = false;
      number(form);
      if (event.submitter && event.submitter.name === "_split") form.elements.split_at.value = caret(form.querySelector("#id_text"));
    });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
    preview.ask();
  }

  function tools(form) {
    const bar = form.querySelector(".desk-tools");
    const area = form.querySelector("#id_text");
    bar.hidden = false;
    area.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain");
      const html = fromMarkdown(text);
      form.querySelector(".desk-pasted").hidden = html === text;
      if (html === text) return;
      event.preventDefault();
      document.execCommand("insertText", false, html); // so that Ctrl+Z takes it back
    });
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
        const typed = window.prompt(time) || "";
        const moment = momentIn(form.dataset.zone, typed);
        if (moment !== null) put(`<tg-time unix="${moment}" format="Dt">${area.selectionStart === area.selectionEnd ? typed.trim() : ""}`, "</tg-time>");
      }
    });
  }

  /* Where the text is parted: the cursor, when it is inside; else the server finds the best place. */
  function caret(area) {
    const at = area.selectionStart;
    return at > 0 && at < area.value.length ? Array.from(area.value.slice(0, at)).length : "";
  }

  /* Markdown from elsewhere, in Telegram's tags; text with tags of its own stays as it is. */
  function fromMarkdown(text) {
    if (/<\/?[a-z-]+[^>]*>/i.test(text)) return text;
    const marks = [[/\*\*(?=\S)([^*\n]+?)\*\*/g, "b"], [/__(?=\S)([^_\n]+?)__/g, "b"], [/\|\|(?=\S)([^|\n]+?)\|\|/g, "tg-spoiler"], [/~~(?=\S)([^~\n]+?)~~/g, "s"],
      [/`([^`\n]+)`/g, "code"], [/(?<![\w*])\*(?=\S)([^*\n]+?)\*(?!\w)/g, "i"], [/(?<!\w)_(?=\S)([^_\n]+?)_(?!\w)/g, "i"]];
    let html = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const plain = html;
    html = html.replace(/\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/g, (_all, words, address) => `<a href="${address.replaceAll('"', "&quot;")}">${words}</a>`);
    for (const [mark, tag] of marks) html = html.replace(mark, (_all, words) => `<${tag}>${words}</${tag}>`);
    html = html.replace(/(^|\n)((?:> ?[^\n]*(?:\n|$))+)/g, (_all, before, quote) => `${before}<blockquote>${quote.trim().replace(/^> ?/gm, "")}</blockquote>\n`);
    return html === plain ? text : html;
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
    if (gone) gone.addEventListener("change", () => leave(row, gone.checked));
    const label = row.querySelector("input[name$=-label]");
    if (label) count(label);
    const more = row.querySelector(".desk-more:not([data-wrong])");
    if (more) more.open = false;
  }

  /* Taken away when it is saved; until then one click brings it back. */
  function leave(row, gone) {
    row.classList.toggle("desk-gone", gone);
    const note = row.querySelector(".desk-gone-note");
    const label = row.querySelector("input[name$=-label]");
    if (!note) return;
    note.hidden = !gone;
    note.textContent = `«${label ? label.value : "…"}» ${row.closest("form").dataset.gone}`;
  }

  /* How much of a button's words is read, as long as they are typed. */
  function count(label) {
    const shown = document.createElement("span");
    shown.className = "desk-label-count";
    label.previousElementSibling.append(shown);
    const tell = () => {
      const used = Array.from(label.value).length;
      shown.textContent = used > SHORT ? ` ${used} / ${WHOLE}` : "";
      shown.title = label.closest("form").dataset.cut;
      shown.classList.toggle("desk-over", used > WHOLE);
    };
    label.addEventListener("input", tell);
    tell();
  }

  /* The moment that this day and hour are in a time zone, in seconds. */
  function momentIn(zone, typed) {
    const found = /^(\d{4})-(\d\d)-(\d\d)[ T](\d{1,2}):(\d\d)$/.exec(typed.trim());
    if (!found) return null;
    const [year, month, day, hour, minute] = found.slice(1).map(Number);
    const wanted = Date.UTC(year, month - 1, day, hour, minute);
    const shown = (moment) => {
      const options = { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" };
      const part = Object.fromEntries(new Intl.DateTimeFormat("en", options).formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
      return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute);
    };
    const first = wanted - (shown(wanted) - wanted);
    return (first - (shown(first) - wanted)) / 1000;
  }

  function number(form) {
    form.querySelectorAll("#desk-choices .desk-rowset > .desk-row .desk-order").forEach((input, place) => { input.value = place + 1; });
  }

  /* The page as it will be read. What cannot be understood is said above it; the last good page stays. */
  class Preview {
    constructor(form) {
      this.form = form;
      this.phone = form.querySelector("#desk-phone");
      this.wrong = form.querySelector("#desk-wrong");
      this.sent = form.querySelector("#desk-sent");
      this.send = form.querySelector("#desk-send");
      this.asked = 0;
      this.times = 0;
      form.querySelector("#desk-dark").addEventListener("change", (event) => this.phone.classList.toggle("desk-night", event.target.checked));
      form.querySelector("#desk-width").addEventListener("change", (event) => this.phone.style.setProperty("--phone", `${event.target.value}px`));
      this.phone.addEventListener("click", (event) => {
        const hidden = event.target.closest(".tg-spoiler, .desk-covered");
        if (hidden) hidden.classList.add("desk-seen"), hidden.classList.remove("desk-covered");
      });
      this.send.addEventListener("click", (event) => { event.preventDefault(); this.toMe(); });
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    async fetched(more) {
      number(this.form);
      const body = new FormData(this.form);
      body.delete("upload");
      for (const [name, value] of Object.entries(more)) body.set(name, value);
      try {
        const response = await fetch(this.form.dataset.preview, { method: "POST", body, credentials: "same-origin" });
        if (!response.ok) return null;
        const holder = document.createElement("div");
        holder.innerHTML = await response.text(); // escaped by the server, from the very entities that are sent
        return holder;
      } catch { return null; }
    }

    async ask() {
      const turn = ++this.asked;
      const found = await this.fetched({});
      if (turn === this.asked) this.show(found);
    }

    /* One press sends once, also when it is pressed again before the answer is there. */
    async toMe() {
      this.send.disabled = true;
      const found = await this.fetched({ [this.send.name]: `${this.send.value}-${this.times}` });
      this.send.disabled = false;
      if (found) this.times += 1;
      const said = found && found.querySelector(".desk-sent");
      this.show(found);
      this.sent.replaceChildren(...(said ? [said] : []));
    }

    show(found) {
      const errors = found ? found.querySelector(".desk-errors") : null;
      this.wrong.hidden = Boolean(found && !errors);
      this.wrong.replaceChildren(...(errors ? [errors] : found ? [] : [this.form.dataset.failed]));
      if (!found || !found.querySelector(".desk-phone")) return;
      found.querySelectorAll(".desk-sent").forEach((each) => each.remove());
      this.phone.replaceChildren(...found.children);
      const typed = this.phone.querySelector(".desk-typed");
      const counter = this.form.querySelector(".desk-counter");
      counter.textContent = typed.textContent;
      const over = typed.classList.contains("desk-over");
      counter.classList.toggle("desk-over", over);
      const split = this.form.querySelector(".desk-split");
      if (split) split.hidden = !over;
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
