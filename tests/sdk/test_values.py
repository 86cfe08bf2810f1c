"""Every kind of value: logged by the client, read back by it."""

import math
import os
from pathlib import Path

import pytest

from studio.sdk import Experiment, Model, Run, Workspace
from studio.sdk.exceptions import NotFound, NotSupported, UserErrorException

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
MATRIX = {
    "schema_type": "confusion_matrix",
    "schema_version": "1.0.0",
    "data": {"class_labels": ["cat", "dog"], "matrix": [[8, 2], [1, 9]]},
}
RESIDUALS = {
    "schema_type": "residuals",
    "schema_version": "1.0.0",
    "data": {"bin_edges": [-1.0, 0.0, 1.0], "bin_counts": [2.5, 3]},
}
PREDICTIONS = {
    "schema_type": "predictions",
    "schema_version": "1.0.0",
    "data": {
        "bin_averages": [0.4, 0.9],
        "bin_errors": [0.1, 0.2],
        "bin_counts": [4, 6],
        "bin_edges": [0.0, 0.5, 1.0],
    },
}
LINES = [[[2, 0, 3, 1], [1, 0, 3, 2]], [[3, 1, 2, 0], [2, 0, 3, 1]]]
ACCURACY = {
    "schema_type": "accuracy_table",
    "schema_version": "1.0.1",
    "data": {
        "class_labels": ["cat", "dog"],
        "probability_tables": LINES,
        "percentile_tables": LINES,
        "probability_thresholds": [0.0, 0.5],
        "percentile_thresholds": [0.0, 0.5],
    },
}


@pytest.fixture
def run(space):
    run = Experiment(space, "digits").start_logging()
    yield run
    run.complete()


class Plot:
    """What matplotlib's plots have."""

    def savefig(self, file, format):
        file.write(b"\x89PNG\r\n\x1a\n" + b"0" * 20)


def test_once_is_a_value_more_often_is_a_list(run):
    run.log("once", 0.5)
    for value in (1, 2, 3):
        run.log("often", value, step=value * 10)
    assert run.get_metrics() == {"once": 0.5, "often": [1.0, 2.0, 3.0]}
    assert run.get_metrics(name="once") == {"once": 0.5}
    assert run.get_metrics(name="none") == {}
    assert run.get_metrics(always_list=True)["once"] == [0.5]


def test_ten_thousand_values_come_back_in_order(run):
    for value in range(10_000):
        run.log("x", value)
    assert run.get_metrics()["x"] == [float(value) for value in range(10_000)]


def test_a_list_of_one_value_is_a_list(run):
    run.log_list("Fibonacci", [0, 1, 1, 2, 3, 5, 8])
    run.log_list("one", [4])
    assert run.get_metrics() == {"Fibonacci": [0.0, 1, 1, 2, 3, 5, 8], "one": [4.0]}


def test_a_long_list_stays_one(run):
    run.log_list("long", range(25_000))
    assert run.get_metrics()["long"] == [float(value) for value in range(25_000)]


def test_rows_are_a_dict_of_columns(run):
    run.log_row("single", x=1, y="a")
    for angle in (0.0, 0.5):
        run.log_row("Cosine Wave", angle=angle, cos=math.cos(angle))
    assert run.get_metrics() == {
        "single": {"x": 1.0, "y": "a"},
        "Cosine Wave": {"angle": [0.0, 0.5], "cos": [1.0, math.cos(0.5)]},
    }


def test_a_table_is_a_dict_of_columns(run):
    run.log_table("Sine Wave", {"angle": [0, 1], "sine": [0, 0.84]})
    run.log_table("long", {"index": list(range(5000))})
    found = run.get_metrics()
    assert found["Sine Wave"] == {"angle": [0.0, 1.0], "sine": [0.0, 0.84]}
    assert found["long"] == {"index": [float(index) for index in range(5000)]}


def test_a_data_frame_is_a_table(run):
    pandas = pytest.importorskip("pandas")
    run.log_table("frame", pandas.DataFrame({"a": [1, 2], "b": ["x", None]}))
    assert run.get_metrics()["frame"]["a"] == [1.0, 2.0]


def test_an_image_is_uploaded_from_a_path_or_a_plot(run, tmp_path):
    file = tmp_path / "food.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0 bytes of an image")
    run.log_image("food", path=str(file), description="desert")
    run.log_image("plot", plot=Plot())
    found = run.get_metrics()
    assert found["food"].startswith(f"aml://artifactId/ExperimentRun/dcid.{run.id}/images/food_")
    name = found["food"].partition(f"{run.id}/")[2]
    run.download_file(name, str(tmp_path / "back.jpg"))
    assert (tmp_path / "back.jpg").read_bytes() == file.read_bytes()
    assert found["plot"].endswith(".png")


