"use strict";
// Asks once a second for the parts of the overview that changed, while somebody looks.
(function () {
  if (!document.querySelector("[data-live]")) return;
  const status = document.getElementById("status");
  const shown = {};
  let wait = 1000;

  function show(parts) {
    for (const id of Object.keys(parts)) {
      const element = document.getElementById(id);
      if (!element || shown[id] === parts[id]) continue;
      if (id !== "status" && element.contains(document.activeElement)) continue; // do not take the focus away
      element.innerHTML = parts[id];
      shown[id] = parts[id];
    }
  }

  function lost() {
    shown.status = "";
    const dot = document.createElement("span");
    dot.className = "dot bad";
    status.replaceChildren(dot, status.dataset.lost);
  }

  async function tick() {
    if (!document.hidden) {
      try {
        const answer = await fetch("/console/numbers?lang=" + document.documentElement.lang, { cache: "no-store" });
        if (answer.status === 401) {
          location.assign("/sign-in");
          return;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        show(await answer.json());
        wait = 1000;
      } catch {
        lost();
        wait = Math.min(wait * 2, 15000);
      }
    }
    setTimeout(tick, wait);
  }
  setTimeout(tick, wait);
})();
