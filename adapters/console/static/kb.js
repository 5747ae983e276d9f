"use strict";

// The search of the knowledge base finds while one types. Without this script
// the form works as any form does.

const find = document.querySelector(".find");
let searches = 0;
let timer;

async function search() {
  const mine = ++searches;
  const url = "/kb?" + new URLSearchParams(new FormData(find));
  const response = await fetch(url);
  if (!response.ok || mine !== searches) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (mine !== searches) return;
  document.getElementById("found").replaceChildren(...page.getElementById("found").childNodes);
  for (const part of [".areas", ".langs"]) document.querySelector(part).replaceWith(page.querySelector(part));
  history.replaceState(null, "", url);
}

find?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, 120); // the pause between two letters of a quick typist
});
find?.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  search();
});
