"""Which files are logs, which opens first, where the error is."""

import pytest

from runs.artifacts.logs.conventions import default_log, is_log, list_logs
from runs.artifacts.logs.failures import error_line
from runs.artifacts.logs.levels import level_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("azureml-logs/70_driver_log.txt", True),
        ("azureml-logs/process_info.json", True),
        ("logs/azureml/sidecar/node/start_cms.txt", True),
        ("user_logs/std_log_process_0.txt", True),
        ("system_logs/lifecycler/execution.log", True),
        ("anywhere/train.LOG", True),
        ("slurm-123.out", True),
        ("outputs/model.pkl", False),
        ("logs", False),
        ("catalogs/a.txt", False),
    ],
)
def test_logs_are_told_by_folder_or_suffix(path, expected):
    assert is_log(path) is expected


def opened(run, save, paths: list[str], empty: tuple[str, ...] = ()) -> str | None:
    for path in paths:
        save(run, path, b"" if path in empty else b"x")
    file = default_log(run)
    return file and file.path


@pytest.mark.parametrize(
    ("paths", "first"),
    [
        (["azureml-logs/55_azureml-execution-n1.txt", "azureml-logs/65_job_prep-n1.txt",
          "azureml-logs/70_driver_log.txt", "logs/azureml/110_azureml.log"],
         "azureml-logs/70_driver_log.txt"),
        (["azureml-logs/70_driver_log_10.txt", "azureml-logs/70_driver_log_2.txt"],
         "azureml-logs/70_driver_log_2.txt"),
        (["system_logs/cs_capability/a.log", "user_logs/std_log.txt"], "user_logs/std_log.txt"),
        (["user_logs/std_log_process_1.txt", "user_logs/std_log_process_0.txt"],
         "user_logs/std_log_process_0.txt"),
        (["logs/train.txt", "logs/azureml/job_prep_azureml.log"], "logs/train.txt"),
        (["azureml-logs/20_image_build_log.txt", "azureml-logs/process_info.json"],
         "azureml-logs/20_image_build_log.txt"),
        (["train.log", "model.pkl"], "train.log"),
        (["model.pkl"], None),
    ],
)  # fmt: skip
def test_the_log_of_the_users_own_script_opens_first(run, save, paths, first):
    assert opened(run, save, paths) == first


def test_a_log_without_text_does_not_open_before_one_with_text(run, save):
    paths = ["azureml-logs/70_driver_log.txt", "azureml-logs/20_image_build_log.txt"]
    assert opened(run, save, paths, empty=(paths[0],)) == paths[1]
    assert opened(run, save, paths, empty=tuple(paths)) == paths[0]


def test_logs_are_listed_with_numbers_in_order(run, save):
    for number in (10, 9, 1):
        save(run, f"logs/rank_{number}.txt")
    assert [log.path for log in list_logs(run)] == [f"logs/rank_{n}.txt" for n in (1, 9, 10)]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("2024-01-01 12:00:00,123 ERROR train: boom", "error"),
        ("[CRITICAL] out of disk", "error"),
        ("Traceback (most recent call last):", "error"),
        ("ValueError: bad", "error"),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory.", "error"),
        ("KeyboardInterrupt", "error"),
        ("error: unrecognized arguments", "error"),
        ("/x.py:3: UserWarning: careful", "warning"),
        ("WARNING:root:careful", "warning"),
        ("[WARN] careful", "warning"),
        ("DEBUG: details", "debug"),
        ("INFO epoch 3 error=0.1", ""),
        ("test_error 0.25", ""),
        ("", ""),
    ],
)
def test_the_level_of_a_line_is_recognised(line, level):
    assert level_of(line) == level


TRACEBACK = 'Traceback (most recent call last):\n  File "t.py", line 3\nValueError: bad\n'


@pytest.mark.parametrize(
    ("content", "no", "text"),
    [
        ("fine\n", None, None),
        ("", None, None),
        ("a\n" + TRACEBACK + "b\n", 2, "Traceback (most recent call last):"),
        (TRACEBACK + "retry\n" + TRACEBACK, 5, "Traceback (most recent call last):"),
        (TRACEBACK + "ERROR run failed\n", 1, "Traceback (most recent call last):"),
        (TRACEBACK + "x\n" * 50_000 + "FATAL: disk\n", 50_004, "FATAL: disk"),
        ("a\nERROR one\nb\nERROR two\nc\n", 4, "ERROR two"),
        ("a\nKilled\n", 2, "Killed"),
        ("[rank0]: Traceback (most recent call last):\n", 1,
         "[rank0]: Traceback (most recent call last):"),
        (TRACEBACK + "x" * 90 + "\n" * 1_500_000, 1, "Traceback (most recent call last):"),
        ("x" * ((1 << 20) - 20) + "\n" + TRACEBACK + "z" * ((1 << 20) - 80), 2,
         "Traceback (most recent call last):"),
    ],
)  # fmt: skip
def test_the_error_is_found_from_the_end(run, save, content, no, text):
    line = error_line(save(run, "a.log", content))
    assert (line and line.no, line and line.text) == (no, text)
