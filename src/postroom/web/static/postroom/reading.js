// An email opens beside the list when there is room for it; otherwise its link is a link.
"use strict";
(() => {
  let asked = 0;
  let awaited = ""; // The row whose email is asked for; a list that is renewed meanwhile marks it again.

  const side = () => {
    const pane = document.getElementById("reading");
    return pane && pane.matches(".reading-side") && pane.offsetParent !== null ? pane : null;
  };

  const linkIn = (id) => document.getElementById(id)?.querySelector(".email-link");
  const markOpen = (id) => mark(linkIn(`email-row-${id}`));
  let marked = null;

  function mark(link) {
    marked?.removeAttribute("aria-current");
    marked = link ?? null;
    marked?.setAttribute("aria-current", "true");
  }

  const focusOpened = (pane) => pane.querySelector("#subject")?.focus({ preventScroll: true });

  // Who opens another one meanwhile waits for that alone; who opens the same one again has it.
  async function open(link, pane) {
    const row = link.closest(".email-row")?.id ?? "";
    if (row && row === awaited) return;
    if (!awaited && row === `email-row-${pane.querySelector("[data-email]")?.dataset.email}`) return focusOpened(pane);
    const mine = (asked += 1);
    htmx.trigger(pane, "htmx:abort");
    awaited = row;
    mark(link);
    pane.setAttribute("aria-busy", "true");
    await htmx.ajax("GET", link.href, { source: pane, target: pane, swap: "innerHTML" }).catch(() => {});
    if (mine !== asked) return;
    awaited = "";
    pane.removeAttribute("aria-busy");
    const opened = pane.querySelector("[data-email]");
    if (!opened) return mark(null);
    pane.scrollTop = 0;
    markOpen(opened.dataset.email);
    const url = new URL(location.href);
    url.searchParams.set("email", opened.dataset.email);
    history.replaceState(history.state, "", url);
    focusOpened(pane);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-opens]");
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const pane = link && isPlain ? side() : null;
    if (!pane) return;
    event.preventDefault();
    open(link, pane);
  });

  function markFromPage() {
    if (awaited) return mark(linkIn(awaited));
    const opened = document.querySelector("#reading [data-email]");
    if (opened) markOpen(opened.dataset.email);
  }

  document.addEventListener("DOMContentLoaded", markFromPage);
  document.addEventListener("htmx:afterSettle", markFromPage);
  document.addEventListener("postroom:rows", markFromPage);

  const SAID = {
    404: "This is not there any more.",
    503: "This took too long and was stopped. Ask for less: fewer words, or a shorter time.",
  };
  document.addEventListener("htmx:responseError", (event) => {
    say(SAID[event.detail.xhr.status] ?? "The server could not answer. Please try again.");
  });
  document.addEventListener("htmx:sendError", () => {
    say("There is no connection to the server. Please try again in a moment.");
  });

  function say(words) {
    const note = document.createElement("p");
    note.className = "note note-error";
    note.textContent = words;
    document.getElementById("messages")?.replaceChildren(note);
  }
})();
