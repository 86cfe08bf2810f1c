"""The icons that pages carry are those that templates and modules draw."""

import re
from pathlib import Path

import pytest
from django import template

from runs.web.icons import ICONS, sprite
from runs.web.shell import RAIL
from runs.web.status_looks import STATUS_LOOKS

ROOT = Path(__file__).resolve().parents[2]
DRAWN_BY_TEMPLATES = re.compile(r'{% icon "([\w-]+)"')
DRAWN_BY_MODULES = re.compile(r'\bicon\("([\w-]+)"')


def drawn() -> set[str]:
    templates = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    modules = "".join(path.read_text() for path in (ROOT / "static/js").rglob("*.js"))
    looks = {look.icon for look in STATUS_LOOKS.values()} | {item.icon for item in RAIL}
    return looks | {*DRAWN_BY_TEMPLATES.findall(templates), *DRAWN_BY_MODULES.findall(modules)}


def test_every_icon_that_is_drawn_is_in_the_sprite():
    assert drawn() <= set(ICONS)


def test_the_sprite_draws_every_icon_and_runs_nothing():
    assert sprite().count("<symbol ") == len(ICONS) == len(set(ICONS))
    assert not re.search(r"<script|\son\w+=|javascript:", sprite())


def test_a_misspelt_icon_fails_where_it_is_written():
    with pytest.raises(template.TemplateSyntaxError):
        template.Template('{% load ui %}{% icon "no-such-icon" %}').render(template.Context())
