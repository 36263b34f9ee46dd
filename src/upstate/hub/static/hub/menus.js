// Closes an open menu with Escape or a press beside it. Menus are <details>: they open and close without script too.
function close(menu, refocus) {
  menu.open = false;
  if (refocus) {
    menu.querySelector("summary").focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.bar__menu[open]")) {
      close(menu, true);
    }
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.bar__menu[open]")) {
    if (!menu.contains(event.target)) {
      close(menu, false);
    }
  }
});
