"""Files that come from packages, and pages that may run nothing of their own."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))


def test_plotly_is_found_in_its_package():
    assert Path(finders.find("plotly/plotly.min.js")).stat().st_size > 1_000_000


def test_nothing_else_of_the_package_is_given_away():
    assert finders.find("plotly/datasets/iris.csv.gz") is None
    assert finders.find("plotly/../plotly.min.js") is None


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_script_or_handler(template: Path):
    text = template.read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|hx-on|javascript:", text)


@pytest.mark.parametrize("sheet", STYLES, ids=lambda path: path.name)
def test_a_rule_that_depends_on_what_else_there_is_names_what_it_styles(sheet: Path):
    """With `*` behind `:has`, an element that is added anywhere has the page styled anew."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    selectors = [one for rule in re.findall(r"[^{};]+(?=\{)", text) for one in rule.split(",\n")]

    assert [one for one in selectors if ":has(" in one and one.strip().endswith("*")] == []
