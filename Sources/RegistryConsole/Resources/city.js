// What the city's pages do by themselves: a run that is under way, what takes a while, a policy file that is chosen.
"use strict";
(() => {
  // How far it is, every second; when it has ended, the whole page.
  const place = document.querySelector("[data-poll]");
  if (place?.querySelector("[data-running]")) {
    const look = async () => {
      const answer = await fetch(place.dataset.poll, { headers: { "X-Fragment": "1" } });
      if (answer.status === 401) return location.assign("/sign-in?ended=1");
      const text = await answer.text();
      if (!text.includes("data-running")) return location.reload();
      place.innerHTML = text;
      setTimeout(look, 1000);
    };
    setTimeout(look, 1000);
  }

  // What takes a while says so, and is not sent twice.
  for (const form of document.querySelectorAll("[data-busy]")) {
    form.addEventListener("submit", event => {
      if (form.getAttribute("aria-busy")) return event.preventDefault();
      form.setAttribute("aria-busy", "true");
      event.submitter.textContent = form.dataset.busy;
    });
  }

  // The text of a chosen file goes where it can be seen, and mended, before it is sent.
  for (const field of document.querySelectorAll("[data-file-into]")) {
    field.closest("[data-file-line]").hidden = false;
    field.addEventListener("change", async () => {
      if (field.files.length) document.querySelector(field.dataset.fileInto).value = await field.files[0].text();
    });
  }
})();
