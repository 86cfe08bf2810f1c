// An HTML file of a run: without scripts, and with them when the reader asks for it. Either way the
// frame has no origin: what is inside reads nothing of the studio and no network.

import { element } from "../../lib/element.js";

const OFF = "Scripts of this page are off.";
const ON = "Scripts run in a frame of their own, without access to Studio or the network.";

/** The frame, below a line that says what runs in it. */
export function html(preview, address) {
  if (!preview.has_scripts) return [frame(preview, address, "")];
  const box = element("div", { class: "preview-page" });
  draw(box, preview, address, false);
  return [box];
}

function draw(box, preview, address, runs) {
  const change = () => draw(box, preview, address, !runs);
  const words = runs ? "Stop scripts" : "Run scripts";
  const settings = { class: runs ? "btn" : "btn primary", type: "button", onclick: change };
  const bar = element(
    "p",
    { class: "bar" },
    element("span", { class: "small" }, runs ? ON : OFF),
    element("button", settings, words),
  );
  const shown = runs
    ? frame(preview, preview.with_scripts, "allow-scripts")
    : frame(preview, address, "");
  box.replaceChildren(bar, ...foreign(preview), shown);
}

function frame({ name }, src, sandbox) {
  return element("iframe", { class: "preview-frame", sandbox, src, title: name });
}

/** What the page needs from elsewhere stays away. */
function foreign({ sites }) {
  if (!sites.length) return [];
  const words = `This page asks ${sites.join(", ")} for scripts or styles, which Studio does not load: save it with them inside.`;
  return [element("p", { class: "muted small" }, words)];
}
