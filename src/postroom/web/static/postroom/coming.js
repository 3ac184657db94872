// The line at the end of a list stands for the rows that are to come: whoever comes to it with a
// key asks for them, and the keys pressed until they are there are meant for them. Without it a
// quick hand acts on the last loaded row twice.
"use strict";
window.postroomComing = (() => {
  const LINK = "[data-rows] > .more a[hx-get]";
  const NOT_FOR_THEM = "kK/?"; // As long as nothing was kept before, which comes first.
  let kept = [];

  const linkHere = () => (document.activeElement?.matches(LINK) ? document.activeElement : null);
  const isAsked = (link) => link.classList.contains("htmx-request");
  const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;
  const isMeant = (key) => (key.length === 1 && key !== " ") || key === "Enter";

  const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const openHere = () => open(document.activeElement);

  function ask(link) {
    kept = [];
    if (!isAsked(link)) link.click();
  }

  // Opens what a row links to; of the rows to come, the first once it is there.
  function open(link) {
    if (link.matches(LINK)) kept.push(openHere);
    else if (!link.closest(".more")) link.click();
  }

  document.addEventListener("focusin", (event) => {
    if (event.target.matches(LINK)) ask(event.target);
  });

  // Before all others that listen for keys.
  window.addEventListener("keydown", (event) => {
    const link = linkHere();
    if (!link || !isPlain(event) || localStorage.getItem("postroom-keys-off")) return;
    if (event.key === "Escape" && !kept.length) return;
    if (event.key === "Escape") kept = [];
    else if (!isAsked(link) && event.key === "j") ask(link); // It could not be had, and is asked for again.
    else if (!isAsked(link) || !isMeant(event.key)) return;
    else if (!kept.length && NOT_FOR_THEM.includes(event.key)) return;
    else if (!event.repeat) kept.push(event.key === "Enter" ? openHere : () => press(event.key));
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.shouldSwap || detail.requestConfig.elt !== linkHere()) return;
    const above = detail.target.previousElementSibling;
    const list = detail.target.parentElement;
    queueMicrotask(() => arrive(above ? above.nextElementSibling : list.firstElementChild, above));
  });

  // Where no row came after all, nothing is done with the one above.
  function arrive(first, above) {
    const deeds = kept;
    kept = [];
    const link = first?.querySelector("a");
    (link ?? above?.querySelector("a"))?.focus();
    document.activeElement.scrollIntoView({ block: "nearest" });
    if (link) deeds.forEach((does) => does());
  }

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!detail.successful && detail.elt === linkHere()) kept = [];
  });

  // Who comes back to an email further down finds it among the first hundred rows; it may be gone.
  const sought = () => document.getElementById(location.hash.slice(1));

  async function seek() {
    if (!location.hash.startsWith("#email-row-") || sought()) return;
    for (let turn = 0; turn < 3 && !sought(); turn += 1) {
      const link = document.querySelector(LINK);
      if (!link) return;
      const came = new Promise((resolve) => link.addEventListener("htmx:afterRequest", resolve, { once: true }));
      ask(link);
      await came;
    }
    sought()?.scrollIntoView({ block: "center" });
  }

  document.addEventListener("DOMContentLoaded", seek);

  return { open };
})();
