// What is done in the inbox is told to the server, one wish after the other. Without a connection
// wishes are kept in their order and told when it is back; a wish of which nobody knows whether it
// arrived is told "again", so that the server does nothing twice.
"use strict";
window.postroomWishes = (() => {
  const RETRY_MS = 5000;
  const UNREACHED = [502, 503, 504];
  const HEADERS = { "HX-Request": "true" };
  const REFUSED = "The server did not take this, so it was put back. Please try again in a moment.";
  const untold = []; // The oldest first, which may be on its way.
  let isTelling = false;
  let isHeld = false;
  let timer = 0;
  let asked = 0; // Beside the list, by the buttons of an email, and not answered yet.
  let count = 0; // How many were wished for and answered, ever: who asked before knows what is old.

  const form = () => document.getElementById("triage");
  const say = (what) => document.dispatchEvent(new CustomEvent("postroom:toast", { detail: what }));
  const parse = (html) => new DOMParser().parseFromString(html, "text/html").body;

  // `failed` shows again how it was, for those emails of which the server did not take it.
  function tell(deed, ids, failed) {
    untold.push({ deed, ids, failed, isAgain: false });
    count += 1;
    tellAll();
  }

  async function tellAll() {
    if (isTelling) return;
    isTelling = true;
    clearTimeout(timer);
    while (untold.length && navigator.onLine && (await isTold(untold[0]))) {
      untold.shift();
      count += 1;
      isHeld = false;
      htmx.trigger(document.body, "inbox-changed");
    }
    isTelling = false;
    if (untold.length) timer = setTimeout(tellAll, RETRY_MS);
    isHeld = untold.length > 0;
    showWhatIsHeld();
    document.dispatchEvent(new CustomEvent("postroom:rests"));
  }

  async function isTold(wish) {
    try {
      const response = await post(wish);
      if (UNREACHED.includes(response.status)) throw new Error(response.status);
      hear(wish, response, await response.text());
      return true;
    } catch {
      wish.isAgain = true;
      return false;
    }
  }

  function post(wish) {
    const body = new URLSearchParams(wish.ids.map((id) => ["email", id]));
    body.set("csrfmiddlewaretoken", form().querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("do", wish.deed);
    if (wish.isAgain) body.set("again", "yes");
    const headers = { ...HEADERS, "HX-Current-URL": location.href };
    return fetch(form().action, { method: "POST", body, headers, keepalive: true });
  }

  function hear(wish, response, html) {
    const elsewhere = response.headers.get("HX-Redirect");
    if (elsewhere) return location.assign(elsewhere);
    const note = response.ok && parse(html).querySelector("[data-toast]");
    const stays = note ? note.dataset.stays.split(" ").filter(Boolean) : wish.ids;
    if (stays.length) wish.failed(stays);
    say(note || REFUSED);
  }

  // What is not told yet, and the way back of the last of it, unless the server may have it already.

  function showWhatIsHeld() {
    const old = document.querySelector("#toast .toast-held");
    const last = untold.at(-1);
    const state = isHeld ? `${untold.length} ${last.isAgain}` : "";
    if (old?.dataset.state === state) return; // It is read out anew whenever it changes.
    old?.remove();
    if (!isHeld) return;
    const note = Object.assign(document.createElement("div"), { className: "toast toast-held" });
    Object.assign(note.dataset, { toast: "", state });
    const what = untold.length === 1 ? "What you did is" : `The last ${untold.length} things you did are`;
    note.append(`No connection. ${what} kept here and told to the server when it is back.`);
    if (!last.isAgain) note.append(wayBack());
    say(note);
  }

  function wayBack() {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append("Undo ", Object.assign(document.createElement("kbd"), { textContent: "z" }));
    button.dataset.do = "undo";
    button.addEventListener("click", unsay);
    return button;
  }

  function unsay() {
    if (isTelling) return; // The connection is back this moment: what comes of it can be undone.
    const wish = untold.pop();
    wish?.failed(wish.ids);
    isHeld = untold.length > 0;
    showWhatIsHeld();
  }

  document.addEventListener("postroom:asked", async (event) => {
    asked += 1;
    count += 1;
    await Promise.allSettled([event.detail]);
    asked -= 1;
    count += 1;
    document.dispatchEvent(new CustomEvent("postroom:rests"));
  });

  window.addEventListener("online", tellAll);
  document.addEventListener("visibilitychange", tellAll);
  window.addEventListener("beforeunload", (event) => { if (isHeld) event.preventDefault(); });
  // Who goes on to another page has said it all the same.
  window.addEventListener("pagehide", () => {
    for (const wish of untold.splice(isTelling ? 1 : 0)) post(wish).catch(() => undefined);
  });

  return { tell, isTelling: () => isTelling, isBusy: () => untold.length + asked > 0, count: () => count };
})();
