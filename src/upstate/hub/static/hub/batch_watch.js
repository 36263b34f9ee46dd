// Watching a resync: a live cell is swapped only where it changed, so that an open card stays open; Escape puts a card
// away; where the hub cannot be reached, the page says so.
export function watchful(page) {
  page.addEventListener("htmx:oobBeforeSwap", (event) => {
    const stands = event.detail.target;
    const fresh = event.detail.fragment.firstElementChild ?? event.detail.fragment;
    const same = stands.dataset.as ? stands.dataset.as === fresh.dataset.as : stands.textContent.trim() === fresh.textContent.trim();
    event.detail.shouldSwap = !same;
  });
  const lost = (is) => page.querySelectorAll("[data-lost]").forEach((line) => (line.hidden = !is));
  page.addEventListener("htmx:sendError", () => lost(true));
  page.addEventListener("htmx:responseError", () => lost(true));
  page.addEventListener("htmx:afterOnLoad", () => lost(false));

  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      page.querySelectorAll(".split:hover, .split:focus-within").forEach((card) => card.classList.add("is-away"));
    }
  });
  const back = (event) => event.target.closest?.(".split.is-away")?.classList.remove("is-away");
  page.addEventListener("mouseout", back);
  page.addEventListener("focusout", back);
}
