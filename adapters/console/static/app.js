// The server draws the page. These scripts send user actions, put changed
// messages in their places, and move between views without loading the page
// again. They build no HTML of their own. This one connects users to the others.

import { app, confirmed, fingers } from "./page.js";
import { submit, tryExample } from "./compose.js";
import { closeEditor, edit, saveEdit } from "./edit.js";
import { times } from "./messages.js";
import { send } from "./send.js";
import { connect } from "./stream.js";
import { choose, closeSuggestions, suggest, suggestionKey } from "./suggest.js";
import { dots } from "./unread.js";
import { settle, visit } from "./visit.js";

async function press(button, value) {
  const all = button.closest(".msg").querySelectorAll("[data-press], .value button");
  for (const b of all) b.disabled = true;
  const { post, press: pressed, button: asked } = { ...button.form?.dataset, ...button.dataset };
  await send("/press", { post, button: pressed ?? asked, value });
  for (const b of all) b.disabled = false;
}

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
