// Notes at the foot of the page: each has its own ten seconds in which it offers to take back what
// was done. The newest is in sight; when it goes, the one before shows while its time is not over.
"use strict";
(() => {
  const SHOWN_MS = 10000;

  const region = () => document.getElementById("toast");
  const inSight = () => [...region().querySelectorAll(":scope > .toast")].at(-1);

  // A note from the server, or words about what went wrong.
  document.addEventListener("postroom:toast", (event) => put(typeof event.detail === "string" ? refusal(event.detail) : event.detail));

  function refusal(words) {
    const note = document.createElement("div");
    note.className = "toast toast-refusal";
    note.dataset.toast = "";
    const close = Object.assign(document.createElement("button"), { type: "button", className: "toast-close", textContent: "Close" });
    close.dataset.closes = "toast";
    note.append(words, close);
    return note;
  }

  function put(note) {
    const hadFocus = region().contains(document.activeElement);
    for (const old of region().querySelectorAll(":scope > .toast-refusal, :scope > .unseen")) old.remove();
    region().append(note);
    if (hadFocus) (note.querySelector("button") ?? document.getElementById("main")).focus();
    if (!note.matches(".toast-refusal, .toast-held")) wait(note);
  }

  // Never while somebody points at it or is in it; a refusal waits until it is closed.
  function wait(note) {
    setTimeout(() => (note.matches(":hover, :focus-within") ? wait(note) : note.remove()), SHOWN_MS);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-closes=toast]")) event.target.closest("[data-toast]").remove();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && region() && !document.querySelector("details.menu[open], dialog[open]")) inSight()?.remove();
  });
})();
