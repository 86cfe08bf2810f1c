"""What the cells and headers of the run table show, as a person sees them in Chromium."""

import pytest

from runs.metrics.services import RunRef, log_batch
from runs.tracking.models import Run
from runs.tracking.statuses import Status
from tests.factories import make_experiment, make_run
from tests.web.browser import WIDE, settle, until
from tests.web.run_table import DRAWN, make_runs, open_rows, open_table, query_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LONG = "resnet50-imagenet-augmented-mixup-cutmix-label-smoothing-cosine-bs256-lr0.01-s4"
BOX = "(box => [box.left, box.top, box.right, box.bottom])({}.getBoundingClientRect())"
BOLD = "getComputedStyle(cell).webkitTextStrokeWidth !== '0px'"
IN_SIGHT = "(([l, t, r, b]) => l >= 0 && t >= 0 && r <= innerWidth && b <= innerHeight)({})"


@pytest.fixture
def runs(db):
    return make_runs()


def log(run, **values):
    points = [(key, step, 1000, value) for key, all_ in values.items() for step, value in all_]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)


def cells(tab, column, script="cell.textContent"):
    selector = f'.rt-body [data-column="{column}"]'
    return tab.evaluate(f"[...document.querySelectorAll('{selector}')].map(cell => {script})")


def test_a_cell_that_is_used_again_keeps_nothing_of_what_it_showed(tab, runs):
    open_rows(tab)
    tab.locator(".rt-headrow [data-column='run.duration']").click(button="right")
    tab.get_by_role("menuitem", name="Hide column").click()
    until(tab, "document.querySelector('[data-column=\"run.duration\"]') === null")

    # What also ticks every second is a sign that those of the table have.
    tab.evaluate("""() => {
      const sign = document.createElement('i');
      sign.dataset.since = String(Date.now());
      document.querySelector('.rt-grid').append(sign);
    }""")
    until(tab, "document.querySelector('.rt-grid > i').textContent !== ''")

    assert tab.locator(".rt-body [data-since]").count() == 0
    assert not [text for text in cells(tab, "metrics.train/loss") if ":" in text]


METRICS = ("validation/precision_at_k_macro_average", "training/loss_with_label_smoothing", "loss")
HEADERS = """[...document.querySelectorAll('.rt-headrow .num:has(.rt-value)')].map(cell => {
  const inside = cell.getBoundingClientRect();
  const boxes = [...cell.querySelectorAll('.rt-label > :last-child, .rt-value, .rt-caret')]
    .map(one => one.getBoundingClientRect()).filter(box => box.width && box.height);
  const overlaps = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const touch = boxes.some((a, at) => boxes.slice(at + 1).some(b => overlaps(a, b)));
  const leaves = boxes.some(box => box.left < inside.left + 8 || box.right > inside.right - 2);
  return [cell.textContent, touch, leaves];
})"""


@pytest.mark.parametrize("width", [390, WIDE["width"]])
def test_long_headers_of_metrics_touch_nothing(tab, db, width):
    run = make_run(make_experiment("digits"))
    log(run, **{name: [(0, 0.5)] for name in METRICS})
    tab.set_viewport_size({"width": width, "height": 700})
    narrow = ",".join(f"metrics.{name}*70" for name in METRICS) if width > 390 else ""
    open_rows(
        tab,
        f"?cols=run.name,{','.join(f'metrics.{one}' for one in METRICS)}"
        f"{narrow and f'&widths={narrow}'}",
    )
    settle(tab)
    headers = tab.evaluate(HEADERS)
    assert len(headers) >= 2
    assert [text for text, touch, leaves in headers if touch or leaves] == []


def test_decimal_points_stand_under_each_other(tab, db):
    experiment = make_experiment("digits")
    for number, value in enumerate((0.0871, 1.4925, 12.5, 3.0, 1e12, float("nan"))):
        log(make_run(experiment, name=f"run {number}"), loss=[(0, value)])
    open_rows(tab)
    points = """[...document.querySelectorAll('.rt-body [data-column="metrics.loss"]')]
      .filter(cell => cell.textContent.includes('.'))
      .map(cell => {
        const range = document.createRange();
        const at = cell.textContent.indexOf('.');
        range.setStart(cell.firstChild, at);
        range.setEnd(cell.firstChild, at + 1);
        return Math.round(range.getBoundingClientRect().left);
      })"""

    found = tab.evaluate(points)

    assert len(found) == 3
    assert len(set(found)) == 1


