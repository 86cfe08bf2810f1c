"""Every form of metric, drawn."""

import pytest

from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import AccuracyTable, ConfusionMatrix, Predictions, Residuals, Table
from tests.factories import make_run
from tests.web.browser import until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

A = [[2, 2, 0, 0], [2, 1, 1, 0], [1, 0, 2, 1], [0, 0, 2, 2]]
B = [[2, 2, 0, 0], [1, 0, 2, 1], [1, 0, 2, 1], [0, 0, 2, 2]]
AT = [0.0, 0.5, 0.7, 1.0]
BINS = {"bin_edges": [0.0, 1.0, 2.0, 3.0], "bin_counts": [1.0, 4.5, 2.0]}
# Of each number on a matrix: its colour, and that of the cell below it.
INKS = """async (plot) => {
  const image = plot.querySelector(".hm image");
  const picture = Object.assign(new Image(), { src: image.href.baseVal });
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const drawn = canvas.getContext("2d");
  drawn.drawImage(picture, 0, 0);
  const box = image.getBoundingClientRect();
  return [...plot.querySelectorAll(".heatmap-label text")].flatMap((text) => {
    if (!text.textContent.trim()) return [];
    const { left, top, width, height } = text.getBoundingClientRect();
    const at = [left + width / 2 - box.left, top + height / 2 - box.top];
    const scale = [canvas.width / box.width, canvas.height / box.height];
    const [x, y] = at.map((place, i) => Math.floor(place * scale[i]));
    const ink = getComputedStyle(text).fill.match(/\\d+/g).map(Number);
    return [[ink, [...drawn.getImageData(x, y, 1, 1).data.slice(0, 3)]]];
  });
}"""
KEYS = ("a-table", "accuracy", "confusion", "predictions", "residuals")


def document(kind: str, **data: object) -> dict:
    return {"schema_type": kind, "schema_version": "1.0.0", "data": data}


def values() -> list:
    matrix = {"class_labels": ["cat", "dog"], "matrix": [[3, 1], [0, 4]]}
    accuracy = {
        "class_labels": ["cat", "dog"],
        "probability_tables": [A, B],
        "percentile_tables": [A, B],
        "probability_thresholds": AT,
        "percentile_thresholds": AT,
    }
    predicted = {"bin_averages": [0.4, 1.6, 2.4], "bin_errors": [0.1, 0.2, 0.1], **BINS}
    return [
        Table(name="a-table", value={"angle": [0.0, 1.0, 2.0], "sine": [0.0, 0.84, 0.91]}),
        Table(name="words", value={"word": ["a", "b"], "count": [3.0, 4.0]}),
        ConfusionMatrix(name="confusion", value=document("confusion_matrix", **matrix)),
        AccuracyTable(name="accuracy", value=document("accuracy_table", **accuracy)),
        Residuals(name="residuals", value=document("residuals", **BINS)),
        Predictions(name="predictions", value=document("predictions", **predicted)),
    ]


@pytest.fixture(autouse=True)
def logged(db):
    run = make_run(run_id="drawn")
    log_metrics(workspace=run.workspace, run_id=run.run_id, values=values())


def drawn(key: str) -> str:
    return f"document.querySelector(\".diagram-card[aria-label='{key}'] .plot\")"


def test_every_form_is_drawn(tab):
    tab.goto("/w/default/runs/drawn/metrics")

    for key in KEYS:
        tab.locator(f".diagram-card[aria-label='{key}']").scroll_into_view_if_needed()
        until(tab, f"{drawn(key)}.data?.length > 0")
    tab.wait_for_selector(".diagram-card[aria-label='words'] td:has-text('b')")


def test_a_matrix_is_normalised_on_demand(tab):
    tab.goto("/w/default/runs/drawn/metrics")
    tab.wait_for_selector(".diagram-card[aria-label='confusion'] .main-svg")

    tab.select_option("[aria-label='What is shown of confusion']", "normalised")

    until(tab, f"{drawn('confusion')}.data[0].z[0][1] === 0.25")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_numbers_of_a_matrix_are_read_on_every_cell(tab, scheme):
    run = make_run(run_id="wide")
    matrix = {"class_labels": list("abcdefgh"), "matrix": [list(range(i, i + 8)) for i in range(8)]}
    value = document("confusion_matrix", **matrix)
    log_metrics(
        workspace=run.workspace,
        run_id=run.run_id,
        values=[ConfusionMatrix(name="confusion", value=value)],
    )
    tab.emulate_media(color_scheme=scheme)
    tab.goto("/w/default/runs/wide/metrics")
    tab.wait_for_selector(".diagram-card[aria-label='confusion'] .heatmap-label")

    inks = tab.locator(".diagram-card[aria-label='confusion'] .plot").evaluate(INKS)

    assert len(inks) == 64
    assert min(contrast(*pair) for pair in inks) >= 4.5


def contrast(one: list[int], other: list[int]) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(color: list[int]) -> float:
    parts = [channel / 255 for channel in color]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_an_accuracy_table_has_five_curves_with_averages(tab):
    tab.goto("/w/default/runs/drawn/metrics")
    tab.wait_for_selector(".diagram-card[aria-label='accuracy'] .main-svg")

    for kind, title in (("lift", "Lift"), ("calibration", "Share of positives")):
        tab.select_option("[aria-label='What is shown of accuracy']", kind)
        until(tab, f"{drawn('accuracy')}._fullLayout.yaxis.title.text === '{title}'")

    names = tab.evaluate(f"{drawn('accuracy')}.data.slice(1).map(t => t.name)")
    assert names == ["macro", "micro", "weighted", "cat", "dog"]
