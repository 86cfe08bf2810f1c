"""A run that moves takes its points along."""

from runs.metrics.models import Metric
from runs.metrics.queries import find_series_ids, list_metrics, read_history, read_texts
from runs.metrics.services import log_batch, log_texts, move_series
from runs.tracking.numbers import take_run_number
from tests.factories import make_experiment, make_run


def move(run, goal):
    run.experiment, run.number = goal, take_run_number(goal.id)
    run.save()
    move_series(run=run, to_experiment=goal)


def test_points_and_texts_are_found_in_the_new_experiment(run, ref):
    log_batch(run=ref, points=[("loss", i, i, float(i)) for i in range(2000)])
    log_texts(run=ref, values=[("note", 0, 0, "x")])
    goal, old = make_experiment(), run.experiment_id
    move(run, goal)
    assert len(read_history(run_id=run.id, key="loss").points) == 2000
    assert read_texts([run.id]) == {(run.id, "note", ""): [(0, 0, "x")]}
    assert list_metrics([goal.id]) == [("loss", "")]
    assert list_metrics([old]) == []


def test_names_of_the_new_experiment_are_shared(run, ref):
    goal = make_experiment()
    other = make_run(experiment=goal)
    for where in (run, other):
        log_batch(run=where, points=[("loss", 0, 0, 1.0)])
    move(run, goal)
    assert Metric.objects.filter(experiment=goal).count() == 1
    assert set(find_series_ids([run.id, other.id])) == {
        (run.id, "loss", ""),
        (other.id, "loss", ""),
    }


def test_logging_goes_on_after_a_move(run, ref):
    log_batch(run=ref, points=[("loss", 0, 0, 1.0)])
    move(run, make_experiment())
    log_batch(run=ref, points=[("loss", 1, 1, 2.0)])
    assert read_history(run_id=run.id, key="loss").points["step"].tolist() == [0, 1]


def test_moving_where_it_is_changes_nothing(run, ref):
    log_batch(run=ref, points=[("loss", 0, 0, 1.0)])
    move(run, run.experiment)
    assert len(read_history(run_id=run.id, key="loss").points) == 1
