"""Which statements the studio has SQLite run, test by test.

Statements that differ in numbers, in the length of lists or in the names of savepoints are one.
What a test itself asks is left out.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from studio.bootstrap import BASE_DIR

PRODUCT = tuple(f"{BASE_DIR / folder}{os.sep}" for folder in ("runs", "studio"))
# It asks what the rooms above it want to know.
DATABASE_ROOM = f"{BASE_DIR / 'runs' / 'database'}{os.sep}"
TESTS = f"{BASE_DIR / 'tests'}{os.sep}"

SAVEPOINT = re.compile(r'"?s\d+_x\d+"?')
# 0 and 1 stay: `THEN 0 ELSE 1` is an order.
NUMBER = re.compile(r"(?<![\w.])(?:\d{2,}|[2-9])\b|(?<=\b[TUVW])\d+\b")
PLACES = re.compile(r"(%s|\?)(?:, ?\1)+")
ROWS = re.compile(r"(\((?:%s|\?)\))(?:, ?\1)+")


class Record:
    """The statements of the product, by the test that asks them."""

    def __init__(self) -> None:
        self.by_test: dict[str, set[str]] = {}
        self._asked: set[str] = set()

    def listen(self) -> None:
        """Hear of every statement that a cursor of Django or a plain one gets from here on."""
        from runs.database.engines.sqlite3.base import Cursor, PlainCursor

        for kind in (Cursor, PlainCursor):
            for name in ("execute", "executemany"):
                setattr(kind, name, self._heard(getattr(kind, name)))

    def _heard(self, run: Any) -> Any:
        def note_and_run(cursor: Any, statement: str, *params: Any) -> Any:
            asked = self._asked
            if statement not in asked and is_of_the_product(sys._getframe(1)):
                asked.add(statement)
            return run(cursor, statement, *params)

        return note_and_run

    @contextmanager
    def during(self, test: str) -> Iterator[None]:
        """Take what is asked inside the block as the test's."""
        self._asked = set()
        yield
        self.by_test[test] = {shape_of(statement) for statement in self._asked}

    def write(self, folder: Path) -> None:
        """Write it down as this process's."""
        listed = {test: sorted(asked) for test, asked in self.by_test.items()}
        (folder / f"asked-{os.getpid()}.json").write_text(json.dumps(listed))


def is_of_the_product(frame: FrameType | None) -> bool:
    """Tell whether the product asks, not a test: the innermost code of one of both does."""
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(PRODUCT) and not path.startswith(DATABASE_ROOM):
            return True
        if path.startswith(TESTS):
            return False
        frame = frame.f_back
    return False


@cache
def shape_of(statement: str) -> str:
    """Return what all statements have in common that differ in their values alone."""
    text = NUMBER.sub("n", SAVEPOINT.sub("s", " ".join(statement.split())))
    return ROWS.sub(r"\1", PLACES.sub(r"\1", text))


def read_records(folder: Path) -> dict[str, set[str]]:
    """Return the statements by test, of all processes that have written to the folder."""
    records: dict[str, set[str]] = {}
    for file in folder.glob("asked-*.json"):
        records |= {test: set(asked) for test, asked in json.loads(file.read_text()).items()}
    return records


def only_asked_by_others(records: Mapping[str, set[str]], tests: Iterable[str]) -> dict[str, str]:
    """Return each statement that none of the tests asks, with one of the others that does."""
    known = set().union(*(records.get(test, set()) for test in tests))
    return {one: test for test, asked in sorted(records.items()) for one in asked - known}
