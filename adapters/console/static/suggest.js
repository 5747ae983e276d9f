// Suggestions while a command is typed.

import { announce, app } from "./page.js";

let asked = 0;

export async function suggest(form) {
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
  announce(app.dataset.tSuggestions.replace("%d", options.length));
}

export function closeSuggestions(form) {
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

export function choose(form, option) {
  const box = form.querySelector("textarea");
  box.value = option.dataset.value;
  closeSuggestions(form);
  box.focus();
}

// suggestionKey handles a key while suggestions are shown. It reports whether
// the key was for them.
export function suggestionKey(form, key) {
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
