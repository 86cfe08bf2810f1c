// Shows the parts that the kernel sends. It asks nobody for anything: the kernel may be on another
// machine than the browser, and the studio out of the browser's reach.
const PARTS = ["head", "charts", "children", "log"];

function draw(section, html) {
  const pre = section.querySelector("pre");
  const atEnd = !pre || pre.scrollTop + pre.clientHeight > pre.scrollHeight - 8;
  const top = pre?.scrollTop ?? 0;
  const chosen = section.querySelector("select")?.selectedIndex ?? 0;
  const open = section.querySelector("details")?.open ?? false;
  section.innerHTML = html;
  const select = section.querySelector("select");
  if (select) select.selectedIndex = Math.min(chosen, select.length - 1);
  const details = section.querySelector("details");
  if (details) details.open = open;
  const log = section.querySelector("pre");
  if (log) log.scrollTop = atEnd ? log.scrollHeight : top;
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "studio-run";
  el.append(root);
  for (const name of PARTS) {
    const section = document.createElement("section");
    root.append(section);
    const redraw = () => draw(section, model.get(name));
    redraw();
    model.on(`change:${name}`, redraw);
  }
  model.send({ event: "shown" });
}

export default { render };
