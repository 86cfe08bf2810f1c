"""Erasing deleted runs for good."""

import pytest

from runs.artifacts.errors import NotDeleted
from runs.housekeeping.models import Purge
from runs.housekeeping.purging import asking, working
from runs.housekeeping.purging.asking import start_purge
from runs.housekeeping.purging.errors import PurgeChanged
from runs.housekeeping.purging.previews import preview_purge
from runs.metrics.models import Metric
from runs.tracking import services
from runs.tracking.erasing import COUNTED, Erased
from runs.tracking.errors import NotFound
from runs.tracking.models import Experiment, Lifecycle, LoggedModel, Run
from runs.tracking.queries import get_run
from tests.factories import default_workspace, make_experiment, make_run, make_workspace
from tests.housekeeping.full_runs import (
    ALL_BYTES,
    ALL_POINTS,
    make_deleted_run,
    make_full_run,
    rows_about,
    save,
    stored_bytes,
)
from tests.web.curves import log_curve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_dir")]

ONE = Erased(runs=1, points=ALL_POINTS, size_bytes=ALL_BYTES, file_count=3)


@pytest.fixture
def in_small_parts(monkeypatch):
    """Parts of seven rows, so that a run takes many; nothing is little."""
    monkeypatch.setattr(working, "ROWS_PER_PART", 7)
    monkeypatch.setattr(working, "RUNS_PER_PART", 2)
    monkeypatch.setattr(working, "PAUSE_S", 0)
    monkeypatch.setattr(asking, "MOST_AT_ONCE", Erased())


def purge_all(**options) -> Purge:
    return start_purge(workspace=default_workspace(), **options)


def freed(purge: Purge) -> Erased:
    return Erased(**{name: getattr(purge, name) for name in COUNTED})


def test_nothing_that_names_an_erased_run_is_left():
    run = make_deleted_run()
    assert {name for name, rows in rows_about(run).items() if not rows} == {
        "Run.parent",
        "Run.root",
    }

    purge_all()

    assert set(rows_about(run).values()) == {0}


def test_what_is_shown_beforehand_is_what_is_freed(files_dir, django_capture_on_commit_callbacks):
    make_full_run()
    make_deleted_run()
    make_deleted_run()
    before = stored_bytes(files_dir)
    shown = preview_purge(workspace=default_workspace())

    with django_capture_on_commit_callbacks(execute=True):
        purge = purge_all()

    assert shown == ONE + ONE
    assert freed(purge) == shown
    assert before - stored_bytes(files_dir) == shown.size_bytes
    assert preview_purge(workspace=default_workspace()) == Erased()


def test_other_runs_and_other_workspaces_stay_as_they_are():
    kept, elsewhere = make_full_run(), make_workspace()
    other = make_deleted_run(make_experiment(workspace=elsewhere))
    before = rows_about(kept), rows_about(other)
    make_deleted_run(kept.experiment)

    purge_all()

    assert (rows_about(kept), rows_about(other)) == before


def test_only_the_chosen_runs_go():
    chosen, other = make_deleted_run(), make_deleted_run()

    purge = purge_all(run_pks=[chosen.pk])

    assert freed(purge) == ONE
    assert not Run.objects.filter(pk=chosen.pk).exists()
    assert preview_purge(workspace=default_workspace()) == ONE
    assert rows_about(other)["Run"] == 1


def test_nothing_is_erased_when_one_run_is_not_deleted():
    gone, kept = make_deleted_run(), make_full_run()
    before = rows_about(gone)

    with pytest.raises(NotDeleted, match=kept.run_id):
        purge_all(run_pks=[gone.pk, kept.pk])

    assert rows_about(gone) == before


def test_nothing_is_erased_when_the_numbers_have_changed_since():
    run = make_deleted_run()
    shown = ONE.counts
    make_deleted_run()

    with pytest.raises(PurgeChanged):
        purge_all(shown=shown)

    assert rows_about(run)["Run"] == 1
    assert not Purge.objects.exists()


def test_a_purge_of_nothing_ends_at_once():
    assert purge_all().ended_ms is not None


def test_a_deleted_experiment_goes_with_its_last_run():
    experiment = make_experiment("gone", tags={"team": "blue"})
    for _ in range(2):
        make_full_run(experiment)
    services.delete_experiment(experiment=experiment)
    shown = preview_purge(workspace=default_workspace())
    assert shown.experiments == 1

    assert freed(purge_all()) == shown

    assert set(rows_about(experiment).values()) == {0}
    assert make_experiment("gone").pk != experiment.pk


def test_a_deleted_experiment_with_another_deleted_run_stays():
    experiment = make_experiment()
    chosen, other = make_full_run(experiment), make_full_run(experiment)
    services.delete_experiment(experiment=experiment)

    purge = purge_all(run_pks=[chosen.pk])

    assert freed(purge) == ONE
    assert Experiment.objects.get(pk=experiment.pk).lifecycle == Lifecycle.DELETED
    assert get_run(default_workspace(), other.run_id) == other


def test_a_deleted_experiment_whose_other_runs_are_being_erased_goes_with_the_last(in_small_parts):
    experiment = make_experiment()
    runs = [make_full_run(experiment) for _ in range(2)]
    services.delete_experiment(experiment=experiment)
    purge_all(run_pks=[runs[0].pk])

    shown = preview_purge(workspace=default_workspace(), run_pks=[runs[1].pk])
    purge_all(run_pks=[runs[1].pk])
    working.resume_purges()

    assert shown.experiments == 1
    assert freed(Purge.objects.get()) == ONE + shown


