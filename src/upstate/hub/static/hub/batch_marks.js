// Marking objects. `chosen` is what someone marked; with Check dependencies what those need is marked with them, and
// said so. Only what was chosen is sent to the planner, which adds the rest again by the same graph.
export function markable(form) {
  const check = form.querySelector("#check");
  const every = form.querySelector("#every");
  if (!check) {
    return;
  }
  const boxes = new Map();
  for (const box of form.querySelectorAll("input[name=object]")) {
    boxes.set(box.value, {
      box,
      row: box.closest("[data-row]"),
      why: box.closest("[data-row]").querySelector("[data-why]"),
      needs: box.dataset.needs.split(" ").filter(Boolean),
    });
  }
  const said = form.querySelector("[data-said]");
  const count = form.querySelector("[data-count]");
  const warning = form.querySelector("[data-warning]");
  const chosen = new Set([...boxes].filter(([, each]) => each.box.checked).map(([name]) => name));
  const dropped = new Set(); // needed, and unmarked all the same

  const listed = (names) => names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  const inOrder = (names) => [...boxes.keys()].filter((name) => names.has(name));
  const marked = () => new Set([...boxes].filter(([, each]) => each.box.checked).map(([name]) => name));
  const neededBy = (name) => [...chosen].filter((other) => boxes.get(other).needs.includes(name));

  function wanted() {
    const names = new Set(chosen);
    if (check.checked) {
      for (const name of chosen) {
        for (const need of boxes.get(name).needs) {
          if (boxes.has(need) && !dropped.has(need)) {
            names.add(need);
          }
        }
      }
    }
    return names;
  }

  function show() {
    const names = wanted();
    for (const [name, each] of boxes) {
      each.box.checked = names.has(name);
      each.row.classList.toggle("is-marked", names.has(name));
      const added = names.has(name) && !chosen.has(name);
      each.why.hidden = !added;
      each.why.textContent = added ? `needed by ${shortly(neededBy(name))}` : "";
    }
    every.checked = boxes.size > 0 && names.size === boxes.size;
    every.indeterminate = names.size > 0 && names.size < boxes.size;
    count.hidden = false;
    count.textContent = every.checked ? `All ${boxes.size} objects: a full resync` : `${names.size} of ${boxes.size} objects`;
    return names;
  }

  function shortly(names) {
    return names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : listed(names);
  }

  function say(text) {
    said.textContent = text;
  }

  function warn(text, ...buttons) {
    warning.replaceChildren();
    warning.hidden = !text;
    if (text) {
      const line = document.createElement("p");
      line.textContent = text;
      line.setAttribute("role", "alert");
      warning.append(line);
      for (const [label, act] of buttons) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "usa-button usa-button--unstyled";
        button.textContent = label;
        button.addEventListener("click", () => {
          act();
          warn("");
        });
        warning.append(button);
      }
    }
  }

  function mark(name) {
    const before = marked();
    before.delete(name);
    if (!dropped.delete(name)) {
      chosen.add(name); // what was needed, and unmarked, is merely needed again
    }
    for (const need of boxes.get(name).needs) {
      dropped.delete(need);
    }
    const added = inOrder(show()).filter((other) => other !== name && !before.has(other));
    say(added.length ? `Marked with ${name}, as it needs them: ${listed(added)}.` : `${name} is marked.`);
    warn("");
  }

  function unmark(name) {
    const before = marked();
    before.add(name);
    chosen.delete(name);
    const left = inOrder(new Set([...chosen].filter((other) => boxes.get(other).needs.includes(name))));
    if (left.length) {
      dropped.add(name);
    }
    const names = show();
    const gone = inOrder(before).filter((other) => other !== name && !names.has(other));
    say(gone.length ? `Unmarked with ${name}, as nothing else needs them: ${listed(gone)}.` : `${name} is not marked.`);
    if (left.length) {
      const then = check.checked ? " While Check dependencies is on, it is added again before sending." : "";
      warn(
        `Without ${name}, this would be sent without what it needs: ${listed(left)}.${then}`,
        [`Mark ${name} again`, () => mark(name)],
        [left.length === 1 ? `Unmark ${left[0]} too` : `Unmark these ${left.length} too`, () => {
          left.forEach((other) => chosen.delete(other));
          dropped.delete(name);
          show();
          say(`Unmarked: ${listed([name, ...left])}.`);
        }],
      );
    } else {
      warn("");
    }
  }

  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box === every) {
      dropped.clear();
      chosen.clear();
      if (every.checked) {
        [...boxes.keys()].forEach((name) => chosen.add(name));
      }
      show();
      say(every.checked ? "Every object is marked: a full resync." : "Nothing is marked.");
      warn("");
    } else if (box === check) {
      const names = marked();
      if (!check.checked) {
        names.forEach((name) => chosen.add(name)); // what is marked stays so, now by choice
      }
      dropped.clear();
      const added = inOrder(show()).filter((name) => !names.has(name));
      say(added.length ? `Marked, as others need them: ${listed(added)}.` : "");
      warn("");
    } else if (boxes.has(box.value) && box.name === "object") {
      box.checked ? mark(box.value) : unmark(box.value);
    }
  });
  form.addEventListener("formdata", (event) => {
    event.formData.delete("object");
    event.formData.delete("every");
    if (every.checked) {
      event.formData.append("every", "1");
    } else {
      inOrder(chosen).forEach((name) => event.formData.append("object", name));
    }
  });
  // a page that the browser brings back may have other marks than it was drawn with
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      show();
    }
  });
  if (every.checked) {
    [...boxes.keys()].forEach((name) => chosen.add(name));
  }
  show();
}
