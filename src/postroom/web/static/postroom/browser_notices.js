// The page of settings: what this browser says about notices, and the one button to ask it.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector("[data-browser-notices]");
  if (!place) return;
  const show = () => {
    const state = "Notification" in window ? Notification.permission : "missing";
    for (const words of place.querySelectorAll("[data-state]")) words.hidden = words.dataset.state !== state;
  };
  place.querySelector("button").addEventListener("click", async () => {
    await Notification.requestPermission();
    show();
  });
  show();
});
