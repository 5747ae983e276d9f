// Sending actions to the server.

import { app, toast } from "./page.js";

// send returns the server's answer, or null after it showed why there is none.
export async function send(path, form) {
  try {
    const response = await fetch(`${path}?as=${encodeURIComponent(app.dataset.as)}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(form),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    toast(answer.error);
    if (response.status === 401) location.assign("/login");
  } catch {
    toast(app.dataset.tFailed);
  }
  return null;
}
