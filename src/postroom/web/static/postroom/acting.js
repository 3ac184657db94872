// Acting on mail: what a button does, and the menu of folders.
"use strict";
(() => {
  const LOOK_AGAIN_MS = 1000;
  let inOrder = Promise.resolve();

  const parse = (html) => new DOMParser().parseFromString(html, "text/html").body;

  // Without script the buttons lead to a page of their own; with it they change this one. One after
  // the other, for a row may be gone before its answer comes, and a second wish follow the first.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target.id !== "doing" || !button) return;
    event.preventDefault();
    const wish = new FormData(event.target);
    wish.set(button.name, button.value);
    const address = button.getAttribute("formaction");
    const note = button.closest("[data-toast]");
    if (note) delete button.dataset.do; // It is being taken back: the key means the one before.
    inOrder = inOrder.then(() => ask(address, wish, () => back(button, note))).then((is) => is && note?.remove());
    document.dispatchEvent(new CustomEvent("postroom:asked", { detail: inOrder }));
  });

  // It was not done: what the list showed of it already is put back.
  function back(button, note) {
    if (note) button.dataset.do = "undo";
    document.dispatchEvent(new CustomEvent("postroom:not-done", { detail: button }));
  }

  async function ask(address, wish, failed) {
    const words = await trouble(address, wish, failed);
    if (words) failed();
    if (words) say(words);
    return !words;
  }

  async function trouble(address, wish, failed) {
    try {
      const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
      const response = await fetch(address, { method: "POST", body: new URLSearchParams(wish), headers });
      const elsewhere = response.headers.get("HX-Redirect");
      if (elsewhere) location.assign(elsewhere);
      else if (response.ok) show(parse(await response.text()), failed);
      else return response.status === 404 ? "This is not there any more." : "The server could not answer. Please try again.";
      return "";
    } catch {
      return "There is no connection to the server, so this was not done. Please try again when it is back.";
    }
  }

  function show(answer, failed) {
    const fresh = answer.querySelector(".doings");
    const old = document.getElementById(fresh.id);
    if (old) replace(old, fresh);
    const note = answer.querySelector("[data-toast]");
    if (note?.matches(".toast-refusal")) failed();
    if (note) say(note);
    // What happened between this answer and its place on the page.
    const news = fresh.id.replace("doings", "email");
    setTimeout(() => htmx.trigger(document.body, news), LOOK_AGAIN_MS);
  }

  function replace(old, fresh) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    htmx.process(fresh);
    const same = focused?.id && document.getElementById(focused.id);
    if (focused) (same || fresh.querySelector("button"))?.focus({ preventScroll: true });
  }

  const say = (what) => document.dispatchEvent(new CustomEvent("postroom:toast", { detail: what }));

  const openMenus = () => [...document.getElementsByTagName("details")].filter((menu) => menu.open && menu.matches(".menu"));

  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const [menu] = openMenus();
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // News about the email must not close the menu under somebody's hand.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.querySelector?.(":scope.doings details.menu[open]")) event.detail.shouldSwap = false;
  });
})();
