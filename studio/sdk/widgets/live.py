"""The live view: an anywidget that gets each part again when it has changed."""

from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent


class LiveView(anywidget.AnyWidget):
    """Shows parts of HTML. `is_shown` says whether a notebook has really drawn it: without a
    widget manager none does."""

    _esm = (HERE / "live.js").read_text()
    _css = (HERE / "style.css").read_text()
    head = traitlets.Unicode().tag(sync=True)
    charts = traitlets.Unicode().tag(sync=True)
    children = traitlets.Unicode().tag(sync=True)
    log = traitlets.Unicode().tag(sync=True)

    def __init__(self, parts: dict[str, str]) -> None:
        super().__init__(**parts)
        self.is_shown = False
        self.on_msg(self._hear)

    def _hear(self, _: object, content: object, __: object) -> None:
        self.is_shown = True

    def show_parts(self, parts: dict[str, str]) -> None:
        """Send what has changed."""
        for name, html in parts.items():
            setattr(self, name, html)
