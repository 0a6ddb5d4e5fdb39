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

  let asking = 0;
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
    const field = document.getElementById("who"), asked = field?.value, number = ++asking;
    if (form.dataset.decide !== undefined) current?.setAttribute("data-mine", "");
    // The next card may be read before this answer is there: what it types takes the place of what was asked.
    if (form.dataset.counter !== undefined) field.select();
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await send(form, event.submitter), text = await answer?.text();
      // A later question has its own answer.
      if (number !== asking) return;
      if (answer) place.innerHTML = text;
    } catch { place.textContent = document.documentElement.lang === "en" ? "No connection: please try again." : "连接失败，请重试。"; }
    place.removeAttribute("aria-busy");
    if (form.dataset.decide !== undefined) return decided();
    if (field && place.querySelector(".verdict")) { if (field.value === asked) field.value = ""; field.focus(); }
  });

  // Another purpose for the person on the screen.
  const counter = document.querySelector("form[data-counter]");
  counter?.addEventListener("change", async event => {
    const learner = document.querySelector("#answer .verdict")?.dataset.learner;
    if (event.target.name !== "purpose" || !learner) return;
    const answer = await send(counter, null, { learner });
    if (answer) document.getElementById("answer").innerHTML = await answer.text();
  });

  // A card reader is a keyboard: wherever the hand was, a digit begins the next question. Tab ends one as Enter does.
  if (counter) document.addEventListener("keydown", event => {
    const who = document.getElementById("who"), typing = event.target.matches("input:not([type=radio]), textarea, select");
    if (document.querySelector("dialog[open]") || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.altKey && /^[1-9]$/.test(event.key)) {
      const choice = counter.querySelectorAll("[name=purpose]")[event.key - 1];
      if (choice) { event.preventDefault(); choice.click(); who.focus(); }
    } else if (event.altKey) return;
    else if (event.target === who && event.key === "Tab" && !event.shiftKey && /^\s*[\dxX０-９ｘＸ]{15,18}\s*$/.test(who.value)) {
      event.preventDefault();
      counter.requestSubmit();
    } else if (event.key === "?" && (!typing || !who.value)) {
      event.preventDefault();
      document.getElementById("keys").showModal();
    } else if (event.key === "Escape") { who.select(); who.focus(); }
    else if (!typing && /^[\d０-９]$/.test(event.key)) { who.focus(); who.select(); }
  });

  document.documentElement.classList.add("scripted");
  document.addEventListener("click", event => { if (event.target.closest("[data-print]")) print(); if (event.target.closest("[data-help]")) document.getElementById("keys").showModal(); });

  // On a phone the bar is wider than the screen: where one is stays in sight.
  document.querySelector(".tabs a[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

  // The work queue by keys: rows on the left, the claim on the right.
  const table = document.querySelector("table.queue"), pane = document.getElementById("claim");
  const wide = matchMedia("(min-width: 60rem)");
  const rows = () => [...table.tBodies[0].rows];
  let current = null, pending = null;

  async function open(row) {
    if (!row) return;
    current?.removeAttribute("aria-current");
    current = row; pending = null;
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    const answer = await fetch(`/claims/${row.dataset.claim}`, { headers: { "X-Fragment": "1" } });
    restartIdle();
    if (answer.status === 401) return signedOut();
    const text = await answer.text();
    if (current === row) { pane.innerHTML = text; pane.scrollTop = 0; }
  }

  function settle(row, word) {
    row.classList.add("gone");
    row.querySelector("input[type=checkbox]")?.remove();
    const cell = row.querySelector("td.n");
    cell.textContent = word;
  }

  function step(by) {
    const open_ = rows().filter(row => !row.classList.contains("gone") || row === current);
    const at = open_.indexOf(current);
    return open_[at < 0 ? 0 : Math.min(Math.max(at + by, 0), open_.length - 1)];
  }

  function decide(decision) {
    const form = pane.querySelector("[data-decide]");
    if (!form) return;
    const answer = [...form.querySelectorAll("[data-answer]")].find(field => !field.value);
    const button = form.querySelector(`button[value=${decision}]`);
    if (decision === "recognize") { if (answer) answer.focus(); else form.requestSubmit(button); return; }
    pending = button;
    for (const other of form.querySelectorAll("button")) other.toggleAttribute("data-pending", other === button);
    form.querySelector("textarea").focus();
  }

  function decided() {
    const done = pane.querySelector("[data-done]"), row = current;
    if (!done) row?.removeAttribute("data-mine");
    if (!done || !table || !row) return;
    settle(row, done.textContent);
    const next = step(1);
    if (next && next !== row) open(next); 
    const count = document.querySelector(".filters a[aria-current] b");
    if (count) count.textContent = Math.max(0, Number(count.textContent) - 1);
  }

  if (table && pane) {
    document.addEventListener("click", event => {
      const link = event.target.closest("[data-open]");
      if (!link || !wide.matches || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      open(link.closest("tr"));
    });
    document.addEventListener("keydown", event => {
      const typing = event.target.matches("textarea, select, input:not([type=checkbox])");
      if (event.key === "Escape" && typing) { event.target.blur(); return; }
      if (event.key === "Enter" && event.ctrlKey && event.target.form?.dataset.decide !== undefined) {
        event.preventDefault();
        event.target.form.requestSubmit(pending ?? undefined);
        return;
      }
      if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const act = {
        j: () => open(step(1)), k: () => open(step(-1)), r: () => decide("recognize"), t: () => decide("return"),
        x: () => decide("reject"), "?": () => document.getElementById("keys").showModal(),
        s: () => current?.querySelector("input[type=checkbox]")?.click(),
        a: () => table.querySelector("[data-all]")?.click(),
      }[event.key];
      if (act) { event.preventDefault(); act(); }
    });
  }

  // Many at once: in parts, so that progress shows, with a result for each.
  const bulk = document.querySelector("form[data-bulk]");
  const chosen = () => bulk ? [...bulk.querySelectorAll("input[name=claim]:checked")] : [];
  function tally() { const count = bulk?.querySelector("[data-count]"); if (count) count.textContent = chosen().length; }
  bulk?.addEventListener("change", event => {
    if (event.target.matches("[data-all]")) for (const box of bulk.querySelectorAll("input[name=claim]")) box.checked = event.target.checked;
    tally();
  });
  bulk?.addEventListener("submit", async event => {
    event.preventDefault();
    const boxes = chosen(), bar = bulk.querySelector("progress"), list = bulk.querySelector(".results");
    if (!boxes.length) return;
    const buttons = [...bulk.querySelectorAll(".buttons button")];
    for (const button of buttons) button.disabled = true;
    bar.hidden = false; bar.max = boxes.length; bar.value = 0; list.replaceChildren();
    const part = Math.max(1, Math.min(50, Math.ceil(boxes.length / 10)));
    for (const box of boxes) box.closest("tr").setAttribute("data-mine", "");
    for (let at = 0; at < boxes.length; at += part) {
      const data = new URLSearchParams({ formToken: meta("form-token"), decision: event.submitter.value, reason: bulk.elements.reason.value });
      for (const box of boxes.slice(at, at + part)) {
        data.append("claim", box.value);
        data.append(`name.${box.value}`, bulk.elements[`name.${box.value}`].value);
      }
      const answer = await fetch(bulk.action, { method: "POST", body: data, headers: { "X-Fragment": "1" } });
      restartIdle();
      if (answer.status === 401) return signedOut();
      list.insertAdjacentHTML("beforeend", await answer.text());
      bar.value = Math.min(boxes.length, at + part);
    }
    for (const item of list.querySelectorAll("[data-done=false]")) table.querySelector(`tr[data-claim="${item.dataset.claim}"]`)?.removeAttribute("data-mine");
    for (const item of list.querySelectorAll("[data-done=true]")) {
      const row = table.querySelector(`tr[data-claim="${item.dataset.claim}"]`);
      if (row) settle(row, "✓");
    }
    for (const button of buttons) button.disabled = false;
    tally();
  });

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
