"""`lib/marks.js`: texts with marked places."""

import pytest

MARKED = "(module, [name, ...given]) => { box.replaceChildren(...module[name](...given));"
HTML = " return box.innerHTML; }"


@pytest.mark.parametrize(
    ("text", "spans", "html"),
    [
        ("loss is nan", [[8, 11]], "loss is <mark>nan</mark>"),
        ("nan nan", [[0, 3], [4, 7]], "<mark>nan</mark> <mark>nan</mark>"),
        ("plain", [], "plain"),
        # A span counts characters; the face takes two places in a string of JavaScript.
        ("😀 <b>", [[2, 5]], "😀 <mark>&lt;b&gt;</mark>"),
    ],
)
def test_spans_are_marked(modules, text, spans, html):
    shown = modules.run("lib/marks.js", MARKED + HTML, ["markSpans", text, spans])
    assert shown == html


def test_a_text_in_a_list_begins_shortly_before_its_first_mark(modules):
    script, text = MARKED + HTML, "😀" * 100 + "nan" + "y" * 10 + "nan"
    shown = modules.run("lib/marks.js", script, ["markFromFirst", text, [[100, 103], [113, 116]]])
    assert shown == f"…{'😀' * 60}<mark>nan</mark>{'y' * 10}<mark>nan</mark>"
    shown = modules.run("lib/marks.js", script, ["markFromFirst", "a nan", [[2, 5]]])
    assert shown == "a <mark>nan</mark>"


@pytest.mark.parametrize(
    ("text", "pattern", "html"),
    [
        ("epoch 1 of 2", r"\d", "epoch <mark>1</mark> of <mark>2</mark>"),
        ("nothing", r"\d", "nothing"),
        # A pattern that also matches the empty text marks nothing there.
        ("ab", "b*", "a<mark>b</mark>"),
    ],
)
def test_matches_are_marked(modules, text, pattern, html):
    script = "(module, [text, source]) => {"
    script += "box.replaceChildren(...module.markMatches(text, new RegExp(source, 'g')));" + HTML
    assert modules.run("lib/marks.js", script, [text, pattern]) == html
