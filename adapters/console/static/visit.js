// Moving between views without loading the page again.

import { app, fingers, toast } from "./page.js";
import { connect, online, since } from "./stream.js";
import { keepDrafts, restoreDrafts } from "./compose.js";
import { days, offerNewest, times, toLast } from "./messages.js";
import { badges, markNew } from "./unread.js";

let visits = 0;
let shown = withoutHash(location.href);

function withoutHash(url) {
  return new URL(url, location).href.split("#")[0];
}

// visit goes to another view. The channel stays as it is if it is the same
// one: its scroll position, and what is being written or edited in it. If the
// user begins to write in what a slow answer would replace, the view stays.
export async function visit(url, { push = true, focus = false, whole = false, scroll = 0, before = written() } = {}) {
  const mine = ++visits;
  let page;
  try {
    const response = await fetch(url);
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    toast(app.dataset.tOffline, true);
    setTimeout(() => mine === visits && visit(url, { push, focus, whole, scroll, before }), 2000);
    return;
  }
  const next = page.getElementById("app");
  if (mine !== visits) return;
  if (!next) return location.assign(url); // the login, most likely
  online();
  const same = !whole && ["path", "channel", "as"].every((name) => app.dataset[name] === next.dataset[name]) && next.dataset.path === "/";
  if (push && writes(before, same)) return;
  keepDrafts();
  times(next);
  if (push) remember(url);
  shown = withoutHash(url);
  replace(next, same);
  document.documentElement.lang = page.documentElement.lang;
  restoreDrafts();
  settle(same);
  document.getElementById("content")?.scrollTo(0, scroll);
  if (focus) focusOn(new URL(url, location).hash.slice(1));
  connect(same ? since : "");
}

// written returns the texts that the user is writing, by their boxes.
function written() {
  return new Map([...document.querySelectorAll(".editor textarea, .value input, #side .composer textarea")].map((box) => [box, box.value]));
}

// writes reports whether the user began to write, since before, where the text
// or the focus would be lost. In the channel, message boxes keep drafts.
function writes(before, same) {
  return [...written()].some(([box, text]) => {
    const lost = same ? box.closest("#side") : !box.closest(".composer");
    return lost && text !== (before.get(box) ?? (box.closest(".editor") ? null : ""));
  });
}

// remember adds an entry to the browser's history, and keeps in the one before
// how far a page was scrolled.
function remember(url) {
  history.replaceState({ scroll: document.getElementById("content")?.scrollTop }, "");
  history.pushState(null, "", url);
}

// rename changes the address of what is on the screen.
export function rename(url) {
  history.replaceState(history.state, "", url);
  shown = withoutHash(url);
}

window.addEventListener("popstate", (event) => {
  if (withoutHash(location.href) === shown) return; // a link within the page
  visit(location.href, { push: false, focus: true, scroll: event.state?.scroll ?? 0 });
});

function replace(next, same) {
  swap("rail", next);
  if (same) {
    swap("side", next);
    document.querySelector("#channel .bar").replaceWith(next.querySelector("#channel .bar"));
  } else {
    const rail = document.getElementById("rail");
    while (rail.nextElementSibling) rail.nextElementSibling.remove();
    rail.after(...[...next.children].slice([...next.children].findIndex((part) => part.id === "channel")));
  }
  for (const name in next.dataset) app.dataset[name] = next.dataset[name];
}

function swap(id, next) {
  const old = document.getElementById(id);
  const { place, user } = document.activeElement.dataset;
  const focused = old.contains(document.activeElement);
  old.replaceWith(next.querySelector("#" + id));
  if (focused && (place || user)) {
    document.querySelector(`#${id} [data-${place ? "place" : "user"}="${CSS.escape(place || user)}"]`)?.focus();
  }
}

// settle prepares a view that was just put on the screen.
export function settle(same) {
  for (const list of document.querySelectorAll(".log")) days(list);
  markNew();
  for (const list of document.querySelectorAll(same ? "#list-t" : ".log")) {
    toLast(list);
    offerNewest(list);
  }
  badges();
}

// focusOn moves the focus to where the user goes on: to the message that the
// address names, the field of the panel, or the message box of the thread or
// channel. It leaves alone who is in the sidebar or has begun to type.
function focusOn(id) {
  const { activeElement } = document;
  if (activeElement.closest("#rail") || (activeElement.matches("textarea, input") && activeElement.value)) return;
  const target = id && document.getElementById(id);
  if (target) {
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
    return;
  }
  const { side, path } = app.dataset;
  const panel = { thread: "say-t", search: "find", why: "side", try: "side" }[side] ?? "say-c";
  const box = path === "/" ? document.getElementById(panel) : document.getElementById("content");
  if (!fingers.matches || panel === "find") box.focus();
  else if (panel !== "say-c") document.getElementById("side").focus();
  else document.getElementById("list-c")?.focus();
}
