// Triage: what is done is seen at once, told to the server in order, and taken back for ten seconds.
"use strict";
(() => {
  const LOOK_AGAIN_MS = 60000;
  const PAUSE_MS = 800;
  const LEAVING = ["archive", "trash", "move", "done", "snooze", "mute"];
  const RETURNING = ["undo", "not-done", "wake", "unmute"];
  const KEYS = { e: "archive", "#": "trash", s: "flag", u: "read", d: "done", M: "mute" };
  const OPPOSITE = { read: "unread", unread: "read", flag: "unflag", unflag: "flag", label: "unlabel", unlabel: "label", assign: "assign-back" };
  const MENUS = { a: "assign", b: "snooze", m: "move", l: "label" };
  const assignedBefore = new WeakMap();
  const away = new Map(); // Rows that left the page, and before which one they stood.
  const wishes = window.postroomWishes;
  const taken = new WeakMap(); // What the list showed of a button beside it, and how that is put back.
  let lookedAt = 0;
  let isDue = false; // Something was to be looked at while wishes were untold.
  let soon = 0;

  const form = () => document.getElementById("triage");
  // There may be thousands of rows, and a key waits for those alone that it is about: they are found
  // by their ids, one in each column, and who is chosen is kept.
  const columns = () => document.getElementById("columns")?.querySelectorAll(":scope > section > [data-inbox]") ?? [];
  const prefixes = () => ["", ...[...columns()].map((list) => `${list.dataset.inbox}-`)];
  const copies = (id) => prefixes().map((prefix) => document.getElementById(`${prefix}email-row-${Number(id)}`)).filter(Boolean);
  const chosen = new Set();
  const row = (id) => copies(id)[0];
  const everyRow = (ids) => ids.flatMap(copies);
  const linkOf = (element) => element?.querySelector(".email-link, .more a");
  const isAbove = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
  const picked = () => [...chosen].filter((each) => each.isConnected).sort((one, other) => (isAbove(one, other) ? -1 : 1));
  const opened = () => document.querySelector("#reading [data-email]")?.dataset.email;
  const say = (words) => document.dispatchEvent(new CustomEvent("postroom:toast", { detail: words }));

  // The chosen rows, else the one with the focus, else the one that is read.
  function meant() {
    if (picked().length) return picked();
    const focused = document.activeElement.closest(".email-row");
    if (focused) return [focused];
    const isReading = document.activeElement.closest("#reading") || form()?.contains(document.activeElement);
    const open = isReading && opened() && row(opened());
    return open ? [open] : [];
  }

  // What is seen at once.

  function leave(rows) {
    if (!rows.length) return;
    const hadFocus = document.activeElement.closest(".email-row, #reading, #triage");
    const isReading = document.activeElement.closest("#reading");
    const next = neighbour(rows);
    for (const each of everyRow(rows.map((one) => one.dataset.id))) {
      away.set(each, { list: each.parentElement, before: each.nextElementSibling });
      each.remove();
    }
    if (!next || !hadFocus) return;
    linkOf(next).focus();
    if (isReading) window.postroomComing.open(linkOf(next));
  }

  function neighbour(rows) {
    const leaving = new Set(rows.map((each) => each.dataset.id));
    const beyond = (row, way) => {
      let at = row[way];
      while (at && (!linkOf(at) || leaving.has(at.dataset.id))) at = at[way];
      return at;
    };
    return beyond(rows.at(-1), "nextElementSibling") ?? beyond(rows[0], "previousElementSibling");
  }

  // In the opposite order in which they left, for each knows the one that stood below it.
  function comeBack(ids) {
    for (const each of [...away.keys()].reverse().filter((one) => ids.includes(one.dataset.id))) {
      const was = away.get(each);
      was.list.insertBefore(each, below(was) ?? was.list.querySelector(":scope > .more"));
      pick(each, false);
      away.delete(each);
    }
    linkOf(row(ids[0]))?.focus();
  }

  function below(was) {
    let at = was.before;
    while (at && !at.isConnected) at = away.get(at)?.before;
    return at;
  }

  // Where the line for the rows to come stood, the first of them stands.
  document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
    for (const was of away.values()) if (was.before === detail.target) was.before = target;
  });

  const split = (deed) => [deed.split(":")[0], deed.slice(deed.indexOf(":") + 1)];
  const chipOf = (place, name) => [...place.querySelectorAll("[data-label]")].find((chip) => chip.dataset.label.toLowerCase() === name.toLowerCase());

  function opposite(deed) {
    const [word, what] = split(deed);
    return what === word ? OPPOSITE[word] : `${OPPOSITE[word]}:${what}`;
  }

  function markLabel(each, name, is) {
    const place = each.querySelector("[data-labels]");
    const chip = chipOf(place, name);
    if (!is) chip?.remove();
    if (!is || chip || !name) return;
    const known = chipOf(document.querySelector("[data-menu=label]"), name);
    const fresh = known?.cloneNode(true) ?? document.createElement("span");
    if (!known) {
      fresh.className = "label";
      fresh.dataset.label = name;
      fresh.append(Object.assign(document.createElement("span"), { className: "dot" }), name);
    }
    place.append(fresh);
  }

  function markRow(each, whole) {
    if (!each || !whole) return;
    const [deed, what] = split(whole);
    if (deed === "label" || deed === "unlabel") markLabel(each, what, deed === "label");
    if (deed === "read" || deed === "unread") each.classList.toggle("unread", deed === "unread");
    if (deed === "flag" || deed === "unflag") each.querySelector(".star").hidden = deed === "unflag";
    if (deed === "assign") markAssigned(each, what);
    if (deed === "assign-back") each.querySelector(".assigned").replaceWith(assignedBefore.get(each) ?? each.querySelector(".assigned"));
  }

  // Whose it is now: as the menu calls them, so nobody's is empty.
  function markAssigned(each, to) {
    const place = each.querySelector(".assigned");
    assignedBefore.set(each, place);
    const fresh = place.cloneNode(false);
    const name = to && document.querySelector(`[data-menu=assign] [value="assign:${Number(to)}"]`).textContent;
    if (name) fresh.append(Object.assign(document.createElement("span"), { className: "tag", textContent: name }));
    place.replaceWith(fresh);
  }

  // `u` and `s` do what the first row is not yet.
  function turned(deed, rows) {
    if (deed === "read" && !rows[0].classList.contains("unread")) return "unread";
    if (deed === "flag" && !rows[0].querySelector(".star").hidden) return "unflag";
    const [word, what] = split(deed);
    if (word === "label" && chipOf(rows[0], what)) return `un${deed}`;
    return deed;
  }

  function pick(each, is) {
    const box = each.querySelector("[data-pick]");
    box.checked = is;
    each.classList.toggle("is-picked", is);
    if (is) chosen.add(each);
    else chosen.delete(each);
    count();
  }

  const turnPick = (each) => pick(each, !each.querySelector("[data-pick]").checked);

  function count() {
    const place = form()?.querySelector("[data-picked]");
    const number = picked().length;
    place?.replaceChildren(...(number ? [String(number), Object.assign(document.createElement("span"), { textContent: " chosen" })] : []));
  }

  // What the server is told.

  function act(deed, rows) {
    if (!rows.length) return;
    const word = deed.split(":")[0];
    const ids = [...new Set(rows.map((each) => each.dataset.id))];
    const all = everyRow(ids);
    if (LEAVING.includes(word)) leave(rows);
    else all.forEach((each) => markRow(each, deed));
    all.forEach((each) => pick(each, false));
    wishes.tell(deed, ids, (some) => (LEAVING.includes(word) ? comeBack(some) : everyRow(some).forEach((each) => markRow(each, opposite(deed)))));
  }

  function takeBack(button) {
    const ids = button.dataset.ids.split(" ");
    const deed = button.dataset.back;
    const isReturning = RETURNING.includes(deed.split(":")[0]);
    if (isReturning) comeBack(ids);
    else everyRow(ids).forEach((each) => markRow(each, deed));
    wishes.tell(deed, ids, (some) => (isReturning ? leave(some.map(row).filter(Boolean)) : everyRow(some).forEach((each) => markRow(each, opposite(deed)))));
  }

  // What came, went or was read elsewhere: the page as it is now, and what is shown after it. The
  // server says when; now and then the page asks by itself, should nobody have been heard.

  async function lookAgain() {
    clearTimeout(soon);
    soon = 0;
    const places = [...document.querySelectorAll("[data-again]")];
    const before = wishes.count();
    if (wishes.isBusy()) isDue = true;
    if (!places.length || document.hidden || wishes.isBusy()) return;
    isDue = false;
    lookedAt = Date.now();
    const address = new URL(location.href);
    address.searchParams.delete("email");
    const response = await fetch(address).catch(() => null);
    if (!response?.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    // Something was done meanwhile: what was asked for is old.
    if (wishes.count() !== before) return lookSoon();
    for (const place of places) renew(place, page.getElementById(place.id));
    htmx.trigger(document.body, "inbox-changed");
  }

  function lookSoon() {
    soon ||= setTimeout(lookAgain, Math.max(0, lookedAt + PAUSE_MS - Date.now()));
  }

  function renew(place, fresh) {
    if (!fresh || !place.isConnected) return;
    const list = place.querySelector(":scope > [data-inbox]");
    const freshList = fresh.querySelector("[data-inbox]");
    if (list && freshList) {
      bringInLine(list, freshList);
      const head = fresh.querySelector("h2");
      if (head) place.querySelector("h2").replaceWith(document.importNode(head, true));
    } else if (!place.contains(document.activeElement)) {
      place.replaceChildren(...document.importNode(fresh, true).childNodes);
      htmx.process(place);
    }
  }

  function bringInLine(list, page) {
    const sent = [...page.querySelectorAll(".email-row")];
    const ids = new Set(sent.map((each) => each.id));
    const goesOn = page.querySelector(".more a") !== null;
    const last = goesOn ? document.getElementById(sent.at(-1)?.id) : list.lastElementChild;
    for (let each = last && list.firstElementChild; each; ) {
      const next = each === last ? null : each.nextElementSibling;
      if (each.matches(".email-row") && !ids.has(each.id) && !each.contains(document.activeElement)) each.remove();
      each = next;
    }
    const more = list.lastElementChild?.matches(".more") ? list.lastElementChild : null;
    let below = more;
    for (const [at, fresh] of sent.reverse().entries()) {
      const same = document.getElementById(fresh.id);
      if (same) {
        same.classList.toggle("unread", fresh.classList.contains("unread"));
        same.querySelector(".marks").replaceWith(document.importNode(fresh.querySelector(".marks"), true));
        same.querySelector("[data-labels]").replaceChildren(...document.importNode(fresh.querySelector("[data-labels]"), true).childNodes);
      } else {
        // What left and stands there again was put back, here or by a colleague. Else what stands
        // behind all that is loaded has moved up from the next page, and comes with that.
        const left = [...away.keys()].filter((each) => each.id === fresh.id);
        const place = below === more ? behind(sent.slice(at + 1), more) : below;
        if (!left.length && place?.matches(":has(> a[hx-get])")) continue;
        left.forEach((each) => away.delete(each));
        list.insertBefore(document.importNode(fresh, true), place);
      }
      below = document.getElementById(fresh.id) ?? below;
    }
  }

  // What stands behind the nearest of these that is in the list.
  function behind(above, end) {
    const nearest = above.map((each) => document.getElementById(each.id)).find(Boolean);
    return nearest ? nearest.nextElementSibling : end;
  }

  setInterval(lookAgain, LOOK_AGAIN_MS);
  document.addEventListener("visibilitychange", lookAgain);
  window.addEventListener("online", lookAgain);
  document.addEventListener("inbox-arrived", lookSoon);
  document.addEventListener("postroom:rests", () => { if (isDue && !wishes.isBusy()) lookSoon(); });

  // Keys and buttons.

  const isInDialog = () => [...document.getElementsByTagName("dialog")].some((dialog) => dialog.open);
  const openMenus = () => [...document.getElementsByTagName("details")].filter((menu) => menu.open && menu.matches(".menu"));
  const menuOf = (name) => name && form().querySelector(`[data-menu=${name}]`);

  function openMenu(name) {
    const menu = menuOf(name);
    if (!meant().length) return;
    const rows = meant();
    if (!picked().length) pick(rows[0], true);
    menu.open = true;
    menu.querySelector("li button, li input").focus();
  }

  function closeMenus() {
    for (const menu of openMenus()) menu.open = false;
  }

  const isTyping = (element) =>
    element.closest("input, textarea, select, [contenteditable]") !== null && element.type !== "checkbox";

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (isInDialog() || localStorage.getItem("postroom-keys-off")) return;
    if (event.key === "Escape" && openMenus().length) return escape(event);
    const rows = meant();
    if (!rows.length || ("au".includes(event.key) && document.activeElement.closest("#reading"))) return;
    if (KEYS[event.key]) act(turned(KEYS[event.key], rows), rows);
    else if (menuOf(MENUS[event.key])) openMenu(MENUS[event.key]);
    else if (event.key === "x") turnPick(document.activeElement.closest(".email-row") ?? rows[0]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  function escape(event) {
    event.preventDefault();
    closeMenus();
    linkOf(picked()[0])?.focus();
  }

  document.addEventListener("submit", (event) => {
    const deed = event.submitter?.value;
    if (event.target === form() && event.submitter?.name === "do") {
      event.preventDefault();
      const rows = picked().length ? picked() : meant();
      closeMenus();
      if (rows.length) act(turned(deed, rows), rows);
      if (rows[0]?.isConnected && event.submitter.closest("details.menu")) linkOf(rows[0]).focus();
      if (!rows.length) say("Choose an email first: with its box, or with j and k.");
    } else if (event.target.id === "doing") {
      follow(event.submitter);
    }
  });

  const deedOf = (button, id) => (button.value === "label:" ? `label:${document.getElementById(`label-of-${id}`).value.trim()}` : button.value);

  // What is done on the email that is read shows in its row.
  function follow(button) {
    const id = button?.getAttribute("formaction")?.match(/\/emails\/(\d+)\/actions\//)?.[1];
    if (!id) return;
    const word = split(button.value)[0];
    if ([...RETURNING, "restore", "inbox"].includes(word)) comeBack([id]);
    else if (!row(id)) return;
    else if (button.name === "folder" || LEAVING.includes(word)) {
      leave([row(id)]);
      taken.set(button, () => comeBack([id]));
    } else {
      const deed = deedOf(button, id);
      copies(id).forEach((each) => markRow(each, deed));
      taken.set(button, () => copies(id).forEach((each) => markRow(each, opposite(deed))));
    }
    htmx.trigger(document.body, "inbox-changed");
  }

  document.addEventListener("postroom:not-done", (event) => {
    taken.get(event.detail)?.();
    taken.delete(event.detail);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-back]");
    if (button) {
      takeBack(button);
      button.closest("[data-toast]").remove();
    }
    if (event.target.closest("[data-put-label]")) putTypedLabel();
    if (event.target.closest("[data-snooze-until]")) {
      const moment = document.querySelector("[data-until]").value;
      closeMenus();
      if (moment) act(`snooze:${moment}`, meant());
    }
  });

  function putTypedLabel() {
    const field = document.querySelector("[data-new-label]");
    const name = field.value.trim();
    const rows = meant();
    if (!name) return field.focus();
    field.value = "";
    closeMenus();
    if (!rows.length) return say("Choose an email first: with its box, or with j and k.");
    act(turned(`label:${name}`, rows), rows);
    linkOf(rows[0])?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-new-label]")) return;
    event.preventDefault();
    putTypedLabel();
  });

  // A browser that comes back to the page may know which boxes were ticked.
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-pick]:checked").forEach((box) => pick(box.closest(".email-row"), true)));

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick]")) pick(event.target.closest(".email-row"), event.target.checked);
  });

  // An email that is opened is read.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "reading" || !opened()) return;
    markRow(row(opened()), "read");
    htmx.trigger(document.body, "inbox-changed");
  });
})();
