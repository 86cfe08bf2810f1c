"""The columns of the run table: fields of a run, how their cells look, how wide they are."""

from runs.tracking.errors import InvalidValue
from runs.tracking.fields import Aggregate, Entity, Field
from runs.tracking.filters import Comparison, Operator
from runs.tracking.run_fields import RUN_FIELDS, SHOWN, parse_field, split_list

# A column of the table shows one field of a run.
Column = Field
METRIC_WIDTH = 104
TEXT_WIDTH = 110
NAME = Field(Entity.RUN, "name")
USUAL = tuple(Field(Entity.RUN, one.name) for one in RUN_FIELDS if one.is_default)


def look_of(column: Field) -> str:
    """Return how the cells of a column look."""
    if column.entity is Entity.RUN:
        return SHOWN[column.key].cell_look
    if column.aggregate is Aggregate.TREND:
        return "trend"
    return "number" if column.entity is Entity.METRIC else "text"


def width_of(column: Field) -> int:
    """Return how wide a column is at first, in pixels."""
    if column.entity is Entity.RUN:
        return SHOWN[column.key].cell_width
    if column.entity is Entity.METRIC:
        # The header names the aggregate beside the metric.
        word = 42 if column.aggregate is Aggregate.BEST else max(25, 6 * len(column.aggregate))
        label = 7.5 * len(column.key) + word
        return max(METRIC_WIDTH, min(260, round(label) + 44))
    return max(TEXT_WIDTH, min(240, 8 * len(column.key) + 48))


def parse_column(text: str) -> Field:
    """Read the text of a column. Raises InvalidValue for one that cannot be shown."""
    column = parse_field(text)
    if column.entity is Entity.RUN and column.key not in SHOWN:
        raise InvalidValue(f"{text!r} cannot be a column. These can: {', '.join(SHOWN)}.")
    return column


def parse_columns(text: str) -> list[Field]:
    """Read a comma list of columns; each stands once."""
    return list(dict.fromkeys(parse_column(item) for item in split_list(text)))


def member_of(column: Field, value: str | None) -> Comparison:
    """Return the condition that a run belongs to a group; None: it lacks the value."""
    if value is None:
        return Comparison(column, Operator.IS_NULL)
    return Comparison(column, Operator.EQ, value)
