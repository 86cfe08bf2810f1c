"""Marking a run as ended, and what its head says of it."""

import pytest

from runs.tracking import services
from runs.workspaces.permissions import Role
from tests.factories import make_member, make_run
from tests.web.pages import html_of

PAGE = "/w/default/runs/kept"


def mark(client, status):
    return client.post(f"{PAGE}/mark", {"status": status})


@pytest.mark.parametrize("before", ["Running", "Completed", "Failed", "Canceled"])
@pytest.mark.parametrize("after", ["Completed", "Failed", "Canceled"])
def test_a_run_is_marked_whatever_it_was(studio, before, after):
    run = make_run(run_id="kept")
    if before != "Running":
        services.update_run(run=run, status=before, ended_ms=5)
    assert mark(studio, after).status_code == 204
    run.refresh_from_db()
    assert run.status == after
    if before != "Running":
        assert run.ended_ms == 5


def test_another_status_is_no_mark(studio):
    make_run(run_id="kept")
    assert mark(studio, "Running").status_code == 400


def test_a_reader_marks_nothing_and_is_offered_nothing(guarded):
    make_run(run_id="kept", tags={"team": "blue"})
    guarded.force_login(make_member(Role.READER))
    assert mark(guarded, "Failed").status_code == 403
    page = html_of(guarded.get(PAGE))
    for word in ("Mark as", "Archive", "Rerun", "Clone"):
        assert word not in page


def test_the_head_says_why_and_offers_what_one_wants_next(studio):
    run = make_run(run_id="kept", tags={"team": "blue"})
    services.update_run(run=run, status="Failed", reason="Out of memory")
    page = html_of(studio.get(f"{PAGE}/metrics"))
    assert "· Out of memory" in page
    for word in ("Download all", "Compare with…", "Mark as completed", "Mark as canceled", "blue"):
        assert word in page
    assert "Mark as failed" not in page
