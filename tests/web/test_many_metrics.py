"""The tabs of a run with thousands of metrics come by page."""

import pytest
from django.test import Client

from runs.metrics import queries, services
from runs.metrics.models import MetricArtifact
from runs.metrics.summaries import from_row
from runs.tracking.models import Run
from tests.factories import make_run
from tests.web.curves import log_curve

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

ADDRESS = "/w/default/runs/wide"


@pytest.fixture
def wide(studio: Client) -> Run:
    """A run with 3,000 metrics of two points, and eleven of the monitor."""
    run = make_run(run_id="wide")
    names = [f"m{i:04}" for i in range(3000)] + [f"system/gpu_{i}" for i in range(11)]
    points = [(name, step, step, 1.0) for name in names for step in (0, 1)]
    services.log_batch(run=services.RunRef(run.id, run.experiment_id), points=points)
    return run


@pytest.mark.parametrize("tab", ["details", "metrics"])
def test_a_page_of_thousands_of_metrics_is_small(studio: Client, wide: Run, tab: str):
    page = studio.get(f"{ADDRESS}/{tab}")

    assert len(page.content) < 300_000
    assert len(page.context["metrics"].items) == 200


def test_details_read_the_summaries_of_their_page_alone(studio: Client, wide: Run, monkeypatch):
    made: list[object] = []
    spy = lambda row: made.append(row) or from_row(row)  # noqa: E731 - a spy of one line
    monkeypatch.setattr(queries, "from_row", spy)

    studio.get(f"{ADDRESS}/details")

    assert len(made) == 211


@pytest.mark.both_databases
@pytest.mark.parametrize(("tab", "field"), [("details", "metrics_find"), ("metrics", "find")])
def test_the_find_box_searches_all_names(studio: Client, wide: Run, tab: str, field: str):
    page = studio.get(f"{ADDRESS}/{tab}", {field: "M2999"})

    assert [row.name for row in page.context["metrics"].items] == ["m2999"]
    assert "m0001" not in page.content.decode()


def test_metrics_of_the_monitor_are_folded_away_on_details(studio: Client, wide: Run):
    page = studio.get(f"{ADDRESS}/details")

    before, _, folded = page.content.decode().partition('<details id="system-metrics">')
    assert "system/gpu_" not in before
    assert folded.count(">system/gpu_") == 11
    assert "1 to 200 of 3,000" in before


def test_what_is_chosen_stays_in_the_list_of_every_page(studio: Client, wide: Run):
    page = studio.get(f"{ADDRESS}/metrics", {"from": "400", "m": "m0001,nope"})

    names = [row.name for row in page.context["metrics"].items]
    assert names == ["m0001", *(f"m{i:04}" for i in range(400, 600))]
    assert "401 to 600 of 3,011" in page.content.decode()


def test_a_metric_is_listed_with_its_kinds(studio: Client):
    run = make_run()
    log_curve(run, "loss", [1.0, 2.0])
    for key, kind in (("loss", "image"), ("m", "confusion_matrix")):
        MetricArtifact.objects.create(run=run, key=key, kind=kind, step=0, ms=0, path="a")

    page = studio.get(f"/w/default/runs/{run.run_id}/metrics")

    found = {row.name: row.words for row in page.context["metrics"].items}
    assert found == {"loss": ["image"], "m": ["confusion matrix"]}
    assert [row.key for row in page.context["diagrams"]] == ["m"]
    assert "confusion matrix" in page.content.decode()


def test_find_and_pages_keep_what_is_chosen(tab, wide: Run):
    tab.goto(f"{ADDRESS}/metrics?m=m0001")
    tab.wait_for_selector(".metric-card[aria-label=m0001]")

    tab.fill("#find-metric", "m29")
    tab.locator("[data-name=m2950] [data-pick]").check()
    tab.wait_for_selector(".metric-card[aria-label=m2950]")

    assert tab.locator(".metric-card").count() == 2
    assert "find=m29" in tab.url
    tab.fill("#find-metric", "")
    tab.click("button:has-text('More')")
    tab.wait_for_selector("[data-name=m0399]")
    assert tab.locator(".metric-card").count() == 2


def test_the_find_box_of_details_finds_in_other_pages(tab, wide: Run):
    tab.goto(f"{ADDRESS}/details")

    tab.type("#find-in-metrics", "m2999")

    tab.wait_for_selector("#find-metrics th:has-text('m2999')")
    assert tab.locator("#find-metrics tbody tr").count() == 1
    assert tab.input_value("#find-in-metrics") == "m2999"
    assert tab.evaluate("document.activeElement.id") == "find-in-metrics"


def test_monitoring_reads_the_metrics_of_the_monitor_alone(studio: Client, wide: Run, monkeypatch):
    made: list[object] = []
    spy = lambda row: made.append(row) or from_row(row)  # noqa: E731 - a spy of one line
    monkeypatch.setattr(queries, "from_row", spy)

    page = studio.get(f"{ADDRESS}/monitoring")

    assert len(made) == 11
    assert [row.key for row in page.context["monitored"]] == sorted(
        f"system/gpu_{i}" for i in range(11)
    )
