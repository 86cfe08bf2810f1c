"""What one caller asks to store with a run, and the checks before the database is asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from runs.metrics.appending import Logged
from runs.metrics.errors import InvalidPoint
from runs.metrics.models import MetricArtifact, MetricShape
from runs.metrics.points import empty_points, make_points
from runs.metrics.runs import RunRef
from runs.tracking.texts import INT64_MAX, check_choice, check_key, check_text

MAX_COLUMN_CHARS = 250
MAX_PATH_CHARS = 1024


class Point(NamedTuple):
    """A number of a metric, in one of its columns where it is a table."""

    key: str
    column: str
    step: int
    ms: int
    value: float


class Columns(NamedTuple):
    """Points of plain metrics as columns of equal length, which cost less than a tuple for each."""

    keys: Sequence[str]
    steps: Sequence[int]
    times_ms: Sequence[int]
    values: Sequence[float]


PlainPoints = Sequence[tuple[str, int, int, float]] | Columns


# A text of a metric: (key, column, step, time in ms, text).
Text = tuple[str, str, int, int, str]


class Artifact(NamedTuple):
    """A file of the run that is the value of a metric."""

    key: str
    kind: str
    step: int
    ms: int
    path: str


class RequestId(NamedTuple):
    """The id a client gave to its request, and the digest of what it asked for."""

    id: str
    digest: str


class WriterProgress(NamedTuple):
    """How far a writer had come before a request (None: it is new), and how far it is after it."""

    writer: str
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Request:
    """What one caller asks to store with a run, checked.

    The steps of the metrics in `relative` count from 0 in the request; when it is written, they are
    raised to follow the last step of the metric. `shapes` maps keys to (kind, columns in order).
    """

    logged: Logged
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str | None] = field(default_factory=dict)
    texts: Sequence[Text] = ()
    artifacts: Sequence[Artifact] = ()
    shapes: Mapping[str, tuple[str, list[str]]] = field(default_factory=dict)
    relative: frozenset[str] = frozenset()
    batch: RequestId | None = None
    progress: WriterProgress | None = None

    @property
    def has_extras(self) -> bool:
        """Tell whether there is something to write beside points."""
        return bool(
            self.params or self.tags or self.texts or self.artifacts or self.shapes or self.batch
            or self.progress
        )  # fmt: skip

    def last_steps(self) -> Iterator[tuple[str, int]]:
        """Yield a step of each metric without given steps, its last one among them."""
        for code, (key, _) in enumerate(self.logged.names):
            if key in self.relative:
                yield key, int(self.logged.points["step"][self.logged.codes == code].max())
        yield from ((text[0], text[2]) for text in self.texts)
        yield from ((one.key, one.step) for one in self.artifacts)

    def moved(self, bases: Mapping[str, int]) -> "Request":
        """Return the request with the steps of some metrics moved up. Raises InvalidPoint."""
        if not bases:
            return self
        return replace(
            self,
            logged=move_points(self.logged, bases),
            texts=[(t[0], t[1], move(t[2], bases.get(t[0], 0)), *t[3:]) for t in self.texts],
            artifacts=[a._replace(step=move(a.step, bases.get(a.key, 0))) for a in self.artifacts],
        )


NO_STEP_LEFT = "There is no step behind the last one of this metric: give steps."


def move(step: int, base: int) -> int:
    if step + base > INT64_MAX:
        raise InvalidPoint(NO_STEP_LEFT)
    return step + base


def move_points(logged: Logged, bases: Mapping[str, int]) -> Logged:
    """Return the points with their steps moved up by what `bases` says of their metrics.

    Raises InvalidPoint.
    """
    if max(bases.values()) > INT64_MAX:
        raise InvalidPoint(NO_STEP_LEFT)
    by_name = np.array([bases.get(key, 0) for key, _ in logged.names], np.int64)
    points = logged.points.copy()
    if len(points):
        up = by_name[logged.codes]
        if (points["step"] > INT64_MAX - up).any():
            raise InvalidPoint(NO_STEP_LEFT)
        points["step"] += up
    return replace(logged, points=points)


def check_points(run: RunRef, points: PlainPoints) -> Logged:
    """Return points (key, step, time in ms, value) of plain metrics. Raises InvalidPoint,
    InvalidValue."""
    if not (points.keys if isinstance(points, Columns) else points):
        return Logged(run.id, [], np.empty(0, np.intp), empty_points())
    columns = points if isinstance(points, Columns) else Columns(*zip(*points, strict=True))
    keys, steps, times_ms, values = columns
    index = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return Logged(
        run_id=run.id,
        names=[(check_key(key), "") for key in index],
        codes=np.fromiter(map(index.__getitem__, keys), np.intp, len(keys)),
        points=make_points(steps, times_ms, values),
    )


def check_cells(run: RunRef, points: Sequence[Point]) -> Logged:
    """Return points that may be of columns. Raises InvalidPoint, InvalidValue."""
    if not points:
        return check_points(run, [])
    index: dict[tuple[str, str], int] = {}
    codes = [index.setdefault((point.key, point.column), len(index)) for point in points]
    return Logged(
        run_id=run.id,
        names=[(check_key(key), check_column(column)) for key, column in index],
        codes=np.array(codes, np.intp),
        points=make_points(
            [p.step for p in points], [p.ms for p in points], [p.value for p in points]
        ),
    )


def check_texts(values: Iterable[Text]) -> list[Text]:
    """Return texts (key, column, step, time in ms, text). Raises InvalidPoint, InvalidValue."""
    values = list(values)
    make_points([v[2] for v in values], [v[3] for v in values], [0.0] * len(values))
    return [
        (check_key(key), check_column(column), step, ms, check_text(text, f"value of '{key}'"))
        for key, column, step, ms, text in values
    ]


def check_artifacts(values: Iterable[Artifact]) -> list[Artifact]:
    """Return the artifacts. Raises InvalidPoint, InvalidValue."""
    values = list(values)
    make_points([v.step for v in values], [v.ms for v in values], [0.0] * len(values))
    for one in values:
        check_key(one.key)
        check_choice(MetricArtifact.Kind, one.kind, "kind of metric")
        check_text(one.path, "path", MAX_PATH_CHARS)
    return values


def check_shapes(shapes: Mapping[str, tuple[str, list[str]]]) -> Mapping[str, Any]:
    """Return the shapes by key. Raises InvalidValue."""
    for key, (kind, columns) in shapes.items():
        check_key(key)
        check_choice(MetricShape.Kind, kind, "kind of metric")
        for column in columns:
            check_column(column)
    return shapes


def check_column(column: str) -> str:
    """Return the name of a column; "" is a metric without columns. Raises InvalidValue."""
    return check_text(column, "name of the column", MAX_COLUMN_CHARS)
