"""Reading metrics back."""

from collections.abc import Iterator
from typing import Any

from studio.sdk.run_parts.facts import RunFacts

WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
MOST_VALUES, MOST_ROWS = 1000, 10_000
# What the machine did, not the script: metrics under this prefix are sampled every few seconds.
SYSTEM = "system/"


class RunMetrics(RunFacts):
    """The metrics of a run."""

    def get_metrics(
        self,
        name: str | None = None,
        recursive: bool = False,
        run_type: str | None = None,
        populate: bool = False,
        *,
        always_list: bool = False,
    ) -> dict[str, Any]:
        """Return the metrics by name.

        A value that was logged once is that value, one that was logged more often or as a list a
        list in the order of logging, rows and tables a dict of columns. Images and diagrams are
        `aml://artifactId/…`, with `populate` the content of diagrams. `name` gives that metric
        alone; `recursive` gives the metrics of the whole tree by run id; with `always_list` also
        a single value is a list. Metrics of the machine (`system/…`), which nodes and monitors
        sample in longer runs, are given by `name` alone.
        """
        options: dict[str, Any] = {"populate": populate, "always_list": always_list}
        if not recursive:
            return self._metrics(name, **options)
        tree = [self, *self.get_children(recursive=True, type=run_type)]  # type: ignore[attr-defined]
        return {run.id: run._metrics(name, **options) for run in tree}

    def _metrics(self, name: str | None, populate: bool, always_list: bool) -> dict[str, Any]:
        return {
            metric["name"]: self._value(metric, populate, always_list)
            for metric in self._chosen_metrics(name)
        }

    def _chosen_metrics(self, name: str | None) -> Iterator[dict[str, Any]]:
        """Yield the metric of that name; without one, all but those of the machine."""
        for metric in self._list("/metrics"):
            key = metric["name"]
            if key == name or (name is None and not key.startswith(SYSTEM)):
                yield metric

    def _value(self, metric: dict[str, Any], populate: bool, always_list: bool) -> Any:
        if metric["artifact"] is not None:
            return self._artifact(metric["artifact"], populate)
        if metric["columns"]:
            return self._columns(metric, always_list)
        if metric["kind"] == "string":
            values = [one["value"] for one in self._pages("texts", metric["name"])]
        elif metric["n"] == 1:
            values = [number_of(metric["numbers"][""]["last"])]
        else:
            values = [number_of(one["value"]) for one in self._pages("values", metric["name"])]
        single = metric["n"] == 1 and metric["kind"] != "list" and not always_list
        return values[0] if single else values

    def _columns(self, metric: dict[str, Any], always_list: bool) -> dict[str, Any]:
        columns: dict[str, list[Any]] = {column: [] for column in metric["columns"]}
        rows = list(self._pages("rows", metric["name"], MOST_ROWS))
        for row in rows:
            for column, cells in columns.items():
                cells.append(number_of(row["values"].get(column)))
        if metric["kind"] == "row" and len(rows) == 1 and not always_list:
            return {column: cells[0] for column, cells in columns.items()}
        return columns

    def _artifact(self, artifact: dict[str, Any], populate: bool) -> Any:
        if populate and artifact["kind"] != "image":
            return self._ask("GET", f"/files/{artifact['path']}")
        return f"aml://artifactId/ExperimentRun/dcid.{self._id}/{artifact['path']}"

    def _pages(self, what: str, name: str, limit: int = MOST_VALUES) -> Iterator[dict[str, Any]]:
        yield from self._list(f"/metrics/{what}", {"name": name, "limit": limit})


def number_of(value: Any) -> Any:
    """Return a cell of an answer: NaN and infinities go over JSON as words, whole numbers of
    floats come back as they were written."""
    return WORDS.get(value, value) if isinstance(value, str) else value
