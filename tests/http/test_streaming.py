"""Answers that break off while they are sent."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError

from runs.artifacts.errors import BytesMissing
from runs.http.streaming import Streamed


def pieces(error: Exception, closed: list[bool] | None = None) -> Iterator[bytes]:
    try:
        yield b"first"
        raise error
    finally:
        if closed is not None:
            closed.append(True)


def test_missing_bytes_end_the_answer_with_one_line_in_the_log(caplog):
    answer = Streamed(pieces(BytesMissing("The bytes are missing.")))
    assert list(answer) == [b"first"]
    assert caplog.messages == ["An answer broke off: The bytes are missing."]
    assert caplog.records[0].exc_info is None


def test_a_database_that_goes_away_on_the_way_is_told_without_a_traceback(caplog):
    assert list(Streamed(pieces(OperationalError("gone")))) == [b"first"]
    assert not any(record.exc_info for record in caplog.records)


def test_a_fault_of_the_studio_is_logged_in_full(caplog):
    assert list(Streamed(pieces(ZeroDivisionError()))) == [b"first"]
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


@pytest.mark.django_db
def test_a_client_that_leaves_ends_what_makes_the_pieces():
    closed: list[bool] = []
    answer = Streamed(pieces(ZeroDivisionError(), closed))
    assert next(iter(answer)) == b"first"
    answer.close()
    assert closed == [True]
