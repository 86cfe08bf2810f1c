"""The maker of elements."""

import pytest

PATH = "lib/element.js"


@pytest.mark.parametrize(
    ("arguments", "html"),
    [
        (["p"], "<p></p>"),
        (["p", {"class": "muted"}, "No ", "runs"], '<p class="muted">No runs</p>'),
        (["b", {}, "<i>x</i>"], "<b>&lt;i&gt;x&lt;/i&gt;</b>"),
        (["a", {"href": "/w", "title": None}, None, "", False, 0], '<a href="/w">0</a>'),
        (["i", {"role": "img", "aria-label": "Up"}], '<i role="img" aria-label="Up"></i>'),
        (["i", {"data": {"runId": "r1", "none": None}}], '<i data-run-id="r1"></i>'),
        (["input", {"list": "names"}], '<input list="names">'),
        (["option", {"hidden": False, "disabled": True}], '<option disabled=""></option>'),
    ],
)
def test_an_element_has_what_was_named(modules, arguments, html):
    made = modules.run(PATH, "(module, given) => module.element(...given).outerHTML", arguments)
    assert made == html


def test_an_element_holds_elements_and_listens(modules):
    count = modules.run(
        PATH,
        """({ element }) => {
          let clicks = 0;
          const button = element("button", { onclick: () => (clicks += 1) }, "More");
          element("p", {}, button).querySelector("button").click();
          return clicks;
        }""",
    )
    assert count == 1


def test_an_svg_element_is_of_svg(modules):
    made = modules.run(
        PATH,
        """({ svgElement }) => {
          const use = svgElement("use", { href: "#icon-x" });
          const made = svgElement("svg", { viewBox: "0 0 1 1", class: null }, use);
          return [made.namespaceURI, made.outerHTML];
        }""",
    )
    assert made == [
        "http://www.w3.org/2000/svg",
        '<svg viewBox="0 0 1 1"><use href="#icon-x"></use></svg>',
    ]
