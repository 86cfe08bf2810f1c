"""HTML pages: whether they need scripts, and from where."""

import re

from runs.artifacts.previews.kinds import HtmlPreview
from runs.artifacts.queries import Readable, read_file

_HEAD_BYTES = 1 << 20
_SCRIPT = re.compile(rb"<script[\s>]", re.IGNORECASE)
_FOREIGN = re.compile(
    rb"<(?:script|link)\b[^>]*?\s(?:src|href)\s*=\s*[\"']?(?:https?:)?//([\w.-]{1,253})",
    re.IGNORECASE,
)


def preview_html(file: Readable, start: int, facts: dict[str, str]) -> HtmlPreview:
    """Return what the first megabyte tells: whether it has scripts, and the sites it loads
    scripts or styles from."""
    head = b"".join(read_file(file, 0, _HEAD_BYTES))
    sites = sorted({site.decode().lower() for site in _FOREIGN.findall(head)})
    has_scripts = _SCRIPT.search(head) is not None
    return HtmlPreview(kind="html", has_scripts=has_scripts, sites=sites, **facts)
