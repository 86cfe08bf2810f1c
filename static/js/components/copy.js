// Buttons that copy: data-copy="text", or data-copy-from="id of the element with the text".

import { element } from "../lib/element.js";
import { toast } from "./toasts.js";

export function startCopying() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (button) copy(textOf(button));
  });
}

function textOf(button) {
  const source = button.dataset.copyFrom;
  return source ? document.getElementById(source).textContent : button.dataset.copy;
}

/** Copy `text` and say so: in `words`, or with the text itself where it is short. */
export async function copy(text, words = text.length < 80 ? `Copied ${text}` : "Copied") {
  if (await toClipboard(text)) toast(words);
  else toast("Your browser blocked copying.", { bad: true, hint: text.slice(0, 200) });
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// The clipboard of a page at a plain http address other than localhost: select and copy.
function copyBySelection(text) {
  const field = element("textarea", { class: "sr", value: text });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
