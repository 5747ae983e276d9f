// Searches that find while one types: those in the messages and in the knowledge
// base. The parts marked data-live are replaced by those of the fresh page.

import { announce } from "./page.js";
import { times } from "./messages.js";
import { rename } from "./visit.js";

let searches = 0;
let timer;

async function search(form) {
  clearTimeout(timer);
  const mine = ++searches;
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  const url = form.getAttribute("action") + "?" + new URLSearchParams(fields);
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (mine !== searches || !form.isConnected) return;
  times(page);
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh) part.replaceWith(fresh);
    if (fresh?.dataset.says) announce(fresh.dataset.says);
  }
  rename(url);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest(".find");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(search, 120, form); // the pause between two letters of a quick typist
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".find")) return;
  event.preventDefault();
  search(event.target);
});
