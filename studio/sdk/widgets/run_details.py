"""`RunDetails`: a run in a notebook, live."""

import threading
import uuid
from typing import Any

from studio.sdk.exceptions import StudioError
from studio.sdk.widgets.page import page_of, parts_of
from studio.sdk.widgets.reading import View, read_view

SOON_S, LATER_S, SOON_FOR_S = 2.0, 10.0, 60.0


class RunDetails:
    """A live view of a run: status, charts of its metrics, its children, the end of its log.

        RunDetails(run).show()

    The next cell can run at once. The view is read again every few seconds by a thread of the
    kernel and stays as it was when the run has ended. What the notebook keeps needs no kernel and
    no widgets: a table, drawings and a link.
    """

    def __init__(self, run_instance: Any) -> None:
        self.run = run_instance
        self._view: View | None = None
        self._parts: dict[str, str] = {}
        self._live: Any = None
        self._display_id = uuid.uuid4().hex
        self._ended = threading.Event()

    def show(self, render_lib: Any = None, widget_settings: Any = None) -> None:
        """Show the run below this cell, and follow it to its end."""
        from IPython.display import display

        self._read()
        if self._view is not None and not self._view.is_final:
            self._live = make_live(self._parts)
        display(self._bundle(), raw=True, display_id=self._display_id)
        if self._live is not None:
            threading.Thread(target=self._follow, daemon=True, name="studio-run-details").start()

    def get_widget_data(self, widget_settings: Any = None) -> dict[str, Any]:
        """Return what the view shows, as data."""
        view = read_view(self.run, self._view)
        return {
            "status": view.document["status"],
            "run_id": view.document["run_id"],
            "workbench_run_details_uri": view.page,
            "run_metrics": [
                {"name": one.name, "x": one.xs, "y": one.ys, "count": one.count}
                for one in view.curves
            ],
            "child_runs": view.children,
            "primary_metric": view.primary,
            "log": view.log,
        }

    def _read(self) -> None:
        self._view = read_view(self.run, self._view)
        self._parts = parts_of(self._view)

    def _bundle(self) -> dict[str, Any]:
        """Return the view for every kind of notebook: a widget while it lives, HTML, text."""
        text = f"{self.run.id}: {self.run.status} {self.run.get_portal_url()}"
        bundle = {"text/plain": text, "text/html": page_of(self._parts)}
        if self._live is not None and self._live is not STATIC:
            found = self._live._repr_mimebundle_()
            data = found[0] if isinstance(found, tuple) else found
            bundle |= {kind: one for kind, one in data.items() if kind not in bundle}
        return bundle

    def _follow(self) -> None:
        waited_s = 0.0
        while self._view is not None and not self._view.is_final:
            pause_s = SOON_S if waited_s < SOON_FOR_S else LATER_S
            waited_s += pause_s
            if self._ended.wait(pause_s):
                return
            self._renew()

    def _renew(self) -> None:
        """Read the run again and show what has changed; at the end the HTML alone stays."""
        from IPython.display import update_display

        before = self._parts
        try:
            self._read()
        except StudioError:
            return
        is_final = self._view is not None and self._view.is_final
        is_drawn = self._live is not STATIC and self._live.is_shown
        if self._live is not STATIC:
            self._live.show_parts(self._parts)
        if is_final:
            self._live = STATIC
        if (is_final or not is_drawn) and self._parts != before:
            update_display(self._bundle(), raw=True, display_id=self._display_id)


STATIC = object()


def make_live(parts: dict[str, str]) -> Any:
    """Return the widget; STATIC where anywidget is not installed."""
    try:
        from studio.sdk.widgets.live import LiveView
    except ImportError:
        return STATIC
    return LiveView(parts)
