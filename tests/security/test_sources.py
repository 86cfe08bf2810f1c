"""What the code itself must not do, read from its syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("runs", "studio") for path in (ROOT / folder).rglob("*.py"))
every_source = pytest.mark.parametrize(
    "path", SOURCES, ids=lambda path: str(path.relative_to(ROOT))
)

FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "mark_safe", "extractall", "system"}
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "marshal", "shelve", "yaml", "cloudpickle"}
# `re.compile` and the like are methods of modules named here.
COMPILERS = {"re", "re2"}


def nodes_of(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(), str(path)))


def called_name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        owner = function.value.id if isinstance(function.value, ast.Name) else ""
        return "" if owner in COMPILERS else function.attr
    return function.id if isinstance(function, ast.Name) else ""


def test_there_are_sources():
    assert len(SOURCES) > 60


@every_source
def test_nothing_is_evaluated_unpacked_or_declared_safe(path):
    calls = {called_name(node) for node in nodes_of(path) if isinstance(node, ast.Call)}
    assert not calls & FORBIDDEN_CALLS


@every_source
def test_nothing_is_unpickled(path):
    imported = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert not imported & FORBIDDEN_IMPORTS


@every_source
def test_no_command_goes_through_a_shell(path):
    for node in nodes_of(path):
        if isinstance(node, ast.Call):
            shells = [word.value for word in node.keywords if word.arg == "shell"]
            assert all(isinstance(value, ast.Constant) and not value.value for value in shells)


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if {"web", "mlflow_api", "api", "azureml_api"} & {*path.parts}],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_doors_open_no_files(path):
    """What a request names is opened by the store alone, which resolves it in one place."""
    calls = {called_name(node) for node in nodes_of(path) if isinstance(node, ast.Call)}
    assert not calls & {"open", "read_text", "read_bytes", "write_text", "write_bytes"}


def test_templates_switch_escaping_off_nowhere():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert "|safe" not in text, path
        assert "autoescape off" not in text, path


def test_templates_hold_no_inline_script_or_handler():
    import re

    handler = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
    inline = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(?:application/json|importmap)\")")
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert not handler.search(text), path
        assert not inline.search(text), path
