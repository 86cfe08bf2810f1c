"""The red box at the top of a failed run."""

import pytest
from django.test import Client

from runs.artifacts.services import save_file
from runs.tracking import services
from tests.factories import make_run

LOG = b"start\nTraceback (most recent call last):\n  File\nRuntimeError: <b>CUDA</b>\n"


def failed_page(studio: Client, tab: str) -> str:
    run = make_run(run_id="broken")
    save_file(owner=run, path="logs/a b.log", chunks=[LOG])
    services.update_run(run=run, status="Failed")
    return studio.get(f"/w/default/runs/broken/{tab}").content.decode()


@pytest.mark.parametrize("tab", ["details", "outputs"])
def test_every_tab_shows_the_error_and_leads_to_its_line(studio: Client, tab: str):
    page = failed_page(studio, tab)

    assert "RuntimeError: &lt;b&gt;CUDA&lt;/b&gt;" in page
    assert 'href="/w/default/runs/broken/outputs?path=logs%2Fa%20b.log&amp;line=2"' in page


def test_the_last_lines_of_the_log_are_shown(studio: Client):
    page = failed_page(studio, "details")

    assert '<span class="line-error">Traceback' in page


@pytest.mark.parametrize(
    ("tab", "is_open"), [("details", True), ("outputs", False), ("metrics", False), ("raw", False)]
)
def test_the_lines_are_folded_away_where_one_looks_at_something_else(studio, tab, is_open):
    box = '<details id="failure" aria-label="Failure"'
    assert (f"{box} open>" if is_open else f"{box}>") in failed_page(studio, tab)


def test_a_failure_without_a_message_says_so(studio: Client):
    services.update_run(run=make_run(run_id="mute"), status="Failed")

    page = studio.get("/w/default/runs/mute").content.decode()

    assert "The run failed and gave no message." in page


def test_a_run_that_has_not_failed_shows_no_box(studio: Client):
    run = make_run(run_id="fine")
    save_file(owner=run, path="logs/a.log", chunks=[LOG])

    assert "Failure" not in studio.get("/w/default/runs/fine").content.decode()
