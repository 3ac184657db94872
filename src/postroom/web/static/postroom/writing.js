// Writing: kept as it is typed, completed after a comma, files by drop and paste, sent once.
"use strict";
(() => {
  const PAUSE_MS = 1500;
  const ASK_MS = 150;
  let timer = 0;
  let asking = 0;
  let isSending = false;
  let keeping = null;

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-draft]");
    if (!form) return;
    form.addEventListener("input", (event) => onInput(form, event.target));
    form.addEventListener("change", (event) => { if (event.target.type === "file") attach(form); });
    form.addEventListener("submit", (event) => onSubmit(form, event));
    document.addEventListener("visibilitychange", () => { if (document.hidden && timer) keep(form); });
    form.addEventListener("keydown", (event) => onKey(form, event), { capture: true });
    const page = form.closest(".writing");
    page.addEventListener("dragover", (event) => { event.preventDefault(); page.classList.add("dropping"); });
    page.addEventListener("dragleave", () => page.classList.remove("dropping"));
    page.addEventListener("drop", (event) => take(form, event, event.dataTransfer));
    page.addEventListener("paste", (event) => take(form, event, event.clipboardData));
    form.addEventListener("draft:keep", (event) => { event.detail.kept = keep(form); });
    form.elements.sender.addEventListener("change", () => save(form));
    const text = form.elements.text;
    const wrong = form.querySelector(".field-wrong :is(input, select, textarea):not([hidden])");
    if (document.querySelector("[autofocus]")) return;
    if (wrong) wrong.focus();
    else if (!form.elements.to.value) form.elements.to.focus({ preventScroll: true });
    else if (text) { text.focus({ preventScroll: true }); text.setSelectionRange(0, 0); }
  });

  function onInput(form, field) {
    if (field.type === "file") return;
    if (field.matches("[data-narrows]")) return narrow(field);
    if (field.list) complete(field);
    stopWaiting();
    timer = setTimeout(() => keep(form), PAUSE_MS);
  }

  // Before the editor, which would break the line.
  function onKey(form, event) {
    if (event.key !== "Enter" || event.isComposing) return;
    const isMoment = event.target.name === "at";
    if (event.target.matches("[data-narrows]")) return event.preventDefault();
    if (!isMoment && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    form.querySelector(isMoment ? 'button[name="later"][value="at"]' : 'button[name="do"][value="send"]').click();
  }

  const LINES = ["to", "cc", "bcc", "subject"];

  // Enter in a line goes on to the next: the page stays, whatever is on its way to it.
  function goOn(form, line) {
    const lines = LINES.map((name) => form.elements[name]).filter((each) => each.checkVisibility());
    const next = lines[lines.indexOf(line) + 1] ?? form.querySelector('[contenteditable="true"], textarea:not([hidden])');
    next?.focus();
  }

  function onSubmit(form, event) {
    const line = document.activeElement;
    if (event.submitter === form.querySelector("button") && LINES.includes(line.name)) {
      event.preventDefault();
      return goOn(form, line);
    }
    stopWaiting();
    if (isSending) return event.preventDefault();
    isSending = true;
    const by = event.submitter;
    say(by?.value === "send" || by?.name === "later" ? "Sending…" : "Saving…");
    if (!keeping) return;
    // What is being kept comes first: this would look older than it.
    event.preventDefault();
    keeping.then(() => submitAs(form, by));
  }

  function submitAs(form, by) {
    const pressed = Object.assign(document.createElement("input"), { type: "hidden", name: by?.name ?? "do", value: by?.value ?? "save" });
    form.append(pressed);
    form.submit();
    pressed.remove();
  }

  function stopWaiting() {
    clearTimeout(timer);
    timer = 0;
  }

  function say(words) {
    document.getElementById("kept").textContent = words;
  }

  // A tab or window that comes back from history may send again.
  window.addEventListener("pageshow", () => { isSending = false; });

  // The page anew: what is shown with it, a signature or a list of files, follows.
  function save(form) {
    form.requestSubmit(form.querySelector('.actions button[value="save"]'));
  }

  // One after the other, so that none looks older than the one before.
  function keep(form) {
    stopWaiting();
    if (isSending) return false;
    const mine = Promise.resolve(keeping).then(() => post(form));
    keeping = mine;
    return mine.finally(() => { if (keeping === mine) keeping = null; });
  }

  async function post(form) {
    const kept = new FormData(form);
    kept.delete("files");
    kept.set("do", "save");
    try {
      const answer = await fetch(form.action, { method: "POST", body: kept, headers: { "X-Draft": "1" }, keepalive: document.hidden });
      if (answer.redirected || answer.status === 403) return notSaved("You are signed out. Sign in in another tab, then go on here.");
      const told = await answer.text();
      if (!answer.ok) return notSaved(answer.status === 422 ? told : "The server could not keep it. It is tried again as you type.");
      form.action = told;
      form.elements.seen.value = answer.headers.get("X-Draft");
      history.replaceState(history.state, "", form.action);
      if (!isSending) say("Saved as a draft");
      return true;
    } catch {
      return notSaved("There is no connection to the server. It is tried again as you type.");
    }
  }

  function notSaved(why) {
    if (!isSending) say(`Not saved. ${why}`);
    return false;
  }

  // Templates by their name or folder, of many.
  function narrow(field) {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const row of field.closest("details").querySelectorAll("li")) {
      row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    }
  }

  function attach(form) {
    const chosen = [...form.elements.files.files].reduce((sum, file) => sum + file.size, 0);
    if (chosen > Number(form.dataset.most)) {
      say("These files are too large together. Send a link instead.");
      form.elements.files.value = "";
      return;
    }
    save(form);
  }

  function take(form, event, transfer) {
    form.closest(".writing").classList.remove("dropping");
    if (!transfer?.files.length || event.defaultPrevented || isOfWords(event, transfer)) return;
    event.preventDefault();
    form.elements.files.files = transfer.files;
    attach(form);
  }

  // Office programs put a picture of it beside what was copied; a copied file has its name there.
  function isOfWords(event, transfer) {
    const words = event.type === "paste" ? transfer.getData("text/plain").trim() : "";
    return words !== "" && ![...transfer.files].some((file) => file.name === words);
  }

  function complete(field) {
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const at = field.value.lastIndexOf(",") + 1;
      const before = at ? `${field.value.slice(0, at)} ` : "";
      const words = field.value.slice(at).trim();
      if (words.length < 2) return;
      const from = new URL(field.list.dataset.from, location.href);
      from.searchParams.set("q", words);
      const answer = await fetch(from);
      if (!answer.ok) return;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      const options = [...found.querySelectorAll("option")].map((one) => new Option("", before + one.value));
      field.list.replaceChildren(...options);
    }, ASK_MS);
  }
})();
