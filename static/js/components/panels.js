// Side panels: <dialog class="panel" id="x">, opened by data-open-panel="x"; one that comes
// from the server, by data-fetch-panel="/address", has data-open. A form with data-closes-panel
// closes its panel when the studio has accepted it.

export function startPanels() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-panel]");
    if (opener) openPanel(document.getElementById(opener.dataset.openPanel));
    const asker = event.target.closest("[data-fetch-panel]");
    if (asker) fetchPanel(asker.dataset.fetchPanel);
    const isBackdrop = event.target.matches("dialog.panel");
    if (isBackdrop || event.target.closest("[data-close-panel]")) {
      event.target.closest("dialog").close();
    }
  });
  document.addEventListener("htmx:load", (event) => {
    const panel = event.detail.elt;
    if (panel.matches?.("dialog.panel[data-open]")) openFetched(panel);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form[data-closes-panel]");
    if (form && event.detail.successful) form.closest("dialog").close();
  });
}

export function openPanel(panel) {
  if (!panel.open) panel.showModal();
  panel.querySelector("[autofocus]")?.focus();
}

/** Show the side panel that the studio sends from `address`. */
export const fetchPanel = (address) =>
  window.htmx.ajax("GET", address, { target: "body", swap: "beforeend" });

function openFetched(panel) {
  panel.addEventListener("close", () => panel.remove());
  openPanel(panel);
}
