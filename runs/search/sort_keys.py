"""What runs are sorted by."""

from dataclasses import dataclass, replace

from runs.tracking.fields import Aggregate, Entity, Field
from runs.tracking.run_fields import parse_field, split_list

# Bands of a sort, in this order in both directions. EMPTY: NaN, an infinite value of a metric, or a
# tag without a value.
NUMBER, TEXT, EMPTY, MISSING = range(4)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One sort key.

    Params that are numbers come first, by their number, then the others by text. `as_text` is
    MLflow's way: all by text, infinite values of a metric among its numbers, and a metric that no
    run has is never refused. In both directions NaN and otherwise infinite values come after the
    numbers, so the best run is one with a number, and runs without a value come last. Sorting by a
    value at best needs the goal of a search.
    """

    field: Field
    descending: bool = False
    as_text: bool = False

    @property
    def is_metric(self) -> bool:
        return self.field.entity is Entity.METRIC

    @property
    def is_at_best(self) -> bool:
        return self.is_metric and self.field.aggregate is Aggregate.BEST

    def parts(self) -> tuple[object, ...]:
        """Return what tells it from every other key."""
        one = self.field
        return one.entity, one.key, one.aggregate, one.column, self.descending, self.as_text


def parse_sort(text: str) -> tuple[SortKey, ...]:
    """Read `-metrics.loss.min,created`, a `-` for descending; of a field given twice the last one
    counts, and a trend is sorted by its last value. Raises InvalidValue."""
    keys: dict[Field, bool] = {}
    for item in split_list(text):
        field = parse_field(item.removeprefix("-"))
        if field.aggregate is Aggregate.TREND:
            field = replace(field, aggregate=Aggregate.LAST)
        keys[field] = item[0] == "-"
    return tuple(SortKey(field, descending) for field, descending in keys.items())
