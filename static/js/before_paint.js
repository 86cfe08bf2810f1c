// Runs before the first paint: what the reader has chosen about the frame. Not a module, so that
// the page never shows in the wrong theme first.
(() => {
  try {
    const root = document.documentElement;
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (localStorage.getItem("rail") === "narrow") root.dataset.rail = "narrow";
  } catch {
    // Storage is switched off: the system's theme and the wide rail.
  }
})();
