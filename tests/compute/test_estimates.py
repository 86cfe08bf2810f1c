"""Expected starts: simulated worlds whose truth is known."""

import random

import pytest

from runs.compute.estimates import Going, Waiting, estimate_starts


def test_a_free_slot_starts_the_first_run_now():
    past = [60.0, 61.0, 62.0]
    (start,) = estimate_starts(slots=1, going=[], waiting=[Waiting(past)])
    assert start.low_s == start.high_s == 0


def test_without_slots_or_durations_nothing_is_promised():
    past = [60.0, 61.0, 62.0]
    assert estimate_starts(slots=0, going=[], waiting=[Waiting(past)]) == [None]
    assert estimate_starts(slots=1, going=[Going(5, [])], waiting=[Waiting(past)]) == [None]
    first, second = estimate_starts(slots=1, going=[], waiting=[Waiting([]), Waiting(past)])
    assert first.expected_s == 0
    assert second is None


def test_the_second_run_waits_for_the_first():
    past = [100.0] * 20
    first, second = estimate_starts(slots=1, going=[Going(40, past)], waiting=[Waiting(past)] * 2)
    assert first.expected_s == pytest.approx(60, abs=15)
    assert second.expected_s == pytest.approx(160, abs=25)


@pytest.mark.parametrize("spread", [0.1, 0.5, 1.0])
def test_the_interval_holds_four_starts_of_five(spread):
    """300 queues, log-normal durations: the true start lies in 75 to 85 % of the intervals."""
    chance = random.Random(7)
    held = 0
    worlds = 300
    for seed in range(worlds):
        held += _world_holds(chance, spread, seed)
    assert 0.75 <= held / worlds <= 0.85


def _world_holds(chance: random.Random, spread: float, seed: int) -> bool:
    slots = chance.randint(1, 4)
    kinds = [chance.uniform(20, 400) for _ in range(3)]

    def duration(kind: float) -> float:
        return kind * chance.lognormvariate(0, spread)

    past = {kind: [duration(kind) for _ in range(40)] for kind in kinds}
    running = []
    for _ in range(slots):
        # Who looks at a random moment meets a long job more often than a short one.
        some = [(kind, duration(kind)) for kind in kinds for _ in range(20)]
        kind, whole = chance.choices(some, [seconds for _, seconds in some])[0]
        running.append((kind, whole, whole * chance.random()))
    queue = [chance.choice(kinds) for _ in range(chance.randint(1, 5))]
    starts = estimate_starts(
        slots=slots,
        going=[Going(elapsed, past[kind]) for kind, _, elapsed in running],
        waiting=[Waiting(past[kind]) for kind in queue],
        seed=seed,
    )
    free = sorted(whole - elapsed for _, whole, elapsed in running)
    for kind in queue[:-1]:
        free = sorted([*free[1:], free[0] + duration(kind)])
    last = starts[-1]
    return last.low_s <= free[0] <= last.high_s


def test_a_run_on_several_nodes_waits_for_all_of_them_and_keeps_those_behind_it():
    short, long = [10.0] * 20, [100.0] * 20
    starts = estimate_starts(
        slots=2,
        going=[Going(0, short), Going(0, long)],
        waiting=[Waiting(short, slots=2), Waiting(short), Waiting(short, slots=3)],
    )
    assert starts[0].expected_s == pytest.approx(100, rel=0.3)
    assert starts[1].expected_s > starts[0].expected_s
    assert starts[2] is None, "there are not so many slots"


def test_a_run_that_its_sweep_holds_back_waits_for_the_others_of_it():
    past = [100.0] * 20
    sweep = [Waiting(past, sweep=5)] * 3
    starts = estimate_starts(
        slots=4, going=[Going(40, past, sweep=5)], waiting=[*sweep, Waiting(past)], limits={5: 2}
    )
    expected = [one.expected_s for one in starts]
    assert expected == pytest.approx([0, 60, 100, 0], abs=25), "the last one overtakes"
    without = estimate_starts(slots=4, going=[Going(40, past)], waiting=sweep)
    assert [one.expected_s for one in without] == pytest.approx([0, 0, 0])
