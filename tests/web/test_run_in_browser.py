"""The run page in Chromium: editing, charts, zoom, live points."""

from urllib.parse import parse_qs, urlsplit

import pytest

from runs.tracking import services
from tests.factories import make_run
from tests.web.browser import PHONE, answered, until
from tests.web.curves import log_curve

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

ADDRESS = "/w/default/runs/run-1"
POINTS_DRAWN = "document.querySelector('.plot').data[0].x.length"
RANGE_DRAWN = "document.querySelector('.plot')._fullLayout.xaxis.range"
PLOT = ".metric-card .nsewdrag"


@pytest.fixture
def run(db):
    return make_run(run_id="run-1", name="bright-otter")


def zoom(tab, start: float, stop: float) -> None:
    """Drag over a part of the first chart, given as shares of its width."""
    box = tab.locator(PLOT).first.bounding_box()
    y = box["y"] + box["height"] / 2
    tab.mouse.move(box["x"] + box["width"] * start, y)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] * stop, y, steps=6)
    tab.mouse.up()


def asked_range(answer) -> list[float]:
    query = parse_qs(urlsplit(answer.url).query)
    return [float(edge) for edge in query.get("range", [""])[0].split(",") if edge]


def test_the_name_is_edited_where_it_stands(tab, run):
    tab.goto(ADDRESS)

    tab.click("[data-edit-inline]")
    tab.fill(".inline-edit", "calm-heron")
    tab.press(".inline-edit", "Enter")

    until(tab, "document.querySelector('#run-head h1').title === 'calm-heron'")
    run.refresh_from_db()
    assert run.name == "calm-heron"


def test_escape_gives_the_name_back(tab, run):
    tab.goto(ADDRESS)

    tab.click("[data-edit-inline]")
    tab.fill(".inline-edit", "nonsense")
    tab.press(".inline-edit", "Escape")

    assert tab.inner_text("h1") == "bright-otter"


def test_tags_are_added_and_removed_in_place(tab, run):
    tab.goto(ADDRESS)

    tab.fill("#new-tag", "quality=great")
    tab.press("#new-tag", "Enter")
    tab.wait_for_selector(".chip:has-text('great')")
    assert tab.evaluate("document.activeElement.id") == "new-tag"
    tab.click("[aria-label='Remove quality']")

    tab.wait_for_selector(".chip:has-text('great')", state="detached")
    assert not run.tags.filter(key="quality").exists()


def test_the_description_is_written_and_rendered(tab, run):
    tab.goto(ADDRESS)

    tab.click("[aria-label='Edit the description']")
    tab.fill("#description-text", "**better** than before")
    tab.click("#description-form button:has-text('Save')")

    tab.wait_for_selector("#description strong:has-text('better')")


def test_a_finished_run_shows_its_change_too(tab, run):
    services.update_run(run=run, status="Completed")
    tab.goto(ADDRESS)

    tab.click("[aria-label='Edit the description']")
    tab.fill("#description-text", "done")
    tab.click("#description-form button:has-text('Save')")

    tab.wait_for_selector("#description :text('done')")


def test_the_status_changes_by_itself_and_the_page_then_rests(tab, run):
    tab.goto(ADDRESS)
    assert tab.is_visible("#live")

    services.update_run(run=run, status="Failed", reason="loss is nan")

    tab.wait_for_selector(".alert:has-text('loss is nan')")
    tab.wait_for_selector("#live", state="hidden")


def test_only_the_cells_that_changed_light_up(tab, run):
    log_curve(run, "loss", [1.0, 2.0])
    log_curve(run, "still", [1.0])
    tab.goto(ADDRESS)
    tab.wait_for_selector("#find-metrics")

    log_curve(run, "loss", [1.0, 2.0, 0.5])

    tab.wait_for_selector("#find-metrics tr:has-text('loss') td.changed:has-text('0.5')")
    assert tab.locator("#find-metrics tr:has-text('still') .changed").count() == 0


def test_the_duration_of_an_active_run_ticks(tab, run):
    tab.goto(ADDRESS)
    first = tab.inner_text("[data-from]")

    until(tab, f"document.querySelector('[data-from]').textContent !== '{first}'")


def test_zooming_asks_for_the_new_range_at_full_resolution(tab, run):
    log_curve(run, "loss", [float(step % 17) for step in range(20_000)])
    tab.goto(f"{ADDRESS}/metrics")
    tab.wait_for_selector(PLOT)
    drawn = tab.evaluate(POINTS_DRAWN)
    assert drawn < 20_000

    with tab.expect_response(lambda answer: asked_range(answer) != []) as response:
        zoom(tab, 0.5, 0.52)

    low, high = asked_range(response.value)
    assert 9_000 < low < high < 11_500
    curve = response.value.json()["curves"][0]
    until(tab, f"{POINTS_DRAWN} === {curve['total']}")


def test_new_points_arrive_and_the_zoom_stays(tab, run):
    log_curve(run, "loss", [1.0] * 500)
    tab.goto(f"{ADDRESS}/metrics")
    tab.wait_for_selector(PLOT)
    with tab.expect_response(lambda answer: asked_range(answer) != []):
        zoom(tab, 0.2, 0.6)
    low, high = tab.evaluate(RANGE_DRAWN)

    with (
        answered(tab),
        tab.expect_response(lambda answer: "since=" in answer.url and asked_range(answer)),
    ):
        log_curve(run, "loss", [1.0] * 900)

    assert tab.evaluate(RANGE_DRAWN) == pytest.approx([low, high])


