"""Every call of the catalogue, answered by MLflow's own server and by the studio: side by side."""

from contextlib import ExitStack
from dataclasses import asdict

import pytest
from django.test import Client

from runs.workspaces.models import Workspace
from tests.mlflow_api.catalogue_reader import PARTS, Case, Step, read_catalogue
from tests.mlflow_api.reference import FIRST_EXPERIMENT, Answers, running_reference
from tests.mlflow_api.sides import Reply, Side, new_word
from tests.shared_folder import folder_for

# What they are about: orders, filters, what a write leaves.
ON_BOTH_DATABASES = ("experiment_search", "history", "inputs", "run_search", "runs", "writes")


def cases() -> list:
    """Return the catalogue, marked where the database takes part in the answer."""
    return [
        pytest.param(
            case,
            id=case.name,
            marks=pytest.mark.both_databases if case.name.startswith(ON_BOTH_DATABASES) else (),
        )
        for case in read_catalogue()
    ]


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    """MLflow's answers; its server starts for the first one that is not known yet."""
    with ExitStack() as stack:

        def start() -> Side:
            client = stack.enter_context(running_reference(tmp_path_factory.mktemp("reference")))
            return Side(
                lambda method, url, data, kind: client.open(
                    url, method=method, data=data, content_type=kind
                )
            )

        yield Answers(folder_for("mlflow-answers", tmp_path_factory), start)


@pytest.fixture
def studio(workspace, settings):
    """The views of the studio."""
    settings.STUDIO_OPEN = True
    Workspace.objects.filter(pk=workspace.pk).update(next_experiment_number=FIRST_EXPERIMENT)
    client = Client()
    yield Side(lambda method, url, data, kind: client.generic(method, url, data, content_type=kind))


@pytest.mark.parametrize("case", cases())
def test_the_studio_answers_like_mlflow(reference, studio, case: Case):
    studio.begin(new_word())
    found = []
    for step, expected in zip(case.steps, reference.to(case), strict=True):
        found += describe(step, expected, studio.ask(step), set(case.ignores))
    assert not found, "\n".join(found)


def describe(step: Step, expected: Reply, answered: Reply, ignored: set[str]) -> list[str]:
    """Return a line for each part that differs and should not, or the other way round."""
    mlflow, ours = asdict(expected), asdict(answered)
    differing = {part for part in PARTS if mlflow[part] != ours[part]}
    wrong = (differing ^ set(step.differs)) - ignored
    return [
        f"{step.method} {step.path} {step.text}\n  {part}\n    MLflow {mlflow[part]!r}"
        f"\n    studio {ours[part]!r}"
        for part in PARTS
        if part in wrong
    ]
