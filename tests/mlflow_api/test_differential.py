"""Every call of the catalogue, answered by MLflow's own server and by the studio: side by side."""

from dataclasses import asdict

import pytest
from django.test import Client

from runs.workspaces.models import Workspace
from tests.mlflow_api.catalogue_reader import PARTS, Case, Step, read_catalogue
from tests.mlflow_api.reference import FIRST_EXPERIMENT, running_reference
from tests.mlflow_api.sides import Reply, Side, new_word


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    """MLflow's server."""
    with running_reference(tmp_path_factory.mktemp("reference")) as client:

        def send(method, url, data, kind):
            return client.open(url, method=method, data=data, content_type=kind)

        yield Side(send)


@pytest.fixture
def studio(workspace, settings):
    """The views of the studio."""
    settings.STUDIO_OPEN = True
    Workspace.objects.filter(pk=workspace.pk).update(next_experiment_number=FIRST_EXPERIMENT)
    client = Client()
    yield Side(lambda method, url, data, kind: client.generic(method, url, data, content_type=kind))


@pytest.mark.parametrize("case", read_catalogue(), ids=lambda case: case.name)
def test_the_studio_answers_like_mlflow(reference, studio, case: Case):
    word = new_word()
    reference.begin(word)
    studio.begin(word)
    found = []
    for step in case.steps:
        expected, answered = reference.ask(step), studio.ask(step)
        found += describe(step, expected, answered, set(case.ignores))
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
