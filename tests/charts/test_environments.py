"""Packages and hosts, as clients log them."""

import pytest

from runs.artifacts.services import save_file
from runs.artifacts.snapshots.services import save_snapshot
from runs.charts import environments
from runs.charts.environments import read_environments
from runs.tracking.models import RunTag
from tests.artifacts.zips import make_zip
from tests.factories import make_run

pytestmark = pytest.mark.django_db

REQUIREMENTS = """\
# as mlflow writes it
torch==2.7.0 --hash=sha256:abc
scikit_learn>=1.5,<2  # for metrics
NumPy==2.4.6; python_version >= "3.11"
git+https://example.org/a.git
-r other.txt
plain
"""
CONDA = """\
channels: [conda-forge]
dependencies:
- python=3.11.9
- conda-forge::cudatoolkit=12.1=h1
- pip<=25
- pip:
  - torch==2.8.0
"""


@pytest.fixture
def run(files_dir):
    return make_run(run_id="a", target="gpu-1", params={"env/python_version": "3.12"})


def write(run, path, text):
    save_file(owner=run, path=path, chunks=[text.encode()])


def table(compared, title):
    return {key: list(values.values()) for (key, _), values in compared.sections[title].items()}


def test_packages_are_those_of_the_files_that_mlflow_writes(run):
    write(run, "model/requirements.txt", REQUIREMENTS)
    write(run, "model/conda.yaml", CONDA)
    other = make_run(run_id="b")

    found = read_environments([run, other])

    assert table(found, "Packages") == {
        "cudatoolkit": ["12.1", None],
        "numpy": ["2.4.6", None],
        "pip": ["<=25", None],
        "plain": ["any", None],
        "scikit-learn": ["<2,>=1.5", None],
        "torch": ["2.8.0, 2.7.0", None],
    }
    assert table(found, "Host")["Python"] == ["3.11.9", ""]


def test_python_and_packages_are_read_from_python_env_and_from_a_snapshot(run):
    write(run, "model/python_env.yaml", "python: 3.12.1\ndependencies:\n- -r requirements.txt\n")
    save_snapshot(run=run, chunks=[make_zip({"requirements.txt": "jax==0.7\n"})])

    found = read_environments([run])

    assert table(found, "Packages") == {"jax": ["0.7"]}
    assert table(found, "Host")["Python"] == ["3.12.1"]
    assert table(found, "Files")["Read from"] == [
        "model/python_env.yaml, snapshot: requirements.txt"
    ]


@pytest.mark.parametrize("text", ["- a\n- b", "a: [", "\x00", "dependencies: 3", "!!python/x 1"])
def test_a_file_of_another_form_is_told_and_left_out(run, text):
    write(run, "conda.yaml", text)
    assert table(read_environments([run]), "Files")["Could not be read"] == ["conda.yaml"]


def test_what_is_not_read_is_counted_and_named(run, monkeypatch):
    monkeypatch.setattr(environments, "MOST_FILES", 2)
    for folder in "abcd":
        write(run, f"{folder}/requirements.txt", f"package-{folder}==1\n")
    write(run, "a0/requirements.txt", "# long\n" * 150_000)
    other = make_run(run_id="b")
    write(other, "requirements.txt", "package-a==1\n")

    found = read_environments([run, other])

    assert (found.left_out, found.cut_runs) == (3, 1)
    assert [*table(found, "Packages")] == ["package-a", "package-b"]
    left_out = "a0/requirements.txt (larger than 1 MB), c/requirements.txt, d/requirements.txt"
    assert table(found, "Files")["Not read"] == [left_out, ""]


def test_the_host_is_what_parameters_tags_and_properties_tell(run):
    RunTag.objects.create(run=run, experiment=run.experiment, key="gpu_type", value="H100")
    RunTag.objects.create(run=run, experiment=run.experiment, key="gpu_hours", value="3")
    host = table(read_environments([run]), "Host")
    assert host["gpu_type"] == ["H100"]
    assert host["env/python_version"] == ["3.12"]
    assert host["Compute"] == ["gpu-1"]
    assert "gpu_hours" not in host
