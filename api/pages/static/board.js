"use strict";
// Cards of a board can be dragged to another column: the card's own form opens with that column's button first, and
// asks for the reason. Without scripts the same form is opened by hand.
(() => {
  let dragged;
  const hint = document.getElementById("hint");
  if (hint) hint.hidden = false;

  for (const card of document.querySelectorAll("[data-card]")) {
    card.draggable = true;
    card.addEventListener("dragstart", (event) => {
      dragged = card;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    card.addEventListener("dragend", () => {
      dragged = undefined;
      for (const zone of document.querySelectorAll(".over")) zone.classList.remove("over");
    });
  }

  const ask = (card, place) => {
    const wanted = [...card.querySelectorAll("button[name=place]")].find((button) => button.value === place);
    if (!wanted) return;
    const form = wanted.form;
    card.querySelector("details").open = true;
    // The first button is the one that Enter presses.
    form.insertBefore(wanted, form.querySelector("button"));
    wanted.classList.remove("quiet");
    form.elements.reason.focus();
  };

  for (const zone of document.querySelectorAll("[data-place]")) {
    zone.addEventListener("dragover", (event) => {
      if (!dragged || zone.contains(dragged)) return;
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", (event) => {
      if (!zone.contains(event.relatedTarget)) zone.classList.remove("over");
    });
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      if (dragged) ask(dragged, zone.dataset.place);
    });
  }
})();
