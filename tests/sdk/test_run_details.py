"""The view of a run in a notebook, as data and as HTML."""

import re

import pytest

from studio.sdk import Experiment
from studio.sdk.widgets import RunDetails
from studio.sdk.widgets.drawing import line_chart
from studio.sdk.widgets.page import page_of, parts_of
from studio.sdk.widgets.reading import read_view
from tests.sdk.gate import BASE_DIR
from tests.sdk.notebooks import make_notebook, run_notebook

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
EVIL = "<img src=x onerror=alert(1)>\"'"


@pytest.fixture
def experiment(space) -> Experiment:
    return Experiment(space, "digits")


def html_of(run) -> str:
    return page_of(parts_of(read_view(run)))


def test_a_run_shows_its_facts_charts_and_log(experiment, tmp_path):
    run = experiment.start_logging(name="first")
    run.tag("quality", "great")
    for step in range(50):
        run.log("loss", 1 / (step + 1))
    run.log("alpha", 0.5)
    for angle in range(3):
        run.log_row("wave", angle=angle, cos=0.9)
    (tmp_path / "log").write_text("line 1\nlast line\n")
    run.upload_file("logs/user_log.txt", str(tmp_path / "log"))
    run.complete()
    html = html_of(run)
    assert run.get_portal_url() in html and "Completed" in html and "great" in html
    assert "last line" in html
    run_once = "<figcaption>alpha</figcaption><b>0.5</b>"
    assert run_once in html and html.count("<svg") == 3
    assert "loss, last 0.02" in html and "wave.cos" in html
    data = RunDetails(run).get_widget_data()
    assert data["status"] == "Completed"
    assert [one["y"][-1] for one in data["run_metrics"] if one["name"] == "loss"] == [0.02]


def test_everything_is_escaped(experiment, tmp_path):
    run = experiment.start_logging(name=EVIL, tags={"note": EVIL})
    run.add_properties({"author": EVIL})
    run.child_run(name=EVIL).complete()
    (tmp_path / "log").write_text(f"{EVIL}</pre><script>alert(2)</script>")
    run.upload_file("logs/user_log.txt", str(tmp_path / "log"))
    run.fail(error_details=EVIL, error_code=EVIL)
    for html in (html_of(run), run._repr_html_()):
        assert "<img" not in html and "<script" not in html
        assert not re.search(r"<[^>]*onerror[^>]*>", html)


def test_children_are_compared_by_the_metric_that_the_parent_names(experiment):
    parent = experiment.start_logging(name="search")
    parent.add_properties({"primary_metric": "accuracy", "primary_metric_goal": "maximize"})
    for number, value in enumerate((0.5, 0.9, 0.7)):
        with parent.child_run(name=f"trial {number}") as child:
            child.log("accuracy", value)
            child.log("loss", 1 - value)
            child._ask("POST", "/params", body={"params": {"lr": str(10.0**-number)}})
    parent.complete()
    view = read_view(parent)
    assert view.primary == "accuracy" and not view.is_lower_better
    html = parts_of(view)["children"]
    assert re.findall(r"<option>(.*?)</option>", html) == ["accuracy", "loss"]
    assert html.index("trial 1</a>") < html.index("trial 2</a>") < html.index("trial 0</a>")
    assert "3 child runs" in html and html.count("<svg") == 3


def test_a_chart_has_gaps_and_survives_extremes():
    chart = line_chart("x", [0, 1, 2, 3, 4], [1.0, 2.0, None, 3.0, 4.0])
    assert chart.count("<polyline") == 2
    assert "no numbers" in line_chart("x", [0, 1], [None, None])
    assert "<circle" in line_chart("x", [0], [1.0])
    for low, high in ((-1.7e308, 1.7e308), (0.0, 5e-324), (3.0, 3.0)):
        assert not re.search(r"nan|inf", line_chart("x", [0, 1], [low, high]).split("<title>")[1]
                             .split("<text")[0])  # fmt: skip


def test_things_alone_in_a_cell_show_a_table_with_a_link(experiment, space):
    run = experiment.start_logging(name="first")
    run.complete()
    assert run.get_portal_url() in run._repr_html_() and "Completed" in run._repr_html_()
    assert experiment.get_portal_url() in experiment._repr_html_()
    assert space.url in space._repr_html_()


def test_a_studio_that_is_away_leaves_what_was_there(experiment, space, monkeypatch):
    run = experiment.start_logging(name="first")
    run.complete()
    view = read_view(run)
    monkeypatch.setattr(space._connection, "patience_s", 0.0)
    monkeypatch.setattr(space._connection, "_base", "/nowhere/")
    again = read_view(run, view)
    assert again.document == view.document and again.problem
    assert "problem" not in parts_of(view)["head"]


CELLS = (
    "import sys\nif {without}: sys.modules['anywidget'] = None\n"
    "from studio.sdk import Experiment, Workspace\nfrom studio.sdk.widgets import RunDetails\n"
    "run = Experiment(Workspace.from_config(), 'digits').start_logging()\n"
    "details = RunDetails(run)\ndetails.show()",
    "run.log('loss', 1.0)\nrun.log('loss', 0.5)\nrun.complete()",
    "import threading\n"
    "[one.join(240) for one in threading.enumerate() if one.name == 'studio-run-details']",
)


@pytest.mark.parametrize("without", [True, False])
def test_a_kernel_without_a_widget_manager_renews_the_html(space, tmp_path, monkeypatch, without):
    monkeypatch.setenv("PYTHONPATH", str(BASE_DIR))
    notebook = make_notebook([cell.replace("{without}", str(without)) for cell in CELLS])
    run_notebook(notebook, tmp_path)
    (output,) = notebook.cells[0].outputs
    assert sorted(output["data"]) == ["text/html", "text/plain"]
    assert "Completed" in output["data"]["text/html"] and "<svg" in output["data"]["text/html"]
