// The stream of changes from the server.

import { app, toast } from "./page.js";
import { place } from "./messages.js";
import { goOn, openAwaited } from "./compose.js";
import { badges } from "./unread.js";
import { visit } from "./visit.js";

export let since = ""; // the state that the page shows

let stream;
let offlineTimer;

// connect listens to changes of the current view, starting from the state that
// the page shows.
export function connect(from) {
  stream?.close();
  if (!app.dataset.events) return; // the workspace is not served
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

export function online() {
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
    link.dataset.heard = push.heard[link.dataset.place] ?? 0;
  }
  badges();
  openAwaited();
  goOn();
  const { side, root } = app.dataset;
  if (side === "thread" && !document.getElementById("t-" + root)) visit(document.querySelector("#side [data-close]").href);
}
