// Narrow a list of names as one types; without this script the list is scrolled.
"use strict";
for (const search of document.querySelectorAll("input[data-narrows]")) {
  search.hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/);
    for (const item of document.getElementById(search.dataset.narrows).children) {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
