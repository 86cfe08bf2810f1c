"""What the view of a run shows, read from the studio."""

from dataclasses import dataclass, field
from typing import Any

from studio.sdk.exceptions import StudioError
from studio.sdk.run_parts.core import FINAL

MOST_NUMBERS, MOST_CURVES, MOST_CHILDREN = 24, 12, 200
PIXELS = 240
LOG_BYTES, LOG_LINES = 32_768, 100
# Runs of Azure ML's and of this studio name what they search for in these properties.
PRIMARY, GOAL = ("primary_metric", "primary_metric_name"), ("primary_metric_goal", "goal")


@dataclass(frozen=True)
class Curve:
    """A metric, thinned to what a small chart can show; None is a point without a number."""

    name: str
    xs: list[float]
    ys: list[float | None]
    count: int


@dataclass(frozen=True)
class View:
    """Everything that is shown of a run at one moment."""

    document: dict[str, Any]
    page: str
    curves: list[Curve] = field(default_factory=list)
    children: list[dict[str, Any]] = field(default_factory=list)
    log_path: str = ""
    log: str = ""
    problem: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return self.document["status"] in FINAL

    @property
    def primary(self) -> str:
        """The metric by which children are compared: the one that the run names, else the one that
        most of them have."""
        properties = self.document["properties"] | self.document["tags"]
        named = next((properties[key] for key in PRIMARY if properties.get(key)), None)
        names = metric_names(self.children)
        return named if named in names else (names or [""])[0]

    @property
    def is_lower_better(self) -> bool:
        """Whether the smallest value of the primary metric is the best."""
        properties = self.document["properties"] | self.document["tags"]
        goal = next((str(properties[key]) for key in GOAL if properties.get(key)), "")
        if goal:
            return goal.lower().startswith("min")
        return any(word in self.primary.lower() for word in ("loss", "err", "mse", "mae"))


def read_view(run: Any, earlier: View | None = None) -> View:
    """Read a run. A studio that is away gives what was there earlier, and a word about it."""
    try:
        document = run._read()
        return View(
            document=document,
            page=run.get_portal_url(),
            curves=read_curves(run),
            children=read_children(run),
            **read_log(run),
        )
    except StudioError as error:
        if earlier is None:
            raise
        return View(**{**vars(earlier), "problem": str(error)})


def read_curves(run: Any) -> list[Curve]:
    """Return the numbers that were logged: those logged once first, then the first lines."""
    metrics = list(run._list("/metrics"))
    single = [
        Curve(one["name"], [0.0], [number(one["numbers"][""]["last"])], 1)
        for one in metrics
        if one["form"] == "value"
    ]
    lines = [one for one in metrics if one["form"] in ("line", "columns")]
    names = [name for metric in lines for name in names_of(metric)][:MOST_CURVES]
    return single[:MOST_NUMBERS] + (read_lines(run, names) if names else [])


def read_lines(run: Any, names: list[str]) -> list[Curve]:
    """Return the curves of metrics, thinned by the studio."""
    query = {"run": run.id, "name": names, "pixels": PIXELS}
    found = run._connection.ask("GET", "series", query=query)["items"]
    return [
        Curve(
            one["name"],
            [number(x) or 0.0 for x in one["x"]],
            list(map(number, one["y"])),
            one["total"],
        )
        for one in found
    ]


def names_of(metric: dict[str, Any]) -> list[str]:
    """Return a metric's name, or those of its columns."""
    columns = [column for column in metric["numbers"] if column]
    return [f"{metric['name']}.{column}" for column in columns] or [metric["name"]]


def number(value: Any) -> float | None:
    """Return a number; None for NaN and infinities, which are words."""
    return float(value) if isinstance(value, int | float) else None


def read_children(run: Any) -> list[dict[str, Any]]:
    """Return the documents of the children, in the order in which they were made."""
    from itertools import islice

    return list(islice(run._list("/children", {"limit": MOST_CHILDREN}), MOST_CHILDREN))


def read_log(run: Any) -> dict[str, str]:
    """Return the path of the log of the script, and its last lines."""
    path = run._main_log()
    if not path:
        return {"log_path": "", "log": ""}
    query = {"path": path, "start": -LOG_BYTES}
    data = run._ask("GET", "/logs/tail", query=query)
    lines = data.decode(errors="replace").splitlines()[-LOG_LINES:]
    return {"log_path": path, "log": "\n".join(lines)}


def metric_names(children: list[dict[str, Any]]) -> list[str]:
    """Return the metrics of children, those that most of them have first."""
    counts: dict[str, int] = {}
    for child in children:
        for name in child["metrics"]:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


def choices_of(child: dict[str, Any]) -> dict[str, str]:
    """Return what a child was given: its params, and its tags, in which scripts for Azure ML note
    them."""
    return {**{key: value or "" for key, value in child["tags"].items()}, **child["params"]}
