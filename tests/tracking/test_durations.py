"""How long runs have taken, wherever it is shown."""

import pytest
from django.template import Context, Template

from runs.search import make_search, search_runs
from runs.tracking.clock import now_ms
from runs.tracking.durations import span_of
from runs.tracking.models import Run
from runs.tracking.statuses import FINAL_STATUSES, WAITING_STATUSES, Status
from studio.sdk.run_parts.core import FINAL, WAITING
from studio.sdk.run_parts.facts import duration_of
from tests.factories import default_workspace, make_run

pytestmark = pytest.mark.django_db
START, END = 1_000_000, 1_002_500
GOING = "going"
CASES = [
    (Status.QUEUED, None, None),
    (Status.PREPARING, None, None),
    (Status.RUNNING, None, GOING),
    (Status.RUNNING, END, GOING),
    (Status.NOT_RESPONDING, None, GOING),
    (Status.COMPLETED, END, 2.5),
    (Status.FAILED, None, None),
]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def case(request) -> tuple[Run, float | str | None]:
    """A run with a start, and the duration that it has."""
    status, ended_ms, seconds = request.param
    run = make_run(status=status, started_ms=START)
    Run.objects.update(ended_ms=ended_ms)
    run.refresh_from_db()
    return run, seconds


def test_only_what_runs_goes_on_and_only_what_ended_has_lasted(case):
    run, expected = case
    seconds = span_of(run).seconds
    if expected is GOING:
        assert seconds == pytest.approx((now_ms() - START) / 1000, abs=60)
    else:
        assert seconds == expected


def test_a_page_a_filter_and_the_client_agree(case):
    run, expected = case
    shown = Template("{% load ui %}{% duration run %}").render(Context({"run": run}))
    assert ("data-from" in shown, "data-to" in shown) == (bool(expected), expected == 2.5)
    for text, is_found in (("duration > 1s", bool(expected)), ("duration > 1h", expected is GOING)):
        search = make_search(workspace=default_workspace(), text=text)
        assert bool(search_runs(search).run_ids) == is_found
    document = {name: getattr(run, name) for name in ("status", "started_ms", "ended_ms")}
    assert (duration_of(document) is not None) == bool(expected)


def test_the_client_knows_the_words_of_the_server():
    assert (frozenset(FINAL_STATUSES), frozenset(WAITING_STATUSES)) == (FINAL, WAITING)
