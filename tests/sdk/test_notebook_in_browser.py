"""The view of a run in a real JupyterLab: live while the run goes on, kept when it has ended."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from studio.sdk import Experiment
from tests.sdk.jupyter import TOKEN, Jupyter, write_notebook
from tests.sdk.notebooks import html_of, read_notebook
from tests.waiting import LONGEST_WAIT_S, wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
WIDGET = "application/vnd.jupyter.widget-view+json"
CELLS = (
    "from studio.sdk import Experiment, Run, Workspace\n"
    "from studio.sdk.widgets import RunDetails\n"
    "run = Run(Experiment(Workspace.from_config(), 'digits'), '{run_id}')\n"
    "RunDetails(run).show()",
    "print('the next ' + 'cell ran')",
    "run",
)


@pytest.fixture(scope="module")
def started() -> Iterator[list[Jupyter]]:
    """The JupyterLabs that the tests have started."""
    made: list[Jupyter] = []
    yield made
    for jupyter in made:
        if jupyter.process.poll() is None:
            jupyter.end()


@pytest.fixture
def jupyter(started, tmp_path_factory, space) -> Jupyter:
    """The JupyterLab of the test before, where it still runs: to start one takes seconds."""
    if not started or started[-1].process.poll() is not None:
        folder = tmp_path_factory.mktemp("jupyter")
        (folder / "home").mkdir()
        started.append(Jupyter(folder, STUDIO_URL=space.url))
    return started[-1]


def run_cell(page) -> None:
    page.evaluate("jupyterapp.commands.execute('notebook:run-cell-and-select-next')")


def outputs_of(file: Path, number: int) -> list[dict]:
    """Return the outputs of a cell as they are saved."""
    return json.loads(file.read_text())["cells"][number]["outputs"]


def test_the_view_is_live_and_stays_in_the_notebook(chromium, jupyter, space, tmp_path):
    run = Experiment(space, "digits").start_logging(name="first light")
    run.log("loss", 1.0)
    run.log("loss", 0.5)
    run.flush()
    file = jupyter.folder / "watch.ipynb"
    write_notebook(file, [cell.replace("{run_id}", run.id) for cell in CELLS])
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(LONGEST_WAIT_S * 1000)
    # Whether JupyterLab should be built anew: it would ask Node.
    page.route("**/lab/api/build*", lambda route: route.fulfill(json={"status": "stable"}))
    page.goto(jupyter.address("watch.ipynb"))
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()

    run_cell(page)
    view = page.locator(".jp-OutputArea-output:not(.jp-RenderedHTMLCommon) .studio-run")
    view.get_by_text("Running").wait_for()
    run_cell(page)
    page.get_by_text("the next cell ran").wait_for()
    assert view.locator("svg[aria-label='loss, last 0.5']").is_visible()

    for step in range(30):
        run.log("loss", 0.4 / (step + 1))
    run.tag("quality", "great")
    run.flush()
    view.locator("svg[aria-label='loss, last 0.01333']").wait_for()
    page.screenshot(path=tmp_path / "live.png")

    run.complete()
    kept = page.locator(".jp-RenderedHTML .studio-run")
    kept.get_by_text("Completed").wait_for()
    assert view.count() == 0
    run_cell(page)
    alone = page.locator(".jp-Notebook .jp-Cell").nth(len(CELLS) - 1)
    alone.get_by_role("link", name="Open in the studio").wait_for()
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.screenshot(path=tmp_path / "done.png")

    wait_for(lambda: outputs_of(file, len(CELLS) - 1), "the notebook to be saved")
    output = outputs_of(file, 0)[0]["data"]
    assert WIDGET not in output and "Completed" in "".join(output["text/html"])
    html = html_of(read_notebook(file))
    assert "loss, last 0.01333" in html and run.get_portal_url() in html

    page.goto(jupyter.address("watch.ipynb"))
    page.locator(".jp-RenderedHTML .studio-run").get_by_text("Completed").wait_for()
    page.close()


def test_a_kernel_ends_with_a_jupyterlab_that_does_not_end_by_itself(jupyter):
    body = json.dumps({"name": "python3"}).encode()
    address = f"http://127.0.0.1:{jupyter.port}/api/kernels?token={TOKEN}"
    urlopen(Request(address, body, {"Content-Type": "application/json"})).close()
    wait_for(jupyter.kernels, "the kernel")
    kernels = jupyter.kernels()
    for kernel in kernels:
        kernel.suspend()
    jupyter.end(patience_s=0.1)
    assert [one for one in kernels if one.is_running() and one.status() != "zombie"] == []
