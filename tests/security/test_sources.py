"""What the code itself must not do, read from its syntax trees."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.source_trees import parse_file

ROOT = Path(__file__).resolve().parents[2]
DOORS = ("runs/web/", "runs/mlflow_api/", "runs/api/", "runs/azureml_api/")

FORBIDDEN_BUILTINS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_CALLS = {"mark_safe", "extractall", "system"}
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "marshal", "shelve", "cloudpickle"}
# What PyYAML offers beside these can make any object.
SAFE_YAML = {"safe_load", "safe_dump", "YAMLError"}
FILE_CALLS = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}


@dataclass(frozen=True)
class Facts:
    """What a module does: the names of what it calls (without the objects they belong to), what it
    calls bare without defining or importing it, what it imports, what it takes from `yaml`, and
    whether it starts a shell."""

    calls: frozenset[str]
    builtins: frozenset[str]
    imports: frozenset[str]
    of_yaml: frozenset[str]
    uses_shell: bool

    @property
    def is_dangerous(self) -> bool:
        return bool(self.calls & FORBIDDEN_CALLS or self.builtins & FORBIDDEN_BUILTINS)


@cache
def sources() -> dict[str, Facts]:
    """Return the facts of each module by its path."""
    return {
        str(path.relative_to(ROOT)): facts_of(parse_file(path))
        for folder in ("runs", "studio")
        for path in (ROOT / folder).rglob("*.py")
    }


def facts_of(tree: ast.Module) -> Facts:
    nodes: dict[type[ast.AST], list[Any]] = defaultdict(list)
    for node in ast.walk(tree):
        nodes[type(node)].append(node)
    called = [node.func for node in nodes[ast.Call]]
    bare = {call.id for call in called if isinstance(call, ast.Name)}
    imports = nodes[ast.Import] + nodes[ast.ImportFrom]
    known = {node.name for node in nodes[ast.FunctionDef]}
    known |= {name.asname or name.name for node in imports for name in node.names}
    modules = [name.name for node in nodes[ast.Import] for name in node.names]
    modules += [node.module or "" for node in nodes[ast.ImportFrom]]
    attributes = nodes[ast.Attribute]
    words = [
        word.value for node in nodes[ast.Call] for word in node.keywords if word.arg == "shell"
    ]
    return Facts(
        calls=frozenset(bare | {call.attr for call in called if isinstance(call, ast.Attribute)}),
        builtins=frozenset(bare - known),
        imports=frozenset(module.partition(".")[0] for module in modules),
        of_yaml=frozenset(
            node.attr for node in attributes if getattr(node.value, "id", "") == "yaml"
        ),
        uses_shell=any(not isinstance(one, ast.Constant) or one.value for one in words),
    )


def test_there_are_sources():
    assert len(sources()) > 60


def test_nothing_is_evaluated_unpacked_or_declared_safe():
    assert {name for name, facts in sources().items() if facts.is_dangerous} == set()


def test_nothing_is_unpickled():
    assert {name for name, facts in sources().items() if facts.imports & FORBIDDEN_IMPORTS} == set()


def test_yaml_makes_plain_values_only():
    for name, facts in sources().items():
        assert facts.of_yaml <= SAFE_YAML, name
    assert any(facts.of_yaml for facts in sources().values())


def test_no_command_goes_through_a_shell():
    assert {name for name, facts in sources().items() if facts.uses_shell} == set()


def test_doors_open_no_files():
    """What a request names is opened by the store alone, which resolves it in one place."""
    doors = {name: facts for name, facts in sources().items() if name.startswith(DOORS)}
    assert doors
    assert {name for name, facts in doors.items() if facts.calls & FILE_CALLS} == set()


def test_these_tests_see_what_they_forbid():
    text = "import pickle\neval('1')\nrun('ls', shell=True)\nPath(x).read_text()\nyaml.load(x)"
    facts = facts_of(ast.parse(text))
    assert facts.is_dangerous
    assert facts_of(ast.parse("from os import system\nsystem('ls')")).is_dangerous
    assert not facts_of(ast.parse("import re\nre.compile('a')")).is_dangerous
    assert "read_text" in facts.calls
    assert facts.imports == {"pickle"}
    assert facts.of_yaml == {"load"}
    assert facts.uses_shell


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
