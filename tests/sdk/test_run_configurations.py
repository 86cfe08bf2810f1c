"""What a job is told of its environment, its processes and its command."""

import pytest

from studio.sdk import Environment, ScriptRunConfig
from studio.sdk.conda_dependencies import CondaDependencies
from studio.sdk.exceptions import NotSupported, UserErrorException
from studio.sdk.ignoring import IgnoreRules, read_rule
from studio.sdk.runconfig import (
    DockerConfiguration,
    MpiConfiguration,
    PyTorchConfiguration,
    RunConfiguration,
    TensorflowConfiguration,
)
from studio.sdk.submitting import job_of


def job(**options):
    return job_of(ScriptRunConfig(source_directory=".", script="train.py", **options))


def test_packages_of_conda_and_pip_are_a_virtual_environment():
    environment = Environment("sklearn")
    environment.python.conda_dependencies = CondaDependencies.create(
        pip_packages=["numpy==2.4.6"],
        conda_packages=["scikit-learn=1.7", "conda-forge::pandas>=2", "python=3.12", "pip"],
    )
    assert job(environment=environment)["environment"] == {
        "pip": ["scikit-learn==1.7.*", "pandas>=2", "numpy==2.4.6"],
        "python": "python3.12",
    }


def test_a_conda_file_with_channels_is_a_conda_environment(tmp_path):
    file = tmp_path / "environment.yml"
    file.write_text(
        "name: sk\nchannels: [conda-forge]\ndependencies:\n- python=3.12\n- scikit-learn\n"
        "- pip:\n  - tqdm\n"
    )
    environment = Environment.from_conda_specification("sk", str(file))
    assert job(environment=environment)["environment"] == {
        "conda": ["python=3.12", "scikit-learn"],
        "channels": ["conda-forge"],
        "pip": ["tqdm"],
    }


def test_requirements_are_read_without_comments(tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text("# all\nnumpy==2.4.6  # numbers\n\ntqdm\n")
    environment = Environment.from_pip_requirements("pip", str(file))
    assert job(environment=environment)["environment"] == {"pip": ["numpy==2.4.6", "tqdm"]}
    file.write_text("-r other.txt\n")
    with pytest.raises(UserErrorException, match="includes another file"):
        Environment.from_pip_requirements("pip", str(file))


def test_dependencies_are_changed_and_saved(tmp_path):
    packages = CondaDependencies.create(pip_packages=["numpy==1.0"], pip_indexurl="https://x")
    packages.add_pip_package("numpy==2.0")
    packages.add_conda_package("scipy")
    packages.remove_conda_package("scipy")
    packages.add_channel("conda-forge")
    packages.set_python_version("3.12")
    assert packages.pip_packages == ["numpy==2.0"]
    assert packages.pip_options == ["--index-url https://x"]
    path = packages.save(str(tmp_path / "conda.yml"))
    assert CondaDependencies(path) == packages
    assert "- conda-forge" in packages.serialize_to_string()


def test_docker_takes_an_image():
    environment = Environment.from_docker_image("image", "pytorch:2")
    assert job(environment=environment)["environment"] == {"docker": "pytorch:2"}
    asked = job(docker_runtime_config=DockerConfiguration(use_docker=True))
    assert asked["environment"] == {"docker": "python:3.12-slim"}


def test_an_environment_is_registered_cloned_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    from studio.sdk import Workspace

    space = Workspace(workspace_name="default", url="http://127.0.0.1:9")
    environment = Environment("mine")
    environment.python.user_managed_dependencies = True
    environment.environment_variables = {"A": "1"}
    assert environment.register(space).version == "1"
    clone = Environment.get(space, "mine").clone("other")
    assert (clone.name, clone.environment_variables) == ("other", {"A": "1"})
    assert list(Environment.list(space)) == ["mine"]
    with pytest.raises(UserErrorException, match="no environment 'absent'"):
        Environment.get(space, "absent")


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        (PyTorchConfiguration(process_count=8, node_count=2), (2, 4, "torch")),
        (MpiConfiguration(process_count_per_node=3, node_count=2), (2, 3, "mpi")),
    ],
)
def test_several_processes(configuration, expected):
    told = job(distributed_job_config=configuration)
    assert (told["nodes"], told["processes_per_node"], told["communicator"]) == expected
    run_config = RunConfiguration(communicator="Mpi")
    run_config.node_count = 3
    assert job(run_config=run_config)["nodes"] == 3
    assert "nodes" not in job(distributed_job_config=PyTorchConfiguration())
    with pytest.raises(NotSupported, match="MpiConfiguration"):
        job(distributed_job_config=TensorflowConfiguration(2, 1))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python train.py --lr 0.1", ["python", "train.py", "--lr", "0.1"]),
        ("cd x && python a.py", ["/bin/sh", "-c", "cd x && python a.py"]),
        (["python", "a b.py"], ["python", "a b.py"]),
    ],
)
def test_a_command_is_a_text_or_a_list(command, expected):
    told = job_of(ScriptRunConfig(source_directory=".", command=command))
    assert (told["command"], told["script"]) == (expected, "")


@pytest.mark.parametrize(
    ("lines", "left_out", "kept"),
    [
        (["*.log"], ["a.log", "x/b.log"], ["a.txt"]),
        (["/data/"], [], ["x/data"]),
        (["**/cache"], ["cache", "a/b/cache"], ["cached"]),
        (["a/*.txt"], ["a/b.txt"], ["a/b/c.txt", "b.txt"]),
        (["*", "!keep.py"], ["x.py"], ["keep.py"]),
        (["x[0-9].py", "# no"], ["x1.py"], ["xa.py", "# no"]),
        (["a/**"], ["a/b", "a/b/c"], ["b/a"]),
        ([r"\!odd"], ["!odd"], ["odd"]),
    ],
)
def test_patterns_are_gits(lines, left_out, kept):
    rules = IgnoreRules(tuple(rule for line in lines if (rule := read_rule(line))))
    assert [path for path in [*left_out, *kept] if rules.leaves_out(path)] == left_out


def test_a_pattern_with_a_slash_at_its_end_is_for_folders():
    rules = IgnoreRules((read_rule("data/"),))
    assert rules.leaves_out("x/data", is_folder=True)
    assert not rules.leaves_out("x/data")
