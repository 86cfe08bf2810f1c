"""When a waiting run starts, in words."""

import pytest

NOON = 1_795_694_400_000


def call(modules, name, *seconds):
    return modules.call("lib/times.js", name, *(NOON + one * 1000 for one in seconds), NOON)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-30, "any moment"), (4, "any moment"), (17, "in about 20 s"), (120, "in about 120 s")],
)
def test_a_start_within_two_minutes_is_told_in_seconds(modules, seconds, words):
    assert call(modules, "startTime", seconds) == words


def test_a_later_start_is_told_as_the_time_of_day(modules):
    clock = modules.call("lib/times.js", "clockTime", NOON + 600_000, NOON)
    assert call(modules, "startTime", 600) == clock


def test_an_interval_is_told_in_seconds_or_in_times_of_day(modules):
    assert call(modules, "startInterval", 8, 41) == "10\u201340 s"
    clocks = [
        modules.call("lib/times.js", "clockTime", NOON + one * 1000, NOON) for one in (60, 600)
    ]
    assert call(modules, "startInterval", 60, 600) == "\u2013".join(clocks)


def test_an_interval_between_equal_words_is_left_out(modules):
    assert call(modules, "startInterval", 18, 21) == ""
    assert call(modules, "startInterval", 600, 601) == ""
