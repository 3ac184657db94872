// The link of an invitation: what stands behind its # goes to the server by a form, and out of
// the address and the history before anything else happens.
"use strict";
(() => {
  const form = document.getElementById("join");
  const token = location.hash.slice(1);
  if (!form || !token) return;
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.requestSubmit();
})();
