// The search box suggests how to go on: a combobox (ARIA APG), all of it by keyboard.
// Without this file it is a box in a form.
"use strict";
(() => {
  const WAIT_MS = 120;
  let box = null;
  let list = null;
  let timer = 0;
  let asked = null;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function begin() {
    box = document.getElementById("find");
    if (!box?.dataset.suggests) return;
    list = document.createElement("ul");
    list.id = "find-options";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    box.after(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) {
      box.setAttribute(name, value);
    }
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(suggest, WAIT_MS); });
    box.addEventListener("keydown", press);
    box.addEventListener("blur", close);
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => take(event.target.closest("[role=option]")));
  }

  async function suggest() {
    asked?.abort();
    asked = new AbortController();
    const url = new URL(box.dataset.suggests, location.href);
    url.searchParams.set("q", box.value);
    if (!box.value.trim()) return close();
    try {
      const answer = await fetch(url, { signal: asked.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return close();
      list.innerHTML = await answer.text();
    } catch {
      return;
    }
    if (document.activeElement === box && options().length) open();
    else close();
  }

  function open() {
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    box.removeAttribute("aria-activedescendant");
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  // One step down or up; before the first and behind the last there is the box itself.
  function step(by) {
    const all = options();
    const at = all.indexOf(chosen());
    choose(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by]);
  }

  function take(option) {
    if (!option) return;
    box.value = option.dataset.query;
    const goes = option.hasAttribute("data-goes");
    close();
    if (goes) return box.form.requestSubmit();
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function press(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) suggest();
      else step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden && chosen()) {
      take(chosen());
    } else if (event.key === "Escape" && !list.hidden) {
      close();
    } else {
      if (event.key === "Enter") close();
      return;
    }
    event.preventDefault();
  }

  document.addEventListener("DOMContentLoaded", begin);
})();
