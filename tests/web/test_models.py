"""The page of registered models, and what a run shows of them."""

import pytest

from runs.artifacts.registry.services import register_model
from runs.artifacts.services import save_file
from tests.factories import make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(workspace):
    made = make_run(name="brave otter")
    save_file(owner=made, path="outputs/a b.pkl", chunks=[b"weights"])
    for _ in range(2):
        register_model(run=made, name="digits", path="outputs/a b.pkl", tags={"stage": "test"})
    return made


def page(studio, query: str = "") -> str:
    answer = studio.get(f"/w/default/models{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_latest_version_of_each_with_file_and_run(studio, run):
    shown = page(studio)
    assert shown.count("?name=digits") == 1
    assert f"/runs/{run.run_id}/outputs?path=outputs%2Fa%20b.pkl" in shown
    assert "brave otter" in shown and "stage" in shown


def test_all_versions_of_one(studio, run):
    shown = page(studio, "?name=digits")
    assert shown.count('title="brave otter"') == 2


@pytest.mark.both_databases
def test_without_models_the_page_says_how_to_register_one(studio, workspace):
    assert "run.register_model(" in page(studio)
    assert "No model &lt;b&gt;" in page(studio, "?name=%3Cb%3E")


def test_a_run_shows_the_models_of_its_files(studio, run):
    shown = studio.get(f"/w/default/runs/{run.run_id}/details").content.decode()
    assert "Registered models" in shown and "digits:2" in shown
