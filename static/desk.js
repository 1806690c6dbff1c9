// Comforts of the editor for those who have scripts. Nothing here is needed to write: text areas that
// grow, Ctrl+S, a question before unsaved words are left behind, and a copy of them in this browser
// until they are saved.
(() => {
  const form = document.querySelector(".desk-editor");
  if (!form) return;
  const areas = [...form.querySelectorAll("textarea")];
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden"
    && field.localName !== "button" && !field.readOnly);
  const state = document.getElementById("state");
  const atFirst = state.textContent;

  // Where browsers do it by themselves, CSS asks for it.
  const grow = (area) => {
    if (CSS.supports("field-sizing", "content")) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 2}px`;
  };
  areas.forEach(grow);

  // A title is one line, however long: Enter leads on to the text.
  document.getElementById("title").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    document.getElementById("text").focus();
  });

  const values = () => Object.fromEntries(fields.map((field) => [field.name, field.value]));
  const same = (a, b) => fields.every(({ name }) => (a[name] ?? "") === (b[name] ?? ""));
  const saved = values();
  const isDirty = () => "unsaved" in form.dataset || !same(values(), saved);
  let isLeaving = false;

  // The copy of this page. A browser may forbid to keep anything, or be full.
  // (`form.action` would be the button of that name.)
  const place = `masthead desk ${form.getAttribute("action")}`;
  const sent = "masthead desk sent";
  const tried = (work) => {
    try {
      return work();
    } catch {
      return null;
    }
  };
  const keep = () => tried(() => {
    if (isDirty()) localStorage.setItem(place, JSON.stringify({ at: Date.now(), values: values() }));
    else localStorage.removeItem(place);
  });
  const forget = () => tried(() => localStorage.removeItem(place));

  // What was just saved needs no copy, under whatever address it was begun.
  if ("done" in form.dataset) {
    tried(() => {
      const begun = sessionStorage.getItem(sent);
      if (begun) localStorage.removeItem(begun);
      sessionStorage.removeItem(sent);
    });
    forget();
    history.replaceState(null, "", location.pathname);
  }

  const copy = tried(() => JSON.parse(localStorage.getItem(place)));
  if (copy?.values && !("unsaved" in form.dataset) && !same({ ...saved, ...copy.values }, saved)) {
    const notice = document.createElement("div");
    notice.className = "notice kept";
    notice.setAttribute("role", "status");
    const words = document.createElement("p");
    const time = new Date(copy.at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
    words.textContent = `This browser kept words of yours from ${time} that were not saved.`;
    const button = (text, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "link";
      made.textContent = text;
      made.addEventListener("click", () => {
        act();
        notice.remove();
        document.getElementById("text").focus();
      });
      return made;
    };
    notice.append(
      words,
      button("Bring them back", () => {
        for (const field of fields) field.value = copy.values[field.name] ?? field.value;
        areas.forEach(grow);
        tell();
      }),
      button("Let them go", forget),
    );
    form.before(notice);
  }

  function tell() {
    state.textContent = isDirty() ? "Not saved yet; kept in this browser" : atFirst;
  }

  let timer;
  form.addEventListener("input", (event) => {
    if (event.target.localName === "textarea") grow(event.target);
    clearTimeout(timer);
    timer = setTimeout(() => {
      keep();
      tell();
    }, 400);
  });

  form.addEventListener("submit", (event) => {
    keep();
    // A preview opens beside this page, which stays as it is.
    if (event.submitter?.value === "preview") return;
    isLeaving = true;
    tried(() => sessionStorage.setItem(sent, place));
    state.textContent = "Saving …";
  });
  // Who comes back with the browser's button is not leaving any more.
  addEventListener("pageshow", () => {
    isLeaving = false;
  });
  addEventListener("beforeunload", (event) => {
    if (isLeaving || !isDirty()) return;
    keep();
    event.preventDefault();
  });

  addEventListener("keydown", (event) => {
    const isSave = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s";
    const button = form.querySelector("button[value=save]");
    if (!isSave || !button) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
})();
