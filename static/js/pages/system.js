// The list of deleted runs: choosing rows, one by one or all of the page.

const form = () => document.getElementById("deleted-runs");
const boxes = () => [...form().querySelectorAll("input[name=run]")];

document.addEventListener("change", (event) => {
  if (!event.target.closest("#deleted-runs")) return;
  if (event.target.matches("[data-pick-all]")) {
    boxes().forEach((box) => (box.checked = event.target.checked));
  }
  show();
});
document.addEventListener("studio:live", show);
show();

function show() {
  if (!form()) return;
  const all = boxes();
  const count = all.filter((box) => box.checked).length;
  const picked = form().querySelector("[data-picked]");
  if (!picked) return;
  picked.textContent = count
    ? `${count} run${count === 1 ? "" : "s"} selected`
    : "No runs selected";
  form()
    .querySelectorAll("[data-needs-pick]")
    .forEach((button) => (button.disabled = !count));
  const every = form().querySelector("[data-pick-all]");
  every.checked = count > 0 && count === all.length;
  every.indeterminate = count > 0 && count < all.length;
}
