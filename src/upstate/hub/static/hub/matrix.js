// One stop for the Tab key in the matrix; arrows, Home and End move among its links. Without script each link is a stop.
for (const table of document.querySelectorAll("[data-matrix]")) {
  const rows = [...table.tBodies[0].rows];
  const links = table.tBodies[0].querySelectorAll("a");
  let current = links[0];
  for (const link of links) {
    link.tabIndex = link === current ? 0 : -1;
  }

  const go = (link) => {
    if (link) {
      current.tabIndex = -1;
      current = link;
      current.tabIndex = 0;
      current.focus();
      current.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  };
  // the nearest link from a cell on, in a direction; cells that are not offered are stepped over
  const from = (row, column, down, right) => {
    for (let y = row + down, x = column + right; rows[y]?.cells[x]; y += down, x += right) {
      const link = rows[y].cells[x].querySelector("a");
      if (link) {
        return link;
      }
    }
    return null;
  };

  table.addEventListener("focusin", (event) => {
    if (event.target.matches("tbody a") && event.target !== current) {
      current.tabIndex = -1;
      current = event.target;
      current.tabIndex = 0;
    }
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    const row = rows.indexOf(cell?.parentElement);
    if (row < 0 || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const moves = {
      ArrowRight: () => from(row, cell.cellIndex, 0, 1),
      ArrowLeft: () => from(row, cell.cellIndex, 0, -1),
      ArrowDown: () => from(row, cell.cellIndex, 1, 0),
      ArrowUp: () => from(row, cell.cellIndex, -1, 0),
      Home: () => rows[row].querySelector("a"),
      End: () => [...rows[row].querySelectorAll("a")].at(-1),
    };
    if (moves[event.key]) {
      event.preventDefault();
      go(moves[event.key]());
    }
  });
}
