"""Every page in Chromium: it loads clean, reads well to machines, fits a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from runs.tracking import services
from runs.tracking.models import Run
from tests.factories import make_experiment, make_run
from tests.web.browser import PHONE, open_tab
from tests.web.curves import log_curve

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PAGES = {
    "experiments": "/w/default/experiments",
    "experiments, none found": "/w/default/experiments?q=nothing-like-this",
    "experiment": "/w/default/experiments/vision/resnet",
    "all runs": "/w/default/runs",
    "compare": "/w/default/compare?runs=run-1,run-2",
    "search": "/w/default/search?q=otter",
    "run details": "/w/default/runs/run-1",
    "run outputs": "/w/default/runs/run-1/outputs",
    "run snapshot": "/w/default/runs/run-1/snapshot",
    "run metrics": "/w/default/runs/run-1/metrics",
    "sign in": "/sign-in",
    "problem": "/w/default/runs/unknown",
}


@pytest.fixture
def filled(db) -> Run:
    """An experiment with a run that has one of everything."""
    experiment = make_experiment(
        "vision/resnet", description="Some **notes**.", tags={"team": "blue"}
    )
    make_run(make_experiment("vision/vit"), run_id="run-2", name="calm-heron")
    run = make_run(
        experiment,
        run_id="run-1",
        name="bright-otter",
        params={"lr": "0.001", "path": "/data/" + "very-long/" * 30},
        tags={"quality": "great", "mlflow.user": "ana"},
        properties={"origin": "sealed"},
        source={"name": "train.py", "git_commit": "5fa3c1d2aa67", "git_url": "https://git.example"},
        submitted_by="ana",
    )
    log_curve(run, "train/loss", [1 / (step + 1) for step in range(3000)])
    log_curve(run, "val/loss", [1 / (step + 1) for step in range(40)])
    log_curve(run, "f1", [0.9])
    services.update_run(run=run, status="Failed", reason="loss is nan")
    return run


@pytest.mark.both_databases
@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_without_a_complaint_of_the_browser(tab, filled: Run, name: str):
    tab.goto(PAGES[name], wait_until="networkidle")

    expected = ["404"] if name == "problem" else []
    told = [word for trouble in tab.troubles for word in ("404",) if word in trouble]
    assert told == expected
    tab.troubles[:] = [trouble for trouble in tab.troubles if "404" not in trouble]
    assert tab.locator("h1").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [name for name in PAGES if name != "problem"])
def test_a_page_has_no_serious_fault_of_accessibility(
    chromium, live_server, settings, filled: Run, name: str, scheme: str
):
    settings.STUDIO_OPEN = True
    with open_tab(chromium, live_server.url, color_scheme=scheme) as tab:
        tab.goto(PAGES[name], wait_until="networkidle")
        found = Axe().run(tab).response["violations"]

    serious = [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("name", [name for name in PAGES if name != "problem"])
def test_a_page_fits_a_phone(chromium, live_server, settings, filled: Run, name: str):
    settings.STUDIO_OPEN = True
    with open_tab(chromium, live_server.url, viewport=PHONE, is_mobile=True) as tab:
        tab.goto(PAGES[name], wait_until="networkidle")

        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
