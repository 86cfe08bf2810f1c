// Previews of files that are not logs: text nodes, a sandboxed element of its own, or, for Markdown,
// HTML that the server has cleaned.

const NUMBER = /^[-+]?(\d[\d,_]*\.?\d*|\.\d+)(e[-+]?\d+)?$|^(nan|[-+]?inf(inity)?)$/i;
const DRAW = { image, table, json, html, audio, video, hex, markdown, notebook, pdf };

/**
 * Elements for a preview of the wire; `file` is the address of the bytes, and `more(start)` fetches
 * the next page of a table.
 */
export function drawPreview(preview, file, more) {
  return (DRAW[preview.kind] ?? hex)(preview, `${file}?inline=1`, more);
}

function make(tag, properties = {}, className = "") {
  return Object.assign(document.createElement(tag), properties, className ? { className } : {});
}

function image(preview, address) {
  return [make("img", { src: address, alt: preview.name, loading: "lazy" }, "preview-image")];
}

function audio(_preview, address) {
  return [make("audio", { src: address, controls: true })];
}

function video(_preview, address) {
  return [make("video", { src: address, controls: true }, "preview-image")];
}

/** HTML runs in a sandbox without scripts, without an origin and without the network. */
function html(preview, address) {
  const frame = make("iframe", { src: address, title: preview.name }, "preview-frame");
  frame.setAttribute("sandbox", "");
  return [frame];
}

function pdf(preview, address) {
  const link = make(
    "a",
    { href: address, textContent: "Open the PDF", target: "_blank", rel: "noopener" },
    "btn",
  );
  return [make("p", { textContent: preview.where }), link];
}

function markdown(preview) {
  const box = make("div", {}, "prose");
  const clean = new DOMParser().parseFromString(preview.html, "text/html");
  box.append(...clean.body.childNodes);
  return [box];
}

function table(preview, _address, more) {
  const box = drawTable(preview);
  if (!preview.next) return [box, ...note(preview)];
  const words = make("p", { textContent: preview.note }, "muted small");
  const button = make("button", { type: "button", textContent: "Show more rows" }, "btn");
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
  const box = make("div", {}, "table");
  const grid = make("table");
  const head = grid.createTHead().insertRow();
  const numeric = preview.columns.map((_, column) => isNumeric(preview.rows, column));
  preview.columns.forEach((name, column) => {
    head.append(make("th", { textContent: name, scope: "col" }, numeric[column] ? "num" : ""));
  });
  addRows(grid.createTBody(), preview.rows, numeric);
  box.append(grid);
  return box;
}

function addRows(body, rows, numeric) {
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((cell, column) => {
      line.append(make("td", { textContent: cell ?? "" }, numeric[column] ? "num" : ""));
    });
  }
}

/** Whether a column holds numbers, and at least one: then they stand below each other. */
function isNumeric(rows, column) {
  const cells = rows.map((row) => row[column] ?? "").filter((cell) => cell !== "");
  return cells.length > 0 && cells.every((cell) => NUMBER.test(cell));
}

function note(preview) {
  return preview.note ? [make("p", { textContent: preview.note }, "muted small")] : [];
}

function json(preview) {
  return [drawJson(preview.value, "", 0), ...note(preview)];
}

/** A value as a tree that unfolds: two levels are open. */
export function drawJson(value, key, depth) {
  if (typeof value !== "object" || value === null || !Object.keys(value).length) {
    const line = make("div", {}, "json-leaf");
    if (key !== "") line.append(make("b", { textContent: `${key}: ` }));
    line.append(make("span", { textContent: JSON.stringify(value) }, `json-${typeof value}`));
    return line;
  }
  const entries = Object.entries(value);
  const box = make("details", { open: depth < 2 }, "json");
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  const summary = make("summary");
  if (key !== "") summary.append(make("b", { textContent: `${key} ` }));
  summary.append(make("span", { textContent: size }, "muted"));
  box.append(summary);
  let drawn = false;
  const draw = () => {
    if (drawn) return;
    drawn = true;
    box.append(...entries.slice(0, 1000).map(([name, one]) => drawJson(one, name, depth + 1)));
  };
  if (box.open) draw();
  box.addEventListener("toggle", draw);
  return box;
}

function notebook(preview) {
  return preview.cells.map((cell) => {
    const box = make("section", {}, `cell ${cell.type}`);
    box.append(make("pre", { textContent: cell.source }));
    for (const text of cell.outputs) box.append(make("pre", { textContent: text }, "output"));
    for (const data of cell.images)
      box.append(make("img", { src: data, alt: "Output" }, "preview-image"));
    return box;
  });
}

function hex(preview) {
  return [make("pre", { textContent: preview.text ?? "" }, "hex"), ...note(preview)];
}
