"""What a chart over a run table says of its lines: the tooltip and the legend, in Chromium."""

import pytest

from tests.web.browser import PHONE, until
from tests.web.chart_cards import DRAWN, charts, log, make_named
from tests.web.run_table import make_runs, open_table

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def runs(db):
    return make_runs()


def test_the_tooltip_names_the_metric_nearest_line_first_and_a_click_keeps_it(tab, runs):
    open_table(tab, charts({"y": ["train/loss", "val/loss"]}))
    until(tab, f"{DRAWN} === 1")
    box = tab.locator(".card .nsewdrag").first.bounding_box()
    lines = "[...document.querySelectorAll('.chart-tip div')].map(e => e.textContent)"
    values = "[...document.querySelectorAll('.chart-tip div b')].map(e => Number(e.textContent))"

    tab.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] - 3)
    until(tab, f"{lines}.length === 16")
    assert all("train/loss" in line or "val/loss" in line for line in tab.evaluate(lines))
    low = tab.evaluate(values)
    assert low == sorted(low)
    until(tab, "document.querySelectorAll('.rt-row.lit').length === 1")
    until(tab, "document.querySelectorAll('.plot.has-lit .trace.lit').length > 0")

    tab.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] - 3)
    until(tab, f"{lines}.length === 20")
    tab.mouse.move(5, 5)
    assert tab.is_visible(".chart-tip.pinned")
    tab.get_by_role("button", name="Close the values").click()
    assert tab.is_hidden(".chart-tip")


def test_the_tooltip_keeps_the_ends_of_long_names(tab, db):
    long = "resnet50-imagenet-augmented-mixup-cutmix-label-smoothing-cosine-bs256"
    make_named(*[f"{long}-s{i}" for i in range(3)])
    open_table(tab, charts({"y": ["loss"]}))
    until(tab, f"{DRAWN} === 1")
    box = tab.locator(".card .nsewdrag").first.bounding_box()

    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    until(tab, "document.querySelectorAll('.chart-tip .middle-cut').length === 3")
    tip = tab.locator(".chart-tip").bounding_box()
    ends = tab.locator(".chart-tip .middle-cut > :last-child")
    assert {text[-3:] for text in ends.all_text_contents()} == {"-s0", "-s1", "-s2"}
    assert all(
        one.bounding_box()["x"] + one.bounding_box()["width"] < tip["x"] + tip["width"]
        for one in ends.all()
    )
    assert ends.first.evaluate(
        "end => end.previousSibling.scrollWidth > end.previousSibling.clientWidth"
    )


# Both lower corners of the tooltip can be seen: nothing that scrolls cuts them off.
ENDS_IN_SIGHT = """(tip => {
  tip.style.pointerEvents = 'auto';
  const { left, right, bottom } = tip.getBoundingClientRect();
  const seen = [left + 6, right - 6].every(x =>
    tip.contains(document.elementFromPoint(x, bottom - 6)));
  tip.style.pointerEvents = '';
  return seen;
})(document.querySelector('.chart-tip'))"""


def test_the_tooltip_is_whole_on_a_phone(tab, runs):
    tab.set_viewport_size(PHONE)
    open_table(tab, charts({"y": ["train/loss", "val/loss"]}))
    until(tab, f"{DRAWN} === 1")
    box = tab.locator(".card .nsewdrag").first.bounding_box()
    for share in (0.2, 0.45, 0.55, 0.9):
        tab.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.9)
        until(tab, "document.querySelector('.chart-tip')?.offsetHeight > 0")
        tip = tab.locator(".chart-tip").bounding_box()
        assert tip["x"] >= 0
        assert tip["x"] + tip["width"] <= PHONE["width"]
        assert tip["y"] + tip["height"] <= PHONE["height"]
        assert tab.evaluate(ENDS_IN_SIGHT)


def test_the_columns_of_a_tooltip_stand_under_each_other(tab, runs):
    open_table(tab, charts({"y": ["train/loss", "val/loss"]}))
    until(tab, f"{DRAWN} === 1")
    box = tab.locator(".card .nsewdrag").first.bounding_box()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(tab, "document.querySelectorAll('.chart-tip div').length > 2")

    for part, side in (("b", "right"), ("small", "left"), (".swatch", "left")):
        places = f"""[...document.querySelectorAll('.chart-tip div {part}')]
          .map(one => Math.round(one.getBoundingClientRect().{side}))"""
        assert len(set(tab.evaluate(places))) == 1, part
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.wait_for_selector(".chart-tip.pinned")
    assert len(set(tab.evaluate(places.replace("left", "right").replace(".swatch", "b")))) == 1


def test_lines_of_two_metrics_are_told_apart_by_their_dash_in_legend_and_tooltip(tab, runs):
    open_table(tab, charts({"y": ["train/loss", "val/loss"]}))
    until(tab, f"{DRAWN} === 1")
    tab.get_by_role("button", name="Legend of").first.click()
    if tab.locator(".card-legend").first.is_hidden():
        tab.get_by_role("button", name="Legend of").first.click()
    dashes = """Object.fromEntries([...document.querySelectorAll('.card-legend li')].map(li =>
      [li.querySelector('small').textContent,
       getComputedStyle(li.querySelector('.swatch line')).strokeDasharray]))"""
    found = tab.evaluate(dashes)

    assert found["train/loss"] == "none"
    assert found["val/loss"] != "none"


def test_a_full_screen_has_a_button_that_leaves_it(tab, runs):
    open_table(tab, charts({"y": ["train/loss"]}))
    until(tab, f"{DRAWN} === 1")
    leave = tab.get_by_role("button", name="Leave full screen of train/loss")
    assert leave.is_hidden()
    tab.locator(".card").first.focus()
    tab.keyboard.press("Enter")

    leave.click()

    assert tab.locator(".card.full").count() == 0


def test_a_legend_of_two_metrics_keeps_their_names(tab, db):
    name = "resnet101-imagenet-augmented-mixup-cosine-lr0.001-bs256-s39"
    for run in make_named(name, key="train/loss"):
        log(run, "val/loss", [2.0, 1.0])
    tab.set_viewport_size(PHONE)
    open_table(tab, charts({"y": ["train/loss", "val/loss"]}))
    until(tab, "document.querySelectorAll('.card-legend li').length === 2")
    metrics = tab.locator(".card-legend li small")
    assert metrics.all_inner_texts() == ["train/loss", "val/loss"]
    assert metrics.evaluate_all("all => all.every(e => e.scrollWidth <= e.clientWidth)")
