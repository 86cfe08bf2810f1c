"""The columns of the run table: what each one shows, and its short text in a URL.

`run.status`, `metrics.loss`, `metrics.loss:min`, `params.lr`, `tags.quality`, `properties.x`: a
kind, a key that may hold any character, and for a metric which of its values.
"""

from dataclasses import dataclass
from enum import StrEnum

from runs.search import SortKey
from runs.tracking.errors import InvalidValue
from runs.tracking.filters import Comparison, Entity, Field, Operator


class Kind(StrEnum):
    """Where a column's values are kept."""

    RUN = "run"
    METRIC = "metrics"
    PARAM = "params"
    TAG = "tags"
    PROPERTY = "properties"


class Value(StrEnum):
    """Which value of a metric a column shows. BEST: the one at the step where the goal metric of
    the view is best. TREND: a sketch of the whole curve."""

    LAST = "last"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    MEAN = "mean"
    COUNT = "count"
    BEST = "best"
    TREND = "trend"


@dataclass(frozen=True)
class RunField:
    """A field every run has, as a column: its title, how its cells look, its width in pixels.

    `sort` is its name in the filter language and for sorting; empty where it has none.
    """

    key: str
    label: str
    type: str = "text"
    width: int = 140
    sort: str = ""
    is_default: bool = False


RUN_FIELDS = (
    RunField("name", "Run", "name", 230, "name", True),
    RunField("number", "Number", "number", 84, "number"),
    RunField("experiment", "Experiment", "link", 170, "experiment", True),
    RunField("status", "Status", "status", 126, "status", True),
    RunField("created", "Created", "time", 132, "created"),
    RunField("started", "Started", "time", 132, "started", True),
    RunField("ended", "Ended", "time", 132, "ended"),
    RunField("duration", "Duration", "duration", 98, "duration", True),
    RunField("submitted_by", "Submitted by", "text", 120, "submitted_by"),
    RunField("target", "Compute", "text", 116, "target"),
    RunField("kind", "Kind", "text", 100, "kind"),
    RunField("tags", "Tags", "tags", 180, "", False),
    RunField("description", "Description", "text", 220, "description"),
    RunField("run_id", "Run id", "text", 260, "run_id"),
    RunField("parent", "Parent", "link", 150, "parent"),
)
FIELDS = {field.key: field for field in RUN_FIELDS}
METRIC_WIDTH = 128
TEXT_WIDTH = 110


@dataclass(frozen=True)
class Column:
    """A column: where its values are kept, under which key, and which value of a metric."""

    kind: Kind
    key: str
    value: Value = Value.LAST

    @property
    def id(self) -> str:
        """The text of the column in a URL. A metric whose name ends like `:min` says `:last`."""
        if self.kind is Kind.METRIC and (self.value is not Value.LAST or split_value(self.key)):
            return f"{self.kind}.{self.key}:{self.value}"
        return f"{self.kind}.{self.key}"

    @property
    def label(self) -> str:
        return FIELDS[self.key].label if self.kind is Kind.RUN else self.key

    @property
    def type(self) -> str:
        """How its cells look."""
        if self.kind is Kind.RUN:
            return FIELDS[self.key].type
        if self.value is Value.TREND:
            return "trend"
        return "number" if self.kind is Kind.METRIC else "text"

    @property
    def width(self) -> int:
        if self.kind is Kind.RUN:
            return FIELDS[self.key].width
        wide = METRIC_WIDTH if self.kind is Kind.METRIC else TEXT_WIDTH
        # Beside the name of a metric stand the word for its value and the caret of its menu.
        beside = 80 if self.kind is Kind.METRIC else 48
        return max(wide, min(240, 8 * len(self.key) + beside))


def parse_column(text: str) -> Column:
    """Read the text of a column. Raises InvalidValue for a kind or run field there is not."""
    kind_text, dot, key = text.partition(".")
    if kind_text not in set(Kind) or not dot or not key:
        raise InvalidValue(f"{text!r} is no column. Write run.status, metrics.loss:min, params.lr.")
    kind = Kind(kind_text)
    if kind is Kind.RUN and key not in FIELDS:
        raise InvalidValue(f"A run has no field {key!r}: it has {', '.join(FIELDS)}.")
    if kind is Kind.METRIC and (split := split_value(key)):
        return Column(kind, *split)
    return Column(kind, key)


def split_value(key: str) -> tuple[str, Value] | None:
    name, colon, value = key.rpartition(":")
    return (name, Value(value)) if colon and name and value in set(Value) else None


def split_list(text: str) -> list[str]:
    r"""Split a comma list whose items write `,` as `\,` and `\` as `\\`; empty ones are dropped."""
    items, escaped = [""], False
    for char in text:
        if escaped or char not in "\\,":
            items[-1] += char
            escaped = False
        elif char == ",":
            items.append("")
        else:
            escaped = True
    return [item for item in items if item]


def join_list(items: list[str]) -> str:
    """The inverse of `split_list`."""
    return ",".join(item.replace("\\", "\\\\").replace(",", "\\,") for item in items)


def parse_sort(text: str) -> tuple[SortKey, ...]:
    """Read `-metrics.loss:min,created`, a `-` for descending. A run field needs no `run.`; of a
    column given twice the last one counts. Raises InvalidValue."""
    keys: dict[Column, bool] = {}
    for item in split_list(text):
        name = item.removeprefix("-")
        column = parse_column(name if "." in name else f"run.{name}")
        keys[column] = item[0] == "-"
    return tuple(sort_key_of(column, descending) for column, descending in keys.items())


def sort_key_of(column: Column, descending: bool) -> SortKey:
    kinds = {Kind.METRIC: "metric", Kind.PARAM: "param", Kind.TAG: "tag", Kind.RUN: "run"}
    value = Value.LAST if column.value is Value.TREND else column.value
    return SortKey(kinds.get(column.kind, "property"), column.key, value.value, descending)


def is_sorted_by(column: Column, key: SortKey) -> bool:
    return sort_key_of(column, key.descending) == key


def member_of(column: Column, value: str | None) -> Comparison:
    """The condition that a run belongs to a group; None: it lacks the value."""
    named = Field(Entity(column.kind.value), column.key)
    if value is None:
        return Comparison(named, Operator.IS_NULL)
    return Comparison(named, Operator.EQ, value)


def parse_columns(text: str) -> list[Column]:
    """Read a comma list of columns; each stands once."""
    return list(dict.fromkeys(parse_column(item) for item in split_list(text)))
