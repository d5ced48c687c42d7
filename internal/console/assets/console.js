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

// The workbench: a page with work under way asks again, long lists of choices can be
// searched, and a callback address is chosen whole. Without scripts all of it still works.
(function () {
  const title = document.querySelector("[data-reload]");
  if (title) {
    const again = () => {
      const busy = document.hidden || document.querySelector("details[open]") || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
      if (busy) setTimeout(again, 1000);
      else location.reload();
    };
    setTimeout(again, Number(title.dataset.reload) * 1000);
  }
  for (const current of document.querySelectorAll(".menu [aria-current]")) current.parentElement.scrollLeft = current.offsetLeft - 40;
  for (const input of document.querySelectorAll(".copy")) input.addEventListener("focus", () => input.select());
  for (const list of document.querySelectorAll(".choices")) {
    if (list.children.length < 9) continue;
    const find = document.createElement("input");
    find.type = "search";
    find.className = "find";
    find.placeholder = document.documentElement.lang === "en" ? "Search" : "搜索";
    find.setAttribute("aria-label", find.placeholder);
    find.addEventListener("input", () => {
      const wish = find.value.trim().toLowerCase();
      for (const choice of list.children) choice.hidden = wish !== "" && !choice.textContent.toLowerCase().includes(wish) && !choice.querySelector(":checked");
    });
    find.addEventListener("keydown", (e) => { if (e.key === "Enter") e.preventDefault(); });
    list.before(find);
  }
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    for (const open of document.querySelectorAll("details.ask[open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
})();
