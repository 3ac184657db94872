// What an owner decides while a colleague looks: the open email follows, and what is typed stays.
"use strict";
(() => {
  // News must not take away a reason that somebody is writing; what replaces the whole email may.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    const field = target.matches?.(".access") && target.querySelector(".asking input[name=reason]");
    const isTyped = field && (field.value || field === document.activeElement);
    if (isTyped && requestConfig.verb === "get" && !isAnswered(event.detail)) event.detail.shouldSwap = false;
  });

  const isAnswered = (detail) => !detail.serverResponse.includes('class="asking"');

  // An email that may not be seen any more goes from beside the list as its row does.
  document.addEventListener("htmx:responseError", (event) => {
    const reading = event.detail.elt.closest?.("#reading .reading");
    if (event.detail.xhr.status === 404 && event.detail.elt.matches(".access")) reading?.remove();
  });
})();
