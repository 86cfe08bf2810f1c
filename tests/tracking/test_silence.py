"""No run stays Running for ever: those of clients that have gone silent, and their return."""

import pytest
from django.db import OperationalError, connection

from runs.compute.claiming import claim
from runs.compute.clusters import create_cluster
from runs.compute.nodes import register_node
from runs.compute.submitting import Work, submit
from runs.database.outage_log import LeaveOutages
from runs.tracking.models import LastWord, Run
from runs.tracking.runs import update_run
from runs.tracking.silence import mark_silent_runs, store_words
from runs.tracking.statuses import Status
from runs.tracking.words import take_words
from tests.api.conftest import Api
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db
MINUTE_MS = 60_000


@pytest.fixture
def mlflow(settings) -> Api:
    settings.STUDIO_OPEN = True
    settings.STUDIO_SILENT_MINUTES = 10
    return Api(prefix="/api/2.0/mlflow")


def log(mlflow: Api, run: Run, step: int = 0) -> None:
    point = {"key": "loss", "value": 0.5, "timestamp": 1, "step": step}
    assert mlflow.post("runs/log-metric", {"run_id": run.run_id, **point}).status == 200


def let_pass(*runs: Run, minutes: float) -> None:
    """Put everything that was said of these runs back in time."""
    store_words()
    for run in runs:
        Run.objects.filter(pk=run.pk).update(updated_ms=run.updated_ms - int(minutes * MINUTE_MS))
        for word in LastWord.objects.filter(run=run):
            LastWord.objects.filter(pk=run.pk).update(at_ms=word.at_ms - int(minutes * MINUTE_MS))


def status_of(run: Run) -> tuple[str, str]:
    run.refresh_from_db()
    return run.status, run.status_reason


def test_a_run_that_is_not_written_to_does_not_respond_until_the_next_write(mlflow):
    run = make_run()
    log(mlflow, run)
    let_pass(run, minutes=12)
    assert mark_silent_runs() == 1
    assert status_of(run) == (Status.NOT_RESPONDING, "no word for 12 min")
    assert mark_silent_runs() == 0

    log(mlflow, run, step=1)
    store_words()
    assert status_of(run) == (Status.RUNNING, "heard of again")
    history = [change.status for change in run.status_changes.all()]
    assert history[-2:] == [Status.NOT_RESPONDING, Status.RUNNING]
    assert mark_silent_runs() == 0


def test_a_run_that_never_wrote_does_not_stay_running(mlflow):
    run = make_run()
    let_pass(run, minutes=11)
    assert mark_silent_runs() == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("runs/log-batch", {"params": [{"key": "a", "value": "b"}]}),
        ("runs/set-tag", {"key": "a", "value": "b"}),
        ("runs/log-parameter", {"key": "a", "value": "b"}),
        ("runs/log-inputs", {"datasets": []}),
    ],
)
def test_every_kind_of_write_is_a_word(mlflow, path, body):
    run = make_run()
    let_pass(run, minutes=11)
    assert mlflow.post(path, {"run_id": run.run_id, **body}).status == 200
    assert mark_silent_runs() == 0


def test_a_file_or_a_line_of_a_log_is_a_word(mlflow):
    run = make_run()
    api = Api()
    for method, path, query in (
        ("PUT", f"runs/{run.run_id}/files/a.txt", None),
        ("PATCH", f"runs/{run.run_id}/logs", {"path": "logs/b.txt", "offset": 0}),
    ):
        let_pass(run, minutes=11)
        assert api.ask(method, path, data=b"x", query=query).status == 200
        assert mark_silent_runs() == 0


def test_reading_and_pages_are_no_words(mlflow, client):
    run = make_run()
    let_pass(run, minutes=11)
    mlflow.get("runs/get", {"run_id": run.run_id})
    client.get(f"/w/default/runs/{run.run_id}")
    changed = client.post(f"/w/default/runs/{run.run_id}/change", {"description": "mine"})
    assert changed.status_code < 400
    run.refresh_from_db()
    assert run.description == "mine"
    assert take_words() == {}


def test_a_run_that_beats_is_judged_by_its_beats(mlflow):
    run = make_run()
    api = Api()
    assert api.post(f"runs/{run.run_id}/beat").status == 204
    assert mark_silent_runs() == 0
    let_pass(run, minutes=1)
    assert mark_silent_runs() == 1
    assert status_of(run) == (Status.NOT_RESPONDING, "no beat for 60 s")
    assert api.post(f"runs/{run.run_id}/beat").status == 204
    assert status_of(run)[0] == Status.RUNNING


def test_a_parent_waits_for_its_children(mlflow):
    parent = make_run()
    child = make_run(parent=parent)
    let_pass(parent, minutes=30)
    assert mark_silent_runs() == 0
    update_run(run=child, status=Status.COMPLETED)
    assert mark_silent_runs() == 0, "its silence begins with the end of its last child"
    let_pass(child, minutes=11)
    assert mark_silent_runs() == 1
    assert status_of(parent)[1] == "no word for 11 min"


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.QUEUED, Status.CANCELED])
def test_what_does_not_run_is_not_judged(mlflow, status):
    run = make_run(status=status)
    let_pass(run, minutes=1000)
    assert mark_silent_runs() == 0


def test_what_a_cluster_runs_is_judged_by_its_lease(mlflow, workspace):
    cluster = create_cluster(workspace=workspace, name="gpu")
    work = Work(["python"])
    run = submit(experiment=make_experiment("digits"), cluster=cluster, work=work)
    claim(node=register_node(cluster=cluster, name="n1"))
    update_run(run=run, status=Status.RUNNING)
    let_pass(run, minutes=1000)
    assert mark_silent_runs() == 0


def test_what_a_full_disk_does_not_take_is_stored_with_the_next_words(mlflow, caplog):
    run = make_run()
    let_pass(run, minutes=12)
    mark_silent_runs()
    log(mlflow, run)

    def refuse(execute, sql, *arguments):
        if LastWord._meta.db_table in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, *arguments)

    with caplog.filtering(LeaveOutages()), connection.execute_wrapper(refuse):
        store_words()
    assert status_of(run)[0] == Status.NOT_RESPONDING
    store_words()
    assert status_of(run) == (Status.RUNNING, "heard of again")
    assert "last words" not in caplog.text


def test_a_run_that_ended_meanwhile_is_not_woken(mlflow):
    run = make_run()
    let_pass(run, minutes=12)
    mark_silent_runs()
    log(mlflow, run)
    update_run(run=run, status=Status.COMPLETED)
    store_words()
    assert status_of(run)[0] == Status.COMPLETED
