"""Metrics that are more than a line of numbers: what their diagrams are told."""

import json

import pytest
from django.test import Client

from runs.artifacts.services import save_file
from runs.metrics.models import MetricArtifact
from runs.tracking.models import Run
from tests.factories import make_run

pytestmark = pytest.mark.django_db
MATRIX = {
    "schema_type": "confusion_matrix",
    "schema_version": "1.0.0",
    "data": {"class_labels": ["cat", "dog"], "matrix": [[3, 1], [0, 4]]},
}


def log_document(run: Run, key: str, document: object, step: int = 0) -> None:
    path = f"metrics/{key}-{step}.json"
    save_file(owner=run, path=path, chunks=[json.dumps(document).encode()])
    kind = document["schema_type"] if isinstance(document, dict) else "confusion_matrix"
    MetricArtifact.objects.create(run=run, key=key, kind=kind, step=step, ms=step, path=path)


def ask(studio: Client, run: Run, **query):
    return studio.get(f"/w/default/runs/{run.run_id}/diagram", query)


@pytest.mark.both_databases
def test_a_confusion_matrix_is_told_raw_and_normalised(studio: Client):
    run = make_run()
    log_document(run, "m", MATRIX)

    found = ask(studio, run, key="m", form="confusion_matrix").json()

    assert found["labels"] == ["cat", "dog"]
    assert found["raw"] == [[3, 1], [0, 4]]
    assert found["normalised"] == [[0.75, 0.25], [0, 1]]


def test_the_last_step_is_shown_or_the_one_asked_for(studio: Client):
    run = make_run()
    log_document(run, "m", MATRIX, step=1)
    later = MATRIX | {"data": {"class_labels": ["cat"], "matrix": [[9]]}}
    log_document(run, "m", later, step=5)

    last = ask(studio, run, key="m", form="confusion_matrix").json()
    first = ask(studio, run, key="m", form="confusion_matrix", step="1").json()

    assert (last["step"], last["steps"], last["raw"]) == (5, [1, 5], [[9]])
    assert first["raw"] == [[3, 1], [0, 4]]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"key": "none", "form": "confusion_matrix"}, 404),
        ({"key": "m", "form": "nonsense"}, 404),
        ({"key": "m", "form": "columns"}, 404),
        ({"key": "m", "form": "confusion_matrix", "step": "8"}, 404),
        ({"key": "m", "form": "confusion_matrix", "step": "x"}, 400),
        ({}, 404),
    ],
)
def test_what_is_not_there_is_refused(studio: Client, query, status):
    run = make_run()
    log_document(run, "m", MATRIX)

    assert ask(studio, run, **query).status_code == status


@pytest.mark.parametrize("document", [[], {"schema_type": "confusion_matrix"}, "text"])
def test_a_file_that_is_no_such_document_any_more_is_refused(studio: Client, document):
    run = make_run()
    log_document(run, "m", document)

    assert ask(studio, run, key="m", form="confusion_matrix").status_code == 400


def test_the_tab_lists_the_diagrams(studio: Client):
    run = make_run()
    log_document(run, "m", MATRIX)

    page = studio.get(f"/w/default/runs/{run.run_id}/metrics").content.decode()

    assert '<li data-diagram="m" data-form="confusion_matrix" data-n="1">' in page
