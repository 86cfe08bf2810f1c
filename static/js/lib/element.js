// Makes elements of the page.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return a new element `tag` with `children`: elements and texts; empty ones (null, undefined,
 * false, "") are left out. `settings`: `class`, `data` (an object for `dataset`), properties by
 * their name in JavaScript (`textContent`, `hidden`, `onclick`), all else as attributes (`role`,
 * `aria-label`). A setting that is null or undefined is left out.
 *
 *     element("button", { class: "btn", type: "button", onclick: save }, icon("check"), "Save")
 */
export function element(tag, settings = {}, ...children) {
  return furnish(document.createElement(tag), settings, children);
}

/** Return a new SVG element `tag`; all of `attributes` are attributes. */
export function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (!isAbsent(value)) made.setAttribute(name, value);
  }
  made.append(...children.filter(isShown));
  return made;
}

function furnish(made, { class: className, data = {}, ...others }, children) {
  if (className) made.className = className;
  for (const [name, value] of Object.entries(data)) {
    if (!isAbsent(value)) made.dataset[name] = value;
  }
  for (const [name, value] of Object.entries(others)) set(made, name, value);
  made.append(...children.filter(isShown));
  return made;
}

function set(made, name, value) {
  if (isAbsent(value)) return;
  // `list` and `form` are properties that only an attribute can set.
  if (name in made && name !== "list" && name !== "form") made[name] = value;
  else made.setAttribute(name, value);
}

const isAbsent = (value) => value === null || value === undefined;
const isShown = (child) => !isAbsent(child) && child !== false && child !== "";
