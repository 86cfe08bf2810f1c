"""When the lines of a log arrived.

Programs rarely write the time into their lines, so the studio does. A mark holds the position of a
byte and the time at which the studio received it and the bytes after it. Only the first part that
arrives in an interval gets a mark. The interval is a second in a new log and grows with the age of
the log, which bounds the number of marks.
"""

from collections.abc import Sequence

import numpy as np
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from runs.artifacts.models import File, LogTimes
from runs.artifacts.queries import Readable
from runs.database.rows import Rows

TIMES = Rows(LogTimes)
_MARK = np.dtype([("byte", "<i8"), ("at_ms", "<i8")])
MARKS_PER_ROW = 512
_FINEST_MS = 1000
# An interval is 1/50,000 of the age: a second for the first 14 hours, 12 seconds after a week. A
# log that is written for a year without a pause has 370,000 marks, which take 6 MB.
_INTERVALS_PER_AGE = 50_000


def mark_time(file: File, at_ms: int) -> None:
    """Record that the bytes appended to `file` arrived at `at_ms`; its row does not count them yet.

    To be called in the transaction that records the bytes and holds the row of the file. At most
    two queries; none if the interval has a mark.
    """
    if not _is_due(file, at_ms):
        return
    mark = np.array([(file.size_bytes, at_ms)], _MARK).tobytes()
    last = LogTimes.objects.filter(file=file).order_by("-first_byte").first()
    if last is None or len(last.marks) >= MARKS_PER_ROW * _MARK.itemsize:
        LogTimes.objects.create(file=file, first_byte=file.size_bytes, marks=mark)
    else:
        last.marks = bytes(last.marks) + mark
        last.save(update_fields=["marks"])


def begin_times(file: File, at_ms: int) -> None:
    """Record that a log arrived as a whole. One query."""
    mark = np.array([(0, at_ms)], _MARK).tobytes()
    TIMES.insert_many([LogTimes(file=file, first_byte=0, marks=mark)])


def _is_due(file: File, at_ms: int) -> bool:
    interval_ms = max(_FINEST_MS, (at_ms - file.created_ms) // _INTERVALS_PER_AGE)
    return file.size_bytes == 0 or at_ms // interval_ms != file.updated_ms // interval_ms


def forget_times(file: File, from_byte: int = 0) -> None:
    """Remove the marks from `from_byte` on: other bytes are about to take their place."""
    LogTimes.objects.filter(file=file, first_byte__gte=from_byte).delete()
    last = LogTimes.objects.filter(file=file).order_by("-first_byte").first()
    if last is not None:
        marks = np.frombuffer(bytes(last.marks), _MARK)
        last.marks = marks[marks["byte"] < from_byte].tobytes()
        last.save(update_fields=["marks"])


def read_times(file: Readable, starts: Sequence[int]) -> list[int | None]:
    """Return when the bytes at the ascending positions `starts` arrived, in ms since 1970, or None
    where it is not known. A time may be too early, by one interval at most. One query."""
    if not isinstance(file, File) or not starts:
        return [None] * len(starts)
    rows = LogTimes.objects.filter(file=file).order_by("first_byte")
    before = rows.filter(first_byte__lte=starts[0]).order_by("-first_byte").values("first_byte")
    wanted = rows.filter(
        first_byte__gte=Coalesce(Subquery(before[:1]), 0), first_byte__lte=starts[-1]
    )
    packed = b"".join(map(bytes, wanted.values_list("marks", flat=True)))
    marks = np.frombuffer(packed, _MARK)
    places = np.searchsorted(marks["byte"], starts, side="right") - 1
    times = marks["at_ms"].tolist()
    return [times[place] if place >= 0 else None for place in places.tolist()]


def byte_at(file: Readable, at_ms: int) -> int:
    """Return the position of the first byte that arrived in the interval that holds `at_ms`: 0
    for a time before the first, or where no time is known. One query."""
    if not isinstance(file, File):
        return 0
    rows = LogTimes.objects.filter(file=file).order_by("first_byte")
    marks = np.frombuffer(b"".join(map(bytes, rows.values_list("marks", flat=True))), _MARK)
    # The clock of a server may have gone back: a mark counts with the latest time before it.
    times = np.maximum.accumulate(marks["at_ms"])
    place = int(np.searchsorted(times, at_ms, side="right")) - 1
    return int(marks["byte"][max(place, 0)]) if len(marks) else 0


def read_time_span(file: Readable) -> tuple[int, int] | None:
    """Return when the first and the last byte whose times are known arrived, None where no time
    is. One query."""
    if not isinstance(file, File):
        return None
    rows = LogTimes.objects.filter(file=file).order_by("first_byte")
    packed = rows.values_list("marks", flat=True).first()
    if not packed:
        return None
    return int(np.frombuffer(bytes(packed), _MARK)["at_ms"][0]), file.updated_ms
