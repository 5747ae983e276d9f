// Keyboard shortcuts. keys.go lists them for the help.

import { edit } from "./edit.js";
import { toLast } from "./messages.js";

export function help() {
  document.getElementById("keys").showModal();
}

// search goes to the search of the page.
function search() {
  const field = document.querySelector(".find input[type=search]");
  if (field) field.focus();
  else document.querySelector("[data-search]")?.click();
}

// place goes to the next channel, or to the previous one.
function place(by) {
  const all = [...document.querySelectorAll("#rail [data-place]")];
  const at = all.findIndex((link) => link.ariaCurrent === "page");
  all[at < 0 ? 0 : (at + by + all.length) % all.length].click();
}

// part moves the focus to the next part of the window, or to the previous one.
function part(by) {
  const all = ["rail", "channel", "side"].map((id) => document.getElementById(id)).filter((p) => p?.offsetWidth > 1); // narrow.css
  const at = all.findIndex((p) => p.contains(document.activeElement));
  const to = all[(at + by + all.length) % all.length];
  (to.querySelector("textarea, [aria-current], #content, input[type=search]") ?? to).focus();
}

const list = () => document.activeElement.closest(".log") ?? document.getElementById("list-c");

// message moves the focus to the next message, or to the previous one.
function message(by) {
  const all = [...(list()?.querySelectorAll(".msg") ?? [])];
  const at = all.indexOf(document.activeElement.closest(".msg"));
  const to = at < 0 ? all.at(-1) : all[at + by];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
}

// button presses a button of the message that has the focus, by its number.
function button(number) {
  const all = document.activeElement.closest(".msg")?.querySelectorAll("[data-press]") ?? [];
  all[number - 1]?.click();
}

function newest() {
  toLast(list());
  list().querySelector(".msg:last-child")?.focus({ preventScroll: true });
}

// editLast edits the user's latest message in the list of a message box.
function editLast(box) {
  const own = document.querySelectorAll(`#list-${box.form.dataset.list} .msg:has([data-edit])`);
  if (own.length) edit([...own].at(-1));
}

// withModifier are the shortcuts that work everywhere, while typing, too.
const withModifier = {
  "Control+k": search,
  "Control+/": help,
  "Alt+ArrowUp": () => place(-1),
  "Alt+ArrowDown": () => place(1),
  F6: () => part(1),
  "Shift+F6": () => part(-1),
};

// plain are those that a message box or field takes as text.
const plain = { "?": help, j: () => message(1), k: () => message(-1) };

function shortcut(event) {
  const control = event.ctrlKey || event.metaKey;
  const name = (control ? "Control+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey && event.key.length > 1 ? "Shift+" : "") + event.key;
  const field = event.target.closest("textarea, input");
  if (withModifier[name]) return withModifier[name];
  if (field?.matches(".composer textarea") && field.value === "" && name === "ArrowUp") return () => editLast(field);
  if (field) return null;
  if (name === "End" && event.target.closest(".log")) return newest;
  if (/^[1-9]$/.test(name)) return () => button(Number(name));
  return plain[name.length === 1 ? name.toLowerCase() : name];
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const act = shortcut(event);
  if (!act) return;
  event.preventDefault();
  act();
});
