"use strict";

// The server draws the page. This script sends what people do, puts changed
// messages in their places, and moves between views without loading the page
// anew. It builds no HTML of its own.

const app = document.getElementById("app");
const wide = matchMedia("(min-width: 71.01rem)"); // the examples have a column of their own: see style.css
const fingers = matchMedia("(pointer: coarse)"); // focus would open a keyboard on the screen

// ---- sending

async function send(path, form) {
  try {
    const response = await fetch(`${path}?as=${encodeURIComponent(app.dataset.as)}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(form),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    toast(answer.error);
    if (response.status === 401) location.assign("/login");
  } catch {
    toast(app.dataset.tFailed);
  }
  return null;
}

let toastTimer;
function toast(text, stays) {
  const box = document.getElementById("toast");
  clearTimeout(toastTimer);
  box.textContent = text;
  box.toggleAttribute("data-shown", text !== "");
  if (text && !stays) toastTimer = setTimeout(() => toast(""), 6000); // two lines, read slowly
}

// ---- what the server tells

let stream;
let since = "";
let offlineTimer;

// connect listens to what changes in the present view, from the state on that
// the page shows.
function connect(from) {
  stream?.close();
  const url = new URL(app.dataset.events, location);
  if (from) url.searchParams.set("since", from);
  since = url.searchParams.get("since");
  stream = new EventSource(url);
  stream.addEventListener("open", online);
  stream.addEventListener("change", (event) => {
    since = event.lastEventId;
    change(JSON.parse(event.data));
  });
  stream.addEventListener("reload", () => {
    stream.close();
    visit(location.href, { push: false, whole: true });
  });
  stream.addEventListener("error", () => {
    offlineTimer ??= setTimeout(() => toast(app.dataset.tOffline, true), 2000); // a restart takes less
    if (stream.readyState === EventSource.CLOSED) setTimeout(visit, 2000, location.href, { push: false, whole: true });
  });
}

function online() {
  clearTimeout(offlineTimer);
  offlineTimer = undefined;
  if (document.getElementById("toast").textContent === app.dataset.tOffline) toast("");
}

function change(push) {
  for (const m of push.messages) {
    const list = document.getElementById("list-" + m.id[0]);
    if (list) place(list, m);
  }
  for (const link of document.querySelectorAll("#rail [data-place]")) {
    link.dataset.latest = push.latest[link.dataset.place] ?? "";
  }
  dots();
  openAwaited();
  const { side, root } = app.dataset;
  if (side === "thread" && !document.getElementById("t-" + root)) visit(document.querySelector("#side [data-close]").href);
}

const held = new Map(); // changes of messages that are being edited

// place puts a message where it belongs in its list, or takes it away.
function place(list, m) {
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

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  times(template.content);
  return template.content.firstElementChild;
}

// toLast shows the end of a list, or the beginning of its last message where
// that is too long to be seen whole.
function toLast(list) {
  const last = list.lastElementChild;
  if (!last) return;
  const top = last.offsetTop - list.offsetTop - 8;
  list.scrollTop = last.offsetHeight > list.clientHeight ? top : list.scrollHeight;
}

// times shows times as the reader's clock shows them, with the date where it
// is not today's.
function times(root) {
  const lang = document.documentElement.lang;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    time.textContent = at.toLocaleString(lang, today ? clock : { month: "short", day: "numeric", ...clock });
    time.title = at.toLocaleString(lang, { dateStyle: "full", timeStyle: "medium" });
  }
}

// ---- what is new in other places

function seen() {
  try {
    return JSON.parse(localStorage.getItem("mabsbot:" + app.dataset.as)) ?? {};
  } catch {
    return {};
  }
}

function dots() {
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

// ---- moving between views

const drafts = new Map();
let visits = 0;

const draftKey = (form) => form.dataset.channel + "/" + form.dataset.root;

function keepDrafts() {
  for (const form of document.querySelectorAll(".composer")) {
    drafts.set(draftKey(form), form.querySelector("textarea").value);
  }
}

function restoreDrafts() {
  for (const form of document.querySelectorAll(".composer")) {
    form.querySelector("textarea").value = drafts.get(draftKey(form)) ?? "";
  }
}

// visit goes to another view. The channel stays as it is if it is the same
// one: its place on the screen, and what is being written or edited in it.
async function visit(url, { push = true, focus = false, whole = false } = {}) {
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

// settle makes a view ready that was just put on the screen.
function settle(same) {
  for (const list of document.querySelectorAll(same ? "#list-t" : ".log")) toLast(list);
  dots();
}

// focusOn moves the focus to what somebody opened, unless they went on to type
// meanwhile.
function focusOn(before) {
  if (document.querySelector("#rail :focus, textarea:focus, input:focus")) return;
  const { side, root, channel } = app.dataset;
  const opened = side !== "" && (side !== before.side || root !== before.root);
  const box = document.getElementById(opened && side === "thread" ? "say-t" : "say-c");
  if (opened && (side !== "thread" || fingers.matches)) document.getElementById("side").focus();
  else if (!fingers.matches) box.focus();
  else if (channel !== before.channel) document.getElementById("list-c").focus();
}

// ---- writing

let awaited = ""; // the message of ours whose first answer opens its thread

async function say(channel, root, text) {
  awaited = "";
  const answer = await send("/message", { channel, root, text });
  if (answer && !root) {
    awaited = answer.id;
    openAwaited();
  }
  return answer;
}

// openAwaited shows the answer to what was just written, where there is room
// beside the channel.
function openAwaited() {
  const link = awaited && document.querySelector(`#c-${awaited} .replies`);
  if (!link) return;
  awaited = "";
  if (wide.matches) visit(link.href);
}

async function submit(form) {
  const box = form.querySelector("textarea");
  const text = box.value;
  if (text.trim() === "") return;
  box.value = "";
  closeSuggestions(form);
  toLast(document.getElementById("list-" + form.dataset.list));
  if (!(await say(form.dataset.channel, form.dataset.root, text))) {
    box.value = box.value ? text + "\n" + box.value : text;
  }
}

async function tryExample(text) {
  const support = app.dataset.support;
  const beside = wide.matches && app.dataset.side !== "why";
  const there = new URL(support, location).searchParams.get("in");
  if (app.dataset.channel !== there || !beside) await visit(support);
  await say(there, "", text);
}

// ---- suggestions

let asked = 0;

async function suggest(form) {
  const box = form.querySelector("textarea");
  const mine = ++asked;
  if (!box.value.startsWith("/") || box.value.includes("\n")) return closeSuggestions(form);
  const query = new URLSearchParams({ as: app.dataset.as, q: box.value });
  const response = await fetch("/suggest?" + query).catch(() => null);
  const html = response?.ok ? await response.text() : "";
  if (mine !== asked) return;
  const list = form.querySelector(".suggestions");
  const before = list.hidden ? null : list.querySelector("[aria-selected=true]")?.dataset.value;
  list.innerHTML = html;
  const options = [...list.children];
  if (!options.length) return closeSuggestions(form);
  for (const [i, option] of options.entries()) option.id = `${list.id}-${i}`;
  list.hidden = false;
  select(form, options.find((option) => option.dataset.value === before));
  document.getElementById("status").textContent = app.dataset.tSuggestions.replace("%d", options.length);
}

function closeSuggestions(form) {
  asked++;
  form.querySelector(".suggestions").hidden = true;
  form.querySelector("textarea").removeAttribute("aria-activedescendant");
}

// select marks one suggestion, or none.
function select(form, option) {
  const box = form.querySelector("textarea");
  for (const other of form.querySelectorAll("[aria-selected=true]")) other.ariaSelected = "false";
  box.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.ariaSelected = "true";
  option.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", option.id);
}

function choose(form, option) {
  const box = form.querySelector("textarea");
  box.value = option.dataset.value;
  closeSuggestions(form);
  box.focus();
}

// suggestionKey handles a key while suggestions are shown; it reports whether
// the key was for them.
function suggestionKey(form, key) {
  const list = form.querySelector(".suggestions");
  if (list.hidden) return false;
  const options = [...list.children];
  const at = options.findIndex((option) => option.ariaSelected === "true");
  if (key === "ArrowDown" || key === "ArrowUp") {
    const to = key === "ArrowDown" ? (at + 1) % options.length : (at <= 0 ? options.length : at) - 1;
    select(form, options[to]);
  } else if (key === "Escape") {
    closeSuggestions(form);
  } else if (key === "Tab" || (key === "Enter" && at >= 0)) {
    choose(form, options[Math.max(at, 0)]);
  } else {
    return false;
  }
  return true;
}

// ---- changing messages

function edit(message) {
  if (message.querySelector(".editor")) return;
  const text = message.querySelector(".text");
  const editor = document.getElementById("editor").content.cloneNode(true).firstElementChild;
  const box = editor.querySelector("textarea");
  box.value = text.textContent;
  text.hidden = true;
  text.after(editor);
  box.focus();
}

function closeEditor(editor) {
  const message = editor.closest(".msg");
  message.querySelector(".text").hidden = false;
  editor.remove();
  message.querySelector("[data-edit]")?.focus();
  const missed = held.get(message.id);
  held.delete(message.id);
  if (missed) place(message.parentElement, missed);
}

async function saveEdit(editor) {
  const text = editor.querySelector("textarea").value;
  if (await send("/edit", { id: editor.closest(".msg").dataset.message, text })) closeEditor(editor);
}

async function press(button, value) {
  const all = button.closest(".msg").querySelectorAll("[data-press], .value button");
  for (const b of all) b.disabled = true;
  const { post, press: pressed, button: asked } = { ...button.form?.dataset, ...button.dataset };
  await send("/press", { post, button: pressed ?? asked, value });
  for (const b of all) b.disabled = false;
}

// confirmed asks whether somebody means what they pressed.
function confirmed(button) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("p").textContent = button.dataset.confirm;
  dialog.querySelector(".danger").textContent = button.dataset.yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// ---- what people do

const clicks = {
  "[data-press]": (button) => press(button, ""),
  "[data-edit]": (button) => edit(button.closest(".msg")),
  "[data-cancel]": (button) => closeEditor(button.form),
  "[data-retry]": (button) => send("/retry", { id: button.dataset.retry }),
  "[data-delete]": async (button) => (await confirmed(button)) && send("/delete", { id: button.dataset.delete }),
  "[data-reset]": async (button) => (await confirmed(button)) && send("/reset", {}),
  "[data-example]": (button) => tryExample(button.dataset.example),
  "[role=option]": (option) => choose(option.closest("form"), option),
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-go]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    const url = new URL(link.href);
    if (link.matches("[data-why]") && app.dataset.root) url.searchParams.set("thread", app.dataset.root);
    visit(url.href, { focus: true });
    return;
  }
  for (const [selector, act] of Object.entries(clicks)) {
    const target = event.target.closest(selector);
    if (target) return act(target);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  if (form.matches(".composer")) submit(form);
  if (form.matches(".editor")) saveEdit(form);
  if (form.matches(".value") && form.value.value.trim()) press(form.querySelector("button"), form.value.value);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // Enter ends a Hangul syllable first
  const form = event.target.closest?.(".composer, .editor");
  if (form?.matches(".composer") && suggestionKey(form, event.key)) return event.preventDefault();
  if (form && event.key === "Enter" && !event.shiftKey && event.target.matches("textarea")) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Escape" && !document.querySelector("dialog[open], #rail:popover-open")) {
    if (form?.matches(".editor")) closeEditor(form);
    else document.querySelector("#side [data-close]")?.click();
  }
});

document.addEventListener("input", (event) => {
  const form = event.target.closest(".composer");
  if (form) suggest(form);
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest(".composer");
  if (form && !form.contains(event.relatedTarget)) closeSuggestions(form);
});

// A press of the mouse on a suggestion must not take the focus from the box.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest(".suggestions")) event.preventDefault();
});

document.addEventListener("visibilitychange", dots);
window.addEventListener("popstate", () => visit(location.href, { push: false, focus: true }));

times(document);
settle(false);
connect("");
if (!fingers.matches) document.getElementById("say-c").focus();
