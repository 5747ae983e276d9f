// Files that are dropped, pasted or chosen. This workspace keeps no files: the
// text of a text file goes into the message box, as if it had been pasted.

import { app, toast } from "./page.js";

const most = 1 << 20; // bytes, as for a message: see maxText in events.go

async function add(form, file) {
  if (file.size > most) return toast(app.dataset.tTooLarge);
  const text = decode(new Uint8Array(await file.arrayBuffer()));
  if (text === null) return toast(app.dataset.tNoText.replace("%s", file.name));
  const box = form.querySelector("textarea");
  const gap = box.value === "" || box.value.endsWith("\n") ? "" : "\n";
  box.value += gap + text.trim();
  box.focus();
  toast(app.dataset.tAttached.replace("%s", file.name));
}

// decode reads UTF-8, UTF-16 with a byte order mark, as Windows writes it, or
// the code page of Korean Windows. It returns null for anything but text.
function decode(bytes) {
  const utf16 = { "255,254": "utf-16le", "254,255": "utf-16be" }[bytes.slice(0, 2)];
  if (!utf16 && bytes.includes(0)) return null;
  for (const encoding of utf16 ? [utf16] : ["utf-8", "euc-kr"]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // not in this encoding
    }
  }
  return null;
}

// composerAt returns the message box of the column that an element is in.
function composerAt(target) {
  return target.closest("#side")?.querySelector(".composer") ?? document.querySelector("#channel .composer");
}

function addAll(target, files) {
  const form = composerAt(target);
  if (form) for (const file of files) add(form, file);
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-file]")) return;
  addAll(event.target, event.target.files);
  event.target.value = ""; // the same file may be chosen again
});

document.addEventListener("paste", (event) => {
  const { files } = event.clipboardData;
  if (!files.length || event.clipboardData.getData("text/plain")) return; // a table from Excel is text and a picture
  event.preventDefault();
  addAll(event.target, files);
});

document.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  addAll(event.target, event.dataTransfer.files);
});
