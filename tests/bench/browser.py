"""How long a page takes from the address bar to what one came for, in Chromium."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from tests.chromium import SWITCHES, find_browser

# Tall enough for the 20 rows that a table is timed by.
VIEWPORT = {"width": 1440, "height": 1000}
PATIENCE_S = 60.0
LOOK_S = 0.02
# Counts from the start of the navigation to the frame that paints what makes `painted` true: what
# is in the page when a frame begins is what that frame paints.
WATCH = """
(() => {
  const look = () => {
    if (document.body && (PAINTED)) window.benchPainted = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


class NotPainted(RuntimeError):
    """A page did not come to show its subject in time."""


@contextmanager
def open_profile(painted: str, kept: Mapping[str, str]) -> Iterator[Any]:
    """Yield a page of a profile that has visited nothing; it watches for `painted` to be true.

    The profile is a folder, as people have one: a private window keeps no compiled scripts. `kept`
    is what the browser keeps for the site (its localStorage) from some earlier choice."""
    from playwright.sync_api import sync_playwright

    program = find_browser()
    if program is None:
        raise RuntimeError("Chromium is not installed: apt install chromium")
    with sync_playwright() as playwright, TemporaryDirectory(prefix="profile-") as folder:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=program, args=SWITCHES, viewport=VIEWPORT
        )
        page = context.pages[0]
        for name, value in kept.items():
            page.add_init_script(f"localStorage.setItem({json.dumps(name)}, {json.dumps(value)})")
        page.add_init_script(WATCH.replace("PAINTED", painted))
        try:
            yield page
        finally:
            context.close()


def visit(page: Any, url: str) -> float:
    """Open `url`; return the milliseconds until it was painted. Raises NotPainted."""
    page.goto("about:blank")
    page.goto(url, wait_until="commit")
    deadline = time.monotonic() + PATIENCE_S
    while (painted := page.evaluate("window.benchPainted")) is None:
        if time.monotonic() > deadline:
            raise NotPainted(f"{url} has not shown what was waited for in {PATIENCE_S:.0f} s")
        time.sleep(LOOK_S)
    return painted
