"""What axe says about a page in Chromium."""

from importlib.resources import files
from typing import Any

PACKAGE, SCRIPT = "axe_playwright_python", "axe.min.js"
# Where the studio of a test has the script: what comes from there is kept, compiled.
ADDRESS = "axe.js"
RUN = """([context, options]) =>
  axe.run(context ?? document, options).then(({ violations }) => violations)"""


def read_script() -> bytes:
    return files(PACKAGE).joinpath(SCRIPT).read_bytes()


def faults_of(tab: Any, context: str | None = None, **options: Any) -> list[dict[str, Any]]:
    """Return the rules that the page of a tab, or its part `context`, violates, as axe does."""
    if not tab.evaluate("'axe' in window"):
        tab.add_script_tag(url=f"/static/{ADDRESS}")
    return tab.evaluate(RUN, [context, {"resultTypes": ["violations"], **options}])
