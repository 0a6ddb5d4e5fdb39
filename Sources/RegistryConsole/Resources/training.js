// The base's training: the rotating code on the screen, and ticks that outlive a lost network.
"use strict";
(() => {
  const token = document.querySelector("meta[name=form-token]").content;

  // The screen asks for its middle when the code changes.
  const screen = document.querySelector("[data-screen]");
  if (screen) {
    const refresh = async () => {
      try {
        const answer = await fetch(location.pathname, { headers: { "X-Fragment": "1" } });
        if (answer.ok) screen.innerHTML = await answer.text();
        if (answer.status === 401) location.href = "/sign-in?ended=1";
      } catch { /* the next round may find the network again */ }
      next();
    };
    const next = () => {
      const seconds = Number(screen.querySelector("[data-next]")?.dataset.next ?? 5);
      setTimeout(refresh, Math.min(5, seconds) * 1000);
    };
    next();
  }

  // Ticks: sent at once where there is a network; kept here where there is none, and handed in when it is back.
  const form = document.querySelector("[data-attendance]");
  if (!form) return;
  const place = document.getElementById("ticked");
  const store = "training-kept";
  const kept = () => JSON.parse(localStorage.getItem(store) ?? "[]");
  const say = (text, kind) => {
    const note = document.createElement("p");
    note.className = "note " + kind;
    note.textContent = text;
    place.replaceChildren(note);
  };
  const send = (list) => fetch(list.action, { method: "POST", headers: { "X-Fragment": "1", "X-Form-Token": token }, body: new URLSearchParams(list.fields) });

  const handIn = async () => {
    for (const list of kept()) {
      let answer;
      try { answer = await send(list); } catch { return; }
      if (answer.status === 401 || answer.status >= 500) return;
      place.innerHTML = await answer.text();
      localStorage.setItem(store, JSON.stringify(kept().filter((other) => other.id !== list.id)));
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = [...new FormData(form)].filter(([name]) => name !== "formToken");
    if (!fields.some(([name]) => name === "learner")) return;
    try {
      const answer = await send({ action: form.getAttribute("action"), fields });
      place.innerHTML = await answer.text();
      if (answer.ok) for (const box of document.querySelectorAll("input[form=ticks]:checked")) box.closest("label").replaceWith(mark(box));
    } catch {
      const now = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 19) + "+08:00";
      const id = crypto.randomUUID();
      const seen = fields.filter(([name]) => name === "learner").map(([, learner]) => ["seen." + learner, now]);
      localStorage.setItem(store, JSON.stringify([...kept(), { id, action: form.getAttribute("action"), fields: [...fields, ...seen, ["upload", id]] }]));
      say(form.dataset.kept, "wait");
    }
  });

  const mark = (box) => {
    const word = document.createElement("span");
    word.className = "state done";
    word.textContent = box.closest("label").querySelector("span").firstChild.textContent;
    return word;
  };

  addEventListener("online", handIn);
  setInterval(handIn, 15_000);
  handIn();
})();
