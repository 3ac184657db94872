// A team at one conversation: signs that somebody reads or answers it, names put into a comment.
// A page in sight gives a sign every ten seconds; where somebody writes, a hidden one does too.
"use strict";
(() => {
  const SIGN_MS = 10000;

  const places = () => document.querySelectorAll("[data-presence]");

  function sign() {
    for (const place of places()) {
      if (!document.hidden || place.dataset.presence === "writing") htmx.trigger(place, "presence");
    }
  }

  function leave(place) {
    const gone = new FormData(place);
    gone.set("gone", "1");
    navigator.sendBeacon(place.dataset.address, gone);
  }

  setInterval(sign, SIGN_MS);
  document.addEventListener("visibilitychange", () => {
    for (const place of places()) {
      if (document.hidden && place.dataset.presence === "reading") leave(place);
    }
    if (!document.hidden) sign();
  });
  window.addEventListener("pagehide", () => places().forEach(leave));
  window.addEventListener("pageshow", (event) => { if (event.persisted) sign(); });

  // Another email is opened in the same place.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "reading") event.detail.target.querySelectorAll("[data-presence]").forEach(leave);
  });

  document.addEventListener("click", (event) => {
    const name = event.target.closest("[data-mentions]")?.dataset.mentions;
    if (!name) return;
    const text = event.target.closest("form").elements.text;
    const before = text.value && !text.value.endsWith(" ") ? `${text.value} ` : text.value;
    text.value = `${before}@${name} `;
    text.focus();
  });
})();
