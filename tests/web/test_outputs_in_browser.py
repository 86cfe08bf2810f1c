"""The tab Outputs + logs in Chromium: the tree, the viewer of logs, previews, a phone."""

import pytest

from runs.artifacts.logs.appending import append_log
from runs.artifacts.models import File
from runs.tracking.services import update_run
from tests.factories import make_run
from tests.web.browser import PHONE, answered, until
from tests.web.kept_files import save

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
OUTPUTS = "/w/default/runs/kept/outputs"
HITS = "document.querySelector('[data-search] [data-hits]').textContent"
LINES = "[...document.querySelectorAll('[data-log] .log-text')].map(line => line.textContent)"
TREE = "[...document.querySelectorAll('[role=treeitem]')].map(item => item.dataset.path)"
WHERE = "document.querySelector('[data-where]').textContent"


@pytest.fixture
def run(db):
    return make_run(run_id="kept", name="kept")


def test_a_long_log_opens_at_its_end_and_scrolls_to_its_start(tab, run):
    save(run, "user_logs/std_log.txt", "".join(f"line {i}\n" for i in range(1, 50_001)))
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.at(-1) === 'line 50000'")
    assert tab.evaluate(f"{LINES}.length") < 5000
    tab.click("[data-start]")
    until(tab, f"{LINES}[0] === 'line 1'")
    tab.goto(f"{OUTPUTS}?path=user_logs/std_log.txt&line=25000-25002")
    until(tab, f"{LINES}.includes('line 25000')")
    chosen = "[...document.querySelectorAll('.log-line.chosen, .log-line.at')].length"
    until(tab, f"{chosen} > 0")


@pytest.mark.both_databases
def test_new_lines_of_a_growing_log_come_by_themselves(tab, run):
    append_log(run=run, path="user_logs/std_log.txt", offset=0, data=b"epoch 1\n")
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.at(-1) === 'epoch 1'")
    append_log(run=run, path="user_logs/std_log.txt", offset=8, data=b"epoch 2\n")
    until(tab, f"{LINES}.at(-1) === 'epoch 2'")


def test_the_search_of_a_whole_log_marks_what_it_finds(tab, run):
    lines = [f"line {i}" for i in range(20_000)]
    lines[77] = "🙂🙂 a needle 🙂"
    lines[15_000] = "another needle"
    save(run, "user_logs/std_log.txt", "\n".join(lines) + "\n")
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.at(-1) === 'line 19999'")
    tab.fill("[name=find]", "needle")
    until(tab, "document.querySelector('[data-search] [data-hits]').textContent === '2'")
    tab.keyboard.press("Enter")
    until(tab, f"{LINES}.includes('🙂🙂 a needle 🙂')")
    tab.check("[name=only]")
    marks = "[...document.querySelectorAll('[data-matches] mark')].map(mark => mark.textContent)"
    until(tab, f"{marks}.join() === 'needle,needle'")
    tab.keyboard.press("Escape")


def test_colours_are_shown_and_codes_are_harmless(tab, run):
    save(run, "user_logs/std_log.txt", "\x1b[31mred\x1b[0m \x1b]0;title\x07plain <b>not bold</b>\n")
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.length === 1")
    assert tab.evaluate(f"{LINES}[0]") == "red plain <b>not bold</b>"
    assert tab.locator("[data-log] .ansi-fg-1").inner_text() == "red"


def test_two_panes_stand_side_by_side(tab, run):
    save(run, "a.log", "of a\n")
    save(run, "b.log", "of b\n")
    tab.goto(f"{OUTPUTS}?path=a.log&second=b.log")
    until(tab, f"{LINES}.join() === 'of a,of b'")
    tab.locator("[data-close]").last.click()
    until(tab, f"{LINES}.join() === 'of a'")


# -- previews --------------------------------------------------------------------------------------


def test_a_table_shows_more_rows_when_asked(tab, run):
    save(run, "a.csv", "x,y\n" + "".join(f"{i},{i * 2}\n" for i in range(1500)))
    tab.goto(f"{OUTPUTS}?path=a.csv")
    rows = "document.querySelectorAll('[data-preview] tbody tr').length"
    until(tab, f"{rows} === 1000")
    tab.get_by_role("button", name="Show more rows").click()
    until(tab, f"{rows} === 1500")
    assert not tab.get_by_role("button", name="Show more rows").is_visible()


def test_numbers_of_a_table_stand_below_each_other(tab, run):
    save(run, "a.csv", "id,label,loss\n1,cat,1e-3\n2,5,nan\n,dog,.5\n")
    tab.goto(f"{OUTPUTS}?path=a.csv")
    heads = "[...document.querySelectorAll('[data-preview] th')]"
    until(tab, f"{heads}.map(head => head.className).join() === 'num,,num'")


