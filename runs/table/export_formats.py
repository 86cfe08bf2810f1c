"""Rows as CSV, JSON or Parquet, streamed: memory does not grow with the number of rows.

Cells are numbers, texts, times as ms since the epoch, or None where a value is missing. What the
cells of a column may be is declared, never guessed from the first rows.
"""

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
import numpy as np

from runs.metrics.number_words import write_number

Row = Sequence[Any]
BATCH_ROWS = 2000
FORMULA_START = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 (spreadsheets take these too)
NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?|nan)", re.IGNORECASE)


# CSV has no end mark: without this line nobody would see that rows are missing.
BROKEN_OFF = b'"INCOMPLETE: the studio could not read all rows. Export again."\r\n'


class FieldType(StrEnum):
    """What the cells of a field are; a TEXT may be a number in some rows."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    TIME = "time"


@dataclass(frozen=True)
class ExportField:
    """A field of an export. No two of an export have one name."""

    name: str
    type: FieldType = FieldType.TEXT


def write_csv(fields: Sequence[ExportField], rows: Iterable[Row]) -> Iterator[bytes]:
    """RFC 4180 with a header line, UTF-8. A text that a spreadsheet would run as a formula gets a
    `'` in front; numbers, also those in texts, stay as they are. Where reading the rows fails, the
    last line says so."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(guard([field.name for field in fields]))
    shape = {FieldType.TEXT: guard, FieldType.TIME: format_times}
    try:
        for batch in batches(rows):
            writer.writerows(zip(*shaped(fields, batch, shape), strict=True))
            yield take(buffer)
    except Exception:
        yield take(buffer) + BROKEN_OFF
        raise
    yield take(buffer)


def shaped(
    fields: Sequence[ExportField],
    batch: Sequence[Row],
    shape: Mapping[FieldType, Callable[[Sequence[Any]], Iterable[Any]]],
) -> list[Iterable[Any]]:
    """The columns of a batch, each as its type is written; a type that `shape` lacks as it is."""
    columns = zip(fields, zip(*batch, strict=True), strict=True)
    return [shape[one.type](cells) if one.type in shape else cells for one, cells in columns]


def guard(cells: Sequence[Any]) -> list[Any]:
    return [f"'{cell}" if is_formula(cell) else cell for cell in cells]


def is_formula(cell: Any) -> bool:
    if not isinstance(cell, str) or not FORMULA_START.match(cell):
        return False
    return not NUMBER.fullmatch(cell)


def format_times(cells: Sequence[int | None]) -> list[str | None]:
    """ISO 8601 in UTC, to the millisecond; also of years that have more than four digits."""
    texts = np.datetime_as_string(np.array(cells, "datetime64[ms]"), timezone="UTC").tolist()
    return [None if cell is None else text for cell, text in zip(cells, texts, strict=True)]


def take(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def write_json(fields: Sequence[ExportField], rows: Iterable[Row]) -> Iterator[bytes]:
    """One array of objects. NaN and infinities are the texts "NaN", "Infinity", "-Infinity"."""
    names = [field.name for field in fields]
    shape = {FieldType.TIME: format_times, FieldType.NUMBER: plain, FieldType.TEXT: plain}
    separator = b"[\n"
    for batch in batches(rows):
        columns = shaped(fields, batch, shape)
        objects = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        yield separator + b",\n".join(msgspec.json.encode(one) for one in objects)
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


def plain(cells: Sequence[Any]) -> list[Any]:
    return [write_number(cell) if isinstance(cell, float) else cell for cell in cells]


def write_parquet(fields: Sequence[ExportField], rows: Iterable[Row]) -> Iterator[bytes]:
    """A Parquet file: int64, double, timestamps in UTC to the millisecond, else texts."""
    import pyarrow  # heavy: imported only for an export
    from pyarrow import parquet

    types = {
        FieldType.TEXT: pyarrow.string(),
        FieldType.WHOLE: pyarrow.int64(),
        FieldType.NUMBER: pyarrow.float64(),
        FieldType.TIME: pyarrow.timestamp("ms", tz="UTC"),
    }
    schema = pyarrow.schema([(field.name, types[field.type]) for field in fields])
    sink = Pipe()
    with parquet.ParquetWriter(sink, schema) as writer:
        for batch in batches(rows):
            columns = shaped(fields, batch, {FieldType.TEXT: as_texts})
            arrays = [
                pyarrow.array(cells, kind)
                for cells, kind in zip(columns, schema.types, strict=True)
            ]
            writer.write_batch(pyarrow.record_batch(arrays, schema))
            yield sink.take()
    yield sink.take()


def as_texts(cells: Iterable[Any]) -> list[str | None]:
    return [cell if cell is None else str(cell) for cell in cells]


class Pipe(io.RawIOBase):
    """A file to write to, whose bytes can be taken out as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[bytes] = []
        self.position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self.parts.append(piece)
        self.position += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self.position

    def take(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, BATCH_ROWS)):
        yield batch


Writer = Callable[[Sequence[ExportField], Iterable[Row]], Iterator[bytes]]
FORMATS: dict[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "json": ("application/json", write_json),
    "parquet": ("application/vnd.apache.parquet", write_parquet),
}
