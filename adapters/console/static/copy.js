// Buttons that copy what is below them.

import { announce, app } from "./page.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  if (!(await copy(button.closest("figure").querySelector("pre code")))) return;
  const label = button.querySelector("span");
  announce(app.dataset.tCopied);
  if (button.dataset.done) return;
  const before = label.textContent;
  button.dataset.done = "yes";
  label.textContent = app.dataset.tCopied;
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.done;
    announce("");
  }, 1600); // long enough to read one word
});

// copy reports whether it copied a text. The clipboard is available on this
// machine and over https; elsewhere the browser's own copy of a selection must
// do.
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}
