// A deal is dragged to another stage, or moved there with [ and ]. Both only choose in its menu.
"use strict";
(() => {
  let dragged = null;

  function moveTo(card, stage) {
    const menu = card.querySelector("select");
    if (!stage || menu.value === stage) return;
    menu.value = stage;
    menu.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function beside(card, by) {
    const menu = card.querySelector("select");
    return menu.options[menu.selectedIndex + by]?.value;
  }

  const columnAt = (event) => event.target.closest?.(".board-column");

  function showTarget(column) {
    for (const each of document.querySelectorAll(".board-column")) each.classList.toggle("is-target", each === column);
  }

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".card");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.deal);
    dragged.classList.add("is-dragged");
  });

  document.addEventListener("dragover", (event) => {
    const column = dragged && columnAt(event);
    if (!column) return;
    event.preventDefault();
    showTarget(column);
  });

  document.addEventListener("drop", (event) => {
    const column = dragged && columnAt(event);
    if (!column) return;
    event.preventDefault();
    moveTo(dragged, column.dataset.stage);
  });

  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    showTarget(null);
  });

  document.addEventListener("keydown", (event) => {
    const by = { "[": -1, "]": 1 }[event.key];
    const card = by && document.activeElement.closest(".card");
    if (!card || document.activeElement.matches("select") || localStorage.getItem("postroom-keys-off")) return;
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    moveTo(card, beside(card, by));
  });
})();
