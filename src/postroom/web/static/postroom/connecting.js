// Trying a connection: each step is shown as it happens, and nothing that was typed is lost.
// The server answers one POST with finished pieces of HTML, one a line; here they find their place.
"use strict";
(() => {
  const USUAL = { tls: [993, 995, 465], starttls: [143, 110, 587], none: [143, 110, 25] };
  let attempt = null;

  const parse = (html) => new DOMParser().parseFromString(html, "text/html").body;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-tries]")) return;
    event.preventDefault();
    if (!attempt) tryConnection(form);
  });

  async function tryConnection(form) {
    attempt = new AbortController();
    begin(form);
    try {
      const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
      const wish = { method: "POST", body: new URLSearchParams(new FormData(form)), headers, signal: attempt.signal };
      const response = await fetch(form.action, wish);
      const elsewhere = response.headers.get("HX-Redirect");
      if (elsewhere) return location.assign(elsewhere);
      if (!response.ok) return fail(form, `Postroom did not take this (${response.status}). Nothing was saved. Reload the page, then try again.`);
      await readPieces(response.body, form);
    } catch {
      fail(form, "The connection to Postroom was lost before the test was over. Nothing was saved. Please try again.");
    } finally {
      end(form);
    }
  }

  async function readPieces(body, form) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let isOver = false;
    for (let rest = ""; ;) {
      const { value, done } = await reader.read();
      const lines = (rest + (value ?? "")).split("\n");
      rest = lines.pop();
      for (const line of lines) isOver = place(parse(line).firstElementChild, form) || isOver;
      if (!done) continue;
      if (!isOver) throw new Error("cut off");
      return;
    }
  }

  // True when it was the last word.
  function place(piece, form) {
    if (!piece) return false;
    if (piece.matches("[data-connected]")) {
      location.assign(piece.getAttribute("href"));
    } else if (piece.matches("[data-wrong]")) {
      mark(form, piece);
    } else if (piece.matches("[data-failed]")) {
      fail(form, piece.textContent);
    } else if (piece.matches("[data-passed]")) {
      say("note note-success", piece.textContent);
    } else {
      put(piece);
    }
    return piece.matches("[data-connected], [data-passed], [data-failed]");
  }

  function put(step) {
    const same = document.getElementById(step.id);
    if (same) same.replaceWith(step);
    else document.getElementById("steps").append(step);
  }

  function begin(form) {
    const button = form.querySelector("button[data-begins]");
    button.dataset.words = button.innerHTML;
    button.textContent = "Trying the connection…";
    button.setAttribute("aria-disabled", "true");
    form.querySelectorAll(".wrong, [data-headline]").forEach((each) => each.remove());
    form.querySelectorAll(".field-wrong").forEach((each) => each.classList.remove("field-wrong"));
    form.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
    document.getElementById("steps").replaceChildren();
    const shown = document.getElementById("attempt");
    shown.hidden = false;
    shown.scrollIntoView({ block: "nearest" });
  }

  function end(form) {
    const button = form.querySelector("button[data-begins]");
    button.innerHTML = button.dataset.words;
    button.removeAttribute("aria-disabled");
    attempt = null;
  }

  function say(kind, sentence) {
    const note = document.createElement("p");
    note.className = kind;
    note.dataset.headline = "";
    note.setAttribute("role", "alert");
    note.textContent = sentence;
    document.getElementById("attempt").append(note);
    return note;
  }

  function fail(form, sentence) {
    const note = say("note note-error", sentence);
    const field = form.querySelector("[aria-invalid]");
    if (field) return field.focus();
    note.tabIndex = -1;
    note.focus();
  }

  // The sentence stands at the field where it can be mended, wherever that is folded away.
  function mark(form, piece) {
    const field = form.elements[piece.dataset.wrong];
    if (!(field instanceof HTMLElement) || field.type === "hidden") return;
    for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const box = field.closest(".field");
    piece.id = `${field.id}_error`;
    box.classList.add("field-wrong");
    box.querySelector("label, legend").after(piece);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", piece.id);
  }

  // Who signs in elsewhere takes along with whom the mailbox is shared.
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "sharing") return;
    for (const kept of document.querySelectorAll(".sign-in-offer [name=sharing]")) kept.value = target.value;
  });

  // A port that is the usual one follows the security that is chosen, also before this was loaded.
  function followSecurity(select) {
    const side = select.name?.match(/^(\w+)_security$/)?.[1];
    const port = side && select.form.elements[`${side}_port`];
    if (!port) return;
    for (const ports of Object.values(USUAL)) {
      const at = ports.indexOf(Number(port.value));
      if (at >= 0 && (side === "outgoing") === (at === 2)) {
        port.value = USUAL[select.value][at];
        return;
      }
    }
  }
  document.addEventListener("change", (event) => followSecurity(event.target));
  for (const select of document.querySelectorAll("select[name$=_security]")) {
    if (!select.selectedOptions[0]?.defaultSelected) followSecurity(select);
  }

  window.addEventListener("pagehide", () => attempt?.abort());
})();
