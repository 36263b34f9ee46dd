// The box in the head of the list marks every row of the page; without script each is marked by itself.
for (const all of document.querySelectorAll("[data-pick-all]")) {
  const boxes = [...all.form.querySelectorAll("input[name=record]")];
  const show = () => {
    const marked = boxes.filter((box) => box.checked).length;
    all.checked = marked > 0 && marked === boxes.length;
    all.indeterminate = marked > 0 && marked < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) {
      box.checked = all.checked;
    }
  });
  for (const box of boxes) {
    box.addEventListener("change", show);
  }
  show();
}
