"""The rooms know no client's words but by the one table of them."""

import ast
import re
from pathlib import Path

from tests.source_trees import parse_file

RUNS = Path(__file__).resolve().parents[2] / "runs"
DOORS = {"api", "mlflow_api", "web", "doors.py", "management", "migrations"}
TABLE = "tracking/client_tags.py"
WORD = re.compile("mlflow", re.IGNORECASE)


def code_of(path: Path) -> str:
    """The source without its comments and docstrings."""
    tree = parse_file(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.unparse(tree)


def test_no_room_below_the_doors_knows_a_clients_words():
    rooms = [path for path in RUNS.rglob("*.py") if path.relative_to(RUNS).parts[0] not in DOORS]
    named = [path for path in rooms if WORD.search(path.read_text())]
    found = {path.relative_to(RUNS).as_posix() for path in named if WORD.search(code_of(path))}
    assert len(rooms) > 100
    assert found == {TABLE}
