"""What a script records of itself: what it prints, where its code comes from, its outputs."""

import subprocess

import pytest

from studio.sdk import VERSION, Run
from studio.sdk.git_state import read_git_state
from studio.sdk.origin import without_secrets
from tests.sdk.gate import BASE_DIR
from tests.waiting import LONGEST_WAIT_S

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def log_of(run: Run, path: str = "logs/user_log.txt") -> str:
    return run._log_text(path)


def test_what_a_script_prints_is_its_log_and_is_still_seen(space, scripts):
    script = """
import logging
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
run = start()
print("from Python", run.id, flush=True)
logging.getLogger("mine").debug("from logging")
run.get_status()
os.system("echo from a shell; echo an error >&2")
run.complete()
print("after the run")
"""
    out, err = scripts.run(script)
    told = next(line for line in out.splitlines() if line.startswith("from Python"))
    run = Run.get(space, told.split()[2])
    log = log_of(run)
    assert log in out
    for line in (f"from Python {run.id}\n", "DEBUG:mine:from logging\n", "from a shell\n"):
        assert line in log
    assert f"DEBUG:studio.sdk:GET /w/default/api/v1/runs/{run.id}: 200 in " in log
    assert "after the run\n" in out and "after the run" not in log
    assert "an error\n" in err
    assert "an error\n" in log_of(run, "logs/user_log_errors.txt")


def test_output_and_errors_of_one_terminal_are_one_log(space, scripts):
    script = """
os.dup2(1, 2)
run = start()
print("out", run.id, flush=True)
print("err", file=sys.stderr, flush=True)
1 / 0
"""
    out, _ = scripts.run(script, code=1)
    run = Run.get(space, out.split()[1])
    log = log_of(run)
    assert log.startswith(f"out {run.id}\nerr\nTraceback")
    assert "ZeroDivisionError" in log
    assert log in out


def test_a_script_whose_display_is_killed_goes_on(space, scripts):
    script = """
run = start()
print(run.id, flush=True)
while not os.path.exists("seen"): time.sleep(0.02)
run._box.console.shower.kill()
for i in range(20000):
    print("line", i)
run.complete()
"""
    process = scripts.start(script)
    run_id = process.stdout.readline().strip()
    (scripts.work / "seen").touch()
    _, err = process.communicate(timeout=LONGEST_WAIT_S)
    assert process.returncode == 0, err
    run = Run.get(space, run_id)
    assert run.status == "Completed"
    assert log_of(run).endswith("line 19999\n")


def test_the_output_is_left_alone_where_that_is_asked_for(space, scripts):
    out, _ = scripts.run("run = start(); print(run.id)", STUDIO_CONSOLE="off")
    assert Run.get(space, out.strip())._log_paths() == []


def test_outputs_are_collected_at_the_end(space, scripts):
    script = """
os.makedirs("outputs/deep", exist_ok=True)
old = "outputs/old.txt"
open(old, "w").write("of an earlier run")
os.utime(old, (1e9, 1e9))
with start() as run:
    open("outputs/deep/model.txt", "w").write("weights")
print(run.id, run.get_status())
"""
    out, _ = scripts.run(script)
    run_id, status = out.split()
    names = Run.get(space, run_id).get_file_names()
    assert status == "Completed"
    assert "outputs/deep/model.txt" in names
    assert "outputs/old.txt" not in names


def test_an_exception_in_with_fails_the_run(space, scripts):
    script = """
try:
    with start() as run:
        raise ValueError("wrong data")
except ValueError:
    print(run.id, run.get_status())
"""
    out, _ = scripts.run(script)
    run_id, status = out.split()
    assert status == "Failed"
    assert "ValueError: wrong data" in Run.get(space, run_id)._known["error"]


def test_a_run_that_is_failed_within_with_stays_failed(space, scripts):
    out, _ = scripts.run("with start() as run:\n    run.fail('too bad')\nprint(run.id)")
    assert Run.get(space, out.strip()).status == "Failed"


def test_where_the_code_comes_from_is_recorded(space, scripts):
    work = scripts.work
    (work / "train.py").write_text("print(1)\n")
    git = ["git", "-C", str(work), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    address = "https://ada:s3cr3t@example.org/code.git"
    for words in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", address],
        ["add", "."],
        ["commit", "-q", "-m", "first"],
    ):
        subprocess.run([*git, *words], check=True)
    (work / "train.py").write_text(f"print(2)  # {address}\n")
    out, _ = scripts.run("run = start(); print(run.id)")
    run = Run.get(space, out.strip())
    properties = run.get_properties()
    assert properties["azureml.git.repository_uri"] == "https://example.org/code.git"
    assert properties["azureml.git.branch"] == "main"
    assert properties["azureml.git.dirty"] == "True"
    assert properties["host.python"].count(".") == 2
    diff = log_of(run, "source/uncommitted.diff")
    assert "+print(2)  # https://example.org/code.git" in diff
    assert "s3cr3t" not in diff
    assert "numpy==" in log_of(run, "source/packages.txt")


def test_a_folder_without_git_has_no_state(tmp_path):
    assert read_git_state(tmp_path) is None


def test_secrets_of_a_command_line_are_left_out():
    words = ["train.py", "--lr", "1", "--api-key=abc", "--password", "x", "--token", "y", "end"]
    assert without_secrets(words) == [
        "train.py", "--lr", "1", "--api-key=***", "--password", "***", "--token", "***", "end",
    ]  # fmt: skip


def test_a_snapshot_is_kept_and_restored(space, scripts, tmp_path):
    script = """
open("train.py", "w").write("print(1)")
run = start(snapshot_directory=".")
print(run.id, run.get_snapshot_id())
run.restore_snapshot(path="back")
print(os.listdir("back")[0].endswith(".zip"))
"""
    out, _ = scripts.run(script)
    assert out.splitlines()[1] == "True"


def test_the_version_is_that_of_the_package():
    assert f'version = "{VERSION}"' in (BASE_DIR / "pyproject.toml").read_text()