def test_no_number_is_cut(tab, db):
    experiment = make_experiment("sizes")
    for number, value in enumerate((976_100_000_000.0, 0.000123456, -12_840_000.5, 5.0, -1e-300)):
        log(make_run(experiment, name=f"run {number}"), loss=[(0, value), (1, value * 2)])
    open_rows(tab, "?cols=run.name,metrics.loss,metrics.loss.min")

    for column in ("metrics.loss", "metrics.loss.min"):
        assert all(cells(tab, column, "cell.scrollWidth <= cell.clientWidth"))
    assert "1.952e12" in cells(tab, "metrics.loss")


def test_all_durations_are_written_alike(tab, db):
    for number, ms in enumerate((3, 400, 8000, 6_000_000)):
        run = make_run(name=f"run {number}", started_ms=1000)
        Run.objects.filter(pk=run.pk).update(status="Completed", ended_ms=1000 + ms)
    open_rows(tab)

    assert sorted(cells(tab, "run.duration")) == ["00:00:00", "00:00:00", "00:00:08", "01:40:00"]
    assert "00:00:00.400" in cells(tab, "run.duration", "cell.title")


def test_the_card_of_a_cell_is_whole_on_the_screen(tab, runs):
    open_table(tab)
    last = tab.locator(".rt-body .rt-row").nth(11)
    tab.evaluate("document.querySelector('.rt-grid').scrollTop = 1e6")
    last.locator("[data-column='metrics.val/loss']").hover()

    until(tab, "document.querySelector('.cell-tip').matches(':popover-open')")

    box = BOX.format("document.querySelector('.cell-tip')")
    assert tab.evaluate(IN_SIGHT.format(box))
    assert "step" in tab.inner_text(".cell-tip")
    ends = "[...document.querySelectorAll('.cell-tip .num')].map(one => {}[2])"
    assert len(set(tab.evaluate(ends.format(BOX.format("one"))))) == 1


def test_the_word_beside_a_metric_adds_another_value_beside_it_and_in_sight(tab, runs):
    columns = ",".join(f"metrics.{name}" for name in ("val/loss", "train/loss", "epoch"))
    others = ",".join(f"run.{name}" for name in ("status", "started", "kind", "description"))
    open_rows(tab, f"?cols=run.name,{columns},{others}")

    tab.click(".rt-headrow [data-column='metrics.val/loss'] .rt-value")
    tab.get_by_role("menuitemcheckbox", name="min").click()

    until(tab, "document.querySelector('[data-column=\"metrics.val/loss.min\"]') !== null")
    assert "metrics.val/loss,metrics.val/loss.min,metrics.train/loss" in query_of(tab)["cols"]
    header = "document.querySelector('.rt-headrow [data-column=\"metrics.val/loss.min\"]')"
    assert tab.evaluate(IN_SIGHT.format(BOX.format(header)))


def test_a_column_added_far_away_scrolls_into_sight(tab, runs):
    run = runs.last()
    log(run, **{f"metric-{i:02}": [(0, 1.0)] for i in range(30)})
    columns = ",".join(f"metrics.metric-{i:02}" for i in range(30))
    open_rows(tab, f"?cols=run.name,{columns}")
    tab.keyboard.press("e")
    tab.keyboard.type("val/loss")
    until(tab, "document.querySelectorAll('[data-offered] .offer').length === 1")

    tab.click("[data-add='metrics.val/loss']")

    header = "document.querySelector('.rt-headrow [data-column=\"metrics.val/loss\"]')"
    until(tab, f"{header} !== null && {IN_SIGHT.format(BOX.format(header))}")


def test_a_sorted_header_shows_the_whole_name_of_its_metric(tab, runs):
    open_rows(tab, "?sort=metrics.val/loss.min&cols=run.name,metrics.val/loss.min")

    label = "document.querySelector('.rt-headrow [aria-sort=ascending] .rt-label')"
    assert tab.evaluate(f"{label}.scrollWidth <= {label}.clientWidth")


