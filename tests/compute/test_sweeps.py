"""Sweeps: which runs they make, how many go on at a time, and how the parent follows them."""

import pytest

from runs.compute.attempts import cancel, finish
from runs.compute.claiming import claim
from runs.compute.models import Attempt, Job, JobState
from runs.compute.queues import read_queue
from runs.compute.reasons import Cause
from runs.compute.submitting import Work
from runs.compute.sweep_plans import Argument, SweepPlan, list_choices
from runs.compute.sweeping import settle_sweeps
from runs.compute.sweeps import submit_sweep
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.runs import update_run
from runs.tracking.services import delete_runs
from runs.tracking.statuses import Status
from tests.factories import make_experiment

LR = Argument("--lr", values=["0.1", "0.01"])


@pytest.fixture
def sweep(cluster):
    """Submit a sweep of three values of `--lr`; facts of the plan may be given."""

    def submit_one(**facts) -> Run:
        values = facts.pop("values", ["1", "2", "3"])
        plan = SweepPlan([Argument("--lr", values=values)], **facts)
        work = Work(["python", "train.py"])
        return submit_sweep(
            experiment=make_experiment(), cluster=cluster, work=work, plan=plan, name="search"
        )

    return submit_one


def end(attempt, cause=Cause.COMPLETED) -> None:
    finish(run=attempt.job.run, fence=attempt.fence, cause=cause, exit_code=0)


def status(run: Run) -> str:
    run.refresh_from_db()
    return run.status


def children(parent: Run) -> list[str]:
    return [child.status for child in parent.children.order_by("number")]


def test_a_grid_is_every_combination():
    plan = SweepPlan([LR, Argument("--layers", values=["2", "3"])])
    assert [dict(choice) for choice in list_choices(plan)] == [
        {"--lr": lr, "--layers": layers} for lr in ("0.1", "0.01") for layers in ("2", "3")
    ]


def test_random_draws_stay_in_their_bounds_and_repeat_with_their_seed():
    arguments = [
        Argument("--lr", low=1e-4, high=1e-1, scale="log"),
        Argument("--layers", low=1, high=4, scale="whole"),
    ]
    plan = SweepPlan(arguments, method="random", count=40, seed=7)
    drawn = [dict(choice) for choice in list_choices(plan)]
    assert len(drawn) == 40
    assert all(1e-4 <= float(one["--lr"]) <= 1e-1 for one in drawn)
    assert {one["--layers"] for one in drawn} == {"1", "2", "3", "4"}
    # On a logarithmic scale a third of the draws lies in each decade.
    assert 5 <= sum(float(one["--lr"]) < 1e-3 for one in drawn) <= 22
    assert drawn == [dict(choice) for choice in list_choices(plan)]
    other = SweepPlan(arguments, method="random", count=40, seed=8)
    assert drawn != [dict(choice) for choice in list_choices(other)]


def test_a_random_sweep_tries_nothing_twice():
    plan = SweepPlan([LR], method="random", count=10)
    assert sorted(choice[0][1] for choice in list_choices(plan)) == ["0.01", "0.1"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"arguments": []}, "1 to 50 arguments"),
        ({"arguments": [Argument("--a")]}, "either values or"),
        ({"arguments": [Argument("--a", ["1"], low=1, high=2)]}, "either values or"),
        ({"arguments": [Argument("--a", low=1, high=2)]}, "draw it at random"),
        ({"arguments": [Argument("--a", low=1)], "method": "random", "count": 1}, "a high bound"),
        ({"arguments": [Argument("--a", low=2, high=1)], "method": "random", "count": 1}, "above"),
        ({"arguments": [LR], "method": "random"}, "how many runs"),
        ({"arguments": [LR], "parallel": 0}, "at a time"),
        ({"arguments": [Argument(str(at), ["1", "2"]) for at in range(10)]}, "would make 1024"),
        ({"arguments": [LR], "method": "guess"}, "method"),
    ],
)
def test_a_bad_plan_is_refused_with_words(facts, words):
    with pytest.raises(InvalidValue, match=words):
        list_choices(SweepPlan(**facts))


def test_logarithms_need_bounds_above_zero():
    argument = Argument("--a", low=0, high=1, scale="log")
    with pytest.raises(InvalidValue, match="above 0"):
        list_choices(SweepPlan([argument], method="random", count=1))


