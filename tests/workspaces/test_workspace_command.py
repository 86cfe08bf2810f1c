"""`manage.py workspace`."""

import pytest
from django.core.management import CommandError, call_command

from runs.tracking.models import Experiment
from runs.workspaces.models import Workspace


def run(capsys, *words):
    call_command("workspace", *words)
    return capsys.readouterr().out


def test_a_workspace_is_made_listed_and_renamed(db, capsys):
    assert "/w/team" in run(capsys, "create", "team", "--name", "Team A")
    assert Experiment.objects.get(workspace__slug="team").number == 0
    assert "Team A" in run(capsys, "list")
    run(capsys, "rename", "team", "Team B")
    assert Workspace.objects.get(slug="team").name == "Team B"


@pytest.mark.parametrize(
    "words",
    [("create", "default"), ("create", "a b"), ("rename", "none", "x"), ("rename", "default", " ")],
)
def test_what_cannot_be_is_said(db, words):
    with pytest.raises(CommandError):
        call_command("workspace", *words)
