// Starts what every page has.

import { startCopying } from "./components/copy.js";
import { followForeignLink } from "./components/foreign_links.js";
import { startKeyboard } from "./components/keyboard.js";
import { startLive } from "./components/live.js";
import { startLongNames } from "./components/long_name.js";
import { startMenus } from "./components/menus.js";
import { startPanels } from "./components/panels.js";
import { startRequests } from "./components/requests.js";
import { startRole } from "./components/role.js";
import { startSearch } from "./components/search.js";
import { startTheme } from "./components/theme.js";
import { startTimes } from "./components/times.js";

followForeignLink();
startTheme();
startTimes();
startLongNames();
startMenus();
startPanels();
startCopying();
startSearch();
startRequests();
startKeyboard();
startLive();
startRole();
showCurrentTab();

/** On a narrow screen the row of tabs scrolls; the tab one is on stays in sight. */
function showCurrentTab() {
  const current = document.querySelector(".tabs [aria-current]");
  const row = current?.closest(".tabs");
  if (row) row.scrollLeft = current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}