def test_diagrams_are_kept_as_documents(run):
    run.log_confusion_matrix("matrix", MATRIX)
    run.log_residuals("residuals", RESIDUALS)
    run.log_predictions("predictions", PREDICTIONS)
    run.log_accuracy_table("accuracy", ACCURACY)
    found = run.get_metrics(populate=True)
    assert found == {
        "matrix": MATRIX,
        "residuals": RESIDUALS,
        "predictions": PREDICTIONS,
        "accuracy": ACCURACY,
    }
    assert run.get_metrics()["matrix"].startswith("aml://artifactId/")


def test_the_metrics_of_the_tree_are_by_run(run):
    run.log("loss", 1)
    with run.child_run() as child:
        child.log("loss", 2)
    assert run.get_metrics(recursive=True) == {run.id: {"loss": 1.0}, child.id: {"loss": 2.0}}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: run.log("x", [1, 2]), "log_list"),
        (lambda run: run.log("", 1), "name of a metric"),
        (lambda run: run.log("x", 1, step=1.5), "step is a whole number"),
        (lambda run: run.log_list("x", []), "is empty"),
        (lambda run: run.log_list("x", "abc"), "takes a list"),
        (lambda run: run.log_list("x", [1, "a"]), "no number"),
        (lambda run: run.log_row("x"), "no columns"),
        (lambda run: run.log_row("x", a=[1]), "number or a text"),
        (lambda run: run.log_table("x", {"a": [1], "b": [1, 2]}), "differ in length"),
        (lambda run: run.log_table("x", [1]), "dict of columns"),
        (lambda run: run.log_image("x"), "either path or plot"),
        (lambda run: run.log_image("x", path="a.txt"), "is no image"),
        (lambda run: run.log_image("x", path="a.png"), "cannot be read"),
        (lambda run: run.log_image("x", plot=3), "savefig"),
        (lambda run: run.log_confusion_matrix("x", {}), "has no data"),
        (lambda run: run.log_confusion_matrix("x", RESIDUALS), "not 'confusion_matrix'"),
        (lambda run: run.log_residuals("x", "{"), "is no JSON"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(call, message):
    run = Run._of_id(Workspace(url="http://127.0.0.1:9"), "unused")
    run._box = Nothing()
    with pytest.raises(UserErrorException, match=message):
        call(run)


class Nothing:
    """An outbox that must not be written to."""

    def __init__(self):
        self.pid = os.getpid()


def test_a_file_gets_a_name_and_versions(space, run, tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"first")
    run.upload_file("outputs/model.pkl", str(tmp_path / "model.pkl"))
    first = run.register_model("digits", "outputs/model.pkl")
    with run.child_run() as child:
        child.upload_file("outputs/digits/a.bin", str(tmp_path / "model.pkl"))
        second = child.register_model("digits")
    assert (first.id, second.id) == ("digits:1", "digits:2")
    assert [one.version for one in Model.list(space, "digits")] == [2, 1]
    place = Model(space, "digits", version=1).download(str(tmp_path / "models"))
    assert Path(place).read_bytes() == b"first"
    Model(space, "digits").download(str(tmp_path / "latest"))
    assert (tmp_path / "latest" / "digits" / "a.bin").read_bytes() == b"first"
    with pytest.raises(UserErrorException, match="no file or folder 'nothing'"):
        run.register_model("other", "nothing")


def test_models_are_listed_changed_and_deleted(space, run, tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"first")
    run.upload_file("outputs/model.pkl", str(tmp_path / "model.pkl"))
    for name in ("digits", "digits", "letters"):
        run.register_model(name, "outputs/model.pkl", tags={"stage": "test"}, description="good")
    assert {name: one.version for name, one in space.models.items()} == {"digits": 2, "letters": 1}
    model = Model(space, id="digits:1")
    assert (model.run_id, model.description, model.tags) == (run.id, "good", {"stage": "test"})
    model.add_tags({"stage": "production", "seen": 1})
    assert [one.id for one in Model.list(space, tags=[["stage", "production"]])] == ["digits:1"]
    assert [one.id for one in Model.list(space, tags=["stage"], run_id=run.id)] == [
        "letters:1", "digits:2", "digits:1",
    ]  # fmt: skip
    Model(space, "digits").delete()
    assert Model(space, "digits").version == 1
    with pytest.raises(NotFound):
        Model(space, "digits", version=2)
    with pytest.raises(NotSupported, match="register_model"):
        Model.register(space, "model.pkl", "digits")
