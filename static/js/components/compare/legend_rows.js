// The legend shows a few rows, and all of them when asked.

/** Offer to show all runs of the legend `root` while some of them are out of sight. */
export function startLegendRows(root) {
  const list = root.querySelector("ul");
  const button = root.querySelector("[data-legend-all]");
  const words = button.textContent;
  const offer = () => {
    const isOpen = root.classList.contains("open");
    const isCut =
      list.scrollHeight > list.clientHeight + 1 || list.scrollWidth > list.clientWidth + 1;
    button.hidden = !isOpen && !isCut;
    button.textContent = isOpen ? "Show fewer" : words;
    button.setAttribute("aria-expanded", String(isOpen));
  };
  button.addEventListener("click", () => {
    root.classList.toggle("open");
    offer();
  });
  new ResizeObserver(offer).observe(list);
}
