"use strict";
// While one types into a form marked data-live="address" data-part="id", the form is sent there and that part of the
// answer takes its place on the page. Without scripts the form's own buttons do the same.
(() => {
  const PAUSE = 450;
  const TYPED = "textarea, input[type=text]";

  const answerTo = async (form, signal) => {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.live, { method: "POST", body, signal });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById(form.dataset.part);
  };

  const put = (place, fresh) => {
    const { name, value } = document.activeElement ?? {};
    const within = place.contains(document.activeElement);
    const open = [...place.querySelectorAll("details[id][open]")].map((each) => each.id);
    place.replaceWith(fresh);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (within) [...fresh.querySelectorAll("input")].find((each) => each.name === name && each.value === value)?.focus();
  };

  // Heard by screen readers only, unless something went wrong.
  const say = (text, wrong) => {
    const said = document.getElementById("said");
    said.textContent = text;
    said.classList.toggle("unseen", !wrong);
  };

  for (const form of document.querySelectorAll("form[data-live]")) {
    let timer;
    let running;
    const refresh = async () => {
      if ([...form.querySelectorAll("[data-wants]")].every((field) => !field.value.trim())) return;
      running?.abort();
      running = new AbortController();
      document.getElementById(form.dataset.part).setAttribute("aria-busy", "true");
      try {
        const fresh = await answerTo(form, running.signal);
        const place = document.getElementById(form.dataset.part);
        if (fresh) put(place, fresh);
        else place.removeAttribute("aria-busy");
        say(fresh ? (fresh.dataset.said ?? "") : "结果没有更新，请按上面的按钮重试。", !fresh);
      } catch (error) {
        if (error.name === "AbortError") return;
        document.getElementById(form.dataset.part).removeAttribute("aria-busy");
        say("连不上服务，结果没有更新。", true);
      }
    };
    const later = (event) => {
      // Half-typed pinyin is not yet a text.
      if (event.isComposing || event.target.closest("[data-still]")) return;
      clearTimeout(timer);
      timer = setTimeout(refresh, event.target.matches(TYPED) ? PAUSE : 0);
    };
    form.addEventListener("input", later);
    form.addEventListener("compositionend", later);
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
