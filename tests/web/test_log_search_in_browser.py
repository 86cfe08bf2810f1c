"""The search of many logs, as it is used."""

import pytest

from runs.artifacts.services import save_file
from tests.factories import make_run
from tests.web.browser import until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def printed(db, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    settings.STUDIO_S3_BUCKET = ""
    for number in range(3):
        lines = [f"step {step}" for step in range(200)]
        if number != 1:
            lines[150] = "😀 RuntimeError: CUDA out of memory"
        run = make_run(run_id=f"run-{number}", name=f"heron-{number}")
        save_file(owner=run, path="logs/train.log", chunks=["\n".join(lines).encode()])


def test_hits_lead_to_their_line(tab):
    tab.goto("/w/default/log-search", wait_until="networkidle")

    tab.fill(".log-search [name=q]", "CUDA out of memory")
    tab.press(".log-search [name=q]", "Enter")
    until(tab, "document.querySelector('[data-told]').textContent.startsWith('Searched 3 of 3')")

    assert tab.locator(".log-found h2 a:first-child").all_inner_texts() == ["heron-2", "heron-0"]
    assert tab.locator(".log-found mark").first.inner_text() == "CUDA out of memory"
    tab.locator(".log-found li a").first.click()
    tab.wait_for_selector(".log-line.selected:has-text('CUDA out of memory')")
    assert "line=151" in tab.url


def test_the_address_asks_the_same_again(tab):
    tab.goto("/w/default/log-search?q=step+1..&regex=1")

    tab.wait_for_selector(".log-found:nth-child(3)")
    assert "More in this file" in tab.inner_text(".log-found:nth-child(1)")


def test_a_bad_pattern_is_told_in_the_page(tab):
    tab.goto("/w/default/log-search", wait_until="networkidle")
    tab.fill(".log-search [name=q]", "(")
    tab.check(".log-search [name=regex]")

    until(
        tab, "document.querySelector('[data-problem]').textContent.includes('regular expression')"
    )
    tab.troubles.clear()


def test_the_query_box_of_the_run_table_takes_it_too(tab):
    tab.goto('/w/default/runs?q=log+~+"CUDA+out+of+memory"')

    tab.wait_for_selector("text=heron-2")
    assert tab.locator("text=heron-1").count() == 0