def test_the_caret_of_a_metric_can_be_seen_and_opens_its_menu(tab, runs):
    open_rows(tab)
    caret = tab.locator(".rt-headrow [data-column='metrics.val/loss'] .rt-caret")
    assert caret.evaluate("caret => getComputedStyle(caret).opacity") == "1"

    caret.click()
    tab.get_by_role("menuitem", name="Sort ascending").click()

    until(tab, "location.search.includes('sort=metrics.val')")


def test_the_best_value_of_a_column_is_bold_where_it_is_known(tab, runs):
    open_rows(tab, "?cols=run.name,metrics.val/loss.min,metrics.val/loss.max,metrics.epoch")

    texts = cells(tab, "metrics.val/loss.min")
    marked = cells(tab, "metrics.val/loss.min", BOLD)
    assert texts[marked.index(True)] == min(texts, key=float)
    assert marked.count(True) == 1
    assert cells(tab, "metrics.val/loss.max", BOLD).count(True) == 1
    assert not any(cells(tab, "metrics.epoch", BOLD))


def test_a_run_with_one_infinite_value_is_never_the_best(tab, db):
    experiment = make_experiment("digits")
    for name, value in {"broken": float("-inf"), "good": 0.25, "better": 0.125}.items():
        log(make_run(experiment, name=name), loss=[(0, value), (1, 9.0)], f1=[(0, 0.5), (1, 0.5)])

    open_rows(
        tab, "?goal=min:loss&sort=metrics.loss.min&cols=run.name,metrics.loss.min,metrics.f1.best"
    )

    assert cells(tab, "run.name") == ["better", "good", "broken"]
    assert cells(tab, "metrics.loss.min") == ["0.125", "0.25", "\N{MINUS SIGN}∞"]
    assert cells(tab, "metrics.loss.min", BOLD) == [True, False, False]
    assert "never the best" in cells(tab, "metrics.loss.min", "cell.title")[2]
    assert cells(tab, "metrics.f1.best")[2] == "—"
    assert "infinite" in cells(tab, "metrics.f1.best", "cell.title")[2]


def test_a_dash_says_why_it_is_there(tab, runs):
    log(runs.first(), f1=[(7, 0.5)])
    open_rows(tab, "?cols=run.name,metrics.f1,metrics.f1.best&goal=min:val/loss")

    texts, why = cells(tab, "metrics.f1"), cells(tab, "metrics.f1", "cell.title")
    titles = dict(zip(texts, why, strict=True))
    assert titles["—"] == "This run has no f1."
    at_best = cells(tab, "metrics.f1.best", "cell.title")
    assert set(at_best) == {
        "This run has no f1 at the step where val/loss is lowest "
        "(an infinite value does not count)."
    }


def test_names_take_the_free_width_and_keep_their_ends(tab, db):
    make_run(name=LONG)
    open_rows(tab, "?cols=run.name,run.status")
    width = "document.querySelector('.rt-headrow [data-column=\"run.name\"]').offsetWidth"
    assert tab.evaluate(width) > 800

    tab.set_viewport_size({"width": 700, "height": 800})
    open_rows(tab, "?cols=run.name,run.status,run.started,run.kind,run.target,run.ended")

    name = "document.querySelector('.rt-body .rt-name')"
    assert tab.evaluate(f"{name}.textContent") == LONG
    head, tail = f"{name}.firstChild", f"{name}.lastChild"
    assert tab.evaluate(f"{head}.scrollWidth > {head}.clientWidth")
    assert tab.evaluate(f"{tail}.textContent").endswith("-s4")
    cell = BOX.format("document.querySelector('.rt-body [data-column=\"run.name\"]')")
    assert tab.evaluate(BOX.format(tail))[2] <= tab.evaluate(cell)[2]


def test_names_take_a_share_of_a_table_that_is_too_wide(tab, db):
    experiment = make_experiment("wide")
    for name in ("short", "resnet101-imagenet-cosine-s35"):
        log(make_run(experiment, name=name), **{f"metric_{i}": [(0, 1.0)] for i in range(12)})
    columns = ",".join(["run.name", *(f"metrics.metric_{i}" for i in range(12))])

    open_rows(tab, f"?cols={columns}")

    heads = "[...document.querySelectorAll('.rt-body .rt-name > :first-child')]"
    assert tab.evaluate("document.querySelector('.rt-grid').scrollWidth > innerWidth")
    assert tab.evaluate(f"{heads}.every(head => head.scrollWidth <= head.clientWidth)")


