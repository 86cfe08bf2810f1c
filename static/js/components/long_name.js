// A name that is cut in its middle where there is no room for all of it.

import { element } from "../lib/element.js";
import { splitName } from "../lib/long_names.js";

/** What is drawn of `name` inside an element of class `middle-cut`. */
export function longName(name) {
  const [head, tail] = splitName(name);
  return [element("span", {}, head), element("span", {}, tail)];
}
