"""A submitted script finds the client without installing it, and nothing else of the node."""

import subprocess
import sys

import pytest

from studio.sdk.supervisor.launching import variables_of


@pytest.fixture
def run_python(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    work = tmp_path / "attempt" / "work"
    work.mkdir(parents=True)

    def run_python(code: str, **variables: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=work, env=variables_of(work, variables, {}),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    return run_python


def test_the_client_is_there_and_the_studio_is_not(run_python):
    code = """
import importlib.util
from studio.sdk import Experiment, Run, RunConfiguration, ScriptRunConfig, VERSION
print(VERSION, importlib.util.find_spec("runs"), importlib.util.find_spec("studio.settings"))
"""
    assert run_python(code).split()[1:] == ["None", "None"]


def test_a_path_of_the_run_comes_first(run_python, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.py").write_text("word = 'mine'")
    code = "import mine, studio.sdk; print(mine.word)"
    assert run_python(code, PYTHONPATH=str(tmp_path / "own")) == "mine\n"
