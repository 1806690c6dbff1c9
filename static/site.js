// Two comforts for those who have scripts: a button that copies code, and footnotes where they are
// read. Nothing here is needed to read a page.
(() => {
  const words = document.currentScript.dataset;

  for (const pre of document.querySelectorAll(".prose pre")) {
    if (!navigator.clipboard) break;
    const frame = document.createElement("div");
    frame.className = "code";
    pre.replaceWith(frame);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = words.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(pre.textContent.replace(/\n$/, ""));
      button.textContent = words.copied;
      button.dataset.done = "";
      setTimeout(() => {
        button.textContent = words.copy;
        delete button.dataset.done;
      }, 2000);
    });
    frame.append(pre, button);
  }

  if (!HTMLElement.prototype.showPopover) return;
  for (const link of document.querySelectorAll(".footnote-ref a")) {
    link.addEventListener("click", (event) => {
      const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!target) return;
      event.preventDefault();
      const note = document.createElement("div");
      note.className = "note";
      note.popover = "auto";
      note.tabIndex = -1;
      note.append(...target.cloneNode(true).childNodes);
      for (const back of note.querySelectorAll(".footnote-backref")) back.remove();
      for (const named of note.querySelectorAll("[id]")) named.removeAttribute("id");
      link.parentElement.after(note);
      note.addEventListener("toggle", (change) => {
        if (change.newState === "closed") note.remove();
      });
      note.showPopover();
      const at = link.getBoundingClientRect();
      const room = document.documentElement.clientWidth - note.offsetWidth - 16;
      note.style.left = `${Math.max(16, Math.min(at.left - 24, room)) + scrollX}px`;
      note.style.top = `${at.bottom + 8 + scrollY}px`;
      note.focus({ preventScroll: true });
    });
  }
})();
