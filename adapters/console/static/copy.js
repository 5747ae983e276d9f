"use strict";

// Buttons that copy what stands below them. Used by all pages.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const code = button.closest("figure").querySelector("pre code");
  if (!(await copied(code))) return;
  const label = button.querySelector("span");
  const done = document.querySelector("[data-t-copied]").dataset.tCopied;
  document.getElementById("status").textContent = done;
  if (button.dataset.done) return;
  const before = label.textContent;
  button.dataset.done = "yes";
  label.textContent = done;
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.done;
    document.getElementById("status").textContent = "";
  }, 1600); // long enough to read one word
});

// The clipboard is there on this machine and over https; elsewhere the
// browser's own copy of a selection must do.
async function copied(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}
