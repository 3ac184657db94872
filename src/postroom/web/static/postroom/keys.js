// Keys as mail people know them, one small thing each. Never while someone types,
// never with Ctrl, Alt or Meta, and not at all when they are switched off (WCAG 2.1.4).
"use strict";
(() => {
  const OFF = "postroom-keys-off";
  const ROOMS = { l: "g l", c: "g c", d: "g d", i: "g i", r: "g r", s: "g s", t: "g t" };
  let leader = 0;

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`time_zone=${zone}`)) {
    document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax`;
    showLocalTimes();
  }

  // The first page was made before the zone was known: its times are asked for once more.
  async function showLocalTimes() {
    const times = (page) => [...page.querySelectorAll("time[datetime]")];
    const named = (time) => [`${Date.parse(time.dateTime)} ${time.hasAttribute("title")}`, time];
    if (!times(document).length) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const local = new Map(times(page).map(named));
    for (const time of times(document)) {
      const same = local.get(named(time)[0]);
      if (same) time.replaceWith(document.importNode(same, true));
    }
  }

  const isTyping = (element) =>
    element.closest("input, textarea, select, [contenteditable]") !== null &&
    !["checkbox", "radio"].includes(element.type);

  // Of each line its first link; of thousands of lines too, at every key.
  const rowLinks = () => {
    const lines = new Set();
    return [...document.querySelectorAll("[data-rows] > li:not(.more) a")].filter((link) => lines.size < lines.add(link.parentElement).size);
  };

  function current(links) {
    const here = document.activeElement;
    const focused = links.findIndex((link) => link === here || link.closest(".message")?.contains(here));
    return focused >= 0 ? focused : links.findIndex((link) => link.matches("[aria-current]"));
  }

  // The messages of the conversation that is open, each a line that unfolds, and the line for
  // those between that are folded.
  const LINE = "#reading :is(.message, .folded) > summary";
  const messages = () => [...document.querySelectorAll(LINE)].filter((line) => line.checkVisibility());

  function step(by, links = rowLinks().length ? rowLinks() : messages()) {
    if (!links.length) return;
    const from = current(links);
    const to = from < 0 ? 0 : Math.min(links.length - 1, Math.max(0, from + by));
    const isReading = links[to].closest("#reading") === null && document.activeElement.closest("#reading") !== null;
    links[to].focus();
    links[to].scrollIntoView({ block: "nearest" });
    if (isReading) links[to].click();
  }

  function open() {
    const message = document.activeElement.closest(LINE);
    if (message) return message.click();
    const links = rowLinks();
    const at = current(links);
    if (at >= 0) links[at].click();
  }

  function back() {
    const links = rowLinks();
    if (document.activeElement.closest("#reading") && current(links) >= 0) {
      links[current(links)].focus();
    } else {
      document.querySelector('[data-key="u"]')?.click();
    }
  }

  // The message of a conversation that has the focus, else the one that was opened.
  const openMessage = () =>
    document.activeElement.closest(".message-whole") ??
    document.activeElement.closest(".message")?.querySelector(".message-whole") ??
    document.querySelector("#reading summary[aria-current] ~ .message-whole, #reading .reading > .message-whole");

  // On the row that has the focus, else on the email that is open.
  const doing = (word) => () => {
    const place = document.activeElement.closest(".email-row") ?? openMessage();
    place?.querySelector(`[data-do="${word}"]`)?.click();
  };

  // What the page itself begins with it, else an email.
  const write = () => (document.querySelector('main [data-key="c"]') ?? document.querySelector('[data-key="c"]'))?.click();

  function chooseFolder() {
    const menu = openMessage()?.querySelector(".doings details.move-to");
    if (!menu) return;
    menu.open = true;
    menu.querySelector("li button").focus();
  }

  // The last thing that was done, though its answer is still on its way.
  function undo() {
    if (window.postroomWishes?.isTelling()) return document.addEventListener("postroom:rests", undo, { once: true });
    const notes = [...document.querySelectorAll('#toast [data-do="undo"]')];
    (notes.at(-1) ?? document.querySelector('#sending [value="undo"]'))?.click();
  }

  // What a list offers has its key written at it.
  const press = (key) => {
    const place = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (place?.matches("input:not([type=checkbox])")) place.select();
    else place?.click();
  };

  const last = () => {
    rowLinks().at(-1)?.focus();
    document.querySelector("[data-rows] > .more")?.scrollIntoView({ block: "nearest" });
  };

  const showKeys = () => document.getElementById("keys")?.showModal();

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    o: open,
    u: back,
    n: () => step(1, messages()),
    p: () => step(-1, messages()),
    "/": () => document.getElementById("find")?.focus(),
    e: doing("archive"),
    "#": doing("trash"),
    d: doing("done"),
    s: doing("flag"),
    U: doing("unread"),
    v: chooseFolder,
    r: doing("reply"),
    a: doing("reply-all"),
    f: doing("forward"),
    c: write,
    z: undo,
    ".": () => press("."),
    0: () => press("0"),
    1: () => press("1"),
    2: () => press("2"),
    3: () => press("3"),
    J: last,
    K: () => rowLinks()[0]?.focus(),
    "?": showKeys,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (localStorage.getItem(OFF) && event.key !== "?") return;
    const isLed = Date.now() - leader < 1500;
    leader = !isLed && event.key === "g" ? Date.now() : 0;
    if (isLed && ROOMS[event.key]) {
      document.querySelector(`[data-key="${ROOMS[event.key]}"]`)?.click();
    } else if (KEYS[event.key]) {
      KEYS[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-shows=keys]")) showKeys();
    for (const menu of document.querySelectorAll("details.me[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.me[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.getElementById("keys-on");
    if (!box) return;
    box.checked = !localStorage.getItem(OFF);
    box.addEventListener("change", () => {
      if (box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    });
  });

  document.addEventListener("submit", (event) => {
    const words = event.target.dataset.waits;
    const button = event.submitter;
    if (!words || !button) return;
    button.textContent = words;
    button.setAttribute("aria-disabled", "true");
    event.target.addEventListener("submit", (again) => again.preventDefault(), { once: true });
  });
})();