def test_an_experiment_that_is_not_deleted_stays_when_its_last_run_goes():
    run = make_deleted_run()
    purge_all()
    assert Experiment.objects.filter(pk=run.experiment_id).exists()


def test_the_experiment_every_workspace_begins_with_stays():
    default = Experiment.objects.get(workspace=default_workspace(), number=0)
    services.delete_experiment(experiment=default)
    purge_all()
    assert Experiment.objects.filter(pk=default.pk).exists()


def test_files_of_models_without_a_run_go_with_their_experiment():
    experiment = make_experiment()
    model = LoggedModel.objects.create(
        experiment=experiment, model_id="m-1", name="m", status="READY", created_ms=0, updated_ms=0
    )
    save(model, "MLmodel", b"12")
    services.delete_experiment(experiment=experiment)
    shown = preview_purge(workspace=default_workspace())

    assert freed(purge_all()) == shown == Erased(experiments=1, size_bytes=2, file_count=1)
    assert not LoggedModel.objects.exists()


def test_a_model_whose_run_has_moved_away_goes_where_the_run_is():
    old, new = make_experiment(), make_experiment()
    run = make_full_run(old)
    Run.objects.filter(pk=run.pk).update(experiment=new, number=7)
    services.delete_experiment(experiment=old)
    LoggedModel.objects.create(
        experiment=old, source_run=run, model_id="m-1", name="m", status="READY",
        created_ms=0, updated_ms=0,
    )  # fmt: skip
    for model in (run.params, run.tags, run.properties, run.dataset_inputs):
        model.update(experiment=new)
    run.usage.delete()
    run.series.all().delete()
    run.text_values.all().delete()

    purge_all()

    assert set(LoggedModel.objects.values_list("experiment", flat=True)) == {new.pk}


def test_names_of_metrics_go_with_the_last_run_that_uses_them():
    experiment = make_experiment()
    make_deleted_run(experiment)
    other = make_run(experiment)
    log_curve(other, "curve", [1.0])

    purge_all()

    assert list(Metric.objects.values_list("key", flat=True)) == ["curve"]


def test_much_is_hidden_at_once_and_left_to_a_worker(in_small_parts):
    run = make_deleted_run()

    purge = purge_all()

    assert (purge.ended_ms, purge.runs) == (None, 0)
    assert purge.asked == ONE.counts
    with pytest.raises(NotFound):
        get_run(default_workspace(), run.run_id)
    working.resume_purges()
    purge.refresh_from_db()
    assert purge.ended_ms is not None
    assert freed(purge) == ONE


def test_a_purge_goes_on_where_it_was(in_small_parts):
    kept = make_full_run()
    experiment = make_experiment()
    runs = [make_full_run(experiment) for _ in range(3)]
    services.delete_experiment(experiment=experiment)
    shown = preview_purge(workspace=default_workspace())
    purge = purge_all()
    parts = 0

    while not working.do_part(purge):
        parts += 1
        assert not Run.objects.filter(pk__in=[run.pk for run in runs]).exists()
        assert not Experiment.objects.filter(pk=experiment.pk).exists()

    purge.refresh_from_db()
    assert freed(purge) == shown
    assert parts > 20
    assert rows_about(kept)["Run"] == 1


def test_a_purge_that_another_process_works_on_is_left_to_it(in_small_parts):
    make_deleted_run()
    purge = purge_all()
    assert working.claim_purge(purge)

    working.resume_purges()

    assert Purge.objects.get().runs == 0
    working.release(purge)
    working.resume_purges()
    assert Purge.objects.get().runs == 1


def test_what_is_marked_is_erased_even_when_nothing_says_who_asked():
    run = make_deleted_run()
    asking.hide(default_workspace(), None)

    working.resume_purges()

    assert set(rows_about(run).values()) == {0}
    assert Purge.objects.get().asked == {"runs": 1}


def test_asking_again_meanwhile_adds_to_the_open_purge(in_small_parts):
    make_deleted_run()
    first = purge_all()
    make_deleted_run()

    second = purge_all()

    assert second.pk == first.pk
    assert second.asked["runs"] == 2
    working.resume_purges()
    assert freed(Purge.objects.get()) == ONE + ONE


def test_a_run_that_is_being_erased_cannot_be_restored(in_small_parts):
    experiment = make_experiment()
    run = make_full_run(experiment)
    services.delete_experiment(experiment=experiment)
    purge_all(run_pks=[run.pk])

    services.restore_runs(runs=[run])

    assert not Run.objects.filter(pk=run.pk).exists()
    with pytest.raises(NotFound):
        services.restore_experiment(experiment=experiment)


def test_a_purge_costs_no_more_queries_for_many_runs(django_assert_max_num_queries):
    experiment = make_experiment()
    for _ in range(30):
        make_run(experiment)
    services.delete_runs(runs=list(Run.objects.filter(experiment=experiment)))
    with django_assert_max_num_queries(80):
        purge_all()


def test_a_preview_refuses_the_runs_that_a_purge_refuses(db):
    run = make_run()
    with pytest.raises(NotDeleted):
        preview_purge(workspace=run.experiment.workspace, run_pks=[run.pk])
