"""The list of experiments."""

import pytest

from runs.database.patterns import PatternError
from runs.table.experiment_list import ExperimentSearch, list_experiments
from runs.tracking import services
from runs.tracking.models import Experiment
from tests.factories import make_experiment, make_run, make_workspace


def names(workspace, **search) -> list[str]:
    found = list_experiments(workspace=workspace, search=ExperimentSearch(**search))
    return [row.name for row in found.rows if row.name != "Default"]


def row_of(workspace, experiment: Experiment):
    found = list_experiments(workspace=workspace, search=ExperimentSearch(text=experiment.name))
    return found.rows[0]


def test_runs_are_counted_all_and_active(workspace):
    experiment = make_experiment("counted")
    make_run(experiment, status="Running")
    make_run(experiment, status="Queued")
    make_run(experiment, status="Completed")
    services.delete_runs(runs=[make_run(experiment)])
    services.archive_runs(runs=[make_run(experiment)])

    row = row_of(workspace, experiment)

    assert (row.runs, row.active) == (3, 2)


def test_child_runs_are_counted_beside_their_parents(workspace):
    experiment = make_experiment("sweeps")
    parent = make_run(experiment, status="Running")
    for status in ("Running", "Queued", "Queued", "Completed"):
        make_run(experiment, parent=parent, status=status)

    found = list_experiments(workspace=workspace, search=ExperimentSearch(text="sweeps"))

    (row,) = found.rows
    assert (row.runs, row.children, row.active, row.active_children) == (1, 4, 1, 3)
    assert (found.active.running, found.active.running_children) == (2, 1)
    assert (found.active.waiting, found.active.waiting_children) == (2, 2)


def test_running_and_waiting_are_counted_for_the_whole_workspace(workspace):
    make_run(status="Running")
    make_run(status="Queued")
    make_run(make_experiment(workspace=make_workspace()), status="Running")

    found = list_experiments(workspace=workspace, search=ExperimentSearch(text="no such"))

    assert (found.active.running, found.active.waiting) == (1, 1)


def test_a_run_that_does_not_respond_is_active_and_not_running(workspace):
    run = make_run(status="Running")
    make_run(run.experiment, status="NotResponding")

    found = list_experiments(workspace=workspace, search=ExperimentSearch())

    assert (found.active.running, row_of(workspace, run.experiment).active) == (1, 2)


def test_the_last_run_is_the_one_made_last(workspace):
    experiment = make_experiment("late")
    make_run(experiment, started_ms=9_000)
    last = make_run(experiment, started_ms=1_000)

    assert row_of(workspace, experiment).last_run == last


def test_a_deleted_run_is_not_the_last(workspace):
    experiment = make_experiment("kept")
    kept = make_run(experiment)
    services.delete_runs(runs=[make_run(experiment)])

    assert row_of(workspace, experiment).last_run == kept


def test_names_sort_as_a_tree(workspace):
    for name in ("b", "a-b", "a/z10", "a/z9", "A", "a"):
        make_experiment(name)

    assert names(workspace) == ["A", "a", "a/z9", "a/z10", "a-b", "b"]


def test_the_newest_comes_first_by_creation_and_by_activity(workspace):
    old, new = make_experiment("old"), make_experiment("new")
    Experiment.objects.filter(pk=old.pk).update(created_ms=1)
    make_run(new)
    make_run(old)
    newest_of_new = new.runs.get()
    newest_of_new.created_ms = 1
    newest_of_new.save()

    assert names(workspace, sort="created")[0] == "new"
    assert names(workspace, sort="activity")[0] == "old"


def test_a_pattern_that_cannot_be_matched_safely_is_refused(workspace):
    with pytest.raises(PatternError):
        list_experiments(workspace=workspace, search=ExperimentSearch(text="(?=a)", is_regex=True))


def test_the_number_of_queries_does_not_follow_the_number_of_experiments(
    workspace, django_assert_num_queries
):
    for _ in range(12):
        make_run(make_experiment(tags={"a": "b"}))

    with django_assert_num_queries(5):
        list_experiments(workspace=workspace, search=ExperimentSearch())
