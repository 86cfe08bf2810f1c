"""What axe says about a page in Chromium."""

from importlib.resources import files
from typing import Any

PACKAGE, SCRIPT = "axe_playwright_python", "axe.min.js"
# Where the studio of a test has the script: what comes from there is kept, compiled.
ADDRESS = "axe.js"
# The drawings of all icons, which nobody sees where they are, are a third of a page's elements.
RUN = """async ([context, isWhole, options]) => {
  const drawings = document.querySelector(".sprite");
  if (!isWhole) drawings.remove();
  const { violations } = await axe.run(context ?? document, options);
  document.body.prepend(drawings);
  return violations;
}"""


def read_script() -> bytes:
    return files(PACKAGE).joinpath(SCRIPT).read_bytes()


def faults_of(
    tab: Any, context: str | None = None, is_whole: bool = False, **options: Any
) -> list[dict[str, Any]]:
    """Return the rules that the page of a tab, or its part `context`, violates, as axe does. It
    looks at the drawings of the icons, the same on each page, where it `is_whole`."""
    if not tab.evaluate("'axe' in window"):
        tab.add_script_tag(url=f"/static/{ADDRESS}")
    asked = {"resultTypes": ["violations"], **options}
    return tab.evaluate(RUN, [context, is_whole, asked])
