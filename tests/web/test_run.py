"""The page of one run: its head and the tab Details."""

import math
import re

import pytest
from django.test import Client

from runs.metrics.services import log_batch, resolve_run
from runs.tracking import services
from runs.tracking.models import Run
from runs.web.run import TABS
from tests.factories import make_experiment, make_run, make_workspace
from tests.web.curves import log_curve
from tests.web.pages import html_of


def page_of(studio: Client, run: Run, tab: str = "") -> str:
    address = f"/w/default/runs/{run.run_id}" + (f"/{tab}" if tab else "")
    return html_of(studio.get(address))


def post(studio: Client, run: Run, what: str, **fields: str):
    return studio.post(f"/w/default/runs/{run.run_id}/{what}", fields)


@pytest.mark.parametrize("tab", [tab.slug for tab in TABS])
def test_every_tab_of_an_empty_run_says_what_to_do_next(studio: Client, tab: str):
    answer = studio.get(f"/w/default/runs/{make_run().run_id}/{tab}")

    assert answer.status_code == 200
    assert "mlflow." in answer.content.decode()


def test_the_address_without_a_tab_shows_the_details(studio: Client):
    answer = studio.get(f"/w/default/runs/{make_run().run_id}")

    assert answer.context["tab"].slug == "details"


def test_an_unknown_run_or_tab_is_not_found(studio: Client):
    assert studio.get("/w/default/runs/nope").status_code == 404
    assert studio.get(f"/w/default/runs/{make_run().run_id}/nope").status_code == 404


def test_a_run_of_another_workspace_is_not_found(studio: Client):
    run = make_run(make_experiment("theirs", make_workspace("team")))

    assert studio.get(f"/w/default/runs/{run.run_id}").status_code == 404


def test_params_and_properties_and_tags_are_shown(studio: Client):
    run = make_run(
        params={"lr": "0.001"},
        properties={"origin": "sealed"},
        tags={"quality": "great", "mlflow.user": "ana", "bare": None},
    )

    page = page_of(studio, run)

    for shown in ("0.001", "sealed", "great", "bare", "1 tag of clients"):
        assert shown in page


def test_last_min_and_max_of_each_metric_are_shown_with_their_steps(studio: Client):
    run = make_run()
    log_curve(run, "loss", [0.5, 0.25, 0.125, 0.375])

    page = page_of(studio, run)

    assert 'title="0.375 at step 3">0.375<' in page
    assert 'title="0.125 at step 2">0.125<' in page
    assert 'title="0.5 at step 0">0.5<' in page


def test_nan_and_infinity_are_shown_as_they_are(studio: Client):
    run = make_run()
    log_curve(run, "only-nan", [math.nan])
    log_curve(run, "endless", [math.inf])

    page = page_of(studio, run)

    assert ">NaN<" in page
    assert ">∞<" in page


def test_a_failed_run_says_why_at_the_top(studio: Client):
    run = make_run()
    services.update_run(run=run, status="Failed", reason="loss is nan", by="ana")

    assert '<b>Failed</b><span class="message">loss is nan</span>' in page_of(studio, run)


def test_the_history_tells_every_status(studio: Client):
    run = make_run(status="Queued")
    services.update_run(run=run, status="Running", by="node-1")
    services.update_run(run=run, status="Completed", by="node-1")

    history = page_of(studio, run).partition('id="history-title"')[2]

    assert history.index("Queued") < history.index("Running") < history.index("Completed")
    assert "by node-1" in history


def test_the_history_tells_who_changed_name_description_and_tags(studio: Client):
    run = make_run(name="heron")
    address = f"/w/default/runs/{run.run_id}"
    studio.post(f"{address}/change", {"name": "egret", "description": "why"})
    studio.post(f"{address}/tag", {"tag": "quality=<good>"})

    history = page_of(studio, run).partition('id="history-title"')[2]

    assert "“heron” → “egret”" in history
    assert history.index("Running") < history.index("Name") < history.index("Description")
    assert "Tag quality" in history and "by local" in history
    assert "Added: “&lt;good&gt;”" in history


