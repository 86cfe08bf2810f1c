"""Values of metrics of every kind, as clients send them, and the points and texts they consist of.

A value without a step gets the step after the last one of its metric: its chart is then over the
index. A list and a table are many values at once; the columns of a row or table are aligned by
their steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec

from runs.metrics.models import MetricShape
from runs.metrics.number_words import WORDS, Int64, Number
from runs.metrics.requests import Artifact, Point, Text
from runs.tracking.errors import InvalidValue
from runs.tracking.texts import INT64_MAX, check_key

MAX_COLUMNS = 1000

Millis = Annotated[int, msgspec.Meta(ge=0, le=INT64_MAX)]
Cell = float | str | None


class LoggedValue(msgspec.Struct, tag_field="kind", forbid_unknown_fields=True, kw_only=True):
    """What all kinds have: the metric's name, and where the value lies on its axes."""

    name: str
    step: Int64 | None = None
    ms: Millis | None = None


class Scalar(LoggedValue, tag="scalar", kw_only=True):
    """A number."""

    value: Number


class String(LoggedValue, tag="string", kw_only=True):
    """A text."""

    value: str


class NumberList(LoggedValue, tag="list", kw_only=True):
    """Numbers at once."""

    value: list[Number]


class Row(LoggedValue, tag="row", kw_only=True):
    """One row of a table: columns by name; null leaves a cell empty."""

    value: dict[str, Cell]


class Table(LoggedValue, tag="table", kw_only=True):
    """A table: columns by name, all of one length."""

    value: dict[str, list[Cell]]


class Image(LoggedValue, tag="image", kw_only=True):
    """An image that has been uploaded to the run."""

    path: str


class ConfusionMatrix(LoggedValue, tag="confusion_matrix", kw_only=True):
    """A document of this `schema_type`."""

    value: dict[str, Any]


class AccuracyTable(LoggedValue, tag="accuracy_table", kw_only=True):
    """A document of this `schema_type`."""

    value: dict[str, Any]


class Residuals(LoggedValue, tag="residuals", kw_only=True):
    """A document of this `schema_type`."""

    value: dict[str, Any]


class Predictions(LoggedValue, tag="predictions", kw_only=True):
    """A document of this `schema_type`."""

    value: dict[str, Any]


Document = ConfusionMatrix | AccuracyTable | Residuals | Predictions
AnyValue = Scalar | String | NumberList | Row | Table | Image | Document


class Expansion:
    """The values of one request, taken apart for the metrics room."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.points: list[Point] = []
        self.texts: list[Text] = []
        self.artifacts: list[Artifact] = []
        self.shapes: dict[str, tuple[str, list[str]]] = {}
        self._offsets: dict[str, int] = {}
        self._stepped: set[str] = set()

    @property
    def relative(self) -> Iterable[str]:
        """The metrics that were sent without steps."""
        return self._offsets.keys()

    def add(self, value: AnyValue, path: str = "") -> None:
        """Take in a value; `path` is the file of an image or a document. Raises InvalidValue."""
        check_key(value.name)
        match value:
            case Scalar():
                self._number(value, "", self._steps(value, 1)[0], value.value)
            case String():
                self._text(value, "", self._steps(value, 1)[0], value.value)
            case NumberList():
                self._list(value)
            case Row():
                self._table(value, {name: [cell] for name, cell in value.value.items()})
            case Table():
                self._table(value, value.value)
            case _:
                step = self._steps(value, 1)[0]
                self.artifacts.append(
                    Artifact(value.name, kind_of(value), step, self._ms(value), path)
                )

    def _steps(self, value: AnyValue, count: int) -> Sequence[int]:
        """Return the steps of `count` values: the one given, or the next ones of the request."""
        name = value.name
        if value.step is not None:
            self._stepped.add(name)
            steps: Sequence[int] = [value.step] * count
        else:
            start = self._offsets.get(name, 0)
            self._offsets[name] = start + count
            steps = range(start, start + count)
        if name in self._stepped and name in self._offsets:
            raise InvalidValue(f"Give a step with every value of '{name}' or with none.")
        return steps

    def _ms(self, value: AnyValue) -> int:
        return self.now_ms if value.ms is None else value.ms

    def _number(self, value: AnyValue, column: str, step: int, number: Number) -> None:
        number = WORDS[number] if isinstance(number, str) else number
        self.points.append(Point(value.name, column, step, self._ms(value), float(number)))

    def _text(self, value: AnyValue, column: str, step: int, text: str) -> None:
        self.texts.append((value.name, column, step, self._ms(value), text))

    def _list(self, value: NumberList) -> None:
        if not value.value:
            raise InvalidValue(f"The list '{value.name}' is empty.")
        self._shape(value.name, MetricShape.Kind.LIST, [])
        ms = self._ms(value)
        for index, step in enumerate(self._steps(value, len(value.value))):
            number = value.value[index]
            number = WORDS[number] if isinstance(number, str) else number
            # At one step, equal values are told apart by their times.
            later = index if value.step is not None else 0
            self.points.append(Point(value.name, "", step, ms + later, float(number)))

    def _table(self, value: Row | Table, columns: Mapping[str, Sequence[Cell]]) -> None:
        count = check_columns(value, columns)
        kind = MetricShape.Kind.ROW if isinstance(value, Row) else MetricShape.Kind.TABLE
        self._shape(value.name, kind, list(columns))
        for index, step in enumerate(self._steps(value, count)):
            for column, cells in columns.items():
                cell = cells[index]
                if isinstance(cell, str) and cell not in WORDS:
                    self._text(value, column, step, cell)
                elif cell is not None:
                    self._number(value, column, step, cell)

    def _shape(self, name: str, kind: str, columns: list[str]) -> None:
        known = self.shapes.get(name, (kind, []))
        self.shapes[name] = (known[0], list(dict.fromkeys([*known[1], *columns])))


def check_columns(value: Row | Table, columns: Mapping[str, Sequence[Cell]]) -> int:
    """Return how many rows there are. Raises InvalidValue."""
    name = value.name
    if isinstance(value, Table) and value.step is not None:
        raise InvalidValue(f"The table '{name}' takes no step: its rows are numbered.")
    if not 1 <= len(columns) <= MAX_COLUMNS or not all(column.strip() for column in columns):
        raise InvalidValue(f"'{name}' needs 1 to {MAX_COLUMNS} columns, each with a name.")
    lengths = {column: len(cells) for column, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{column} has {count}" for column, count in list(lengths.items())[:5])
        raise InvalidValue(f"The columns of '{name}' differ in length: {counts}.")
    count = next(iter(lengths.values()))
    if not count or all(cell is None for cells in columns.values() for cell in cells):
        raise InvalidValue(f"'{name}' holds no values.")
    return count


def kind_of(value: AnyValue) -> str:
    """Return the kind of a value, as clients name it."""
    return str(value.__struct_config__.tag)
