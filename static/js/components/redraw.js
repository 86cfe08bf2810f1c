// Lists that are drawn anew while the keyboard is in them.

/**
 * Put `children` into `list` in place of what it shows. What looks as before is left, so that a key
 * that is down when an answer comes acts where it was pressed. Else the focus stays with the
 * element of the same key: `keyOf` gives that of an element.
 */
export function redraw(list, children, keyOf) {
  const drawn = document.createElement("div");
  drawn.append(...children);
  if (drawn.innerHTML === list.innerHTML) return;
  const held = list.contains(document.activeElement) && keyOf(document.activeElement);
  list.replaceChildren(...children);
  if (held) [...list.querySelectorAll("input, button")].find((one) => keyOf(one) === held)?.focus();
}
