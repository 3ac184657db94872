// Acting on mail: the note that offers to undo, and the menu of folders.
"use strict";
(() => {
  const SHOWN_MS = 10000;
  let timer = 0;

  const note = () => document.querySelector("#toast [data-toast]");

  function close() {
    clearTimeout(timer);
    note()?.remove();
  }

  // Never while somebody points at it or is in it; a refusal waits until it is closed.
  function wait() {
    clearTimeout(timer);
    if (!note() || note().matches(".toast-refusal")) return;
    timer = setTimeout(() => (note()?.matches(":hover, :focus-within") ? wait() : close()), SHOWN_MS);
  }

  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target.id === "toast") wait();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-closes=toast]")) close();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else {
      close();
    }
  });

  // News about the email must not close the menu under somebody's hand.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const isNews = event.detail.requestConfig.verb === "get";
    if (isNews && event.detail.target.querySelector?.(":scope.doings details.menu[open]")) {
      event.detail.shouldSwap = false;
    }
  });
})();
