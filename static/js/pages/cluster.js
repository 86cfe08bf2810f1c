// A cluster: queued runs are picked and moved, by mouse and by keyboard; charts tell their values.

import { startPicking } from "../components/picking.js";
import { post } from "../components/requests.js";
import { makeSortable } from "../components/sortable.js";
import { svgElement } from "../lib/element.js";
import { clockTime } from "../lib/times.js";

const main = document.getElementById("main");

// The table is replaced whenever the queue changes: the page itself is what stays.
makeSortable(main, {
  items: "[data-queued]",
  idOf: (row) => row.dataset.queued,
  moved: (run, before) => {
    const where = before ? { before } : { to: "last" };
    post(`${location.pathname.replace(/\/runs$/, "")}/move`, { run, ...where });
  },
});
startPicking();

main.addEventListener("pointerover", (event) => {
  const mark = event.target.closest("[data-mark]");
  if (!mark || mark.firstElementChild) return;
  const words = `${clockTime(Number(mark.dataset.markMs))}: ${mark.dataset.mark}`;
  mark.append(svgElement("title", {}, words));
});
