// Runs before the first paint: what the reader has chosen. Not a module, so that the page never
// shows in the wrong theme first.
(() => {
  try {
    const root = document.documentElement;
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (localStorage.getItem("rail") === "narrow") root.dataset.rail = "narrow";
    // A page of runs opens as its reader has left it.
    const person = root.dataset.person;
    const last = localStorage.getItem(`table:${location.pathname}${person ? `@${person}` : ""}`);
    if (last && !location.search) location.replace(location.pathname + last);
  } catch {
    // Storage is switched off: the system's theme and the wide rail.
  }
})();
