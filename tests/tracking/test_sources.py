"""One set of words for the code of a run, whichever client told it."""

import pytest

from runs.tracking.sources import Source, read_source, source_of_run
from tests.factories import make_run

GIT = {"commit": "abc", "branch": "main", "repository": "https://git.example/code"}


@pytest.mark.parametrize(
    ("source", "tags", "expected"),
    [
        ({}, {}, Source()),
        ({"script": "a.py", "command": ["python", "a.py"]}, {}, Source("a.py", "python a.py")),
        ({"name": "a.py", "git_commit": "abc"}, {}, Source("a.py", commit="abc")),
        ({"git": GIT | {"dirty": True}}, {}, Source(**GIT, is_dirty=True)),
        ({"git": "abc", "dirty": False}, {}, Source(commit="abc", is_dirty=False)),
        ({"commit": "old"}, {"mlflow.source.git.commit": "new"}, Source(commit="new")),
        ({"entry_point": "main"}, {"mlflow.source.type": "JOB"}, Source(kind="JOB", entry="main")),
        ({"script": "a.py"}, {"mlflow.source.name": None}, Source("a.py")),
    ],
)
def test_every_clients_words_mean_the_same(source, tags, expected):
    assert read_source(source, tags) == expected


@pytest.mark.django_db
def test_the_tags_of_a_run_tell_its_source():
    tags = {"mlflow.source.git.repoURL": "https://git.example/code", "team": "vision"}
    run = make_run(tags=tags, source={"script": "a.py"})

    lines = source_of_run(run).lines()

    assert lines == [
        ("script", "Script", "a.py"),
        ("repository", "Repository", "https://git.example/code"),
    ]