def test_markdown_reads_as_a_page(tab, run):
    save(
        run,
        "README.md",
        "# A title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<img src=x onerror=alert(1)>",
    )
    tab.goto(f"{OUTPUTS}?path=README.md")
    until(tab, "document.querySelector('[data-preview] h1')?.textContent === 'A title'")
    assert tab.locator("[data-preview] td").all_inner_texts() == ["1", "2"]
    assert tab.locator("[data-preview] img").count() == 0


@pytest.mark.parametrize("name", ["page.html", "picture.svg"])
def test_a_script_inside_a_file_never_runs(tab, run, name):
    script = "parent.document.title = document.title = 'taken'; fetch('/w/default/runs')"
    markup = f"<script>{script}</script>"
    if name.endswith("svg"):
        markup = f'<svg xmlns="http://www.w3.org/2000/svg">{markup}</svg>'
    save(run, name, markup)
    dialogs = []
    tab.on("dialog", lambda dialog: dialogs.append(dialog))
    with answered(tab):
        tab.goto(f"{OUTPUTS}?path={name}")
        until(tab, "document.querySelector('[data-preview] :is(iframe, img)') !== null")
    assert tab.title() != "taken"
    with tab.expect_console_message(lambda message: "Blocked script" in message.text):
        tab.goto(f"/w/default/runs/kept/files/{name}?inline=1")
    assert tab.title() != "taken"
    assert not dialogs
    # The browser says in its console that it has kept a script from running, and that a document
    # without an origin gets no icon of ours.
    expected = ("Blocked script execution", "ERR_BLOCKED_BY_RESPONSE.NotSameOrigin")
    assert all(any(words in trouble for words in expected) for trouble in tab.troubles)
    assert "Blocked script execution" in "".join(tab.troubles)
    tab.troubles.clear()


# -- the tree --------------------------------------------------------------------------------------


def test_hostile_names_are_text_and_lead_to_their_files(tab, run):
    names = ["<img src=x onerror=alert(1)>.txt", "עברית.log", "🙂.txt", "a b&c=d?e.txt"]
    for name in names:
        save(run, name, f"inside {name}\n")
    tab.goto(OUTPUTS)
    until(tab, f"{TREE}.length === {len(names)}")
    assert sorted(tab.evaluate(TREE)) == sorted(names)
    for name in names:
        tab.evaluate(
            "name => [...document.querySelectorAll('[role=treeitem]')]"
            ".find(item => item.dataset.path === name).click()",
            name,
        )
        until(tab, f"{LINES}.length === 1 && {LINES}[0].startsWith('inside {name[:3]}')")


def test_a_name_cannot_pretend_to_end_otherwise(tab, run):
    save(run, "photo\u202egpj.exe", "inside\n")
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.join() === 'inside'")
    assert tab.locator("[role=treeitem] .clip").inner_text() == "photo[U+202E]gpj.exe"
    assert tab.locator("[data-title]").inner_text() == "photo[U+202E]gpj.exe"


def test_the_tree_by_keyboard(tab, run):
    for path in ("a/one.txt", "a/two.txt", "z.txt"):
        save(run, path, f"of {path}\n")
    tab.goto(f"{OUTPUTS}?path=z.txt")
    until(tab, f"{TREE}.join() === 'a,z.txt'")
    tab.locator('[role=treeitem][tabindex="0"]').focus()
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowRight")
    until(tab, f"{TREE}.join() === 'a,a/one.txt,a/two.txt,z.txt'")
    until(tab, "document.activeElement.dataset.path === 'a'")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    until(tab, f"{LINES}.join() === 'of a/two.txt'")


def test_a_failed_run_shows_its_error_on_top(tab, run):
    log = "".join(f"epoch {i}\n" for i in range(3000))
    error = 'Traceback (most recent call last):\n  File "train.py", line 3\nValueError: no more\n'
    save(run, "user_logs/std_log.txt", log + error + "cleaning up\n" * 500)
    update_run(run=run, status="Failed")
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.includes('ValueError: no more')")
    assert tab.evaluate("scrollY") == 0


def test_a_phone_reads_logs_too(tab, run):
    save(run, "user_logs/std_log.txt", "word " * 200 + "\n" + "line\n" * 500)
    save(run, "outputs/model.bin", b"\0" * 100)
    tab.set_viewport_size(PHONE)
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.at(-1) === 'line'")
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    height = tab.evaluate("document.querySelector('[data-log]').clientHeight")
    assert height > PHONE["height"] / 3


