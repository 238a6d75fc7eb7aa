/* The play-test without this script works; with it, hidden words open when they are touched. */
"use strict";

document.addEventListener("click", (event) => {
  const hidden = event.target.closest(".tg-spoiler, .desk-covered");
  if (!hidden) return;
  hidden.classList.add("desk-seen");
  hidden.classList.remove("desk-covered");
});
