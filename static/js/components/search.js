// Search boxes: arrows go through what was found, Escape leaves the box.

const STOPS = "input[type=search], .found a, .hits a.hit";

/** Start the box of the top bar, and the one of the page of results. */
export function startSearch() {
  document.addEventListener("keydown", (event) => {
    const place = event.target.closest("form.search, main:has([data-hits])");
    if (!place) return;
    const stops = [...place.querySelectorAll(STOPS)];
    const at = stops.indexOf(event.target);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (at < 0) return;
    if (event.key === "Escape") event.target.blur();
    if (!step) return;
    event.preventDefault();
    stops[(at + step + stops.length) % stops.length].focus();
  });
}
