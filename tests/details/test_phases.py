"""The phases of a run, by its history."""

import pytest

from runs.details.phases import phases_of, read_phases
from runs.tracking.models import StatusChange
from tests.factories import make_run


def told(*changes: tuple[str, int]) -> list[tuple[str, int, int | None]]:
    history = [StatusChange(status=status, at_ms=at) for status, at in changes]
    return [(phase.name, phase.from_ms, phase.until_ms) for phase in phases_of(history)]


def test_phases_follow_each_other_until_the_end():
    changes = [("Queued", 0), ("Preparing", 10), ("Running", 12), ("Finalizing", 40)]
    assert told(*changes, ("Completed", 41)) == [
        ("queued", 0, 10),
        ("preparing", 10, 12),
        ("running", 12, 40),
        ("finalizing", 40, 41),
    ]


def test_a_phase_that_lasts_has_no_end():
    assert told(("Queued", 0), ("Running", 5)) == [("queued", 0, 5), ("running", 5, None)]


def test_silence_and_the_wish_to_cancel_are_no_phases_of_their_own():
    changes = [("Running", 0), ("NotResponding", 5), ("Running", 7), ("CancelRequested", 8)]
    assert told(*changes, ("Canceled", 9)) == [("running", 0, 9)]


def test_a_retried_run_is_queued_again():
    changes = [("Queued", 0), ("Running", 1), ("Queued", 2), ("Running", 4), ("Failed", 5)]
    assert [name for name, *_ in told(*changes)] == ["queued", "running", "queued", "running"]


@pytest.mark.django_db
def test_a_run_that_only_ran_shows_no_phases():
    assert read_phases(make_run()) == []
