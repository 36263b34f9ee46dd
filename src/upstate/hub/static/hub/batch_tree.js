// Branches of the tree table that fold: a row is hidden while any row it stands under is closed.
export function foldable(form) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const toggles = new Map();
  for (const row of rows) {
    const toggle = row.querySelector("[data-toggle]");
    if (toggle) {
      toggles.set(row.dataset.row, toggle);
      toggle.hidden = false;
      toggle.addEventListener("click", () => set([toggle], toggle.getAttribute("aria-expanded") !== "true"));
    }
  }
  const all = form.querySelector("[data-fold-all]");
  all.hidden = toggles.size === 0;
  all.addEventListener("click", (event) => {
    const wanted = event.target.dataset.fold;
    if (wanted) {
      set(toggles.values(), wanted === "open");
    }
  });

  function set(some, open) {
    for (const toggle of some) {
      toggle.setAttribute("aria-expanded", String(open));
    }
    for (const row of rows) {
      const above = row.dataset.under.split(" ").filter(Boolean);
      row.hidden = above.some((name) => toggles.get(name)?.getAttribute("aria-expanded") === "false");
    }
  }
}
