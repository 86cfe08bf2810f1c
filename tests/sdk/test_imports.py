"""What importing the client costs a training: parts of the standard library, and no more."""

import subprocess
import sys

import pytest

from studio.sdk.outbox.console import SHOW
from tests.sdk.gate import BASE_DIR

LOGGING = """
import sys
from studio.sdk import Experiment, Run, Workspace
import studio.sdk.context, studio.sdk.starting, studio.sdk.outbox.console
print(*sys.modules)
"""


def modules(script: str) -> set[str]:
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=BASE_DIR)
    return set(done.stdout.split())


def test_logging_imports_nothing_but_the_standard_library():
    before = modules("import sys; print(*sys.modules)")
    loaded = modules(LOGGING) - before
    assert {one.partition(".")[0] for one in loaded} <= {*sys.stdlib_module_names, "studio"}
    heavy = {"asyncio", "importlib.metadata", "importlib.resources", "multiprocessing", "unittest"}
    assert not loaded & heavy
    assert len(loaded) < 180


@pytest.mark.parametrize("name", ["rich", "click", "yaml", "jmespath", "anywidget"])
def test_light_packages_are_imported_when_they_are_used(name):
    assert name not in modules(LOGGING)


def test_a_sender_loads_neither_what_it_never_uses_nor_what_takes_long():
    loaded = modules("import sys, studio.sdk.outbox.sender; print(*sys.modules)")
    assert "http.client" in loaded
    assert not loaded & {"dataclasses", "hashlib", "inspect", "logging", "platform", "uuid"}


def test_what_shows_the_output_of_a_script_loads_nothing_of_the_client():
    script = f"import sys; exec(open({SHOW!r}).read(), {{'__name__': 'it'}}); print(*sys.modules)"
    assert not modules(script) & {"studio", "json", "pathlib", "re", "typing"}
