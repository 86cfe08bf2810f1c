"""Listings of a tree of files, page by page."""

from dataclasses import dataclass

from runs.artifacts.models import File
from runs.artifacts.owners import Owner
from runs.artifacts.paths import clean_folder
from runs.artifacts.queries import Entry, folder_files, list_folder


@dataclass(frozen=True)
class EntryPage:
    """Entries in the order of their paths; go on behind the path `next`."""

    items: list[Entry]
    next: str | None


def list_page(
    owner: Owner, path: str = "", *, recursive: bool = False, after: str = "", limit: int = 1000
) -> EntryPage:
    """Return what lies in the folder `path`: files and folders directly in it, or with `recursive`
    all files at any depth. Raises InvalidPath."""
    folder = clean_folder(path)
    after = clean_folder(after)
    if not recursive:
        entries = [entry for entry in list_folder(owner, folder) if entry.path > after]
        return cut(entries[: limit + 1], limit)
    files = folder_files(owner, folder)
    rows = (files.filter(path__gt=after) if after else files)[: limit + 1]
    return cut([entry_of(row) for row in rows], limit)


def entry_of(row: File) -> Entry:
    name = row.path.rpartition("/")[2]
    facts = (row.size_bytes, row.updated_ms, row.growing, row.content_type)
    return Entry(row.path, name, False, *facts)


def cut(entries: list[Entry], limit: int) -> EntryPage:
    more = entries[limit - 1].path if len(entries) > limit else None
    return EntryPage(entries[:limit], more)
