// Opens the object that the address names, as a link from the Batch page does.
function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.scrollIntoView();
  }
}

openNamed();
window.addEventListener("hashchange", openNamed);
