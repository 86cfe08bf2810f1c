"""Files that come from packages, and pages that may run nothing of their own."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_plotly_is_found_in_its_package():
    assert Path(finders.find("plotly/plotly.min.js")).stat().st_size > 1_000_000


def test_nothing_else_of_the_package_is_given_away():
    assert finders.find("plotly/datasets/iris.csv.gz") is None
    assert finders.find("plotly/../plotly.min.js") is None


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_script_or_handler(template: Path):
    text = template.read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|hx-on|javascript:", text)
