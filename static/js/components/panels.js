// Side panels: <dialog class="panel" id="x">, opened by data-open-panel="x". A panel that comes
// from the server is swapped into #panel and opened there.

export function startPanels() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-panel]");
    if (opener) openPanel(document.getElementById(opener.dataset.openPanel));
    const isBackdrop = event.target.matches("dialog.panel");
    if (isBackdrop || event.target.closest("[data-close-panel]")) {
      event.target.closest("dialog").close();
    }
  });
  document.addEventListener("htmx:load", (event) => {
    const panel = event.detail.elt;
    if (panel.matches?.("dialog.panel[data-open]")) openFetched(panel);
  });
}

export function openPanel(panel) {
  if (!panel.open) panel.showModal();
  panel.querySelector("[autofocus]")?.focus();
}

function openFetched(panel) {
  panel.addEventListener("close", () => panel.remove());
  openPanel(panel);
}
