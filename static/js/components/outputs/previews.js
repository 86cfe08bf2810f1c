// Previews of files that are not logs: text nodes, a sandboxed element of its own, or, for Markdown,
// HTML that the server has cleaned.

import { element } from "../../lib/element.js";
import { html } from "./html_page.js";

const NUMBER = /^[-+]?(\d[\d,_]*\.?\d*|\.\d+)(e[-+]?\d+)?$|^(nan|[-+]?inf(inity)?)$/i;
const UNREADABLE = "This picture is damaged, missing, or of a kind that browsers cannot show.";
const MOST_ENTRIES = 1000;
const DRAW = { image, table, json, html, audio, video, hex, markdown, notebook, pdf };

/**
 * Elements for a preview of the wire; `file` is the address of the bytes, and `more(start)` fetches
 * the next page of a table.
 */
export function drawPreview(preview, file, more) {
  return (DRAW[preview.kind] ?? hex)(preview, `${file}?inline=1`, more);
}

function image(preview, address) {
  return [picture({ src: address, alt: preview.name, loading: "lazy" })];
}

/** A picture, or a word for one that the browser cannot read. */
function picture(settings) {
  const shown = element("img", { class: "preview-image", ...settings });
  shown.addEventListener("error", () => shown.replaceWith(element("p", {}, UNREADABLE)));
  return shown;
}

function audio(_preview, address) {
  return [element("audio", { src: address, controls: true })];
}

function video(_preview, address) {
  return [element("video", { class: "preview-image", src: address, controls: true })];
}

/** The browser's own viewer, where it has one. */
function pdf(preview, address) {
  if (navigator.pdfViewerEnabled)
    return [element("iframe", { class: "preview-frame", src: address, title: preview.name })];
  const settings = { class: "btn", href: address, target: "_blank", rel: "noopener" };
  return [element("p", {}, preview.where), element("a", settings, "Open the PDF")];
}

function markdown(preview) {
  return [prose(preview.html)];
}

/** Markup that the server has cleaned; its pictures are files of the run. */
function prose(html) {
  const clean = new DOMParser().parseFromString(html, "text/html");
  for (const one of clean.querySelectorAll("img"))
    one.replaceWith(picture({ src: one.getAttribute("src"), alt: one.alt, title: one.title }));
  return element("div", { class: "prose" }, ...clean.body.childNodes);
}

function table(preview, _address, more) {
  const box = drawTable(preview);
  if (!preview.next) return [box, ...note(preview)];
  const words = element("p", { class: "muted small" }, preview.note);
  const button = element("button", { class: "btn", type: "button" }, "Show more rows");
  const [body] = box.querySelector("table").tBodies;
  const numeric = preview.columns.map((_, column) => isNumeric(preview.rows, column));
  let { next } = preview;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const page = await more(next);
      addRows(body, page.rows, numeric);
      next = page.next;
      button.hidden = !next;
      words.textContent = next ? rowsTold(body.rows.length, page.total_rows) : "";
    } catch (error) {
      words.textContent = error.message;
    }
    button.disabled = false;
  });
  return [box, words, button];
}

function rowsTold(shown, total) {
  const count = (number) => number.toLocaleString("en-US");
  return total
    ? `${count(shown)} of ${count(total)} rows are shown.`
    : `${count(shown)} rows are shown.`;
}

/** A table of `columns` and `rows`. */
export function drawTable(preview) {
  const grid = element("table");
  const head = grid.createTHead().insertRow();
  const numeric = preview.columns.map((_, column) => isNumeric(preview.rows, column));
  preview.columns.forEach((name, column) => {
    head.append(element("th", { class: numeric[column] && "num", scope: "col" }, name));
  });
  addRows(grid.createTBody(), preview.rows, numeric);
  return element("div", { class: "table" }, grid);
}

function addRows(body, rows, numeric) {
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((cell, column) => {
      line.append(element("td", { class: numeric[column] && "num", textContent: cell }));
    });
  }
}

/** Whether a column holds numbers, and at least one: then they stand below each other. */
function isNumeric(rows, column) {
  const cells = rows.map((row) => row[column] ?? "").filter((cell) => cell !== "");
  return cells.length > 0 && cells.every((cell) => NUMBER.test(cell));
}

function note(preview) {
  return preview.note ? [element("p", { class: "muted small" }, preview.note)] : [];
}

function json(preview) {
  return [drawJson(preview.value, "", 0), ...note(preview)];
}

/** A value as a tree that unfolds: two levels are open. */
export function drawJson(value, key, depth) {
  if (typeof value !== "object" || value === null || !Object.keys(value).length) {
    const name = key !== "" && element("b", {}, `${key}: `);
    const text = element("span", { class: `json-${typeof value}` }, JSON.stringify(value));
    return element("div", { class: "json-leaf" }, name, text);
  }
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  const summary = element(
    "summary",
    {},
    key !== "" && element("b", {}, `${key} `),
    element("span", { class: "muted" }, size),
  );
  const box = element("details", { class: "json", open: depth < 2 }, summary);
  let drawn = false;
  const draw = () => {
    if (drawn) return;
    drawn = true;
    const shown = entries.slice(0, MOST_ENTRIES);
    box.append(...shown.map(([name, one]) => drawJson(one, name, depth + 1)));
    if (entries.length > MOST_ENTRIES) {
      const of = entries.length.toLocaleString("en-US");
      const words = `First ${MOST_ENTRIES.toLocaleString("en-US")} of ${of}`;
      box.append(element("p", { class: "muted json-leaf" }, words));
    }
  };
  if (box.open) draw();
  box.addEventListener("toggle", draw);
  return box;
}

function notebook(preview) {
  return preview.cells.map((cell) =>
    element(
      "section",
      { class: `cell ${cell.type}` },
      cell.html === undefined ? element("pre", {}, cell.source) : prose(cell.html),
      ...cell.outputs.map((text) => element("pre", { class: "output" }, text)),
      ...cell.images.map((src) => element("img", { class: "preview-image", src, alt: "Output" })),
    ),
  );
}

function hex(preview) {
  return [element("pre", { class: "hex" }, preview.text), ...note(preview)];
}
