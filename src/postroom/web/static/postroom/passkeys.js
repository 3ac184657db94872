// Passkeys: a form marked data-passkey asks the device first, then posts what the device answers.
// Its options stand in the page, or are fetched for a sign-in that begins with the passkey.
"use strict";
(() => {
  const SAID = {
    NotAllowedError: "The device did not confirm it, or it took too long. Try it again.",
    InvalidStateError: "This device has a passkey for you already.",
    SecurityError: "Passkeys need Postroom’s own name with https, not a number. Tell an administrator.",
  };
  const canPasskeys = () => Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON);

  function say(form, words) {
    const note = form.querySelector("[data-passkey-failed]");
    note.lastElementChild.textContent = words;
    note.hidden = false;
  }

  async function optionsOf(form) {
    const kept = document.getElementById(form.dataset.options);
    if (kept) return JSON.parse(kept.textContent).publicKey;
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no options");
    return (await answer.json()).request_options.publicKey;
  }

  async function ask(form) {
    const options = await optionsOf(form);
    if (form.dataset.passkey === "get") {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      return navigator.credentials.get({ publicKey });
    }
    const selection = {
      ...options.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    };
    const chosen = { ...options, authenticatorSelection: selection };
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(chosen) });
  }

  for (const form of document.querySelectorAll("[data-passkey]")) {
    if (!canPasskeys()) {
      if (form.dataset.passkey === "get") form.hidden = true;
      else say(form, "This browser is too old for passkeys. Bring it up to date, or use another one.");
      continue;
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const credential = await ask(form);
        form.elements.credential.value = JSON.stringify(credential.toJSON());
        form.submit();
      } catch (failure) {
        say(form, SAID[failure.name] ?? "The passkey could not be used. Try again, or use another way.");
      }
    });
  }
})();
