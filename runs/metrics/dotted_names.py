"""How a chart names what it draws: a metric by its key, a column of a table as `key.column`.

That is the text `Metric.__str__` gives. Keys and columns may hold dots themselves: a metric whose
key is the whole text comes first, then the split with the longest key for which there is one.
"""

from collections.abc import Iterable

from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Concat

from runs.tracking.texts import MAX_KEY_CHARS

# The text of the metric of a series, in the database.
NAME_OF_SERIES = Case(
    When(metric__column="", then=F("metric__key")),
    default=Concat("metric__key", Value("."), "metric__column"),
    output_field=TextField(),
)


def name_metric(key: str, column: str) -> str:
    """Return the text a chart names a metric, or a column of it, by."""
    return f"{key}.{column}" if column else key


def possible_keys(names: Iterable[str]) -> set[str]:
    """Return every key that a metric may have which one of the names means."""
    return {key for name in names for key in (name, *_heads(name))}


def _heads(name: str) -> Iterable[str]:
    """Give what stands before each dot of a name that has something on both sides of it."""
    dots = (at for at, char in enumerate(name[: MAX_KEY_CHARS + 1]) if char == ".")
    return (name[:at] for at in dots if 0 < at < len(name) - 1)
