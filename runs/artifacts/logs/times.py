"""When the lines of a log arrived.

Programs rarely write the time into their lines, so the studio notes it: marks of a byte and the
time at which this byte, and what follows it, was received. There is a mark for the first part that
arrives in a second, later in a longer while: the while grows with the log's age, so that a log of
weeks has a bounded number of marks.
"""

from collections.abc import Sequence

import numpy as np
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from runs.artifacts.models import File, LogTimes
from runs.artifacts.queries import Readable

_MARK = np.dtype([("byte", "<i8"), ("at_ms", "<i8")])
_MARKS_PER_ROW = 512
_FINEST_MS = 1000
# A while is 1/50,000 of the age: a second for the first 14 hours, 12 seconds after a week. A log
# that is written for a year without a pause has 370,000 marks, which take 6 MB.
_WHILES_PER_AGE = 50_000


def mark_time(file: File, at_ms: int) -> None:
    """Note that the bytes behind `file`, as it was before them, have arrived at `at_ms`.

    At most two queries, none where there is a mark for this while already. Inside the transaction
    that records the bytes, which holds the row of the file.
    """
    if not _is_due(file, at_ms):
        return
    mark = np.array([(file.size_bytes, at_ms)], _MARK).tobytes()
    last = LogTimes.objects.filter(file=file).order_by("-first_byte").first()
    if last is None or len(last.marks) >= _MARKS_PER_ROW * _MARK.itemsize:
        LogTimes.objects.create(file=file, first_byte=file.size_bytes, marks=mark)
    else:
        last.marks = bytes(last.marks) + mark
        last.save(update_fields=["marks"])


def _is_due(file: File, at_ms: int) -> bool:
    while_ms = max(_FINEST_MS, (at_ms - file.created_ms) // _WHILES_PER_AGE)
    return file.size_bytes == 0 or at_ms // while_ms != file.updated_ms // while_ms


def forget_times(file: File, from_byte: int = 0) -> None:
    """Remove the marks at `from_byte` and behind it: other bytes will stand there."""
    LogTimes.objects.filter(file=file, first_byte__gte=from_byte).delete()
    last = LogTimes.objects.filter(file=file).order_by("-first_byte").first()
    if last is not None:
        marks = np.frombuffer(bytes(last.marks), _MARK)
        last.marks = marks[marks["byte"] < from_byte].tobytes()
        last.save(update_fields=["marks"])


def read_times(file: Readable, starts: Sequence[int]) -> list[int | None]:
    """Return when the bytes at `starts`, in ascending order, arrived: ms since the epoch, at most a
    while too early. None where it is not known. One query."""
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
