// One stream a page: what changed for this viewer while the page is open.
// The server sends finished rows; here they find their place. After a pause (a hidden tab, a lost
// connection) the stream begins with the newest page, and the list is brought in line with it.
"use strict";
(() => {
  const HIDDEN_MS = 30000;
  const RETRY_MS = 5000;
  const CROWDED_MS = 60000;
  let source = null;
  let address = "";
  let timer = 0;
  let wasOpen = false;

  const wanted = () => document.querySelector("[data-live]")?.dataset.live ?? "";

  function connect() {
    const now = document.hidden ? "" : wanted();
    if (now === address && source && source.readyState !== EventSource.CLOSED) return;
    disconnect();
    address = now;
    if (!now) return;
    source = new EventSource(now);
    for (const [name, act] of Object.entries(ACTS)) {
      source.addEventListener(name, (event) => {
        // The list on the page may be another one by now: its own stream is about to begin.
        if (wanted() !== now) return;
        document.getElementById("crowded")?.remove();
        act(event.data);
      });
    }
    source.onopen = () => {
      document.documentElement.setAttribute("data-live-state", "open");
      if (wasOpen) htmx.trigger(document.body, "outgoing-changed"); // What changed meanwhile nobody tells.
      wasOpen = true;
    };
    source.onerror = () => {
      document.documentElement.setAttribute("data-live-state", "waiting");
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, RETRY_MS);
    };
  }

  function disconnect() {
    clearTimeout(timer);
    source?.close();
    source = null;
    address = "";
  }

  const ACTS = {
    page: (html) => bringInLine(parse(html)),
    rows: (html) => parse(html).querySelectorAll("li").forEach(place),
    gone: (ids) => ids.split(" ").forEach((id) => { if (!remove(document.getElementById(`email-row-${id}`))) tellEmail(id); }),
    email: (id) => tellEmail(id),
    inbox: () => htmx.trigger(document.body, "inbox-arrived"),
    presence: () => document.querySelectorAll("[data-presence]").forEach((place) => htmx.trigger(place, "presence")),
    outgoing: () => htmx.trigger(document.body, "outgoing-changed"),
    parts: (html) => parse(html).querySelectorAll("[data-part]").forEach(replacePart),
    crowded: (sentence) => { disconnect(); sayCrowded(sentence); timer = setTimeout(connect, CROWDED_MS); },
    ended: () => { disconnect(); location.reload(); },
  };

  const parse = (html) => new DOMParser().parseFromString(html, "text/html").body;
  const list = () => document.getElementById("email-rows");

  // A place is "microseconds_identity"; the list goes from the greatest to the smallest, or back.
  function isAbove(one, other) {
    if (one === other) return false;
    const [a, x] = one.split("_");
    const [b, y] = other.split("_");
    const isGreater = a === b ? x > y : Number(a) > Number(b);
    return isGreater !== (list()?.dataset.oldestFirst !== undefined);
  }

  function bringInLine(page) {
    const whole = page.querySelector("[data-whole]") !== null;
    const sent = [...page.querySelectorAll("li.email-row")];
    const places = new Set(sent.map((row) => row.dataset.place));
    const last = sent.at(-1)?.dataset.place;
    let row = list()?.firstElementChild;
    while (row?.matches(".email-row") && (whole || (last && !isAbove(last, row.dataset.place)))) {
      const next = row.nextElementSibling;
      if (!places.has(row.dataset.place)) remove(row);
      row = next;
    }
    sent.forEach(place);
    showWhetherEmpty();
  }

  function place(row) {
    const next = firstNotAbove(row.dataset.place);
    const same = next?.dataset.place === row.dataset.place ? next : null;
    const fresh = document.importNode(row, true);
    const isOnlyHere = fresh.dataset.onlyHere !== undefined;
    delete fresh.dataset.onlyHere;
    if (same) return replace(same, fresh);
    if (isOnlyHere) return;
    // Below what is loaded, with more to load: it comes when someone scrolls there.
    if (next?.matches(".more")) return;
    fresh.classList.add("arrived");
    list()?.insertBefore(fresh, next);
    adopt(fresh);
  }

  // Of thousands of rows, which stand in order, the one at this place or else the next below it.
  function firstNotAbove(place) {
    const all = list()?.children ?? [];
    let from = 0;
    let to = all.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = all[middle].dataset.place;
      if (other !== undefined && isAbove(other, place)) from = middle + 1;
      else to = middle;
    }
    return all[from] ?? null;
  }

  function replace(old, fresh) {
    if (old.isEqualNode(fresh)) return tellEmail(fresh.id.replace("email-row-", ""));
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (hadFocus) fresh.querySelector("a")?.focus({ preventScroll: true });
    adopt(fresh);
  }

  function adopt(row) {
    htmx.process(row);
    document.dispatchEvent(new CustomEvent("postroom:rows"));
    tellEmail(row.id.replace("email-row-", ""));
    showWhetherEmpty();
  }

  function remove(row) {
    if (!row) return false;
    if (row.contains(document.activeElement)) {
      (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("a")?.focus();
    }
    row.remove();
    tellEmail(row.id.replace("email-row-", ""));
    showWhetherEmpty();
    return true;
  }

  function showWhetherEmpty() {
    const none = document.getElementById("no-emails");
    if (none) none.hidden = list()?.firstElementChild?.matches(".email-row") ?? false;
  }

  function sayCrowded(sentence) {
    const note = document.createElement("p");
    note.id = "crowded";
    note.className = "note";
    note.setAttribute("role", "status");
    note.textContent = sentence;
    (document.querySelector(".list-side") ?? document.getElementById("main")).prepend(note);
  }

  function tellEmail(id) {
    htmx.trigger(document.body, `email-${id}`);
  }

  function replacePart(part) {
    const old = document.getElementById(part.id);
    if (!old) return;
    const fresh = document.importNode(part, true);
    const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("form");
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("button")?.focus({ preventScroll: true });
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(disconnect, HIDDEN_MS);
    else connect();
  });
  document.addEventListener("htmx:afterSettle", connect);
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", connect);
})();
