// Writing messages and pressing buttons.

import { app, fingers, wide } from "./page.js";
import { toLast } from "./messages.js";
import { send } from "./send.js";
import { closeSuggestions } from "./suggest.js";
import { visit } from "./visit.js";

// ---- drafts

const drafts = new Map();

const draftKey = (form) => form.dataset.channel + "/" + form.dataset.root;

export function keepDrafts() {
  for (const form of document.querySelectorAll(".composer")) {
    drafts.set(draftKey(form), form.querySelector("textarea").value);
  }
}

export function restoreDrafts() {
  for (const form of document.querySelectorAll(".composer")) {
    form.querySelector("textarea").value = drafts.get(draftKey(form)) ?? "";
  }
}

// ---- sending

let awaited = ""; // the message whose first reply opens its thread
let always = false; // also where there is no room next to the channel

async function say(channel, root, text) {
  awaited = "";
  const answer = await send("/message", { channel, root, text });
  if (answer && !root) {
    awaited = answer.id;
    always = false;
    openAwaited();
  }
  return answer;
}

// openAwaited shows the reply to the message that the user just wrote, if there
// is room next to the channel, or to the one whose button they pressed.
export function openAwaited() {
  const link = awaited && document.querySelector(`#c-${awaited} .replies`);
  if (!link) return;
  awaited = "";
  if (wide.matches || always) visit(link.href, { focus: true });
}

export async function submit(form) {
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

export async function tryExample(text) {
  const support = app.dataset.support;
  const beside = wide.matches && app.dataset.side !== "why";
  const there = new URL(support, location).searchParams.get("in");
  if (app.dataset.channel !== there || !beside) await visit(support);
  await say(there, "", text);
}

// ---- pressing

// pressed is the message whose button was pressed, until the focus is where the
// user goes on.
let pressed = null;

export async function press(button, value) {
  const message = button.closest(".msg");
  const all = message.querySelectorAll("[data-press], .value button");
  for (const b of all) b.disabled = true;
  const { post, press: action, button: asked } = { ...button.form?.dataset, ...button.dataset };
  pressed = { list: message.parentElement.id, order: Number(message.dataset.order), private: message.matches(".private") };
  if (message.matches("#list-c .msg:has(.under)")) {
    awaited = message.dataset.message;
    always = true;
  }
  await send("/press", { post, button: action ?? asked, value });
  for (const b of all) b.disabled = false;
  openAwaited();
  goOn();
}

// goOn moves the focus from a button that was pressed to where the user answers:
// to the message box below, or, since a private answer in a channel has no box
// of its own, to the next private message.
export function goOn() {
  if (!pressed || fingers.matches) return;
  const { activeElement } = document;
  if (activeElement !== document.body && !activeElement.closest(".msg")) {
    pressed = null; // the user is elsewhere
    return;
  }
  if (!pressed.private) {
    document.querySelector(`[data-list="${pressed.list.slice(-1)}"] textarea`)?.focus();
    pressed = null;
    return;
  }
  const answers = [...document.querySelectorAll(`#${pressed.list} .private.bot`)];
  const answer = answers.findLast((m) => Number(m.dataset.order) > pressed.order);
  if (!answer) return;
  (answer.querySelector(".value input, [data-press]") ?? answer).focus();
  pressed = null;
}
