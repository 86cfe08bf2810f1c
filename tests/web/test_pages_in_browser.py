"""Every page in Chromium: no complaint in the console, no fault of accessibility, fits a phone."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from runs.artifacts.logs.appending import append_log
from runs.artifacts.services import save_file
from runs.artifacts.snapshots.services import save_snapshot
from runs.compute.claiming import claim
from runs.compute.clusters import create_cluster
from runs.compute.nodes import register_node
from runs.compute.sampling import sample_clusters
from runs.compute.submitting import Work, submit
from runs.tracking import services
from runs.web import urls
from runs.web.compare import page as compare
from tests.artifacts.zips import make_zip
from tests.factories import default_workspace, make_experiment, make_run
from tests.web.accessibility import faults_of
from tests.web.browser import PHONE, WIDE, Quiet
from tests.web.curves import log_curve

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

HOME = "/w/default"
RUN = f"{HOME}/runs/run-1"
CLUSTERS = f"{HOME}/compute/clusters"
# The first tab is what the bare address shows.
TABS = ("details", "metrics", "images", "children", "outputs", "snapshot", "monitoring", "raw")
CLUSTER_TABS = ("runs", "nodes", "details", "monitoring")
# The pages by the name of their address in runs/web/urls.py.
PAGES = {
    "sign_in": ["/sign-in"],
    "experiments": [
        f"{HOME}/experiments",
        f"{HOME}/experiments?q=no-such-name",
        f"{HOME}/experiments?lifecycle=deleted",
    ],
    "experiment": [f"{HOME}/experiments/vision/resnet"],
    "experiment_by_number": [f"{HOME}/experiment/2"],
    "runs": [f"{HOME}/runs", f"{HOME}/runs?q=metrics.loss+%3C"],
    "compare": [f"{HOME}/compare?runs=run-1,run-2&tab={tab}" for tab in compare.TABS],
    "search": [f"{HOME}/search", f"{HOME}/search?q=o", f"{HOME}/search?q=no-such-name"],
    "log_search": [f"{HOME}/log-search", f"{HOME}/log-search?q=memory"],
    "run": [RUN, f"{HOME}/runs/run-3", f"{RUN}/raw?find=loss"],
    "run_tab": [f"{RUN}/{tab}" for tab in TABS[1:]] + [f"{HOME}/runs/run-2/{tab}" for tab in TABS],
    "models": [f"{HOME}/models", f"{HOME}/models?name=no-such-name"],
    "pipelines": [
        f"{HOME}/pipelines",
        f"{HOME}/pipelines?open=run-1",
        f"{HOME}/pipelines?q=no-such-name",
    ],
    "submit": [f"{HOME}/submit", f"{HOME}/submit?from=run-1"],
    "clusters": [CLUSTERS],
    "cluster_runs": [f"{CLUSTERS}/gpu"],
    "cluster": [f"{CLUSTERS}/gpu/{tab}" for tab in CLUSTER_TABS[1:]]
    + [f"{CLUSTERS}/idle/{tab}" for tab in CLUSTER_TABS],
    "system": [f"{HOME}/system", f"{HOME}/system?by=runs"],
    "system_server": [f"{HOME}/system/server"],
    "limits": [f"{HOME}/system/limits"],
    "members": [f"{HOME}/system/members"],
    "tokens": [f"{HOME}/tokens"],
    "system_deleted": [f"{HOME}/system/deleted"],
}
# Addresses that answer with JSON, a file, a piece of a page or another address, or that only write.
# fmt: off
OTHERS = {
    "start", "home", "workspaces", "counts", "experiment_panel", "experiment_change",
    "experiment_tag", "experiment_lifecycle", "experiment_choices", "snapshot_tree",
    "snapshot_preview", "snapshot_lines", "snapshot_text", "snapshot_hits", "snapshot_diff",
    "snapshot_zip", "snapshot_file", "run_change", "run_tag", "run_lifecycle", "points",
    "diagram", "folder", "found_files", "preview", "log_lines", "log_text", "log_hits",
    "run_zip", "run_file", "run_script_page", "run_raw",
    "own_file", "own_file_delete", "system_restore", "purge_preview", "purge",
    "log_search_hits", "series", "images", "runs_zip", "run_rows", "metric_summary",
    "run_counts", "chart_names", "column_names", "completions", "bulk", "export", "views", "view",
    "healthz", "readyz", "sign_out", "member_change", "run_mark", "pipe",
    "bare_run", "bare_experiment", "token_make",
    "token_revoke", "cluster_create", "cancel_runs", "cluster_change", "cluster_remove",
    "cluster_move", "node_command", "node_change", "submit_snapshot", "submit_git",
    "submit_outlook", "submit_run", "run_again",
}
# fmt: on
ALL = [address for addresses in PAGES.values() for address in addresses]
# One address of each layout: of every page, and of every tab.
LAYOUTS = list(
    dict.fromkeys(
        [addresses[0] for addresses in PAGES.values()]
        + PAGES["compare"]
        + PAGES["run_tab"][: len(TABS) - 1]
        + PAGES["cluster"][: len(CLUSTER_TABS) - 1]
    )
)
# The walk over all of them takes a minute: in parts, no process of pytest is left alone with it.
PARTS = 4
# What opens over a page: its address, and what is clicked in turn.
OVERLAYS = [
    (f"{HOME}/experiments", ["[data-experiment]"]),
    (f"{HOME}/experiments", ["[data-experiment]", "[role=menuitem]"]),
    (f"{HOME}/experiments", [".top details.menu summary"]),
    (f"{HOME}/experiments", [".top details.menu summary", "[data-open-panel=shortcuts]"]),
    (f"{HOME}/system/deleted", [".deleted tbody input", "[data-needs-pick].danger"]),
    (f"{CLUSTERS}/gpu/nodes", ["[hx-target='#node-command']"]),
    (RUN, ["#run-menu summary"]),
    (RUN, ["[data-edit-text]"]),
]
RULES_OF_COLOURS = ["color-contrast", "link-in-text-block"]
BACKGROUND, NIGHT = "getComputedStyle(document.body).backgroundColor", "rgb(20, 23, 27)"
TWICE = {"width": WIDE["width"] // 2, "height": 450}
VIEWPORTS = (WIDE, PHONE, TWICE)
ODD_NAMES = ("<a href='//evil.example'>click</a>", "🎉 party", "long-" * 40)


@pytest.fixture
def filled(db) -> None:
    """Runs with one of everything, one without anything, odd names, and diverged metrics."""
    vision = make_experiment("vision/resnet", description="Some **notes**.", tags={"team": "blue"})
    assert make_experiment("empty").number == 2
    make_run(make_experiment("vision/vit"), run_id="run-2", name="calm-heron")
    run = make_run(
        vision,
        run_id="run-1",
        name="bright-otter",
        params={"lr": "0.001", "path": "/data/" + "very-long/" * 30},
        tags={"quality": "great", "mlflow.user": "ana"},
        properties={"origin": "sealed"},
        source={"name": "train.py", "git_commit": "5fa3c1d2aa67", "git_url": "https://git.example"},
        submitted_by="ana",
    )
    for key, values in {
        "train/loss": [1 / (step + 1) for step in range(300)],
        "loss": [1.0, math.nan, math.inf, -math.inf, 1e300, -1e300, 0.0, 2.0],
        "f1": [0.9],
        "system/cpu": [50.0, 60.0],
    }.items():
        log_curve(run, key, values)
    save_file(owner=run, path="outputs/model.json", chunks=[b'{"lr": 0.1}'])
    error = b"epoch 1\nRuntimeError: CUDA out of memory." + b" Tried to allocate more." * 30 + b"\n"
    append_log(run=run, path="logs/std_log.txt", offset=0, data=b"epoch 0\n" * 90 + error)
    save_snapshot(run=run, chunks=[make_zip({"train.py": "print(1)\n"})])
    child = make_run(vision, run_id="run-3", name="child", parent=run)
    services.update_run(run=child, status="Failed", reason="exit code 1")
    services.update_run(run=run, status="Failed", reason="loss is nan")
    for name in ODD_NAMES:
        log_curve(make_run(vision, name=name), "loss", [3.0, 2.0, 1.0])
    services.delete_runs(runs=[make_run(vision, name="gone")])
    fill_clusters()


def fill_clusters() -> None:
    """A cluster with a run that is worked on and two that wait, and one with nothing."""
    create_cluster(workspace=default_workspace(), name="idle")
    gpu = create_cluster(workspace=default_workspace(), name="gpu")
    for name in ("first", "second", "long-" * 30):
        submit(experiment=make_experiment(), cluster=gpu, work=Work(["python"]), name=name)
    claim(node=register_node(cluster=gpu, name="worker-7"))
    sample_clusters()


def test_every_page_is_walked_through():
    names = {pattern.name for pattern in walk(urls.urlpatterns)}
    assert names - OTHERS == set(PAGES)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_fits_without_an_error_in_the_console_or_a_fault_of_accessibility(
    tab, filled, part: int
):
    """On a wide screen, on a phone, and on a wide screen at twice the size: each page is opened at
    one of them and made the others, the next page at what the one before has become."""
    faults, wide = [], []
    quiet = Quiet(tab)
    for number, address in enumerate(ALL[part::PARTS]):
        for turn in range(len(VIEWPORTS)):
            viewport = VIEWPORTS[(2 * number + turn) % len(VIEWPORTS)]
            tab.set_viewport_size(viewport)
            if turn == 0:
                tab.goto(address, wait_until="load")
            if not fits(tab, viewport):
                wide.append((address, viewport))
            if viewport == WIDE:
                quiet.wait()
                faults += faults_in(tab, address)
                faults += faults_in_the_dark(tab, quiet, address) if address in LAYOUTS else []
    assert (faults, wide) == ([], [])


def test_nothing_that_opens_over_a_page_has_a_fault_of_accessibility(tab, filled):
    found = [fault for address, clicks in OVERLAYS for fault in faults_at(tab, address, clicks)]
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_problem_has_no_fault_of_accessibility(tab, filled, scheme: str):
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = faults_at(tab, f"{HOME}/runs/unknown", is_whole=True)
    assert [trouble for trouble in tab.troubles if "404" not in trouble] == []
    tab.troubles.clear()
    assert found == []


def walk(patterns: list[Any]) -> list[Any]:
    inside = [getattr(pattern, "url_patterns", None) for pattern in patterns]
    return [
        leaf
        for pattern, deeper in zip(patterns, inside, strict=True)
        for leaf in (walk(deeper) if deeper else [pattern])
    ]


def faults_at(
    tab: Any, address: str, clicks: Sequence[str] = (), is_whole: bool = False
) -> list[tuple]:
    """What axe finds at an address, after clicks."""
    quiet = Quiet(tab)
    tab.goto(address, wait_until="load")
    quiet.wait()
    for selector in clicks:
        tab.locator(selector).first.click()
        quiet.wait()
    quiet.stop()
    return faults_in(tab, address, *clicks, is_whole=is_whole)


def faults_in_the_dark(tab: Any, quiet: Quiet, address: str) -> list[tuple]:
    """What axe finds when the system turns dark: of a theme only the colours differ."""
    tab.emulate_media(color_scheme="dark", reduced_motion="reduce")
    quiet.wait()
    assert tab.evaluate(BACKGROUND) == NIGHT, address
    found = faults_in(tab, address, "dark", runOnly=RULES_OF_COLOURS)
    tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    return found


def faults_in(tab: Any, address: str, *state: str, **options: Any) -> list[tuple]:
    """What axe finds in a page as it is now."""
    assert tab.locator("h1").count() == 1, address
    return [(address, *state, *told(fault)) for fault in faults_of(tab, **options)]


def told(fault: dict[str, Any]) -> tuple[str, list[str]]:
    return fault["id"], [node["html"][:200] for node in fault["nodes"][:3]]


def fits(tab: Any, viewport: dict[str, int]) -> bool:
    """Is the page no wider than the screen, and nothing in the top bar over its neighbour?"""
    return tab.evaluate(
        """(width) => {
          const boxes = [...document.querySelectorAll(".top > *")]
            .map((part) => part.getBoundingClientRect())
            .filter((box) => box.width > 0)
            .sort((a, b) => a.left - b.left);
          return document.documentElement.scrollWidth <= width &&
            !boxes.some((box, at) => at > 0 && box.left < boxes[at - 1].right - 0.5);
        }""",
        viewport["width"],
    )
