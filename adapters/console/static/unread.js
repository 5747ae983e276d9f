// Dots at places with messages that the user has not seen.

import { app } from "./page.js";

function seen() {
  try {
    return JSON.parse(localStorage.getItem("mabsbot:" + app.dataset.as)) ?? {};
  } catch {
    return {};
  }
}

export function dots() {
  const known = seen();
  const open = document.hidden ? [] : [app.dataset.channel, app.dataset.root];
  for (const link of document.querySelectorAll("[data-place]")) {
    const { place, latest } = link.dataset;
    if (open.includes(place)) known[place] = latest;
    const news = latest !== "" && known[place] !== latest;
    link.querySelector(".dot").hidden = !news;
    link.classList.toggle("news", news);
  }
  document.querySelector(".menu .dot").hidden = !document.querySelector("#rail .news");
  localStorage.setItem("mabsbot:" + app.dataset.as, JSON.stringify(known));
}
