"""What the code itself must not do, read from its syntax trees."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.source_trees import parse_file

ROOT = Path(__file__).resolve().parents[2]
DOORS = ("runs/web/", "runs/mlflow_api/", "runs/api/", "runs/azureml_api/")

FORBIDDEN_BUILTINS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_CALLS = {"mark_safe", "extractall", "system"}
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "marshal", "shelve", "cloudpickle"}
# What PyYAML offers beside these can make any object.
SAFE_YAML = {"safe_load", "safe_dump", "YAMLError"}
FILE_CALLS = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}


@cache
def sources() -> dict[str, ast.Module]:
    """Return the syntax tree of each module by its path."""
    return {
        str(path.relative_to(ROOT)): parse_file(path)
        for folder in ("runs", "studio")
        for path in (ROOT / folder).rglob("*.py")
    }


def calls_in(tree: ast.Module) -> set[str]:
    """Return the names of what is called, without the objects they belong to."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    return names | {call.attr for call in calls if isinstance(call, ast.Attribute)}


def builtins_in(tree: ast.Module) -> set[str]:
    """Return the names that are called bare and that the module neither defines nor imports."""
    known = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            known |= {name.asname or name.name for name in node.names}
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {call.id for call in calls if isinstance(call, ast.Name)} - known


def is_dangerous(tree: ast.Module) -> bool:
    return bool(calls_in(tree) & FORBIDDEN_CALLS or builtins_in(tree) & FORBIDDEN_BUILTINS)


def imports_in(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def uses_shell(tree: ast.Module) -> bool:
    words = [
        word for node in ast.walk(tree) if isinstance(node, ast.Call) for word in node.keywords
    ]
    shells = [word.value for word in words if word.arg == "shell"]
    return any(not isinstance(value, ast.Constant) or value.value for value in shells)


def test_there_are_sources():
    assert len(sources()) > 60


def test_nothing_is_evaluated_unpacked_or_declared_safe():
    assert {name for name, tree in sources().items() if is_dangerous(tree)} == set()


def test_nothing_is_unpickled():
    assert {
        name for name, tree in sources().items() if imports_in(tree) & FORBIDDEN_IMPORTS
    } == set()


def test_yaml_makes_plain_values_only():
    for name, tree in sources().items():
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        used = {node.attr for node in nodes if getattr(node.value, "id", "") == "yaml"}
        assert used <= SAFE_YAML, name


def test_no_command_goes_through_a_shell():
    assert {name for name, tree in sources().items() if uses_shell(tree)} == set()


def test_doors_open_no_files():
    """What a request names is opened by the store alone, which resolves it in one place."""
    doors = {name: tree for name, tree in sources().items() if name.startswith(DOORS)}
    assert doors
    assert {name for name, tree in doors.items() if calls_in(tree) & FILE_CALLS} == set()


def test_these_tests_see_what_they_forbid():
    tree = ast.parse("import pickle\neval('1')\nrun('ls', shell=True)\nPath(x).read_text()")
    assert is_dangerous(tree)
    assert is_dangerous(ast.parse("from os import system\nsystem('ls')"))
    assert not is_dangerous(ast.parse("import re\nre.compile('a')"))
    assert "read_text" in calls_in(tree)
    assert imports_in(tree) == {"pickle"}
    assert uses_shell(tree)


def test_templates_switch_escaping_off_nowhere():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert "|safe" not in text, path
        assert "autoescape off" not in text, path


def test_templates_hold_no_inline_script_or_handler():
    handler = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
    inline = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(?:application/json|importmap)\")")
    for path in (ROOT / "templates").rglob("*.html"):
        text = re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text())
        assert not handler.search(text), path
        assert not inline.search(text), path
