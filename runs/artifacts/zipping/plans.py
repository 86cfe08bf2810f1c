"""What goes into a download: which runs, which of their files, under which names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from runs.artifacts.errors import UnknownFile
from runs.artifacts.logs.conventions import is_log
from runs.artifacts.owners import Owner
from runs.artifacts.paths import clean_folder
from runs.artifacts.pins import Pin, pin
from runs.artifacts.queries import folder_files
from runs.artifacts.stores import store_named
from runs.artifacts.zipping.deflating import deflated
from runs.artifacts.zipping.layout import Layout, Read
from runs.artifacts.zipping.records import ZipMember
from runs.artifacts.zipping.sending import in_chunks
from runs.tracking.models import Run
from runs.tracking.statuses import Status

_UNSAFE = re.compile(r"[^\w .()+=@-]+")
_MAX_NAME_CHARS = 80


@dataclass(frozen=True)
class ZipPlan:
    """A zip that can be sent: frozen now, read from the store while it is sent.

    `is_final` says that asking again gives the same bytes, so that a download may be resumed.
    """

    name: str
    layout: Layout
    content_bytes: int
    is_final: bool
    _pins: Sequence[Pin]

    @property
    def size_bytes(self) -> int:
        """Return the length of the whole zip, not compressed."""
        return self.layout.size_bytes

    @property
    def file_count(self) -> int:
        return len(self.layout.members)

    @property
    def etag(self) -> str:
        return self.layout.etag

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the bytes [start, stop); only a plan that `is_final` begins elsewhere than at 0.

        Raises BytesMissing on the way; then the download must break off.
        """
        return self._sent(self.layout.pieces(start, stop))

    def deflated_chunks(self) -> Iterator[bytes]:
        """Yield the zip with its files compressed; its length is not known before."""
        return self._sent(deflated(self.layout.members, self.layout.read))

    def _sent(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from in_chunks(pieces)
        finally:
            for pinned in self._pins:
                pinned.close()


def plan_zip(runs: Sequence[Run], *, folder: str = "", logs_only: bool = False) -> ZipPlan:
    """Plan the zip of all files of `runs`, or of those in `folder`, or of their logs.

    Names are the paths in the run; of several runs each has a folder of its own. One query per
    run. Raises InvalidPath, UnknownFile where no run has the folder.
    """
    folder = clean_folder(folder)
    active = [run for run in runs if not Status(run.status).is_final]
    pins = [pinned for pinned in map(pin, active) if pinned is not None]
    names = _folder_names(runs) if len(runs) > 1 else [""]
    members: list[ZipMember] = []
    places: list[tuple[str, str]] = []
    growing = found = False
    for run, prefix in zip(runs, names, strict=True):
        for path, size, crc32, updated_ms, store, key, grows in _rows(run, folder):
            found = True
            if not logs_only or is_log(path):
                members.append(ZipMember(f"{prefix}{path}".encode(), size, crc32, updated_ms))
                places.append((store, key))
                growing |= grows
    if folder and not found:
        raise UnknownFile(f"There is no file or folder '{folder}'.")
    layout = Layout(members, reader_of(places))
    return ZipPlan(
        name=_zip_name(runs, folder, logs_only),
        layout=layout,
        content_bytes=sum(member.size_bytes for member in members),
        is_final=layout.is_known and not growing and not active,
        _pins=pins,
    )


def _rows(owner: Owner, folder: str) -> Iterator[tuple]:
    columns = ("path", "size_bytes", "crc32", "updated_ms", "store", "key", "growing")
    return folder_files(owner, folder).values_list(*columns).iterator(chunk_size=5000)


def reader_of(places: Sequence[tuple[str, str]]) -> Read:
    """Return what reads member `i` of a zip from the (store, key) `places[i]`."""

    def read(number: int, start: int, stop: int) -> Iterator[bytes]:
        store, key = places[number]
        return store_named(store).read(key, start, stop)

    return read


def _folder_names(runs: Sequence[Run]) -> list[str]:
    """Return a folder for each run, named for people and unique without regard to case."""
    names: list[str] = []
    taken: set[str] = set()
    for run in runs:
        plain = plain_name(run.name or run.run_id)
        name = next(each for each in _numbered(plain) if each.lower() not in taken)
        taken.add(name.lower())
        names.append(f"{name}/")
    return names


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in count(2))


def _zip_name(runs: Sequence[Run], folder: str, logs_only: bool) -> str:
    first = plain_name(runs[0].name or runs[0].run_id) if len(runs) == 1 else f"{len(runs)}-runs"
    parts = [first, *([plain_name(folder)] if folder else []), *(["logs"] if logs_only else [])]
    return "-".join(parts) + ".zip"


def plain_name(text: str) -> str:
    """Return `text` as a file name every system takes: no separators, no dots at its ends."""
    return _UNSAFE.sub("_", text)[:_MAX_NAME_CHARS].strip(" ._") or "run"
