// The menu of a chart.

import { savePicture, saveTable } from "./downloads.js";

/** What can be done with the chart of `card`. One in a section is copied to the top to be shaped. */
export function menuItems(card) {
  const { list } = card.strip;
  const own = { label: "Edit", run: () => list.edit(card) };
  const copied = { label: "Pin to the top", run: () => list.pin(card) };
  return [
    card.inSection ? copied : own,
    { label: card.isFull ? "Leave full screen" : "Full screen", run: () => card.toggleFull() },
    { label: "Reset zoom", run: () => card.chart?.zoom?.(null) },
    { label: "View as table", run: () => card.toggleTable() },
    { separator: true },
    { label: "Save as PNG", run: () => savePicture(card, "png") },
    { label: "Save as SVG", run: () => savePicture(card, "svg") },
    { label: "Save as CSV", run: () => saveTable(card) },
    { label: "Copy link", run: () => list.copyLink(card) },
    ...(card.inSection ? [] : shapingItems(card)),
  ];
}

function shapingItems(card) {
  const { spec } = card;
  const { list } = card.strip;
  return [
    { separator: true },
    { label: "Move left", run: () => list.shift(card, -1) },
    { label: "Move right", run: () => list.shift(card, 1) },
    { label: "Wider", run: () => list.resize(card, { width: (spec.width % 3) + 1 }) },
    { label: "Taller", run: () => list.resize(card, { height: (spec.height % 3) + 1 }) },
    { label: "Duplicate", run: () => list.duplicate(card) },
    { label: "Remove", run: () => list.remove(card) },
  ];
}
