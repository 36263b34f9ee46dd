// Pressed twice, Send sends once; the hub knows a form that came twice as well.
for (const form of document.querySelectorAll("[data-once]")) {
  form.addEventListener("submit", () => {
    setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((button) => (button.disabled = true)));
  });
}
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-once] button[type=submit]").forEach((button) => (button.disabled = false));
});
