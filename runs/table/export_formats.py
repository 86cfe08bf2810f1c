"""Rows as CSV, JSON or Parquet, streamed: memory does not grow with the number of rows."""

import csv
import io
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

Row = Sequence[Any]
BATCH_ROWS = 2000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(header: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """RFC 4180 with a header line, UTF-8. A text that a spreadsheet would run as a formula gets a
    `'` in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([guard(name) for name in header])
    for batch in batches(rows):
        writer.writerows([guard(cell) for cell in row] for row in batch)
        yield take(buffer)
    yield take(buffer)


def guard(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return "" if cell is None else cell


def take(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def write_json(header: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """One array of objects. NaN and infinities are the texts "NaN", "Infinity", "-Infinity"."""
    separator = b"[\n"
    for batch in batches(rows):
        objects = [dict(zip(header, map(plain, row), strict=True)) for row in batch]
        yield separator + b",\n".join(msgspec.json.encode(one) for one in objects)
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


def plain(cell: Any) -> Any:
    if isinstance(cell, float) and not math.isfinite(cell):
        return "NaN" if math.isnan(cell) else ("Infinity" if cell > 0 else "-Infinity")
    return cell


def write_parquet(header: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A Parquet file. A column is int64 or double where its first rows are numbers throughout,
    else text; later values that do not fit a number column are written as missing."""
    import pyarrow  # heavy: imported only for an export
    from pyarrow import parquet

    batched = batches(rows)
    first = next(batched, [])
    schema = pyarrow.schema(
        [(name, column_type(pyarrow, first, i)) for i, name in enumerate(header)]
    )
    sink = Pipe()
    with parquet.ParquetWriter(sink, schema) as writer:
        for batch in itertools.chain([first], batched):
            arrays = [
                pyarrow.array([fit(row[i], field.type, pyarrow) for row in batch], field.type)
                for i, field in enumerate(schema)
            ]
            writer.write_batch(pyarrow.record_batch(arrays, schema))
            yield sink.take()
    yield sink.take()


def column_type(pyarrow: Any, rows: Sequence[Row], index: int) -> Any:
    cells = [row[index] for row in rows if row[index] is not None]
    if cells and all(type(cell) is int for cell in cells):
        return pyarrow.int64()
    if cells and all(isinstance(cell, int | float) for cell in cells):
        return pyarrow.float64()
    return pyarrow.string()


def fit(cell: Any, kind: Any, pyarrow: Any) -> Any:
    if cell is None:
        return None
    if kind == pyarrow.string():
        return str(cell)
    if kind == pyarrow.int64():
        return cell if type(cell) is int else None
    return float(cell) if isinstance(cell, int | float) else None


class Pipe(io.RawIOBase):
    """A file that only grows, whose bytes are taken away as they come."""

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


Writer = Callable[[Sequence[str], Iterable[Row]], Iterator[bytes]]
FORMATS: dict[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "json": ("application/json", write_json),
    "parquet": ("application/vnd.apache.parquet", write_parquet),
}
