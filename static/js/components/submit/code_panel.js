// The same job as code: a tab for each way, with the words of the languages in colour.

import { element } from "../../lib/element.js";
import { recall, remember } from "../../lib/store.js";

const TOKENS =
  /("(?:[^"\\]|\\.)*"|'[^']*')|\b(from|import|with|as|for|in|do|done)\b|(#.*$)|(\b\d+(?:\.\d+)?\b)/gm;
const KINDS = ["string", "keyword", "comment", "number"];

/** Show code in `root`. Returns show({sdk, cli, curl}). */
export function startCodePanel(root) {
  const tabs = [...root.querySelectorAll("[data-code-tab]")];
  const panel = root.querySelector("[role=tabpanel]");
  let code = {};
  let kind = tabs.find((tab) => tab.dataset.codeTab === recall("submit-code"))?.dataset.codeTab;
  kind ??= "sdk";

  function draw() {
    for (const tab of tabs) {
      const isOn = tab.dataset.codeTab === kind;
      tab.setAttribute("aria-selected", String(isOn));
      tab.tabIndex = isOn ? 0 : -1;
      if (isOn) panel.setAttribute("aria-labelledby", tab.id);
    }
    panel.replaceChildren(...colored(code[kind] ?? ""));
  }

  function open(tab) {
    kind = tab.dataset.codeTab;
    remember("submit-code", kind === "sdk" ? null : kind);
    draw();
  }

  root.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-code-tab]");
    if (tab) open(tab);
  });
  root.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.indexOf(event.target);
    if (!step || at < 0) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.focus();
    open(next);
  });
  return (fresh) => {
    code = fresh;
    draw();
  };
}

function colored(text) {
  const pieces = [];
  let at = 0;
  for (const match of text.matchAll(TOKENS)) {
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)];
    pieces.push(text.slice(at, match.index), element("span", { class: kind }, match[0]));
    at = match.index + match[0].length;
  }
  return [...pieces, text.slice(at)];
}
