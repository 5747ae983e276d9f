// The server draws the page. These scripts send user actions, put changed
// messages in their places, and move between views without loading the page
// again. They build no HTML of their own. This one connects users to the others.

import { app, confirmed, fingers, wide } from "./page.js";
import { press, submit, tryExample } from "./compose.js";
import { closeEditor, edit, saveEdit } from "./edit.js";
import "./copy.js";
import "./draft.js";
import "./files.js";
import "./find.js";
import { help } from "./keys.js";
import { days, offerNewest, times, toLast } from "./messages.js";
import { describe } from "./resize.js";
import { send } from "./send.js";
import { connect } from "./stream.js";
import { choose, closeSuggestions, suggest, suggestionKey } from "./suggest.js";
import { badges, markNew } from "./unread.js";
import { settle, visit } from "./visit.js";

const clicks = {
  "[data-press]": (button) => press(button, ""),
  "[data-edit]": (button) => edit(button.closest(".msg")),
  "[data-cancel]": (button) => closeEditor(button.form),
  "[data-retry]": (button) => send("/retry", { id: button.dataset.retry }),
  "[data-solved]": (button) => send("/solved", { id: button.dataset.solved }),
  "[data-delete]": async (button) => (await confirmed(button)) && send("/delete", { id: button.dataset.delete }),
  "[data-reset]": async (button) => (await confirmed(button)) && send("/reset", {}),
  "[data-letter]": async (button) => {
    const { letter, post } = button.dataset;
    if ((await confirmed(button)) && (await send(letter, { post }))) visit(location.href, { push: false, focus: true });
  },
  "[data-newest]": (button) => toLast(document.getElementById("list-" + button.form.dataset.list)),
  "[data-keys]": help,
  "[data-example]": (button) => tryExample(button.dataset.example),
  "[role=option]": (option) => choose(option.closest("form"), option),
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-go]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    const url = new URL(link.href);
    if (link.matches("[data-hit]") && !wide.matches) url.searchParams.set("side", "none"); // the search covers the channel
    if (link.matches("[data-why]") && app.dataset.root) url.searchParams.set("thread", app.dataset.root);
    visit(url.href, { focus: true }).then(describe);
    return;
  }
  for (const [selector, act] of Object.entries(clicks)) {
    const target = event.target.closest(selector);
    if (target) return act(target);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || form.matches(".find, .ask, .logout, .draft")) return;
  event.preventDefault();
  if (form.matches(".composer")) submit(form);
  if (form.matches(".editor")) saveEdit(form);
  if (form.matches("[data-change]")) change(form, event.submitter);
  if (form.matches(".value") && form.value.value.trim()) press(form.querySelector("button"), form.value.value);
});

// change sends the fields of a form, and the button, and shows the page as it then is.
async function change(form, button) {
  if (form.dataset.confirm && !(await confirmed(form))) return;
  if (!(await send(form.dataset.change, Object.fromEntries(new FormData(form, button))))) return;
  await visit(location.href, { push: false, focus: !form.id, scroll: document.getElementById("content").scrollTop });
  if (form.id) document.getElementById(form.id)?.querySelector(`[value="${button.value}"]`)?.focus({ preventScroll: true }); // the next vote is near
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // Enter ends a Hangul syllable first
  const form = event.target.closest?.(".composer, .editor");
  if (form?.matches(".composer") && suggestionKey(form, event.key)) return event.preventDefault();
  if (form && event.key === "Enter" && !event.shiftKey && event.target.matches("textarea")) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Escape" && !document.querySelector("dialog[open], #rail:popover-open")) {
    const more = event.target.closest?.(".more[open]");
    if (more) {
      more.open = false;
      more.querySelector("summary").focus();
    } else if (form?.matches(".editor")) closeEditor(form);
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

document.addEventListener("scroll", (event) => event.target.matches?.(".log") && offerNewest(event.target), { capture: true });

// What unfolds must not unfold below the edge of its list.
document.addEventListener("toggle", (event) => event.target.open && event.target.closest(".log") && event.target.scrollIntoView({ block: "nearest" }), { capture: true });

document.addEventListener("visibilitychange", () => {
  markNew();
  badges();
  for (const list of document.querySelectorAll(".log")) days(list); // a new day may have begun
});

times(document);
settle(false);
connect("");
if (!fingers.matches && !location.hash) document.getElementById("say-c")?.focus();
