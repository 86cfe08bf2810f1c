"""What runs are sorted by."""

from dataclasses import astuple, dataclass
from enum import StrEnum

# Bands of a sort, in this order in both directions. EMPTY: NaN, or a tag without a value.
NUMBER, TEXT, EMPTY, MISSING = range(4)
# The aggregate that no table keeps.
BEST = "best"


class SortKind(StrEnum):
    """Where the values of a sort key are kept."""

    RUN = "run"
    METRIC = "metric"
    PARAM = "param"
    TAG = "tag"
    PROPERTY = "property"


@dataclass(frozen=True, slots=True)
class SortKey:
    """One sort key. `key` is a name, for a run field its canonical name in the filter language.

    `aggregate` of a metric: last, min, max, first, mean, count, or best (the value at the step
    where a goal metric is best, which the caller's hook knows). Params sort by number, then those
    that read as none by text; `as_text` sorts all by text, as MLflow does. Whatever the direction,
    NaN stands behind the numbers and runs without a value at the end.
    """

    kind: str
    key: str
    aggregate: str = "last"
    descending: bool = False
    column: str = ""
    as_text: bool = False

    def parts(self) -> tuple[object, ...]:
        return astuple(self)
