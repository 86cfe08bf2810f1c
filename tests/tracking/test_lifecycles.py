"""Archive, delete, restore."""

import pytest

from runs.tracking import queries, services
from runs.tracking.errors import NotActive, NotFound
from runs.tracking.models import Run
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db


def lifecycles(*rows):
    return [type(row).objects.get(pk=row.pk).lifecycle for row in rows]


def test_deleting_an_experiment_deletes_all_its_runs():
    experiment, other = make_experiment(), make_run()
    runs = [make_run(experiment) for _ in range(2)]
    services.archive_runs(runs=runs[:1])
    services.delete_experiment(experiment=experiment)
    assert lifecycles(experiment, *runs, other) == ["deleted", "deleted", "deleted", "active"]


def test_restoring_an_experiment_restores_all_its_runs():
    experiment = make_experiment()
    runs = [make_run(experiment) for _ in range(2)]
    services.delete_runs(runs=runs[:1])
    services.delete_experiment(experiment=experiment)
    services.restore_experiment(experiment=experiment)
    assert lifecycles(experiment, *runs) == ["active"] * 3


def test_what_is_deleted_is_still_read(workspace):
    run = make_run(params={"lr": "0.1"})
    services.delete_experiment(experiment=run.experiment)
    assert queries.get_run(workspace, run.run_id).params.count() == 1
    assert queries.get_experiment(workspace, run.experiment.number) == run.experiment


def test_deleting_a_deleted_experiment_finds_nothing():
    experiment = make_experiment()
    services.delete_experiment(experiment=experiment)
    with pytest.raises(NotFound, match=f"No Experiment with id={experiment.number} exists"):
        services.delete_experiment(experiment=experiment)


def test_restoring_an_active_experiment_finds_nothing():
    experiment = make_experiment()
    run = make_run(experiment)
    services.delete_runs(runs=[run])
    with pytest.raises(NotFound):
        services.restore_experiment(experiment=experiment)
    assert lifecycles(run) == ["deleted"]


def test_archiving_hides_an_experiment_and_leaves_its_runs():
    experiment = make_experiment()
    run = make_run(experiment)
    for _ in range(2):
        services.archive_experiment(experiment=experiment)
    assert lifecycles(experiment, run) == ["archived", "active"]
    for _ in range(2):
        services.reactivate_experiment(experiment=experiment)
    assert lifecycles(experiment) == ["active"]


def test_a_deleted_experiment_is_neither_archived_nor_reactivated():
    experiment = make_experiment()
    services.delete_experiment(experiment=experiment)
    for change in (services.archive_experiment, services.reactivate_experiment):
        with pytest.raises(NotActive):
            change(experiment=experiment)
    assert lifecycles(experiment) == ["deleted"]


def test_runs_are_deleted_and_restored_as_often_as_one_likes():
    runs = [make_run() for _ in range(3)]
    for _ in range(2):
        services.delete_runs(runs=runs[:2])
    assert lifecycles(*runs) == ["deleted", "deleted", "active"]
    for _ in range(2):
        services.restore_runs(runs=runs)
    assert lifecycles(*runs) == ["active"] * 3
    assert [run.lifecycle for run in runs] == ["active"] * 3


def test_archived_runs_come_back_by_restoring():
    runs = [make_run(), make_run()]
    for _ in range(2):
        services.archive_runs(runs=runs)
    assert lifecycles(*runs) == ["archived"] * 2
    services.restore_runs(runs=runs)
    assert lifecycles(*runs) == ["active"] * 2


def test_an_archived_run_is_still_written():
    run = make_run()
    services.archive_runs(runs=[run])
    services.log_params(run=run, params={"lr": "0.1"})
    assert services.update_run(run=run, status="Completed").status == "Completed"


def test_one_deleted_run_keeps_all_from_being_archived():
    runs = [make_run(), make_run()]
    services.delete_runs(runs=runs[1:])
    with pytest.raises(NotActive):
        services.archive_runs(runs=runs)
    assert lifecycles(*runs) == ["active", "deleted"]


def test_a_run_of_a_deleted_experiment_waits_for_its_experiment():
    run = make_run()
    services.delete_experiment(experiment=run.experiment)
    run.refresh_from_db()
    with pytest.raises(NotActive, match="Restore the experiment"):
        services.restore_runs(runs=[run])
    assert lifecycles(run) == ["deleted"]


def test_deleting_leaves_children_alone():
    parent = make_run()
    child = make_run(parent=parent)
    services.delete_runs(runs=[parent])
    assert lifecycles(child) == ["active"]


def test_moving_a_run_stamps_it_once():
    run = make_run()
    Run.objects.update(updated_ms=5)
    services.restore_runs(runs=[run])
    assert Run.objects.get().updated_ms == 5
    services.delete_runs(runs=[run])
    assert Run.objects.get().updated_ms >= run.created_ms


def test_many_runs_move_in_few_queries(django_assert_max_num_queries):
    experiment = make_experiment()
    runs = [make_run(experiment) for _ in range(12)]
    with django_assert_max_num_queries(4):
        services.delete_runs(runs=runs)
    assert set(lifecycles(*runs)) == {"deleted"}
    with django_assert_max_num_queries(4):
        services.delete_runs(runs=[])
