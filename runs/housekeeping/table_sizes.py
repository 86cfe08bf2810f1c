"""How many rows the main tables hold, without counting the large ones."""

from dataclasses import dataclass

from django.db.models import Model

from runs.artifacts.models import File
from runs.database.dialects import current_dialect
from runs.metrics.models import Segment, Series
from runs.tracking.models import Param, Run, RunEdit, RunTag, StatusChange

TABLES: dict[str, type[Model]] = {
    "Runs": Run,
    "Parameters": Param,
    "Tags": RunTag,
    "Metrics of runs": Series,
    "Blocks of metric points": Segment,
    "Files": File,
    "Status changes": StatusChange,
    "Edits of runs": RunEdit,
}


@dataclass(frozen=True)
class TableSize:
    """The rows of a table; `is_exact` False where they are estimated."""

    label: str
    rows: int
    is_exact: bool


def list_table_sizes() -> list[TableSize]:
    """Return the size of each main table. One or two short queries per table."""
    return [measure_table(label, model) for label, model in TABLES.items()]


def measure_table(label: str, model: type[Model]) -> TableSize:
    key = model._meta.pk_fields[0].column
    estimated = current_dialect().estimate_rows(model._meta.db_table, key)
    rows = model._base_manager.count() if estimated is None else estimated
    return TableSize(label, rows, is_exact=estimated is None)
