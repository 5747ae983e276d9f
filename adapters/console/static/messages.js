// Lists of messages: the place of each, their times, and scrolling.

const held = new Map(); // changes of messages that are being edited

// place puts a message where it belongs in its list, or removes it.
export function place(list, m) {
  const old = document.getElementById(m.id);
  if (old?.querySelector(".editor")) {
    held.set(m.id, m);
    return;
  }
  if (!m.html) {
    old?.remove();
    return;
  }
  const fresh = element(m.html);
  const follow = list.scrollHeight - list.scrollTop - list.clientHeight < 80; // about one message
  if (old) {
    const focused = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (focused) fresh.focus({ preventScroll: true });
  } else {
    const next = [...list.querySelectorAll(".msg")].find((other) => Number(other.dataset.order) > m.order);
    list.insertBefore(fresh, next ?? null);
  }
  if (follow) toLast(list);
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

// toLast shows the end of a list, or the start of its last message if that is
// too long to be visible as a whole.
export function toLast(list) {
  const last = list.lastElementChild;
  if (!last) return;
  const top = last.offsetTop - list.offsetTop - 8;
  list.scrollTop = last.offsetHeight > list.clientHeight ? top : list.scrollHeight;
}

// times shows times as on the reader's clock, with the date if it is not today.
export function times(root) {
  const lang = document.documentElement.lang;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    time.textContent = at.toLocaleString(lang, today ? clock : { month: "short", day: "numeric", ...clock });
    time.title = at.toLocaleString(lang, { dateStyle: "full", timeStyle: "medium" });
  }
}
