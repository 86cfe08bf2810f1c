"""A cluster with mouse and keyboard: the queue in another order, runs picked, a node that joins."""

import os
import subprocess
from typing import Any

import pytest

from runs.compute.attempts import finish
from runs.compute.claiming import claim
from runs.compute.clusters import create_cluster
from runs.compute.models import Node
from runs.compute.nodes import register_node
from runs.compute.reasons import Cause
from runs.compute.sampling import sample_clusters
from runs.compute.submitting import Work, submit
from runs.tracking.models import Run
from tests.factories import default_workspace, make_experiment, make_run
from tests.waiting import LONGEST_WAIT_S
from tests.web.browser import PHONE, WIDE, until
from tests.web.nodes import BASE_DIR

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
GPU = "/w/default/compute/clusters/gpu"
ORDER = "[...document.querySelectorAll('.queued-runs tbody th a')].map((a) => a.textContent).join()"


@pytest.fixture
def gpu(db):
    return create_cluster(workspace=default_workspace(), name="gpu")


@pytest.fixture
def queue(gpu) -> list[Run]:
    experiment = make_experiment("digits")
    return [
        submit(experiment=experiment, cluster=gpu, work=Work(["python"]), name=name)
        for name in "abcd"
    ]


def is_order(tab: Any, order: str) -> None:
    until(tab, f"{ORDER} === '{order}'")


def test_the_queue_is_put_in_another_order_by_keyboard_and_by_mouse(tab, queue):
    tab.goto(f"{GPU}/runs")
    is_order(tab, "a,b,c,d")
    tab.focus(f"#queued-{queue[2].run_id}")
    tab.keyboard.press("Alt+ArrowUp")
    is_order(tab, "a,c,b,d")
    # The row keeps the focus: it goes on.
    tab.keyboard.press("Alt+ArrowUp")
    is_order(tab, "c,a,b,d")
    tab.keyboard.press("Alt+ArrowDown")
    is_order(tab, "a,c,b,d")
    rows = tab.locator(".queued-runs tbody tr")
    rows.nth(0).locator(".grip").hover()
    tab.mouse.down()
    below = rows.nth(3).bounding_box()
    tab.mouse.move(below["x"] + 30, below["y"] + below["height"] - 2, steps=6)
    tab.mouse.up()
    is_order(tab, "c,b,d,a")
    tab.click("[aria-label='Move d to the top']")
    is_order(tab, "d,c,b,a")


def test_picked_runs_are_moved_and_canceled_together(tab, queue):
    create_cluster(workspace=default_workspace(), name="cpu")
    tab.goto(f"{GPU}/runs")
    tab.check(f"input[value='{queue[1].run_id}']")
    tab.check(f"input[value='{queue[3].run_id}']")
    assert tab.inner_text("[data-picked]") == "2 runs selected"
    tab.select_option("select[name=cluster]", "cpu")
    is_order(tab, "a,c")
    assert set(Run.objects.filter(target="cpu").values_list("name", flat=True)) == {"b", "d"}
    tab.check("[data-pick-all]")
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.click(".picked .danger")
    tab.locator("text=Nothing runs or waits here").wait_for()
    assert Run.objects.filter(status="Canceled").count() == 2


def test_a_finished_run_leaves_and_is_counted(tab, gpu, queue):
    attempt = claim(node=register_node(cluster=gpu, name="n1"))
    tab.goto(f"{GPU}/runs")
    tab.locator(".active-runs >> text=a").first.wait_for()
    finish(run=attempt.job.run, fence=attempt.fence, cause=Cause.COMPLETED)
    tab.locator("text=1 finished in the last hour").wait_for()
    assert tab.locator(".active-runs").count() == 0
    tab.click("text=open in All runs")
    tab.locator(".rt-body >> text=a").first.wait_for()


