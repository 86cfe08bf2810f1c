// The search box of the top bar: arrows go through what was found, Escape leaves it.

export function startSearch() {
  const form = document.querySelector("form.search");
  form?.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.activeElement.blur();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [...form.querySelectorAll("input, .found a")];
    const next = stops.indexOf(document.activeElement) + step;
    stops[(next + stops.length) % stops.length].focus();
  });
}
