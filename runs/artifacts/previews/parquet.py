"""Pages of Parquet files, read by range: only the row groups a page needs are fetched."""

import io
from typing import Any

from runs.artifacts.previews.kinds import TablePreview
from runs.artifacts.previews.tables import MAX_COLUMNS, PAGE_ROWS, cells, describe_cut
from runs.artifacts.queries import Readable, read_file


def preview_parquet(file: Readable, start: int, facts: dict[str, str]) -> TablePreview | None:
    """Return the rows from `start` on; None without pyarrow, or where it is no Parquet file."""
    try:
        import pyarrow  # heavy: imported only where such a file is looked at
        from pyarrow.parquet import ParquetFile
    except ImportError:
        return None
    try:
        with ParquetFile(_Bytes(file)) as table:
            names = table.schema_arrow.names
            rows = _rows(table, start, names[:MAX_COLUMNS])
            total = table.metadata.num_rows
    except (pyarrow.ArrowException, OSError, ValueError):
        return None
    goes_on = bool(rows) and start + len(rows) < total
    return TablePreview(
        kind="table",
        columns=cells(names),
        rows=rows,
        first_row=start,
        total_rows=total,
        next=start + len(rows) if goes_on else None,
        note=describe_cut(len(names), len(rows), goes_on, total),
        **facts,
    )


def _rows(table: Any, start: int, names: list[str]) -> list[list[str | None]]:
    groups, skipped = _groups_of(table.metadata, start, start + PAGE_ROWS)
    rows: list[list[str | None]] = []
    for batch in table.iter_batches(PAGE_ROWS, row_groups=groups, columns=names):
        part = batch.slice(skipped)
        skipped = max(0, skipped - batch.num_rows)
        columns = [part.column(index).to_pylist() for index in range(part.num_columns)]
        rows += [cells(list(row)) for row in zip(*columns, strict=True)]
    return rows[:PAGE_ROWS]


def _groups_of(metadata: Any, start: int, stop: int) -> tuple[list[int], int]:
    """Return the row groups with the rows [start, stop), and how many rows to skip in them."""
    groups, first, skipped = [], 0, 0
    for group in range(metadata.num_row_groups):
        behind = first + metadata.row_group(group).num_rows
        if first < stop and start < behind:
            skipped = skipped if groups else start - first
            groups.append(group)
        first = behind
    return groups, max(0, skipped)


class _Bytes(io.RawIOBase):
    """A file of the store as the seekable file pyarrow wants."""

    def __init__(self, file: Readable) -> None:
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size_bytes}
        self._at = max(0, base[whence] + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        stop = self._file.size_bytes if size < 0 else self._at + size
        data = b"".join(read_file(self._file, self._at, stop))
        self._at += len(data)
        return data