def test_the_columns_of_the_queue_fit_beside_the_rail(tab, gpu):
    experiment = make_experiment("a-long-name-of-an-experiment-" + "x" * 40)
    parent = make_run(experiment, name="a-long-name-of-a-parent-" + "x" * 40)
    name = "a-long-name-of-a-run-" + "x" * 40
    for _ in range(3):
        submit(experiment=experiment, cluster=gpu, work=Work(["python"]), name=name, parent=parent)
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto(f"{GPU}/runs")
    until(tab, "document.querySelectorAll('.queued-runs tbody tr').length === 3")
    box = "document.querySelector('.table:has(.queued-runs)')"
    assert tab.evaluate(f"{box}.scrollWidth - {box}.clientWidth") == 0


def test_long_names_keep_the_ends_that_tell_them_apart(tab, gpu):
    experiment = make_experiment("digits")
    for seed in range(3):
        name = f"resnet50-imagenet-cosine-schedule-of-many-words-lr0.1-batch256-s{seed}"
        submit(experiment=experiment, cluster=gpu, work=Work(["python"]), name=name)
    for size in (WIDE, PHONE):
        tab.set_viewport_size(size)
        tab.goto(f"{GPU}/runs")
        until(tab, "document.querySelectorAll('.queued-runs tbody tr').length === 3")
        for seed in range(3):
            end = tab.locator(".queued-runs tbody th .middle-cut > :last-child").nth(seed)
            assert end.inner_text().endswith(f"-s{seed}")
            box = end.bounding_box()
            cell = tab.locator(".queued-runs tbody th").nth(seed).bounding_box()
            assert box["x"] + box["width"] <= min(cell["x"] + cell["width"], size["width"])


def test_a_node_that_takes_no_runs_says_why_in_the_room_of_its_state(tab, gpu):
    for number, trouble in enumerate(("", f"No space left on device ({'/home/ml/state' * 9})")):
        node = register_node(cluster=gpu, name=f"gpu-node-{number}.example.org", slots=1)
        load = {"trouble": trouble, "load": 0.5, "free_bytes": 24_000_000_000}
        Node.objects.filter(pk=node.pk).update(load=load, hardware={"cores": 16})

    tab.goto(f"{GPU}/nodes")

    assert tab.locator(".nodes .reason").inner_text().startswith("No space left on device (/home")
    box = "document.querySelector('.table:has(.nodes)')"
    assert tab.evaluate(f"{box}.scrollWidth - {box}.clientWidth") == 0


def test_a_phone_shows_all_columns_of_the_clusters(tab, gpu):
    tab.set_viewport_size(PHONE)
    tab.goto("/w/default/compute/clusters")
    box = "document.querySelector('.table:has(.clusters)')"
    assert tab.evaluate(f"{box}.scrollWidth - {box}.clientWidth") == 0
    field = tab.locator(".new-cluster input")
    assert field.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_a_chart_tells_its_value_where_the_mouse_is(tab, gpu, queue):
    sample_clusters()
    tab.goto(f"{GPU}/monitoring")
    mark = tab.locator(".timeline:has-text('Queued runs') .mark").last
    mark.hover()
    assert mark.locator("title").text_content().endswith(": 4")


def test_a_new_cluster_shows_a_command_that_joins_it(tab, live_server, tmp_path):
    tab.goto("/w/default/compute/clusters")
    tab.fill("[name=name]", "lab")
    tab.click("text=New cluster")
    tab.wait_for_url("**/clusters/lab/nodes?new=1")
    command = tab.inner_text("#node-command-text")
    environment = {**os.environ, "HOME": str(tmp_path), "PWD": str(BASE_DIR)}
    node = subprocess.Popen(
        ["bash", "-c", f"exec env {command}"], cwd=BASE_DIR, env=environment, start_new_session=True
    )
    try:
        tab.locator(".nodes >> text=Idle").wait_for()
        assert Node.objects.get().cluster.name == "lab"
    finally:
        node.terminate()
        node.wait(LONGEST_WAIT_S)
    assert not Node.objects.exists(), "it has left"