def test_one_long_name_takes_no_room_from_the_columns(tab, db):
    experiment = make_experiment("wide")
    for name in (*(f"run {i}" for i in range(10)), "long " * 40):
        log(make_run(experiment, name=name), **{f"metric_{i}": [(0, 1.0)] for i in range(12)})
    columns = ",".join(["run.name", *(f"metrics.metric_{i}" for i in range(12))])

    open_rows(tab, f"?cols={columns}")

    width = "document.querySelector('.rt-headrow [data-column=\"run.name\"]').offsetWidth"
    assert tab.evaluate(width) <= 200


def test_the_longest_status_stays_in_its_cell(tab, runs):
    longest = max(Status.values, key=len)
    Run.objects.update(status=longest)
    open_rows(tab)

    room = """(range => { range.selectNodeContents(cell);
      return cell.getBoundingClientRect().right - range.getBoundingClientRect().right;
    })(document.createRange())"""

    assert min(cells(tab, "run.status", room)) >= 0


def test_the_remove_button_of_a_column_with_a_long_name_is_in_the_panel(tab, db):
    run = make_run()
    log(run, **{"m" * 200: [(0, 1.0)]})
    open_rows(tab)
    tab.keyboard.press("e")
    until(tab, "document.querySelectorAll('.choice').length > 3")

    right = "[...document.querySelectorAll('.choice [data-remove]')].map(one => {}[2])".format(
        BOX.format("one")
    )
    assert max(tab.evaluate(right)) <= 1440
    assert tab.evaluate("document.querySelector('.chosen').parentElement.scrollWidth") <= (
        tab.evaluate("document.querySelector('.chosen').parentElement.clientWidth")
    )


def test_a_header_is_dragged_to_another_place(tab, runs):
    open_rows(tab, "?cols=run.name,run.status,params.lr,params.batch")
    start = tab.locator(".rt-headrow [data-column='params.batch'] .rt-label").bounding_box()
    end = tab.locator(".rt-headrow [data-column='run.status']").bounding_box()
    tab.mouse.move(start["x"] + 5, start["y"] + 5)
    tab.mouse.down()
    tab.mouse.move(end["x"] + 10, end["y"] + 8, steps=6)
    tab.mouse.up()

    until(tab, "location.search.includes('run.name%2Cparams.batch%2Crun.status')")
    assert "sort" not in query_of(tab)


def test_a_finger_moves_a_column_after_a_long_press(phone, runs):
    phone.set_viewport_size(WIDE)
    open_rows(phone, "?cols=run.name,run.status,params.lr")
    phone.keyboard.press("e")
    until(phone, "document.querySelectorAll('.choice').length === 3")
    start = phone.locator("[data-id='params.lr'] .choice-name").bounding_box()
    end = phone.locator("[data-id='run.status']").bounding_box()
    touch = phone.devtools

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", {"x": start["x"] + 9, "y": start["y"] + 9})
    until(phone, "document.querySelector('.dragged') !== null")
    send("touchMove", {"x": start["x"] + 9, "y": end["y"] + 12})
    send("touchMove", {"x": start["x"] + 9, "y": end["y"] + 4})
    send("touchEnd")

    until(phone, "location.search.includes('run.name%2Cparams.lr%2Crun.status')")


def test_a_thousand_runs_do_not_hide_which_is_best(tab, db):
    experiment = make_experiment("many")
    for number in range(130):
        log(make_run(experiment, name=f"run {number}"), loss=[(0, float(number) + 0.5)])
    open_rows(tab, "?cols=run.name,metrics.loss")
    assert not any(cells(tab, "metrics.loss", BOLD))

    tab.click(".rt-headrow [data-column='metrics.loss'] .rt-label")

    until(tab, f"{DRAWN} > 0 && location.search.includes('sort=metrics.loss')")
    until(tab, "document.querySelector('.rt-body .best')?.textContent === '0.5'")
