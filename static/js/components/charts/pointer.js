// The pointer over a chart: where it is between the axes, and clicks, which Plotly keeps to itself.

import { areaOf } from "../plotly.js";

const CLICK_PX = 3;

/** Tell `moved(place)` and `clicked(place)`: {left, top} in `root`, null beside the axes. */
export function listenToPointer(root, { moved, clicked }) {
  root.addEventListener("pointermove", (event) => moved(placeOf(root, event)));
  root.addEventListener("pointerleave", () => moved(null));
  root.addEventListener("pointerdown", (pressed) => {
    const place = placeOf(root, pressed);
    if (!place || pressed.button) return;
    const released = ({ clientX, clientY }) => {
      const way = Math.hypot(clientX - pressed.clientX, clientY - pressed.clientY);
      if (way < CLICK_PX) clicked(place);
    };
    addEventListener("pointerup", released, { once: true, capture: true });
  });
}

function placeOf(root, { clientX, clientY }) {
  const area = areaOf(root);
  if (!area) return null;
  const box = root.getBoundingClientRect();
  const [left, top] = [clientX - box.left, clientY - box.top];
  const [across, down] = [left - area.left, top - area.top];
  const isInside = across >= 0 && across <= area.width && down >= 0 && down <= area.height;
  return isInside ? { left, top } : null;
}