def test_new_points_lengthen_the_whole_curve(tab, run):
    log_curve(run, "loss", [1.0, 2.0, 3.0])
    tab.goto(f"{ADDRESS}/metrics")
    tab.wait_for_selector(PLOT)

    log_curve(run, "loss", [1.0, 2.0, 3.0, 4.0, 5.0])

    until(tab, f"{POINTS_DRAWN} === 5")


def test_a_new_metric_gets_a_card_by_itself(tab, run):
    tab.goto(f"{ADDRESS}/metrics")
    assert tab.is_visible("text=No metrics yet")

    log_curve(run, "loss", [1.0, 2.0])

    tab.wait_for_selector(".metric-card[aria-label=loss] .main-svg")


def test_the_list_chooses_the_cards_and_the_address_keeps_the_choice(tab, run):
    for key in ("train/loss", "val/acc", "val/loss"):
        log_curve(run, key, [1.0, 2.0])
    tab.goto(f"{ADDRESS}/metrics")
    tab.wait_for_selector(".metric-card[aria-label='val/loss']")

    tab.uncheck("[data-path=val] [data-pick]")
    assert tab.locator(".metric-card").count() == 1
    tab.reload()

    tab.wait_for_selector(".metric-card")
    assert tab.locator(".metric-card").count() == 1
    assert not tab.is_checked("[data-path='val/acc'] [data-pick]")


def test_axis_scale_and_smoothing_are_in_the_address(tab, run):
    log_curve(run, "loss", [float(step) for step in range(1, 50)])
    tab.goto(f"{ADDRESS}/metrics")
    tab.wait_for_selector(PLOT)

    tab.click("[data-log]")
    tab.click("[data-x=time]")
    until(tab, "document.querySelector('.plot')._fullLayout.yaxis.type === 'log'")
    tab.reload()
    tab.wait_for_selector(PLOT)

    assert "x=time" in tab.url
    assert "log=1" in tab.url
    assert tab.evaluate("document.querySelector('.plot')._fullLayout.yaxis.type") == "log"


def test_a_card_out_of_sight_asks_for_nothing_until_it_is_seen(tab, run):
    for number in range(14):
        log_curve(run, f"metric-{number:02}", [1.0, 2.0])
    asked: list[str] = []
    tab.on("request", lambda request: "/series?" in request.url and asked.append(request.url))
    tab.goto(f"{ADDRESS}/metrics", wait_until="networkidle")
    assert not any("metric-13" in address for address in asked)

    tab.locator(".metric-card").last.scroll_into_view_if_needed()

    until(tab, "document.querySelectorAll('.metric-card .main-svg').length >= 2")
    tab.wait_for_selector(".metric-card[aria-label='metric-13'] .main-svg")
    assert any("metric-13" in address for address in asked)


def test_the_points_are_shown_as_a_table_that_goes_on(tab, run):
    log_curve(run, "loss", [float(step) for step in range(450)])
    tab.goto(f"{ADDRESS}/metrics")

    tab.click("[aria-label='View as table: loss']")
    tab.wait_for_selector("#points-panel tbody tr:nth-child(200)")
    tab.locator("#points-panel tbody tr").last.scroll_into_view_if_needed()

    tab.wait_for_selector("#points-panel tbody tr:nth-child(350)")


def test_what_people_look_at_most_comes_first(tab, run):
    for key in ("epoch", "lr", "train/loss", "val/loss"):
        log_curve(run, key, [1.0, 0.5])
    wanted = ["val/loss", "train/loss", "epoch", "lr"]

    tab.goto(f"{ADDRESS}/metrics")
    until(tab, "document.querySelectorAll('.metric-card h3').length === 4")
    assert tab.locator(".metric-card h3").all_inner_texts() == wanted

    tab.goto(f"{ADDRESS}/details")
    assert tab.locator("#find-metrics th[scope=row]").all_inner_texts() == wanted


def test_a_phone_shows_names_of_metrics_in_one_line_and_the_end_of_the_run_s_name(tab, run):
    tab.set_viewport_size(PHONE)
    end = "-lr0.1-batch256-seed12"
    type(run).objects.filter(pk=run.pk).update(name=f"resnet50-imagenet-cosine-mixup{end}")
    log_curve(run, "precision_recall.precision", [0.000757238, 0.5])
    tab.goto(f"{ADDRESS}/details")

    name = tab.locator("#find-metrics th[scope=row] a")
    box = name.bounding_box()
    assert box["height"] < 30
    assert name.evaluate("e => e.scrollWidth <= e.clientWidth")
    numbers = tab.locator("#find-metrics td:visible").first.bounding_box()
    text = tab.evaluate("""(range => {
      range.selectNodeContents(document.querySelector('#find-metrics td'));
      return range.getBoundingClientRect().top;
    })(document.createRange())""")
    assert box["y"] + box["height"] <= text <= numbers["y"] + numbers["height"]
    title = tab.locator("h1")
    assert title.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    assert title.inner_text().endswith(end)
