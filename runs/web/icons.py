"""The icons of the studio, as one SVG sprite that every page carries once."""

import functools
import re
from importlib.resources import as_file, files
from zipfile import ZipFile

# All icons of the package `lucide`; its own reader opens it anew for each icon.
ARCHIVE = "lucide.zip"
# Names of lucide. Templates say {% icon "copy" %}, modules say <use href="#icon-copy">.
ICONS = (
    "archive",
    "archive-restore",
    "arrow-down",
    "arrow-left-right",
    "arrow-up",
    "ban",
    "braces",
    "chart-line",
    "check",
    "chevron-down",
    "chevron-right",
    "circle-alert",
    "circle-check",
    "circle-dashed",
    "circle-x",
    "clock",
    "columns-2",
    "columns-3",
    "copy",
    "cpu",
    "download",
    "ellipsis",
    "eye",
    "eye-off",
    "flask-conical",
    "folder",
    "funnel",
    "git-branch",
    "git-commit-horizontal",
    "hourglass",
    "info",
    "key-round",
    "keyboard",
    "link",
    "list-tree",
    "loader-circle",
    "lock",
    "log-out",
    "maximize-2",
    "minimize-2",
    "monitor",
    "moon",
    "package",
    "panel-left",
    "pencil",
    "pin",
    "pin-off",
    "play",
    "plus",
    "refresh-cw",
    "regex",
    "rows-3",
    "scroll-text",
    "search",
    "settings-2",
    "sliders-horizontal",
    "sun",
    "table-2",
    "tag",
    "trash-2",
    "triangle-alert",
    "undo-2",
    "unplug",
    "user",
    "x",
)


@functools.cache
def sprite() -> str:
    """All icons as `<symbol>`s inside one hidden `<svg>`: `<use href="#icon-name">` draws one.

    A symbol keeps the look of lucide (24 by 24, stroked with the text colour); the width of the
    stroke and the size come from the style sheet.
    """
    with as_file(files("lucide") / ARCHIVE) as archive, ZipFile(archive) as icons:
        symbols = "".join(symbol(name, icons.read(f"{name}.svg").decode()) for name in ICONS)
    return f'<svg aria-hidden="true" class="sprite">{symbols}</svg>'


def symbol(name: str, svg: str) -> str:
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if drawing is None:
        raise ValueError(f"The icon {name} is not one <svg>.")
    shapes = re.sub(r"\s+", " ", drawing[1]).strip()
    return f'<symbol id="icon-{name}" viewBox="0 0 24 24">{shapes}</symbol>'
