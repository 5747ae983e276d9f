// Lists of messages: the place of each, their days and times, and scrolling.

import { copyOf } from "./page.js";

const held = new Map(); // changes of messages that are being edited

// place puts a message where it belongs in its list, or removes it.
export function place(list, m) {
  const old = document.getElementById(m.id);
  if (old?.querySelector(".editor")) {
    held.set(m.id, m);
    return;
  }
  const fresh = m.html ? element(m.html) : null;
  const own = !old && fresh && !fresh.dataset.nth;
  const follow = list.scrollHeight - list.scrollTop - list.clientHeight < 80; // about one message
  if (fresh) put(list, old, fresh, m.order);
  else old?.remove();
  days(list);
  if (fresh && (follow || own)) toLast(list);
  offerNewest(list);
}

const parts = "a, button, input, summary"; // of a message that take the focus

// put replaces a message, keeping what the user opened, typed and focused in it,
// or inserts it in its order.
function put(list, old, fresh, order) {
  if (old) {
    const { activeElement } = document;
    const focused = old.contains(activeElement);
    const part = [...old.querySelectorAll(parts)].indexOf(activeElement);
    const opened = [...old.querySelectorAll("details")].map((part) => part.open);
    const typed = old.querySelector(".value input")?.value;
    old.replaceWith(fresh);
    for (const [i, part] of fresh.querySelectorAll("details").entries()) part.open ||= opened[i] ?? false;
    if (typed && fresh.querySelector(".value input")) fresh.querySelector(".value input").value = typed;
    if (focused) {
      const now = fresh.querySelectorAll(parts)[part];
      (now?.textContent === activeElement.textContent ? now : fresh).focus({ preventScroll: true });
    }
    return;
  }
  const next = [...list.querySelectorAll(".msg")].find((other) => Number(other.dataset.order) > order);
  list.insertBefore(fresh, next ?? null);
}

// release applies the change of a message that arrived while it was edited.
export function release(message) {
  const missed = held.get(message.id);
  held.delete(message.id);
  if (missed) place(message.parentElement, missed);
}

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  times(template.content);
  return template.content.firstElementChild;
}

// ---- times

// times shows times as on the reader's clock. Where no line says the day, the
// date is added unless it is today.
export function times(root) {
  const lang = document.documentElement.lang;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const date = time.closest(".found, .replies") && !sameDay(at, new Date());
    time.textContent = at.toLocaleString(lang, date ? { month: "short", day: "numeric", ...clock } : clock);
    time.title = at.toLocaleString(lang, { dateStyle: "full", timeStyle: "medium" });
  }
}

const sameDay = (a, b) => a.toDateString() === b.toDateString();

// days puts a line with the date above the first message of each day. It leaves
// lines that are right alone, because a list is read aloud as it changes.
export function days(list) {
  const lines = new Map([...list.querySelectorAll(".day")].map((line) => [line.dataset.day, line]));
  let before = "";
  for (const message of list.querySelectorAll(".msg")) {
    const at = new Date(message.querySelector("time").dateTime);
    const day = at.toDateString();
    if (day === before) continue;
    before = day;
    const line = lines.get(day) ?? copyOf("day");
    lines.delete(day);
    line.dataset.day = day;
    const name = dayName(at);
    if (line.textContent !== name) line.firstElementChild.textContent = name;
    const first = message.previousElementSibling?.matches(".new") ? message.previousElementSibling : message;
    if (first.previousElementSibling !== line) first.before(line);
  }
  for (const line of lines.values()) line.remove();
}

function dayName(at) {
  const lang = document.documentElement.lang;
  const now = new Date();
  for (const ago of [0, 1]) {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - ago);
    if (sameDay(at, day)) return new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(-ago, "day");
  }
  const year = at.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return at.toLocaleDateString(lang, { weekday: "long", month: "long", day: "numeric", year });
}

// ---- scrolling

// toLast shows the end of a list, or the start of its last message if that is
// too long to be visible as a whole.
export function toLast(list) {
  const last = list.lastElementChild;
  if (!last) return;
  const top = last.offsetTop - list.offsetTop - 8;
  list.scrollTop = last.offsetHeight > list.clientHeight ? top : list.scrollHeight;
}

// offerNewest shows the button that leads to the last message while that is out
// of sight.
export function offerNewest(list) {
  const last = list.lastElementChild;
  if (!last) return;
  const below = last.offsetTop - list.offsetTop - list.scrollTop - list.clientHeight;
  list.parentElement.querySelector("[data-newest]").hidden = below < -32; // two lines of it are visible
}