def test_what_somebody_else_wrote_meanwhile_is_replaced_only_when_saved_again(studio: Client):
    run = make_run()
    address = f"/w/default/runs/{run.run_id}/change"
    [seen] = re.findall(r'name="description_seen" value="(\w+)"', page_of(studio, run))
    studio.post(address, {"description": "by ada"})
    mine = {"description": "by ben", "description_seen": seen}

    refused = studio.post(address, mine, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert "“by ada”" in refused.json()["message"]
    field, stamp = refused["X-Seen"].split(" ")
    assert studio.post(address, mine | {f"{field}_seen": stamp}).status_code == 204
    assert "by ben" in page_of(studio, run)


def test_parent_and_children_are_linked(studio: Client):
    parent = make_run(name="the-parent")
    child = make_run(parent.experiment, parent=parent, name="the-child")

    assert f"/w/default/runs/{parent.run_id}" in page_of(studio, child)
    assert f"/w/default/runs/{parent.run_id}/children" in page_of(studio, parent)


def test_a_repository_is_a_link_only_if_it_is_an_address_of_the_web(studio: Client):
    linked = make_run(source={"git_url": "https://git.example/a"})
    plain = make_run(source={"git_url": "javascript:alert(1)"})

    assert 'href="https://git.example/a"' in page_of(studio, linked)
    assert 'href="javascript' not in page_of(studio, plain)


def test_what_users_write_is_never_markup(studio: Client):
    evil = "<img src=x onerror=alert(1)>"
    run = make_run(make_experiment(evil), name=evil, params={"p": evil}, tags={"t": evil})

    assert evil not in page_of(studio, run)


def test_a_tag_is_added_changed_and_removed(studio: Client):
    run = make_run()

    post(studio, run, "tag", tag="quality=good")
    post(studio, run, "tag", tag="quality=great")
    post(studio, run, "tag", tag="bare")
    answer = post(studio, run, "tag", remove="bare")

    assert list(run.tags.values_list("key", "value")) == [("quality", "great")]
    assert "great" in answer.content.decode()


def test_a_run_is_renamed_and_described(studio: Client):
    run = make_run()

    post(studio, run, "change", name="better")
    post(studio, run, "change", description="because")
    post(studio, run, "change", description="")

    run.refresh_from_db()
    assert (run.name, run.description) == ("better", "")


def test_a_run_without_a_name_is_refused(studio: Client):
    run = make_run(name="kept")

    answer = post(studio, run, "change", name="  ")

    run.refresh_from_db()
    assert answer.status_code == 400
    assert run.name == "kept"


def test_a_run_is_archived_deleted_and_restored(studio: Client):
    run = make_run()

    for goal in ("archived", "deleted", "active"):
        assert post(studio, run, "lifecycle", to=goal).status_code == 204
        run.refresh_from_db()
        assert run.lifecycle == goal


def test_a_deleted_run_can_be_read_but_not_written(studio: Client):
    run = make_run()
    services.delete_runs(runs=[run])

    assert "Restore" in page_of(studio, run)
    assert post(studio, run, "tag", tag="a=b").status_code == 409


def test_a_run_that_never_started_has_no_duration(studio: Client):
    assert "data-from" not in page_of(studio, make_run(status="Queued"))


def test_times_out_of_every_calendar_do_not_break_the_page(studio: Client):
    run = make_run(started_ms=2**62)

    assert f"{2**62} ms" in page_of(studio, run)


def test_the_details_of_a_run_with_thousands_of_metrics_come_by_page(studio: Client):
    run = make_run(run_id="wide")
    log_batch(
        run=resolve_run(run.workspace_id, "wide"),
        points=[(f"m{number:04}", 0, 0, 1.0) for number in range(3000)],
        params=None,
        tags=None,
    )
    first = studio.get("/w/default/runs/wide/details").content
    assert len(first) < 300_000
    assert b"1 to 200 of 3,000" in first
    assert b">m0199<" in first
    assert b">m0200<" not in first
    last = studio.get("/w/default/runs/wide/details?metrics_from=2800").content
    assert b">m2999<" in last
    assert b">More<" not in last
