// Forms whose rows are picked by checkboxes: <form id="…" data-pickable>, boxes named `run`, and in it
// [data-pick-all], [data-picked] (says how many) and [data-needs-pick] (off while none is picked).
// What is picked stays so when the part with the form is brought up to date.

const picked = new Map();
const boxesOf = (form) => [...form.querySelectorAll("input[name=run]")];

export function startPicking() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-pickable]");
    if (!form) return;
    if (event.target.matches("[data-pick-all]")) {
      for (const box of boxesOf(form)) box.checked = event.target.checked;
    }
    const values = boxesOf(form).filter((box) => box.checked);
    picked.set(form.id, new Set(values.map((box) => box.value)));
    show(form);
  });
  document.addEventListener("studio:live", showAll);
  document.addEventListener("htmx:afterSwap", showAll);
  showAll();
}

function showAll() {
  for (const form of document.querySelectorAll("[data-pickable]")) {
    const kept = picked.get(form.id);
    if (kept) for (const box of boxesOf(form)) box.checked = kept.has(box.value);
    show(form);
  }
}

function show(form) {
  const boxes = boxesOf(form);
  const count = boxes.filter((box) => box.checked).length;
  const words = form.querySelector("[data-picked]");
  if (words) {
    words.textContent = count
      ? `${count} run${count === 1 ? "" : "s"} selected`
      : "No runs selected";
  }
  for (const button of form.querySelectorAll("[data-needs-pick]")) button.disabled = !count;
  const all = form.querySelector("[data-pick-all]");
  if (!all) return;
  all.checked = count > 0 && count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
}
