// Checking a change of the knowledge base while it is typed.

import { app, toast } from "./page.js";

const pause = 800; // milliseconds without a key, after which a check is worth a core
let timer;
let asked = 0;

document.addEventListener("input", (event) => {
  const form = event.target.closest("form.draft");
  if (!form?.content) return;
  form.dataset.changed = "";
  clearTimeout(timer);
  timer = setTimeout(() => check(form), pause);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".draft")) return;
  clearTimeout(timer);
  delete event.target.dataset.changed;
});

// A change that is not saved is not lost: the browser asks first.
const unsaved = () => document.querySelector("form.draft[data-changed]");
window.addEventListener("beforeunload", (event) => unsaved() && event.preventDefault());
document.addEventListener("click", (event) => unsaved() && event.target.closest("a[data-go]") && event.stopImmediatePropagation(), true);

// check shows what the server says of the change. It answers with the same page: the
// YAML has the changes of the form, and the form those of the YAML.
async function check(form) {
  const mine = ++asked;
  const sent = form.content.value;
  const data = new URLSearchParams(new FormData(form));
  data.set("do", "check");
  const checking = document.getElementById("checking");
  checking.hidden = false;
  let next;
  try {
    const response = await fetch(form.action, { method: "POST", body: data });
    next = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    toast(app.dataset.tFailed);
    return;
  } finally {
    if (mine === asked) checking.hidden = true;
  }
  if (mine !== asked || !form.isConnected || form.content.value !== sent) return;
  const page = next.querySelector("form.draft");
  if (!page) return toast(app.dataset.tFailed);
  swap("checked", next);
  swap("draft-says", next);
  if (form.content.value !== page.content.value) form.content.value = page.content.value;
  if (!document.activeElement.closest("#fields")) swap("fields", next);
  form.elements.base.value = page.elements.base.value;
}

function swap(id, page) {
  document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
}
