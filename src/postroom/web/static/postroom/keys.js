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

  // By the names of elements, which the browser counts: whatever else is looked for passes all rows.
  const isInDialog = () => [...document.getElementsByTagName("dialog")].some((dialog) => dialog.open);
  const openMenus = () => [...document.getElementsByTagName("details")].filter((menu) => menu.open && menu.matches(".me"));

  const isTyping = (element) =>
    element.closest("input, textarea, select, [contenteditable]") !== null &&
    !["checkbox", "radio"].includes(element.type);

  // The rows of all lists of the page, each with its first link, and the lines for those to come.
  // From one to the next by the page itself, for there may be thousands of them and a key waits for
  // none but those it is about.
  const ROW = "[data-rows] > li";
  const linkIn = (row) => row?.querySelector("a");
  const isRow = (row) => row.matches(ROW) && linkIn(row) !== null;
  const isLoaded = (row) => isRow(row) && !row.matches(".more");
  const firstLink = () => document.querySelector(`${ROW} a`);

  // The row with the focus, else that of the email which is read, else the one that was come back to.
  function rowHere() {
    const opened = document.querySelector("#reading [data-email]")?.dataset.email;
    const row = document.activeElement.closest(ROW) ?? document.getElementById(`email-row-${opened}`);
    return row ?? document.getElementById(location.hash.slice(1))?.closest(ROW) ?? null;
  }

  function neighbour(row, way) {
    let at = row[way];
    while (at && !isRow(at)) at = at[way];
    return at ?? beyond(row, way);
  }

  // In the list below, or above.
  function beyond(row, way) {
    const lists = [...document.querySelectorAll("[data-rows]")];
    const at = lists.indexOf(row.parentElement);
    const isDown = way === "nextElementSibling";
    const others = isDown ? lists.slice(at + 1) : lists.slice(0, at).reverse();
    for (const list of others) {
      const found = isDown ? [...list.children].find(isRow) : [...list.children].findLast(isRow);
      if (found) return found;
    }
    return null;
  }

  // The messages of the conversation that is open, each a line that unfolds, and the line for
  // those between that are folded.
  const LINE = "#reading :is(.message, .folded) > summary";
  const messages = () => [...document.querySelectorAll(LINE)].filter((line) => line.checkVisibility());

  function step(way) {
    const here = rowHere();
    const link = here ? linkIn(neighbour(here, way) ?? here) : firstLink();
    if (!link) return stepMessage(way === "nextElementSibling" ? 1 : -1);
    const isReading = document.activeElement.closest("#reading") !== null;
    show(link);
    if (isReading) window.postroomComing.open(link);
  }

  function stepMessage(by) {
    const lines = messages();
    const here = document.activeElement;
    const focused = lines.findIndex((line) => line === here || line.closest(".message")?.contains(here));
    const from = focused < 0 ? lines.findIndex((line) => line.matches("[aria-current]")) : focused;
    if (lines.length) show(lines[from < 0 ? 0 : Math.min(lines.length - 1, Math.max(0, from + by))]);
  }

  function show(element) {
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  }

  function open() {
    const message = document.activeElement.closest(LINE);
    if (message) return message.click();
    linkIn(rowHere())?.click();
  }

  function back() {
    const row = document.activeElement.closest("#reading") && rowHere();
    if (row) {
      linkIn(row).focus();
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
    const place = document.activeElement.closest(ROW) ?? openMessage();
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
    (notes.at(-1) ?? document.querySelector('#sending [value="undo"], #messages [form="undo"]'))?.click();
  }

  // What a list offers has its key written at it.
  const press = (key) => {
    const place = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (place?.matches("input:not([type=checkbox])")) place.select();
    else place?.click();
  };

  const last = () => {
    const bottom = [...document.querySelectorAll("[data-rows]")].findLast((list) => [...list.children].some(isLoaded));
    if (bottom) linkIn([...bottom.children].findLast(isLoaded)).focus();
    document.querySelector("[data-rows] > .more")?.scrollIntoView({ block: "nearest" });
  };

  const showKeys = () => document.getElementById("keys")?.showModal();

  const KEYS = {
    j: () => step("nextElementSibling"),
    k: () => step("previousElementSibling"),
    o: open,
    u: back,
    n: () => stepMessage(1),
    p: () => stepMessage(-1),
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
    K: () => firstLink()?.focus(),
    "?": showKeys,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || isInDialog()) return;
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
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && openMenus()[0];
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
