"""Pipelines with mouse and keyboard: found as one types, opened, canceled."""

import pytest

from runs.tracking.models import Run
from tests.web.browser import press_in_turn, until
from tests.web.test_pipelines import PIPELINES, make_pipeline

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_pipelines_are_found_as_one_types_opened_and_canceled(tab):
    make_pipeline("nightly", tags={"team": "blue"})
    make_pipeline("weekly")
    tab.goto("/w/default/runs")
    press_in_turn(tab, "g", "p")
    tab.wait_for_url(f"**{PIPELINES}")
    tab.click("#pipeline-search")
    tab.keyboard.type("BLUE")
    until(tab, "document.querySelectorAll('.pipelines tbody tr').length === 1")
    tab.click(".twig")
    tab.locator(".steps >> text=step-1").wait_for()
    assert "open=" in tab.url
    tab.reload()
    tab.locator(".steps >> text=step-1").wait_for()
    assert tab.is_disabled("[data-needs-pick]")
    tab.check(".pipelines input[name=run]")
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.click("[data-needs-pick]")
    tab.locator(".pipelines .status >> text=Canceled").first.wait_for()
    assert Run.objects.get(name="nightly").status == "Canceled"
