"""Pages of tables: CSV and TSV by byte, JSON tables whole."""

import csv
from collections.abc import Iterator
from typing import Any

from runs.artifacts.logs.encodings import decode
from runs.artifacts.previews.kinds import TablePreview
from runs.artifacts.queries import Readable, read_file

PAGE_ROWS = 1000
MAX_COLUMNS = 200
MAX_CELL_CHARS = 500
# A record that does not end within this is not one.
_MAX_PAGE_BYTES = 1 << 22
_MAX_HEADER_BYTES = 1 << 20


def preview_delimited(file: Readable, start: int, facts: dict[str, str]) -> TablePreview | None:
    """Return the records from byte `start` on of a CSV or TSV file; the first is the header."""
    delimiter = "\t" if "tab" in file.content_type else _delimiter(file)
    header = _Records(file, 0, _MAX_HEADER_BYTES, delimiter)
    columns = next(header, None)
    if columns is None:
        return None
    records = _Records(file, max(start, header.next_byte), _MAX_PAGE_BYTES, delimiter)
    rows, behind = [], records.next_byte
    for record in records:
        rows.append(cells(record))
        behind = records.next_byte
        if len(rows) == PAGE_ROWS:
            break
    goes_on = bool(rows) and behind < file.size_bytes
    return TablePreview(
        kind="table",
        columns=cells(columns),
        rows=rows,
        next=behind if goes_on else None,
        note=describe_cut(len(columns), len(rows), goes_on),
        **facts,
    )


def preview_rows(
    columns: list[Any], rows: list[list[Any]], start: int, facts: dict[str, str]
) -> TablePreview:
    """Return a page of rows that are all in memory."""
    shown = rows[start : start + PAGE_ROWS]
    goes_on = start + len(shown) < len(rows)
    return TablePreview(
        kind="table",
        columns=cells(columns),
        rows=[cells(row) for row in shown],
        first_row=start,
        total_rows=len(rows),
        next=start + len(shown) if goes_on else None,
        note=describe_cut(len(columns), len(shown), goes_on, len(rows)),
        **facts,
    )


def cells(values: list[Any]) -> list[str | None]:
    """Return a row for display: texts of bearable length, None for nothing."""
    return [
        None if value is None else str(value)[:MAX_CELL_CHARS] for value in values[:MAX_COLUMNS]
    ]


def describe_cut(columns: int, rows: int, goes_on: bool, total: int | None = None) -> str:
    """Return what the page leaves out, in words."""
    notes = []
    if goes_on:
        notes.append(f"{rows} of {total} rows are shown." if total else f"{rows} rows are shown.")
    if columns > MAX_COLUMNS:
        notes.append(f"{MAX_COLUMNS} of {columns} columns are shown.")
    return " ".join(notes)


class _Records(Iterator[list[str]]):
    """The records of a delimited file from a byte on, knowing where each one ends."""

    def __init__(self, file: Readable, start: int, limit: int, delimiter: str) -> None:
        self.next_byte = start
        self._lines = _lines(file, start, limit)
        self._reader = csv.reader(self._texts(), delimiter=delimiter)

    def _texts(self) -> Iterator[str]:
        for line in self._lines:
            text = decode(line).replace("\x00", "\ufffd")
            text = text.removeprefix("\ufeff") if self.next_byte == 0 else text
            self.next_byte += len(line)
            yield text

    def __next__(self) -> list[str]:
        while True:
            try:
                record = next(self._reader)
            except csv.Error:  # a field of more than 128 KiB
                raise StopIteration from None
            if record:
                return record


def _lines(file: Readable, start: int, limit: int) -> Iterator[bytes]:
    """Yield lines with their ends; the last one may lack it."""
    held = b""
    for chunk in read_file(file, start, start + limit):
        *lines, held = (held + chunk).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if held and start + limit >= file.size_bytes:
        yield held


def _delimiter(file: Readable) -> str:
    """Return the sign that is most frequent in the first line: comma, semicolon, tab or bar."""
    line = (
        b"".join(read_file(file, 0, _MAX_HEADER_BYTES)).partition(b"\n")[0].decode(errors="replace")
    )
    return max(",;\t|", key=line.count)
