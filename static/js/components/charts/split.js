// The charts above a table: they fold, and the edge below them can be dragged. The browser
// remembers both.

import { element } from "../../lib/element.js";
import { recall, remember } from "../../lib/store.js";
import { icon } from "../icons.js";

const FOLDED = "charts-folded";
const HEIGHT = "charts-height";
const LEAST = 120;
const STEP = 24;

/** Give the charts in `root` a button that folds them and a grip below them. */
export function startSplit(root) {
  const fold = element("button", { type: "button", class: "charts-fold" });
  const grip = element("div", {
    class: "charts-grip",
    role: "separator",
    tabIndex: 0,
    "aria-orientation": "horizontal",
    "aria-label": "Height of the charts",
    title: "Drag to resize, double-click to reset",
  });
  root.append(element("div", { class: "charts-split" }, grip, fold));
  const show = () => {
    const isFolded = recall(FOLDED) === "1";
    root.classList.toggle("folded", isFolded);
    fold.setAttribute("aria-expanded", String(!isFolded));
    fold.replaceChildren(icon("chevron-down"), isFolded ? "Show charts" : "Fold charts");
    setHeight(root, Number(recall(HEIGHT)));
  };
  fold.addEventListener("click", () => {
    remember(FOLDED, recall(FOLDED) === "1" ? null : "1");
    show();
  });
  listenToGrip(root, grip);
  show();
}

function listenToGrip(root, grip) {
  grip.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    const before = root.offsetHeight - event.clientY;
    const move = ({ clientY }) => setHeight(root, Math.max(LEAST, before + clientY));
    const stop = () => {
      grip.removeEventListener("pointermove", move);
      keep(root);
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("lostpointercapture", stop, { once: true });
  });
  grip.addEventListener("dblclick", () => {
    setHeight(root, 0);
    keep(root);
  });
  grip.addEventListener("keydown", ({ key }) => {
    const by = { ArrowUp: -STEP, ArrowDown: STEP }[key];
    if (!by) return;
    setHeight(root, Math.max(LEAST, root.offsetHeight + by));
    keep(root);
  });
}

/** 0: as high as the charts are. */
function setHeight(root, height) {
  root.style.height = height ? `${Math.round(height)}px` : "";
  const grip = root.querySelector(".charts-grip");
  grip.setAttribute("aria-valuenow", String(Math.round(height || root.offsetHeight)));
}

const keep = (root) => remember(HEIGHT, parseInt(root.style.height, 10) || null);
