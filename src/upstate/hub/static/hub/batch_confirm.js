// Pressed twice, Send sends once; the hub knows a form that came twice as well.
for (const form of document.querySelectorAll("[data-once]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit]");
    setTimeout(() => (button.disabled = true));
  });
}
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-once] button[type=submit]").forEach((button) => (button.disabled = false));
});