# -- finding files ---------------------------------------------------------------------------------


def test_files_of_closed_folders_are_found(tab, run):
    for path in ("deep/er/est/model.pt", "deep/other.txt", "z.txt"):
        save(run, path, f"of {path}\n")
    tab.goto(f"{OUTPUTS}?path=z.txt")
    until(tab, f"{TREE}.join() === 'deep,z.txt'")
    tab.fill("[data-filter]", "MODEL")
    until(tab, f"{TREE}.join() === 'deep/er/est/model.pt'")
    assert tab.locator("[role=treeitem]").inner_text().startswith("model.pt")
    tab.fill("[data-filter]", "nothing like it")
    until(tab, "document.querySelector('[role=tree]').innerText.includes('No matching files')")
    tab.fill("[data-filter]", "")
    until(tab, f"{TREE}.join() === 'deep,z.txt'")


def test_ten_thousand_files_are_found_in_pages(tab, run):
    File.objects.bulk_create(
        File(run=run, path=f"images/{i // 100}/{i:05}.png", key=f"k{i}", size_bytes=1,
             created_ms=0, updated_ms=0)
        for i in range(10_000)
    )  # fmt: skip
    save(run, "a.txt", "x\n")
    tab.goto(OUTPUTS)
    until(tab, f"{TREE}.length === 2")
    tab.fill("[data-filter]", "png")
    until(tab, f"{TREE}.length === 200")
    assert "200 of 10,000 files" in tab.locator(".tree-note").inner_text()
    tab.get_by_role("button", name="Show more").click()
    until(tab, f"{TREE}.length === 400")
    tab.fill("[data-filter]", "77 09")
    until(tab, f"{TREE}.includes('images/77/07709.png')")


# -- the frame of the panes ------------------------------------------------------------------------


def test_only_matches_keeps_the_place_in_sight(tab, run):
    lines = [f"needle {i}" if i % 100 == 0 else f"line {i}" for i in range(1, 1001)]
    save(run, "a.log", "\n".join(lines) + "\n")
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.length > 0")
    tab.fill("[name=find]", "needle")
    until(tab, f"{HITS} === '10'")
    for number in (1, 2, 3):
        tab.keyboard.press("Enter")
        until(tab, f"{HITS} === '{number} of 10'")
    until(tab, "document.querySelector('.log-line.at')?.dataset.no === '300'")
    tab.check("[name=only]")
    shown = "[...document.querySelectorAll('[data-matches] .log-text')].map(e => e.textContent)"
    until(tab, f"{shown}.length === 10")
    assert tab.evaluate(HITS) == "3 of 10"
    assert tab.evaluate("document.elementFromPoint(800, 400).closest('.log').dataset.matches") == ""
    tab.click("[data-matches] .log-line >> nth=6")
    until(tab, "document.querySelector('[data-matches]').hidden")
    until(tab, "document.querySelector('.log-line.at')?.dataset.no === '700'")


def test_enter_right_after_typing_jumps_and_the_search_is_in_the_address(tab, run):
    save(run, "a.log", "".join(f"line {i}\n" for i in range(2000)))
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.at(-1) === 'line 1999'")
    tab.fill("[name=find]", "no such")
    until(tab, f"{HITS} === 'no match'")
    tab.fill("[name=find]", "line 77")
    assert tab.evaluate(HITS) == ""
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('.log-line.at')?.dataset.no === '78'")
    assert "find=line+77" in tab.url
    tab.reload()
    until(tab, f"{HITS} === '1 of 11'")


def test_enter_jumps_also_while_the_search_is_under_way(tab, run):
    save(run, "a.log", "".join(f"line {i}\n" for i in range(2000)))
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.at(-1) === 'line 1999'")
    held = []
    tab.route("**/log-hits?*", lambda route: held.append(route))
    with tab.expect_request("**/log-hits?*"):
        tab.fill("[name=find]", "line 77")
    tab.keyboard.press("Enter")
    until(tab, "document.activeElement.name === 'find'")
    for route in held:
        route.continue_()
    until(tab, "document.querySelector('.log-line.at')?.dataset.no === '78'")


def test_a_match_that_its_line_does_not_show_stands_below_it(tab, run):
    save(run, "a.log", "first\n 10% slow\r100% done\n")
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.length === 2")
    tab.fill("[name=find]", "slow")
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('.hidden-match mark')?.textContent === 'slow'")


