// The work queue beside colleagues: what they decide shows at once, and what is being typed stays.
"use strict";
(() => {
  const sign = document.querySelector("[data-live]"), filters = document.getElementById("filters");
  const table = document.querySelector("table.queue"), pane = document.getElementById("claim");
  if (!sign || !window.EventSource) return;
  const arrived = new Set(), banner = document.querySelector("[data-arrived]");
  // Only the list of what is to be decided has anything new to show.
  const isOpenList = !/[?&](state=(?!submitted)|flagged|unusual)/.test(location.search);
  let source = null, again = null, retry = null;

  const row = claim => table?.querySelector(`tr[data-claim="${claim}"]`);

  function show(claim, state, word) {
    const line = row(claim);
    if (state === "submitted") {
      if (!line && isOpenList) arrived.add(claim);
      return;
    }
    arrived.delete(claim);
    if (!line || line.classList.contains("gone") || line.hasAttribute("data-mine") || !line.querySelector("input[type=checkbox]")) return;
    line.classList.add("gone");
    line.querySelector("input[type=checkbox]").remove();
    table.dispatchEvent(new Event("change", { bubbles: true }));
    line.querySelector("td.n").textContent = `${word} · ${sign.dataset.colleague}`;
    const article = pane?.querySelector(`article[data-claim="${claim}"]`);
    if (article && !article.querySelector("[data-moved]")) {
      const note = document.createElement("p");
      note.className = "note wait";
      note.setAttribute("role", "status");
      note.dataset.moved = "";
      note.textContent = sign.dataset.openWords.replace("{word}", word);
      article.prepend(note);
    }
  }

  function tell() {
    if (banner) {
      banner.hidden = arrived.size === 0;
      banner.querySelector("span").textContent = sign.dataset.arrivedWords.replace("{count}", arrived.size);
    }
    clearTimeout(again);
    again = setTimeout(async () => {
      const answer = await fetch(filters.dataset.again, { headers: { "X-Fragment": "1" } });
      if (answer.ok) filters.innerHTML = await answer.text();
    }, 400);
  }

  // After a lost connection: what became of the claims on the screen.
  async function readAnew() {
    const open = [...document.querySelectorAll("table.queue tr[data-claim]:not(.gone)")].map(line => line.dataset.claim);
    if (open.length) {
      const data = new URLSearchParams({ formToken: document.querySelector('meta[name="form-token"]').content });
      for (const claim of open) data.append("claim", claim);
      const answer = await fetch("/queue/states", { method: "POST", body: data, headers: { "X-Fragment": "1" } });
      if (answer.ok) for (const { claim, state, word } of await answer.json()) show(claim, state, word);
    }
    tell();
  }

  function listen() {
    clearTimeout(retry);
    source = new EventSource("/queue/events");
    source.addEventListener("open", () => { sign.hidden = false; });
    source.addEventListener("moved", event => {
      const { claims, state, word } = JSON.parse(event.data);
      for (const claim of claims) show(claim, state, word);
      tell();
    });
    source.addEventListener("anew", () => { readAnew().catch(() => {}); });
    source.addEventListener("ended", () => { source.close(); location.assign("/sign-in?ended=1"); });
    source.addEventListener("error", () => {
      sign.hidden = true;
      // The browser tries again by itself, unless the answer was no stream.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(listen, 30000);
    });
  }

  // A page in the background holds no connection; when it comes back it reads anew.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") { source?.close(); clearTimeout(retry); sign.hidden = true; } else listen();
  });
  addEventListener("pagehide", () => source?.close());
  listen();
})();
