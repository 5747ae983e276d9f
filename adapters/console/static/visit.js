// Moving between views without loading the page again.

import { app, fingers, toast } from "./page.js";
import { connect, online, since } from "./stream.js";
import { keepDrafts, restoreDrafts } from "./compose.js";
import { times, toLast } from "./messages.js";
import { dots } from "./unread.js";

let visits = 0;

// visit goes to another view. The channel stays as it is if it is the same
// one: its scroll position, and what is being written or edited in it.
export async function visit(url, { push = true, focus = false, whole = false } = {}) {
  const mine = ++visits;
  let page;
  try {
    const response = await fetch(url);
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    toast(app.dataset.tOffline, true);
    setTimeout(() => mine === visits && visit(url, { push, focus, whole }), 2000);
    return;
  }
  const next = page.getElementById("app");
  if (mine !== visits) return;
  if (!next) return location.assign(url); // the login, most likely
  online();
  const before = { ...app.dataset };
  const same = !whole && before.channel === next.dataset.channel && before.as === next.dataset.as;
  keepDrafts();
  times(next);
  swap("rail", next);
  swap("side", next);
  if (same) document.querySelector("#channel .bar").replaceWith(next.querySelector("#channel .bar"));
  else swap("channel", next);
  for (const name in next.dataset) app.dataset[name] = next.dataset[name];
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  if (push) history.pushState(null, "", url);
  restoreDrafts();
  settle(same);
  if (focus) focusOn(before);
  connect(same ? since : "");
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
  for (const list of document.querySelectorAll(same ? "#list-t" : ".log")) toLast(list);
  dots();
}

// focusOn moves the focus to the view that the user opened, unless they went on
// to type in the meantime.
function focusOn(before) {
  if (document.querySelector("#rail :focus, textarea:focus, input:focus")) return;
  const { side, root, channel } = app.dataset;
  const opened = side !== "" && (side !== before.side || root !== before.root);
  const box = document.getElementById(opened && side === "thread" ? "say-t" : "say-c");
  if (opened && (side !== "thread" || fingers.matches)) document.getElementById("side").focus();
  else if (!fingers.matches) box.focus();
  else if (channel !== before.channel) document.getElementById("list-c").focus();
}
