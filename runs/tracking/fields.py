"""What can be known of a run, by one set of names: filters, sort orders, columns, exports and REST
all mean it by a `Field`.

In a list of columns or sort keys a field is written `status`, `metrics.loss`, `metrics.loss.min`,
`params.lr`, `tags.quality`, `properties.x`: the entity, and a key that may hold any character. A
metric whose own name ends like `.min` says `.last`. `:min` is read as `.min` is. Filters are
written so too, with quotes around a key that holds other characters than a word's.
"""

from dataclasses import dataclass
from enum import StrEnum


class Entity(StrEnum):
    """What a field belongs to; the value is its prefix in a text."""

    RUN = "run"
    METRIC = "metrics"
    PARAM = "params"
    TAG = "tags"
    PROPERTY = "properties"
    DATASET = "datasets"
    LOG = "log"
    # Name, description and tags at once: what words without a field are looked for in.
    WORDS = "words"
    # All that REST shows of a run: what a JMESPath expression is worked out on.
    JMESPATH = "jp"


class Aggregate(StrEnum):
    """One value out of a metric's history."""

    LAST = "last"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    MEAN = "mean"
    COUNT = "count"
    # At the step where the goal of a search is best.
    BEST = "best"
    # A sketch of the whole curve, which can be shown and neither compared nor sorted.
    TREND = "trend"


# Those that stand in a table, and those of them that an index has in order.
STORED = frozenset(Aggregate) - {Aggregate.BEST, Aggregate.TREND}
INDEXED = frozenset({Aggregate.LAST, Aggregate.MIN, Aggregate.MAX})
# Those that are a number, in the order they are offered.
NUMBERS = tuple(one for one in Aggregate if one is not Aggregate.TREND)


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a run. `key` of a run field is its canonical name (see `run_fields.py`).
    `aggregate` and `column`, the column of a table of numbers, are of metrics alone."""

    entity: Entity
    key: str
    aggregate: Aggregate = Aggregate.LAST
    column: str = ""

    @property
    def id(self) -> str:
        """Its text in a list of columns or sort keys."""
        text = f"{self.entity}.{self.key}"
        is_plain = self.aggregate is Aggregate.LAST and not split_aggregate(self.key)
        return text if self.entity is not Entity.METRIC or is_plain else f"{text}.{self.aggregate}"


def split_aggregate(text: str) -> tuple[str, Aggregate] | None:
    """Return name and aggregate of a text that ends like `.min` or `:min`; None for another."""
    for mark in (".", ":"):
        name, found, last = text.rpartition(mark)
        if found and name and last in set(Aggregate):
            return name, Aggregate(last)
    return None
