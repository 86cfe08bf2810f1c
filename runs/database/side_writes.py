"""Writes that a request does beside what it was asked for, and can do without."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError

from runs.database.failures import failure_of
from runs.database.outage_log import tell_failure
from runs.database.waiting import impatient


@contextmanager
def beside_a_read() -> Iterator[None]:
    """Write in this block what the request does not need: it neither waits for a locked database
    nor fails where nothing can be written."""
    try:
        with impatient():
            yield
    except OperationalError as error:
        if (failure := failure_of(error)) is None:
            raise
        tell_failure(failure, error)
