// Lists of boxes: finds in long ones, counts what is marked, and gives tables a box that marks them all.
function boxes(of) {
  return [...of.querySelectorAll("input[type=checkbox]:not([data-every]):not([data-all])")];
}

function tell(of, every) {
  const marked = boxes(of).filter((box) => box.checked).length;
  const count = of.querySelector("[data-count]");
  const noun = of.dataset.noun ?? "";
  of.classList.toggle("pick--every", Boolean(every?.checked));
  if (count) {
    const said = every?.checked ? "All of them, also those that come later." : marked ? `${marked} marked` : "";
    count.textContent = said && noun && !every?.checked ? `${marked} ${noun}${marked === 1 ? "" : "s"} marked` : said;
  }
}

function find(of) {
  const place = of.querySelector("[data-find]");
  if (!place) {
    return;
  }
  place.hidden = false;
  place.querySelector("input").addEventListener("input", (event) => {
    const sought = event.target.value.trim().toLowerCase();
    for (const row of of.querySelectorAll(".pick__list li")) {
      row.hidden = !row.textContent.toLowerCase().includes(sought);
    }
  });
}

function markAll(of) {
  const place = of.querySelector("[data-all-place]");
  if (!place) {
    return;
  }
  const all = document.createElement("input");
  all.type = "checkbox";
  all.className = "pick__mark";
  all.dataset.all = "";
  all.setAttribute("aria-label", "Mark all on this page");
  all.addEventListener("change", () => {
    for (const box of boxes(of)) {
      box.checked = all.checked;
    }
    tell(of, null);
  });
  place.replaceWith(all);
}

for (const of of document.querySelectorAll("[data-choices]")) {
  const every = of.querySelector("[data-every]");
  find(of);
  markAll(of);
  of.addEventListener("change", (event) => {
    if (every && event.target !== every && event.target.checked) {
      every.checked = false;
    }
    tell(of, every);
  });
  tell(of, every);
}
