// The page as the server drew it, and what all other files need of it.

export const app = document.getElementById("app");
export const wide = matchMedia("(min-width: 60rem)"); // a panel has a column of its own: see narrow.css
export const fingers = matchMedia("(pointer: coarse)"); // focus would open a keyboard on the screen

// copyOf returns the first element of a template of the page.
export function copyOf(id) {
  return document.getElementById(id).content.cloneNode(true).firstElementChild;
}

// announce says a text to those who listen to the page.
export function announce(text) {
  document.getElementById("status").textContent = text;
}

let toastTimer;

export function toast(text, stays) {
  const box = document.getElementById("toast");
  clearTimeout(toastTimer);
  box.textContent = text;
  box.toggleAttribute("data-shown", text !== "");
  if (text && !stays) toastTimer = setTimeout(() => toast(""), 6000); // two lines, read slowly
}

// confirmed asks whether users mean what they pressed.
export function confirmed(button) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("p").textContent = button.dataset.confirm;
  dialog.querySelector(".danger").textContent = button.dataset.yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
