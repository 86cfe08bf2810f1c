"""Logging: each call writes a line to the outbox of this process and returns."""

import os
import time
from collections.abc import Iterable, Mapping
from typing import Any

from studio.sdk.outbox.opening import outbox_of
from studio.sdk.outbox.outbox import Outbox
from studio.sdk.run_parts.facts import RunFacts
from studio.sdk.values.documents import document_entry
from studio.sdk.values.images import read_image
from studio.sdk.values.lists import list_entries
from studio.sdk.values.names import plain_name
from studio.sdk.values.scalar import as_step, head_of, scalar_line
from studio.sdk.values.tables import row_entry, table_entries

_heads: dict[str, str] = {}
_getpid, _time_ns = os.getpid, time.time_ns


class RunLogging(RunFacts):
    """Logs values of all kinds. A call takes some microseconds and never waits for the studio."""

    def log(self, name: str, value: Any, description: str = "", step: int | None = None) -> None:
        """Log a number or a text. Logged again under the same name it becomes a list, drawn as a
        line over `step`, or over the index.

            for epoch in range(10):
                run.log("loss", 1 / (epoch + 1), step=epoch)

        Raises UserErrorException for a list: `log_list` takes those.
        """
        box = self._box
        if box is None or box.pid != _getpid():
            box = self._open_box()
            if box is None:
                return
        ms = _time_ns() // 1_000_000
        kind = type(value)
        if (kind is float and value - value == 0.0) or (kind is int and -1e15 < value < 1e15):
            head = _heads.get(name)
            if head is None:
                head = _heads[name] = head_of(name)
            if step is None:
                line = f'{head}{value!r},"ms":{ms}}}\n'
            else:
                step = step if type(step) is int else as_step(step)
                line = f'{head}{value!r},"step":{step},"ms":{ms}}}\n'
        else:
            line = scalar_line(name, value, step, ms)
        box.put(line.encode(), ms)

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Write what the run was given, once: a name keeps its first value.

        run.log_params({"lr": 0.1, "depth": 3})
        """
        written = {plain_name(name): str(value) for name, value in params.items()}
        self._write(
            {"op": "params", "params": written},
            lambda: self._ask("POST", "/params", body={"params": written}),
        )

    def log_list(self, name: str, value: Any, description: str = "") -> None:
        """Log numbers at once.

        run.log_list("Fibonacci", [0, 1, 1, 2, 3, 5, 8])
        """
        self._log_entries(list_entries(name, value))

    def log_row(self, name: str, description: str | None = None, **kwargs: Any) -> None:
        """Log a row; its columns are the keyword arguments. Rows of one name are a table.

        run.log_row("Cosine Wave", angle=0.5, cos=0.878)
        """
        self._log_entries([row_entry(name, kwargs)])

    def log_table(self, name: str, value: Any, description: str = "") -> None:
        """Log a table: a dict of columns of one length, or a data frame.

        run.log_table("Sine Wave", {"angle": [0, 1], "sine": [0, 0.84]})
        """
        self._log_entries(table_entries(name, value))

    def log_image(
        self, name: str, path: Any = None, plot: Any = None, description: str = ""
    ) -> None:
        """Log an image: a file, or a plot of matplotlib.

        run.log_image("ROC", plot=plt)
        """
        place, content = read_image(name, path, plot)
        box = self._writable_box()
        if box is not None:
            box.keep_file(place, content)
            self._log_entries([{"kind": "image", "name": name, "path": place}])

    def log_confusion_matrix(self, name: str, value: Any, description: str = "") -> None:
        """Log a confusion matrix: a dict of `schema_type`, `schema_version` and `data`, or JSON.

        run.log_confusion_matrix("validation", {
            "schema_type": "confusion_matrix",
            "schema_version": "1.0.0",
            "data": {"class_labels": ["cat", "dog"], "matrix": [[8, 2], [1, 9]]},
        })
        """
        self._log_entries([document_entry("confusion_matrix", name, value)])

    def log_accuracy_table(self, name: str, value: Any, description: str = "") -> None:
        """Log an accuracy table, from which ROC, precision-recall, gain and lift are drawn."""
        self._log_entries([document_entry("accuracy_table", name, value)])

    def log_residuals(self, name: str, value: Any, description: str = "") -> None:
        """Log the histogram of a regression's residuals."""
        self._log_entries([document_entry("residuals", name, value)])

    def log_predictions(self, name: str, value: Any, description: str = "") -> None:
        """Log predicted against true values of a regression."""
        self._log_entries([document_entry("predictions", name, value)])

    def _log_entries(self, entries: Iterable[dict[str, Any]]) -> None:
        box = self._writable_box()
        if box is not None:
            ms = _time_ns() // 1_000_000
            for entry in entries:
                box.write(entry | {"ms": ms})

    def _writable_box(self) -> Outbox | None:
        box = self._outbox
        return box if box is not None else self._open_box()

    def _open_box(self) -> Outbox | None:
        """Open the outbox of this process: at the first value, or in a forked child."""
        self._box = outbox_of(self._workspace._settings, self._id)
        if self._box is not None and self._is_submitted:
            self._box.is_of_script = True
        return self._box
