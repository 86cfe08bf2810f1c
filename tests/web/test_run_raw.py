"""Everything known about a run as one JSON document."""

import pytest
from django.test import Client

from runs.artifacts.services import save_file
from runs.artifacts.snapshots.services import save_snapshot
from runs.tracking import services
from tests.artifacts.zips import make_zip
from tests.factories import make_run
from tests.web.curves import log_curve


def document_of(studio: Client, run) -> dict:
    return studio.get(f"/w/default/runs/{run.run_id}/raw.json").json()


def test_the_keys_of_get_details_are_there(studio: Client):
    run = make_run(properties={"origin": "sealed"}, started_ms=1_780_000_000_000)
    services.update_run(run=run, status="Completed", ended_ms=1_780_000_001_500)

    found = document_of(studio, run)

    assert found["runId"] == run.run_id
    assert found["status"] == "Completed"
    assert found["startTimeUtc"] == "2026-05-28T20:26:40Z"
    assert found["endTimeUtc"] == "2026-05-28T20:26:41.500000Z"
    assert found["properties"] == {"origin": "sealed"}


def test_logs_are_named_with_addresses_that_work(studio: Client):
    run = make_run()
    save_file(owner=run, path="logs/a b.log", chunks=[b"hello"])

    address = document_of(studio, run)["logFiles"]["logs/a b.log"]

    assert studio.get(address.removeprefix("http://testserver")).getvalue() == b"hello"


def test_params_tags_metrics_and_history_are_there_too(studio: Client):
    run = make_run(params={"lr": "1"}, tags={"bare": None})
    log_curve(run, "loss", [2.0, 1.0])

    found = document_of(studio, run)

    assert (found["parameters"], found["metrics"]) == ({"lr": "1"}, {"loss": 1.0})
    assert found["tags"]["bare"] is None
    assert [one["status"] for one in found["history"]] == ["Running"]


def test_it_is_downloaded_under_the_name_of_the_run(studio: Client):
    run = make_run()

    answer = studio.get(f"/w/default/runs/{run.run_id}/raw.json", {"download": "1"})

    assert answer["Content-Disposition"] == f"attachment; filename={run.run_id}.json"


def test_times_out_of_every_calendar_are_told_as_numbers(studio: Client):
    assert document_of(studio, make_run(started_ms=2**62))["startTimeUtc"] == str(2**62)


def test_the_snapshot_is_named(studio: Client):
    run = make_run()
    assert document_of(studio, run)["snapshotId"] is None
    snapshot = save_snapshot(run=run, chunks=[make_zip({"train.py": b"1"})])
    assert document_of(studio, run)["snapshotId"] == snapshot.sha256


def test_an_unknown_run_is_not_found(studio: Client):
    assert studio.get("/w/default/runs/nope/raw.json").status_code == 404


def test_only_metrics_of_the_machine_are_monitored(studio: Client):
    run = make_run()
    log_curve(run, "system/cpu", [1.0, 2.0])
    log_curve(run, "loss", [1.0, 2.0])

    page = studio.get(f"/w/default/runs/{run.run_id}/monitoring").content.decode()

    assert '<li data-name="system/cpu" data-n="2">' in page
    assert 'data-name="loss"' not in page


@pytest.mark.both_databases
def test_a_machine_that_was_not_watched_is_explained(studio: Client):
    page = studio.get(f"/w/default/runs/{make_run().run_id}/monitoring").content.decode()

    assert "mlflow.enable_system_metrics_logging()" in page
