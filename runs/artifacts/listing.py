"""Listings of a tree of files, page by page."""

from dataclasses import dataclass

from django.db.models import Q

from runs.artifacts.models import File
from runs.artifacts.owners import Owner, files_of
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


def find_files(
    owner: Owner, text: str, *, after: str = "", limit: int = 200
) -> tuple[EntryPage, int]:
    """Return the files whose path holds every word of `text`, in whatever case, with their number
    in all. Two queries. Raises InvalidPath."""
    wanted = Q(*map(_holds, text.split()))
    found = files_of(owner).filter(wanted).order_by("path")
    rows = (found.filter(path__gt=clean_folder(after)) if after else found)[: limit + 1]
    return cut([entry_of(row) for row in rows], limit), found.count()


def _holds(word: str) -> Q:
    """SQLite knows the case of ASCII letters alone; other words are looked for as people write
    them."""
    either = Q(path__icontains=word)
    if not word.isascii():
        for written in {word.lower(), word.upper(), word.capitalize()}:
            either |= Q(path__contains=written)
    return either


def entry_of(row: File) -> Entry:
    name = row.path.rpartition("/")[2]
    facts = (row.size_bytes, row.updated_ms, row.growing, row.content_type)
    return Entry(row.path, name, False, *facts)


def cut(entries: list[Entry], limit: int) -> EntryPage:
    more = entries[limit - 1].path if len(entries) > limit else None
    return EntryPage(entries[:limit], more)
