"""The gallery, by pointer and keyboard."""

import struct
import zlib

import pytest

from runs.artifacts.services import save_file
from tests.factories import make_experiment, make_run
from tests.web.browser import until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SHOWN = "[...document.querySelectorAll('[data-images] figcaption')].map(c => c.innerText)"


def png(grey: int) -> bytes:
    """An image of 8 by 8 pixels of one grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes([grey]) * 8) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture(autouse=True)
def images(db):
    experiment = make_experiment("vision")
    for number in range(2):
        run = make_run(experiment, run_id=f"run-{number}", name=f"heron-{number}")
        for step in (0, 10, 20):
            path = f"images/val~dogs%step%{step}%timestamp%1%0-{step}.png"
            save_file(owner=run, path=path, chunks=[png(step * 10)])
    save_file(owner=run, path="figure.png", chunks=[png(99)])


def test_arrows_go_through_the_steps_and_the_address_keeps_them(tab):
    tab.goto("/w/default/runs/run-1/images")
    tab.wait_for_selector("[data-images] img[alt='val/dogs']")
    assert "step 20" in tab.evaluate(SHOWN)[1]

    tab.keyboard.press("ArrowLeft")
    until(tab, f"{SHOWN}[1].includes('step 10')")
    tab.reload()

    until(tab, f"{SHOWN}[1]?.includes('step 10')")
    until(
        tab, "[...document.querySelectorAll('[data-images] img')].every(i => i.naturalWidth === 8)"
    )


def test_full_screen_shows_one_image_and_arrows_change_it(tab):
    tab.goto("/w/default/runs/run-1/images")
    tab.click("button[title='val/dogs']")
    tab.wait_for_selector("dialog.full[open] img[alt='val/dogs']")

    tab.keyboard.press("ArrowDown")
    tab.wait_for_selector("dialog.full[open] img[alt='figure.png']")
    tab.keyboard.press("Escape")

    tab.wait_for_selector("dialog.full", state="hidden")


def test_another_run_stands_beside(tab):
    tab.goto("/w/default/runs/run-1/images")
    tab.wait_for_selector("[data-images] img")

    tab.fill("[data-with] [name=with]", "heron-0")
    tab.locator("[data-with] [role=option]").first.click()

    until(tab, "document.querySelectorAll('.image-row').length === 2")
    assert "with=run-0" in tab.url
    assert tab.locator(".image-row figcaption").all_inner_texts()[0].startswith("heron-1")
    assert tab.locator(".missing").count() == 1


def test_compare_shows_the_images_of_its_runs(tab):
    tab.goto("/w/default/compare?runs=run-0,run-1&tab=images")

    until(tab, "document.querySelectorAll('.image-row:last-child img').length === 2")


def test_captions_have_the_colours_of_the_legend(tab):
    """Run 8 has the hue of run 0."""
    others = [make_run(run_id=f"run-{number}", name=f"heron-{number}") for number in range(2, 9)]
    save_file(owner=others[-1], path="figure.png", chunks=[png(50)])
    background = """dots => dots.map(dot => getComputedStyle(dot))
      .map(({backgroundImage, backgroundColor}) => backgroundImage + backgroundColor)"""

    tab.goto("/w/default/compare?runs=run-0,run-8,run-2&tab=images")

    until(tab, "document.querySelectorAll('.image-row figcaption .dot').length >= 2")
    captions = tab.locator(".image-row:first-of-type figcaption .dot").evaluate_all(background)
    legend = tab.locator("[data-legend] .legend-dot").evaluate_all(background)
    assert captions == legend[:2]
    assert captions[0] != captions[1]
    assert "Without images: heron-2" in tab.inner_text("[data-images]")


# -- two images on top of each other ---------------------------------------------------------------

BRIGHT = """() => [...document.querySelectorAll('.pair.difference')].map(pair => ({
    blend: getComputedStyle(pair.children[1]).mixBlendMode, words: pair.closest('figure').innerText
}))"""


def test_images_of_runs_of_any_experiment_are_compared(tab):
    other = make_run(make_experiment(name="elsewhere"), run_id="far", name="far-away")
    save_file(owner=other, path="figure.png", chunks=[png(50)])
    tab.goto("/w/default/runs/run-0/images")
    tab.wait_for_selector("[data-images] img")
    tab.fill("[data-with] [name=with]", "far")
    tab.locator("[data-with] [role=option]").first.click()
    until(tab, "document.querySelectorAll('.image-row').length > 0")
    assert "with=far" in tab.url


def test_the_difference_of_two_images(tab):
    tab.goto("/w/default/compare?runs=run-0,run-1&tab=images&pair=difference")
    until(tab, "document.querySelectorAll('.pair.difference').length === 1")
    [pair] = tab.evaluate(BRIGHT)
    assert pair["blend"] == "difference"
    assert pair["words"] == "Difference of heron-0 and heron-1: black means equal"
    assert tab.locator(".image-row p").count() == 1


def test_two_images_take_turns(tab):
    tab.goto("/w/default/compare?runs=run-0,run-1&tab=images")
    tab.select_option("[data-pair-kind]", "blink")
    seen = "[...document.querySelectorAll('.pair img')].map(i => getComputedStyle(i).visibility)"
    until(tab, f"{seen}.join() === 'visible,hidden'")
    until(tab, f"{seen}.join() === 'hidden,visible'")
    assert "pair=blink" in tab.url
    tab.locator(".image-row button").first.click()
    tab.wait_for_selector("dialog.full[open] .pair.blink")
