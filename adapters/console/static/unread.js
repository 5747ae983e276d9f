// What a user has not seen yet: numbers at places, and a line in a list.

import { app, copyOf } from "./page.js";

const key = () => "mabsbot:" + app.dataset.as;

// The workspace is kept with the numbers, which begin anew with it.
function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(key()));
    if (kept?.workspace === app.dataset.workspace) return kept.heard;
  } catch {
    // not readable: nothing was seen
  }
  return {};
}

// open returns the places on the screen, each with its list.
function open() {
  if (document.hidden || app.dataset.path !== "/") return [];
  const { channel, root } = app.dataset;
  return [[channel, "list-c"], [root, "list-t"]].filter(([place, list]) => place && document.getElementById(list));
}

// badges shows how many new messages each place has. What is on the screen
// counts as seen.
export function badges() {
  const heard = load();
  const seen = open().map(([place]) => place);
  let all = 0;
  for (const link of document.querySelectorAll("[data-place]")) {
    const { place } = link.dataset;
    const count = Number(link.dataset.heard);
    if (seen.includes(place)) heard[place] = count;
    const news = Math.max(0, count - (heard[place] ?? 0));
    show(link.querySelector(".badge"), news);
    link.classList.toggle("news", news > 0);
    if (link.closest("#rail")) all += news;
  }
  show(document.querySelector(".menu .badge"), all);
  document.title = (all ? `(${all}) ` : "") + app.dataset.tab;
  if (app.dataset.events) localStorage.setItem(key(), JSON.stringify({ workspace: app.dataset.workspace, heard }));
}

function show(badge, count) {
  badge.hidden = count === 0;
  badge.querySelector("[data-number]").textContent = count > 99 ? "99+" : count;
}

// markNew puts a line above the first message that the user has not seen. It
// must be called before badges, which makes everything on the screen seen.
export function markNew() {
  const heard = load();
  for (const [place, id] of open()) {
    const list = document.getElementById(id);
    const first = [...list.querySelectorAll("[data-nth]")].find((m) => Number(m.dataset.nth) > heard[place]);
    if (!first) continue;
    list.querySelector(".new")?.remove();
    first.before(copyOf("new"));
  }
}
