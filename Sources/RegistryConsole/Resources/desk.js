// Files: dropped, sent with progress, and watched while they are taken in. Without it the form and the page do the same.
"use strict";
(() => {
  const form = document.querySelector("form[data-upload]");
  if (form && window.FormData) {
    const drop = form.querySelector("[data-drop]"), field = form.querySelector("input[type=file]");
    const picked = form.querySelector("[data-picked]"), bar = form.querySelector("progress");
    const place = document.getElementById("import-messages");
    const say = () => {
      const file = field.files[0];
      picked.hidden = !file;
      if (file) picked.textContent = `${file.name} · ${(file.size / 1024).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} KB`;
    };
    field.addEventListener("change", say);
    for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, event => { event.preventDefault(); drop.classList.add("over"); });
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", event => {
      event.preventDefault();
      if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; say(); }
    });
    form.addEventListener("submit", event => {
      event.preventDefault();
      const request = new XMLHttpRequest(), button = form.querySelector("button.primary");
      request.open("POST", form.action);
      request.setRequestHeader("X-Fragment", "1");
      request.upload.addEventListener("progress", event => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
      request.addEventListener("loadend", () => {
        if (request.status === 201) return location.assign(request.responseText);
        if (request.status === 401) return location.assign("/sign-in?ended=1");
        bar.hidden = true; button.disabled = false;
        if (request.responseText) place.innerHTML = request.responseText; else form.submit();
      });
      bar.hidden = false; button.disabled = true; place.replaceChildren();
      request.send(new FormData(form));
    });
  }

  const job = document.querySelector("[data-job]");
  async function watch() {
    const state = job.querySelector("[data-state]")?.dataset.state;
    if (state !== "queued" && state !== "running") return;
    try {
      const answer = await fetch(job.dataset.job, { headers: { "X-Fragment": "1" } });
      if (answer.status === 401) return location.assign("/sign-in?ended=1");
      if (answer.ok) job.innerHTML = await answer.text();
    } catch { /* the next time */ }
    setTimeout(watch, 700);
  }
  if (job) setTimeout(watch, 300);
})();
