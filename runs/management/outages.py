"""Why a command at a terminal cannot use the database or the data folder, in a line that says what
to do."""

import sqlite3
from pathlib import Path

from django.db import DatabaseError, InterfaceError
from django.db.migrations.exceptions import MigrationSchemaMissing

from runs.database.failures import Failure, failure_of
from runs.database.sqlite_file import sqlite_file
from runs.http.errors import NO_SPACE, is_in_data_folder

NO_DATABASE = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})


class NewerDatabase(Exception):
    """The database has migrations that this version of the studio does not know."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"The database is newer than this version of Studio (it has {', '.join(names)}). "
            "Start the version that wrote it, or a newer one."
        )


def explain(error: BaseException) -> str | None:
    """Return the line; None for an error that is a fault of the studio."""
    if isinstance(error, NewerDatabase):
        return str(error)
    if isinstance(error, MigrationSchemaMissing):
        error = error.__context__ or error
    if isinstance(error, DatabaseError | InterfaceError):
        return _explain_database(error)
    if isinstance(error, OSError) and _is_own(error.filename):
        return _explain_file(error)
    return None


def _explain_database(error: DatabaseError | InterfaceError) -> str | None:
    failure, said = failure_of(error), " ".join(str(error).split())
    path = sqlite_file()
    if path is None:
        return failure and f"The database does not answer: {said} Check DATABASE_URL."
    if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in NO_DATABASE:
        return f"{path} cannot be read: {said}. Put a copy of it back, or move the file away."
    if failure is Failure.LOCKED:
        return f"Another program keeps {path} locked. End it, or try again in a moment."
    if failure is Failure.FULL:
        return _full(path)
    return failure and _unusable(path, said)


def _explain_file(error: OSError) -> str:
    if error.errno in NO_SPACE:
        return _full(error.filename)
    return _unusable(error.filename, error.strerror)


def _is_own(path: object) -> bool:
    """Tell whether a file is in the data folder, or beside the file of the database."""
    database = sqlite_file()
    beside = database and isinstance(path, str) and Path(path).parent == Path(database).parent
    return is_in_data_folder(path) or bool(beside)


def _full(path: str) -> str:
    return f"The disk of {path} is full. Free some space, then try again."


def _unusable(path: str, said: str) -> str:
    advice = "Give yourself the right to read and write it and its folder"
    if not Path(path).parent.is_dir():
        advice = "Make its folder"
    variable = "STUDIO_DATA_DIR" if is_in_data_folder(path) else "DATABASE_URL"
    return f"Cannot use {path}: {said}. {advice}, or choose another place with {variable}."
