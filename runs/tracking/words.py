"""Which runs have been heard of: whatever a client writes to its run is a word of it.

Noting a word costs a write an entry in a dictionary of this process, no query. `silence.py` stores
the entries together, a little later.
"""

import os
from collections.abc import Callable

_heard: dict[int, bool] = {}
_when_first: list[Callable[[], None]] = []


def note_word(pk: int, *, beats: bool = False) -> None:
    """Note that the client of a run has said something just now; `beats`: it will beat on."""
    is_first = not _heard
    _heard[pk] = beats or _heard.get(pk, False)
    if is_first:
        for call in _when_first:
            call()


def take_words() -> dict[int, bool]:
    """Return the runs that have been heard of since the last time, and whether they beat."""
    taken = {}
    while _heard:
        pk, beats = _heard.popitem()
        taken[pk] = beats
    return taken


def when_heard(call: Callable[[], None]) -> None:
    """Call this at the first word after the last `take_words`."""
    _when_first.append(call)


os.register_at_fork(after_in_child=_heard.clear)
