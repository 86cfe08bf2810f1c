"""Making `.venv` on a bare machine."""

import importlib.util
import os
import subprocess
import sys

import pytest

from studio import bootstrap
from studio.up.errors import StartError
from tests.waiting import LONGEST_WAIT_S


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder that needs no packages, in place of the real one."""
    (tmp_path / "requirements.txt").write_text("")
    monkeypatch.setattr(bootstrap, "BASE_DIR", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setenv("PATH", os.defpath)
    return tmp_path


def test_two_starts_at_once_make_one_environment_and_go_on_inside(project):
    program = (
        "import sys; from pathlib import Path; from studio import bootstrap as b;"
        f"b.BASE_DIR = Path({str(project)!r}); b.VENV = b.BASE_DIR / '.venv';"
        "b.PYTHON = b.VENV / 'bin' / 'python';"
        "b.go_on_inside(['-c', 'import sys; print(sys.prefix)'], [b.BASE_DIR / 'requirements.txt'])"
    )
    command = [sys.executable, "-c", program]
    started = [
        subprocess.Popen(command, cwd=bootstrap.__file__.rpartition("/studio/")[0], **pipes())
        for _ in range(2)
    ]
    said = [process.communicate(timeout=LONGEST_WAIT_S)[0] for process in started]
    assert [text.splitlines()[-1] for text in said] == [str(project / ".venv")] * 2
    assert sum("Installing packages" in text for text in said) == 1


@pytest.mark.parametrize("command", ["createsuperuser", "user", "member", "token", "prepare"])
def test_the_commands_for_a_team_install_the_packages_first(project, monkeypatch, command):
    calls = []
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(bootstrap, "go_on_inside", lambda argv, files: calls.append((argv, files)))
    argv = ["manage.py", command]
    bootstrap.enter(argv)
    assert calls == [(argv, [bootstrap.SERVER_PACKAGES])]


def test_any_other_command_says_what_to_run_first(project, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        bootstrap.enter(["manage.py", "shell"])
    assert "First run: python3 manage.py up" in capsys.readouterr().err


def test_packages_are_installed_again_only_when_the_file_changes(project, monkeypatch):
    calls = []
    monkeypatch.setattr(
        bootstrap.subprocess, "run", lambda command, **_: calls.append(command) or done
    )
    (project / ".venv").mkdir()
    path = project / "requirements.txt"
    bootstrap.install([path])
    bootstrap.install([path])
    assert len(calls) == 1
    path.write_text("numpy\n")
    bootstrap.install([path])
    assert len(calls) == 2


@pytest.mark.parametrize("may_keep", [True, False])
def test_packages_are_compiled_at_once_where_python_does_not_do_so_later(
    project, monkeypatch, may_keep
):
    calls = []
    monkeypatch.setattr(
        bootstrap.subprocess, "run", lambda command, **_: calls.append(command) or done
    )
    monkeypatch.setattr(bootstrap.sys, "dont_write_bytecode", not may_keep)
    (project / ".venv").mkdir()
    bootstrap.install([project / "requirements.txt"])
    assert ("--no-compile" in calls[0]) is may_keep


@pytest.mark.parametrize("code", [0, 2])
def test_uv_installs_the_packages_where_it_is_there_and_pip_where_it_fails(
    project, monkeypatch, code
):
    programs = project / "programs"
    programs.mkdir()
    (programs / "uv").write_text(f'#!/bin/sh\necho "$@" > {project}/told\nexit {code}\n')
    (programs / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.defpath}")
    by_pip = project / ".venv" / "bin" / "python"
    by_pip.parent.mkdir(parents=True)
    by_pip.write_text(f"#!/bin/sh\ntouch {project}/pip\n")
    by_pip.chmod(0o755)
    path = project / "requirements.txt"
    bootstrap.install([path])
    told = (project / "told").read_text().split()
    assert told[:2] == ["pip", "install"] and told[-2:] == ["--requirement", str(path)]
    assert told[told.index("--python") + 1] == str(by_pip)
    assert (project / "pip").exists() is (code != 0)
    assert not bootstrap.changed([path])


def test_an_install_that_failed_is_tried_again(project, monkeypatch):
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *_, **__: failed)
    (project / ".venv").mkdir()
    with pytest.raises(StartError, match="Is the network reachable"):
        bootstrap.install([project / "requirements.txt"])
    assert bootstrap.read_stamp(project / "requirements.txt") == ""


def test_a_python_without_venv_is_told_what_to_install(project, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find(name)
    )
    with pytest.raises(StartError, match="apt install python3-venv"):
        bootstrap.make_venv()


def test_an_environment_whose_python_is_gone_does_not_work(project):
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(project / "gone")
    assert not bootstrap.venv_works()


done = subprocess.CompletedProcess([], 0)
failed = subprocess.CompletedProcess([], 1)


def pipes() -> dict:
    return {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