@pytest.mark.parametrize("length", [3000, 1_000_000])
def test_a_match_far_along_a_line_is_in_sight(tab, run, length):
    save(run, "a.log", f"first needle\n{'x' * length} needle {'y' * 300}\n")
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.length === 2")
    tab.fill("[name=find]", "needle")
    seen = (
        "[...document.querySelectorAll('[data-log] mark')].some(mark => {"
        " const box = document.querySelector('[data-log]').getBoundingClientRect();"
        " const { left, right } = mark.getBoundingClientRect();"
        " return mark.closest('.at, .hidden-match') && left > box.left && right < box.right; })"
    )
    scrolled = "document.querySelector('[data-log]').scrollLeft"
    tab.keyboard.press("Enter")
    until(tab, f"{HITS} === '1 of 2' && {seen} && {scrolled} === 0")
    tab.keyboard.press("Enter")
    until(tab, f"{HITS} === '2 of 2' && {seen} && {scrolled} > 0")


@pytest.mark.parametrize(
    "query", ["", "?path=user_logs/std_log.txt", "?path=b.log&second=user_logs/std_log.txt"]
)
def test_the_log_of_a_failed_run_opens_at_its_error_however_one_comes(tab, run, query):
    lines = [f"line {i}" for i in range(1, 3000)]
    lines[100] = "ERROR it broke"
    save(run, "user_logs/std_log.txt", "\n".join(lines) + "\n")
    save(run, "b.log", "b\n")
    update_run(run=run, status="Failed")
    tab.goto(f"{OUTPUTS}{query}")
    until(tab, "document.querySelector('.log-line.at .log-text')?.textContent === 'ERROR it broke'")
    tab.reload()
    until(tab, "document.querySelector('.log-line.at .log-text')?.textContent === 'ERROR it broke'")


def test_follow_and_live_dots_end_with_the_run(tab, run, monkeypatch):
    monkeypatch.setattr("runs.web.log_ends.REST_MS", 0)
    append_log(run=run, path="user_logs/std_log.txt", offset=0, data=b"epoch 1\n")
    tab.goto(OUTPUTS)
    follows = "document.querySelector('[data-toggle-follow]').getAttribute('aria-pressed')"
    until(tab, f"{follows} === 'true' && Boolean(document.querySelector('.live-dot'))")
    update_run(run=run, status="Completed")
    until(tab, f"{follows} === 'false' && !document.querySelector('.live-dot')")


def test_the_colours_of_the_256_are_shown(tab, run):
    save(run, "a.log", "\x1b[38;5;208morange\x1b[48;2;0;0;255m on blue\n")
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.length === 1")
    colors = "[...document.querySelectorAll('.log-text span')].map(e => getComputedStyle(e).color)"
    assert set(tab.evaluate(colors)) == {"rgb(255, 135, 0)"}


def test_a_second_pane_opens_beside_the_first(tab, run):
    save(run, "a.log", "of a\n")
    save(run, "b.log", "of b\n")
    tab.goto(f"{OUTPUTS}?path=a.log")
    until(tab, f"{LINES}.join() === 'of a'")
    tab.click("[data-split-button]")
    until(tab, f"{LINES}.join() === 'of a,of a'")
    assert tab.locator("[data-split-button]:visible").count() == 0
    tab.click('[data-path="b.log"]')
    until(tab, f"{LINES}.join() === 'of a,of b'")
    assert "second=b.log" in tab.url


def test_two_panes_stand_one_below_the_other_on_a_phone(tab, run):
    for name in ("a.log", "b.log"):
        save(run, name, "word " * 100 + "\n")
    tab.set_viewport_size(PHONE)
    tab.goto(f"{OUTPUTS}?path=a.log&second=b.log&line=1")
    until(tab, f"{LINES}.length === 2")
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    first, second = (box.bounding_box() for box in tab.locator(".pane").all())
    assert second["y"] >= first["y"] + first["height"]


def test_the_last_lines_of_a_failed_run_begin_at_their_end(tab, run):
    log = "".join(f"epoch {i}\n" for i in range(100)) + "ValueError: no more\n"
    save(run, "user_logs/std_log.txt", log)
    update_run(run=run, status="Failed")
    tab.goto("/w/default/runs/kept/details")
    bottom = "document.querySelector('.failure .{}').getBoundingClientRect().bottom"
    until(tab, f"{bottom.format('line-error')} <= {bottom.format('tail')}")


def test_the_raw_document_fits_a_phone(tab, run):
    save(run, "user_logs/a_rather_long_name_of_a_log_that_is_kept_for_ever.txt", "x\n")
    tab.set_viewport_size(PHONE)
    tab.goto("/w/default/runs/kept/raw")
    until(tab, "document.querySelector('.json-leaf') !== null")
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
