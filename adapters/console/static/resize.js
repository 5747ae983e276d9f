// The width of the panel next to the channel, set with the mouse or the arrow
// keys and kept in the browser.

import { app } from "./page.js";

const key = "mabsbot:width";
const least = 320; // pixels, for the panel and for the channel: see frame.css
const keyStep = 24;

function most() {
  return Math.max(least, app.clientWidth - document.getElementById("rail").offsetWidth - least);
}

// set changes the width; null is that of the style sheet.
function set(width) {
  if (width === null) {
    app.style.removeProperty("--side");
    localStorage.removeItem(key);
  } else {
    const inside = Math.round(Math.min(Math.max(width, least), most()));
    app.style.setProperty("--side", inside + "px");
    localStorage.setItem(key, inside);
  }
  describe();
}

// describe tells assistive technology where the separator is.
export function describe() {
  const grip = document.getElementById("grip");
  if (!grip) return;
  grip.ariaValueMin = least;
  grip.ariaValueMax = most();
  grip.ariaValueNow = document.getElementById("side").offsetWidth;
}

function keyed(event) {
  const width = document.getElementById("side").offsetWidth;
  const by = event.shiftKey ? 4 * keyStep : keyStep;
  const to = { ArrowLeft: width + by, ArrowRight: width - by, Home: least, End: most(), Enter: null }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  set(to);
}

document.addEventListener("keydown", (event) => event.target.id === "grip" && keyed(event));
document.addEventListener("dblclick", (event) => event.target.id === "grip" && set(null));
document.addEventListener("pointerdown", (event) => {
  if (event.target.id !== "grip") return;
  event.target.setPointerCapture(event.pointerId);
  event.target.dataset.held = "";
});
document.addEventListener("pointermove", (event) => {
  if (event.target.dataset?.held === "") set(app.getBoundingClientRect().right - event.clientX);
});
document.addEventListener("lostpointercapture", (event) => delete event.target.dataset.held);
window.addEventListener("resize", describe);

const kept = Number(localStorage.getItem(key));
if (kept) app.style.setProperty("--side", kept + "px");
describe();
