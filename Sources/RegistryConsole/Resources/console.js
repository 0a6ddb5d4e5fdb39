// What makes the pages quicker; without it every form works by itself.
"use strict";
(() => {
  const meta = name => document.querySelector(`meta[name="${name}"]`)?.content;
  const signedOut = () => location.assign("/sign-in?ended=1");

  // A form of the register sent without leaving the page; resolves to the answer.
  async function send(form, submitter, extra) {
    const data = new URLSearchParams(new FormData(form));
    if (submitter?.name) data.append(submitter.name, submitter.value);
    for (const [name, value] of Object.entries(extra ?? {})) data.set(name, value);
    const answer = await fetch(submitter?.formAction && submitter.hasAttribute("formaction") ? submitter.formAction : form.action,
      { method: "POST", body: data, headers: { "X-Fragment": "1" }, credentials: "same-origin" });
    restartIdle();
    if (answer.status === 401) { signedOut(); return null; }
    return answer;
  }

  document.addEventListener("submit", async event => {
    const form = event.target;
    if (form.dataset.reveal) {
      event.preventDefault();
      const answer = await send(form);
      if (answer?.ok) { document.querySelector(form.dataset.reveal).textContent = await answer.text(); form.remove(); }
      return;
    }
    if (!form.dataset.fragment) return;
    event.preventDefault();
    const place = document.querySelector(form.dataset.fragment);
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await send(form, event.submitter);
      if (answer) place.innerHTML = await answer.text();
    } catch { place.textContent = document.documentElement.lang === "en" ? "No connection: please try again." : "连接失败，请重试。"; }
    place.removeAttribute("aria-busy");
    const field = document.getElementById("who");
    if (field && place.querySelector(".verdict")) { field.value = ""; field.focus(); }
  });

  // Another purpose for the person on the screen.
  const counter = document.querySelector("form[data-counter]");
  counter?.addEventListener("change", async event => {
    const learner = document.querySelector("#answer .verdict")?.dataset.learner;
    if (event.target.name !== "purpose" || !learner) return;
    const answer = await send(counter, null, { learner });
    if (answer) document.getElementById("answer").innerHTML = await answer.text();
  });

  document.addEventListener("click", event => { if (event.target.closest("[data-print]")) print(); });

  // Automatic signing out, with a word two minutes before.
  const idle = Number(meta("idle-seconds")) * 1000, dialog = document.getElementById("idle");
  let warning, end;
  function restartIdle() {
    if (!idle) return;
    clearTimeout(warning); clearTimeout(end);
    const notice = Math.min(120000, idle / 3);
    warning = setTimeout(() => dialog.open || dialog.showModal(), idle - notice);
    end = setTimeout(signedOut, idle);
  }
  dialog?.addEventListener("close", async () => {
    const answer = await fetch("/session", { method: "POST", headers: { "X-Form-Token": meta("form-token"), "X-Fragment": "1" } });
    if (answer.status === 401) signedOut(); else restartIdle();
  });
  let asked = Date.now();
  document.addEventListener("keydown", () => {
    if (!idle || Date.now() - asked < 60000) return;
    asked = Date.now();
    fetch("/session", { method: "POST", headers: { "X-Form-Token": meta("form-token"), "X-Fragment": "1" } }).then(restartIdle, () => {});
  });
  restartIdle();
})();
