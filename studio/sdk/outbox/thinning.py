"""Keeping an outbox within its limit while the studio is away: the densest series lose points."""

import os
from collections import Counter
from pathlib import Path

from studio.sdk.outbox.places import read_json, write_json
from studio.sdk.outbox.segments import SUFFIX, THINNED, Segment, list_segments, remove_file

LIMIT_VARIABLE = "STUDIO_OUTBOX_BYTES"
LIMIT_BYTES = 1 << 30
SCALAR = b'{"kind":"scalar","name":'


def thin_if_large(folder: Path) -> int:
    """Thin the oldest finished segments until the outbox is within its limit; return how many
    points were left out. They are counted, and the count is shown on the run."""
    limit = int(os.environ.get(LIMIT_VARIABLE, LIMIT_BYTES))
    left_out = 0
    segments = finished_segments(folder)
    total = sum(segment.size_bytes for segment in segments)
    for segment in segments:
        if total <= limit:
            break
        before = segment.size_bytes
        left_out += thin(segment)
        after = segment.path.with_suffix(THINNED)
        total -= before - (after.stat().st_size if after.exists() else before)
    if left_out:
        file = folder / "thinned.json"
        write_json(file, {"points": read_json(file).get("points", 0) + left_out})
    return left_out


def finished_segments(folder: Path) -> list[Segment]:
    """Return the segments that nobody writes to any more, those of many points first."""
    found = []
    for writer in (folder / "writers").iterdir():
        found += list_segments(writer)[:-1]
    return sorted(found, key=lambda segment: (segment.is_thinned, segment.start))


def thin(segment: Segment) -> int:
    """Take every second point of the densest series out of a segment; return how many."""
    lines = list(segment.lines(0, 1 << 40))
    names = Counter(name for line in lines if (name := series_of(line.data)))
    if not names:
        return 0
    most = names.most_common(1)[0][1]
    dense = {name for name, count in names.items() if count * 2 >= most and count > 2}
    seen: Counter[bytes] = Counter()
    kept = []
    for line in lines:
        name = series_of(line.data)
        seen[name] += 1
        # The first and the last point of a series stay.
        if name not in dense or seen[name] % 2 or seen[name] == names[name]:
            kept.append(line)
    part = segment.path.with_suffix(".part")
    part.write_bytes(b"".join(b"%d %s\n" % (line.number, line.data) for line in kept))
    part.replace(segment.path.with_suffix(THINNED))
    remove_file(segment.path.with_suffix(SUFFIX))
    return len(lines) - len(kept)


def series_of(data: bytes) -> bytes:
    """Return the name of the series that a line is a point of, as it is written; b"" for others."""
    if not data.startswith(SCALAR):
        return b""
    return data[len(SCALAR) :].partition(b',"value"')[0]
