// The phases of a run as bands behind its charts, in the colours of the list of phases:
//   <li data-phase="running" data-phase-from="ms" data-phase-until="ms">

import { colorOf } from "./colors.js";

const TOKENS = { queued: "--warn", preparing: "--s5", running: "--accent", finalizing: "--ok" };

/** Return the bands of the phases in `root` along the x axis of `spec`; none where it is no time. */
export function bandsOf(root, spec) {
  if (spec.x !== "time" && spec.x !== "wall") return [];
  const items = [...root.querySelectorAll("[data-phase]")];
  const start = items.find(({ dataset }) => dataset.phase === "running")?.dataset.phaseFrom;
  const place = (ms) => (spec.x === "wall" ? ms : (ms - Number(start)) / 1000);
  return items
    .filter(() => start !== undefined)
    .map(({ dataset }) => ({
      type: "rect",
      layer: "below",
      yref: "paper",
      y0: 0,
      y1: 1,
      x0: place(Number(dataset.phaseFrom)),
      x1: place(Number(dataset.phaseUntil ?? Date.now())),
      line: { width: 0 },
      fillcolor: colorOf(TOKENS[dataset.phase]),
      opacity: dataset.phase === "running" ? 0.04 : 0.12,
    }));
}