def test_a_sweep_makes_a_parent_and_its_children(sweep):
    parent = sweep()
    assert (parent.kind, parent.status, parent.name) == ("sweep", Status.QUEUED, "search")
    jobs = Job.objects.filter(run__parent=parent).order_by("rank")
    assert [job.command for job in jobs] == [
        ["python", "train.py", "--lr", value] for value in ("1", "2", "3")
    ]
    first = jobs[0].run
    assert first.name == "lr=1"
    assert dict(first.tags.values_list("key", "value")) == {"lr": "1"}


def test_a_refused_sweep_leaves_nothing(sweep):
    with pytest.raises(InvalidValue):
        sweep(parallel=0)
    with pytest.raises(InvalidValue):
        sweep(values=["a\0b"])
    assert not Run.objects.exists()


def test_the_parent_runs_and_completes_with_its_children(sweep, node):
    parent = sweep()
    attempts = [claim(node=node) for _ in range(2)]
    assert status(parent) == Status.RUNNING
    for attempt in (*attempts, claim(node=node)):
        assert status(parent) == Status.RUNNING
        end(attempt)
    assert status(parent) == Status.COMPLETED
    assert parent.ended_ms >= parent.started_ms


def test_the_parent_fails_when_a_child_has_and_says_how_many(sweep, node):
    parent = sweep()
    for cause in (Cause.COMPLETED, Cause.EXIT, Cause.COMPLETED):
        end(claim(node=node), cause)
    assert (status(parent), parent.status_reason) == (Status.FAILED, "1 of 3 runs failed")


def test_only_so_many_children_go_on_at_a_time(sweep, node):
    sweep(parallel=2)
    first, second = claim(node=node), claim(node=node)
    assert claim(node=node) is None
    end(second)
    assert claim(node=node).job.run.name == "lr=3"
    end(first)
    assert claim(node=node) is None


def test_canceling_the_parent_cancels_the_children(sweep, node):
    parent = sweep(parallel=2)
    running = claim(node=node)
    assert cancel(run=parent, by="ana") == Status.CANCEL_REQUESTED
    assert children(parent) == [Status.CANCEL_REQUESTED, Status.CANCELED, Status.CANCELED]
    assert claim(node=node) is None
    end(running)
    assert (status(parent), parent.status_reason) == (Status.CANCELED, "canceled by ana")
    assert cancel(run=parent, by="ben") == Status.CANCELED


def test_a_sweep_that_has_not_begun_is_canceled_at_once(sweep):
    assert cancel(run=sweep(), by="ana") == Status.CANCELED


def test_a_parent_whose_children_are_canceled_one_by_one_is_canceled(sweep):
    parent = sweep()
    for child in parent.children.all():
        cancel(run=child, by="ana")
    assert (status(parent), parent.status_reason) == (Status.CANCELED, "all runs were canceled")


def test_the_clock_goes_on_with_what_was_cut_off(sweep, node):
    parent = sweep(parallel=1)
    update_run(run=parent, status=Status.CANCEL_REQUESTED, by="ana")
    settle_sweeps()
    assert children(parent) == [Status.CANCELED] * 3
    assert status(parent) == Status.CANCELED


def test_a_deleted_child_keeps_no_sweep_open(sweep, node):
    parent = sweep(parallel=1)
    delete_runs(runs=[parent.children.order_by("number")[0]])
    settle_sweeps()
    for _ in range(2):
        end(claim(node=node))
    assert status(parent) == Status.COMPLETED
    assert not Job.objects.filter(state=JobState.HELD).exists()


def test_the_expected_start_of_a_held_back_run_knows_the_parallel_limit(sweep, node, cluster):
    for past in range(3):
        sweep(values=[str(past)])
        attempt = claim(node=node)
        end(attempt)
        Attempt.objects.filter(pk=attempt.pk).update(ended_ms=attempt.claimed_ms + 100_000)
    sweep(parallel=2, values=["1", "2", "3", "4"])
    starts = [round(one.start.expected_s, -1) for one in read_queue(cluster).waiting]
    assert starts == [0, 0, 100, 100], "four slots are free, two runs may take one"
