// Changing messages of one's own.

import { copyOf } from "./page.js";
import { release } from "./messages.js";
import { send } from "./send.js";

export async function edit(message) {
  if (message.querySelector(".editor")) return;
  const text = message.querySelector(".text");
  const editor = copyOf("editor");
  const box = editor.querySelector("textarea");
  box.value = text.textContent;
  const whole = message.querySelector("[data-whole]"); // the page has the beginning only
  if (whole) {
    const response = await fetch(whole.href);
    if (!response.ok || message.querySelector(".editor")) return;
    box.value = await response.text();
  }
  text.hidden = true;
  text.after(editor);
  box.focus();
}

export function closeEditor(editor) {
  const message = editor.closest(".msg");
  message.querySelector(".text").hidden = false;
  editor.remove();
  message.querySelector("[data-edit]")?.focus();
  release(message);
}

export async function saveEdit(editor) {
  const text = editor.querySelector("textarea").value;
  if (await send("/edit", { id: editor.closest(".msg").dataset.message, text })) closeEditor(editor);
}
