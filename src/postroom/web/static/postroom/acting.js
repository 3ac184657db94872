// Acting on mail: what a button does, the note that offers to undo, the menu of folders.
"use strict";
(() => {
  const SHOWN_MS = 10000;
  const LOOK_AGAIN_MS = 1000;
  let inOrder = Promise.resolve();
  let timer = 0;

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
    inOrder = inOrder.then(() => ask(address, wish));
  });

  async function ask(address, wish) {
    try {
      const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
      const response = await fetch(address, { method: "POST", body: new URLSearchParams(wish), headers });
      const elsewhere = response.headers.get("HX-Redirect");
      if (elsewhere) location.assign(elsewhere);
      else if (response.ok) show(parse(await response.text()));
      else say(response.status === 404 ? "This is not there any more." : "The server could not answer. Please try again.");
    } catch {
      say("There is no connection to the server. Please try again in a moment.");
    }
  }

  function show(answer) {
    const fresh = answer.querySelector(".doings");
    const old = document.getElementById(fresh.id);
    if (old) replace(old, fresh);
    put(answer.querySelector("[data-toast]"));
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

  function say(words) {
    const note = document.createElement("div");
    note.className = "toast toast-refusal";
    note.dataset.toast = "";
    note.textContent = words;
    put(note);
  }

  // The note.

  const region = () => document.getElementById("toast");

  function put(note) {
    const hadFocus = region().contains(document.activeElement);
    if (note) region().replaceChildren(note);
    if (hadFocus) (region().querySelector("button") ?? document.getElementById("main")).focus();
    wait();
  }

  function close() {
    clearTimeout(timer);
    region()?.replaceChildren();
  }

  // Never while somebody points at it or is in it; a refusal waits until it is closed.
  function wait() {
    clearTimeout(timer);
    if (region().querySelector(".toast-refusal")) return;
    timer = setTimeout(() => (region().matches(":hover, :focus-within") ? wait() : close()), SHOWN_MS);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-closes=toast]")) close();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return close();
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // News about the email must not close the menu under somebody's hand.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.querySelector?.(":scope.doings details.menu[open]")) event.detail.shouldSwap = false;
  });
})();
