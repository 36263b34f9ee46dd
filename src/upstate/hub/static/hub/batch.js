// The Batch page with script: branches fold, marks follow dependencies, live cells are swapped only where they changed.
// Without it the whole tree is open, the planner adds what is needed, and the page says so before anything is sent.
import { foldable } from "./batch_tree.js";
import { markable } from "./batch_marks.js";
import { watchful } from "./batch_watch.js";

const form = document.querySelector("[data-batch]");
foldable(form);
markable(form);
watchful(document);
