"""What the README and `docs/` name is there."""

import re

import pytest

from studio.bootstrap import BASE_DIR

PAGES = [BASE_DIR / "README.md", *sorted((BASE_DIR / "docs").glob("*.md"))]
NAMED = re.compile(r"`((?:runs|studio|static|templates|tests|examples)/[\w./-]+)`")
LINKED = re.compile(r"\]\(([^)#:]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_links_exist(page):
    text = page.read_text()
    missing = [name for name in NAMED.findall(text) if not (BASE_DIR / name).exists()]
    missing += [name for name in LINKED.findall(text) if not (page.parent / name).exists()]
    assert missing == []


def test_the_tree_of_the_readme_has_every_room():
    tree = re.search(r"^runs/ .*?^templates/", PAGES[0].read_text(), re.DOTALL | re.MULTILINE)[0]
    named = set(re.findall(r"\b(\w+)/", tree)) - {"runs", "templates", "stores"}
    rooms = {path.parent.name for path in (BASE_DIR / "runs").glob("*/__init__.py")}
    assert named == rooms
