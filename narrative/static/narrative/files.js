/* The theme writes a chosen file's name into the nearest text field; on the desk that is somebody's own text. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const input of document.querySelectorAll(".desk input[type=file]")) input.hasChangeListener = true;
});
