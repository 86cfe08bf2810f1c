"""What differs between the databases, and what a table is called, stands in one place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

from tests.source_trees import parse_file

RUNS = Path(__file__).resolve().parents[2] / "runs"


def sources(words: str = "") -> Iterator[tuple[Path, ast.Module]]:
    """Yield the modules in which one of the words stands."""
    for path in sorted(RUNS.rglob("*.py")):
        if "migrations" not in path.parts and re.search(words, path.read_text()):
            yield path, parse_file(path)


def test_no_name_of_a_table_is_written_by_hand():
    names = [model._meta.db_table for model in apps.get_app_config("runs").get_models()]
    word = re.compile(rf"\b({'|'.join(names)})\b")
    found = [
        f"{path.relative_to(RUNS)}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and word.search(node.value)
    ]
    assert len(names) > 20
    assert found == []


def test_only_the_dialects_ask_which_database_it_is():
    asked = {
        path.relative_to(RUNS).as_posix()
        for path, tree in sources("vendor|features")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("vendor", "features")
    }
    assert asked == {"database/dialects/__init__.py"}
