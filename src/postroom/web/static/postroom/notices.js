// Notices in the browser, where their user wants them: new mail of the chosen columns, while a page
// of Postroom is open, in sight or not. One page of a browser listens for all of them.
"use strict";
(() => {
  const RETRY_MS = 10000;
  const CROWDED_MS = 60000;
  const LAST = "postroom-last-told";
  const address = document.currentScript.dataset.notices;

  const isAllowed = () => "Notification" in window && Notification.permission === "granted";

  function tell(what) {
    const notice = new Notification(what.title, { body: what.body, tag: what.tag });
    notice.onclick = () => {
      window.focus();
      location.assign(what.url);
      notice.close();
    };
  }

  // Until the page is closed: then the next one that waits for the lock goes on where it ended.
  function listen() {
    const source = new EventSource(`${address}?after=${localStorage.getItem(LAST) ?? ""}`);
    const again = (wait) => { source.close(); setTimeout(listen, wait); };
    source.addEventListener("arrived", (event) => {
      localStorage.setItem(LAST, event.lastEventId);
      if (isAllowed()) tell(JSON.parse(event.data));
    });
    source.addEventListener("crowded", () => again(CROWDED_MS));
    source.addEventListener("ended", () => source.close());
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) again(RETRY_MS); };
  }

  if (address && isAllowed()) {
    navigator.locks?.request("postroom-notices", () => { listen(); return new Promise(() => undefined); });
  }
})();
