"""Rows and tables: `run.log_row` and `run.log_table`."""

from collections.abc import Iterable, Mapping
from typing import Any

from studio.sdk.exceptions import UserErrorException
from studio.sdk.values.names import plain_name
from studio.sdk.values.numbers import cell_of

# A longer table is written as several, which are joined at the studio.
MOST_ROWS = 2_000


def row_entry(name: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of a row. Raises UserErrorException where a cell is a list."""
    if not cells:
        raise UserErrorException(f"The row {name!r} has no columns: run.log_row({name!r}, x=1).")
    value = {plain_name(column): cell_of(cell) for column, cell in cells.items()}
    return {"kind": "row", "name": plain_name(name), "value": value}


def table_entries(name: str, value: Any) -> Iterable[dict[str, Any]]:
    """Yield the entries of a table: a dict of columns, or a data frame.

    Raises UserErrorException where columns differ in length.
    """
    if hasattr(value, "to_dict") and not isinstance(value, Mapping):
        value = value.to_dict(orient="list")
    if not isinstance(value, Mapping) or not value:
        raise UserErrorException(f"log_table takes a dict of columns, not {type(value).__name__}.")
    columns = {plain_name(column): as_column(cells) for column, cells in value.items()}
    lengths = {column: len(cells) for column, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        raise UserErrorException(f"The columns of {name!r} differ in length: {lengths}.")
    count = next(iter(lengths.values()))
    if not count:
        raise UserErrorException(f"The table {name!r} has no rows.")
    for start in range(0, count, MOST_ROWS):
        part = {
            column: [cell_of(cell) for cell in cells[start : start + MOST_ROWS]]
            for column, cells in columns.items()
        }
        yield {"kind": "table", "name": plain_name(name), "value": part}


def as_column(cells: Any) -> list[Any]:
    """Return the cells of a column; a single value is a column of one."""
    cells = cells.tolist() if hasattr(cells, "tolist") else cells
    if isinstance(cells, str) or not isinstance(cells, Iterable):
        return [cells]
    return list(cells)
