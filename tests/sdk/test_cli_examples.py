"""Every example of every `--help` does what it says, in a shell, against a live studio."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runs.workspaces.permissions import Role
from runs.workspaces.services import create_workspace
from studio.sdk import Experiment, Run, Workspace
from studio.sdk.cli.table import COMMANDS, GROUPS
from tests.factories import make_member, make_token
from tests.forks import OF_COMMANDS, Fork, run_fork
from tests.sdk.gate import BASE_DIR
from tests.waiting import LONGEST_WAIT_S

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
RUN_ID = "5f1c7d2e"
SHIM = '#!/bin/sh\nexec {python} -m studio.sdk.cli "$@"\n'
TRAIN = """
import os, sys
from studio.sdk import Run
Run.get_context().log("loss", 0.05)
os.makedirs("outputs", exist_ok=True)
open("outputs/model.txt", "w").write("weights")
print("alpha", sys.argv[1:])
"""
# To load a command takes longer than most of them run. (Other tests start and load some.)
LOADED = (
    *OF_COMMANDS,
    "studio.sdk.run",
    "studio.sdk.workspace",
    *(f"studio.sdk.cli.{name}" for name in COMMANDS),
    *(
        f"studio.sdk.cli.{group}_{name}".replace("-", "_")
        for group, (_, rows) in GROUPS.items()
        for name in rows
    ),
)
QUOTED = re.compile(r"""'[^']*'|"[^"$`\\]*\"""")
OF_THE_SHELL = frozenset("|&;<>$`~*?[](){}#!\\")
# A node works until it is told to end.
FOR_EVER = ("node",)
# These end with a code of their own: the run in question was canceled.
CODES = {"run cancel": {0, 3}}


def words_of(line: str) -> list[str] | None:
    """Return the words that a shell hands to `studio`; None where it has more to do."""
    if not line.startswith("studio ") or OF_THE_SHELL & set(QUOTED.sub("", line)):
        return None
    return shlex.split(line)[1:]


def examples_of(words: tuple[str, ...], shell: "Shell") -> list[str]:
    """Return the command lines below "Examples:" in a help."""
    told = shell(f"studio {' '.join(words)} --help").stdout
    block = re.split(r"Examples?:", told)[1].partition("\n\n")[0]
    return [line.partition("  #")[0].strip() for line in block.splitlines() if line.strip()]


class Shell:
    """A shell in a folder that is attached to the workspace `vision`, with `studio` on the path."""

    vision: Workspace

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        programs = folder / "bin"
        programs.mkdir()
        for name, text in (
            ("studio", SHIM.format(python=sys.executable)),
            ("simulate", "#!/bin/sh\necho simulated\n"),
            ("make", "#!/bin/sh\necho made\n"),
        ):
            (programs / name).write_text(text)
            (programs / name).chmod(0o700)
        (folder / "simulate").symlink_to(programs / "simulate")
        kept = {name: one for name, one in os.environ.items() if not name.startswith("STUDIO_")}
        self.environment = kept | {
            "HOME": str(folder), "PATH": f"{programs}:{os.environ['PATH']}", "STUDIO_URL": url,
            "PYTHONPATH": str(BASE_DIR), "STUDIO_WORKSPACE": "vision",
            "XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / ".config"),
        }  # fmt: skip

    def __call__(self, line: str) -> subprocess.CompletedProcess[str]:
        for address in ("http://127.0.0.1:8000", "https://studio.example.org"):
            line = line.replace(address, self.url)
        line = line.replace("/mnt/laptop/outbox", str(self.folder / "state"))
        if (words := words_of(line)) is not None:
            return self.run(words)
        return subprocess.run(["bash", "-eo", "pipefail", "-c", line], cwd=self.folder,
                              env=self.environment, text=True, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False,
                              timeout=LONGEST_WAIT_S)  # fmt: skip

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """Run the program. A node is told to end, by Ctrl-C, once it has joined its cluster."""
        options = {"cwd": self.folder, "env": self.environment, "stdin": subprocess.DEVNULL}
        program = [sys.executable, "-m", "studio.sdk.cli", *words]
        if tuple(words[:1]) != FOR_EVER or "--help" in words:
            return run_fork(program, LOADED, timeout=LONGEST_WAIT_S, **options)
        node = Fork(program, LOADED, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        told = node.stderr.readline()
        node.send_signal(signal.SIGINT)
        out, err = node.communicate(timeout=LONGEST_WAIT_S)
        has_joined = "has joined" in told
        return subprocess.CompletedProcess(words, node.wait() if has_joined else 1, out, told + err)


@pytest.fixture
def shell(lab, start_node, space, tmp_path) -> Shell:
    """A studio with all that the examples speak of: workspace, clusters, scripts, environments."""
    row = create_workspace(slug="vision")
    vision = Workspace(workspace_name="vision", url=space.url)
    folder = tmp_path / "home"
    (folder / ".config" / "fish" / "completions").mkdir(parents=True)
    (folder / "code").mkdir()
    (folder / "state").mkdir()
    (folder / "train.py").write_text(TRAIN)
    (folder / "token").write_text(make_token(make_member(Role.CONTRIBUTOR, workspace=row)))
    made = Shell(folder, space.url)
    for name in ("local", "gpu"):
        vision._connection.ask("POST", "clusters", body={"name": name}, patience_s=LONGEST_WAIT_S)
    made.vision = vision
    answer = vision._connection.ask("POST", "clusters/gpu/node-tokens")
    (folder / "node-token").write_text(answer["token"])
    registered = "Environment('sklearn').register(Workspace.from_config())"
    made(f'{sys.executable} -c "from studio.sdk import *; {registered}"')
    return made


def make_run(shell: Shell, is_over: bool = True) -> Run:
    """Make the run of the examples, with metrics, children, files and a log."""
    digits = Experiment(shell.vision, "digits")
    run = digits.start_logging(run_id=RUN_ID, captures_console=False)
    run.log("loss", 0.05)
    run.tag("quality", "good")
    for name in ("outputs/model.txt", "logs/user_log.txt", "azureml-logs/65_job_prep-local.txt"):
        run.upload_file(name, str(shell.folder / "train.py"))
    run.child_run().complete()
    if is_over:
        run.complete()
    return run


def check(shell: Shell, words: tuple[str, ...]) -> list[str]:
    """Run the examples of a command; return what did not end well."""
    name = " ".join(words)
    wrong = []
    for line in examples_of(words, shell):
        done = shell(line)
        if done.returncode not in CODES.get(name, {0}):
            wrong.append(f"{line}: {done.returncode} {done.stdout[-300:]} {done.stderr[-500:]}")
    return wrong


ATTACH = ("folder", "attach")
NODES = ("node", "run submit-script")
WITHOUT_A_RUN_THAT_IS_OVER = (*NODES, "run cancel")
EVERY = [(name,) for name in COMMANDS] + [
    (group, name) for group, (_, rows) in GROUPS.items() for name in rows
]


def test_the_examples_of_the_commands_that_read_and_write(shell):
    make_run(shell)
    wrong = []
    # The last one tells the folder of another workspace.
    for words in [one for one in EVERY if one != ATTACH] + [ATTACH]:
        if " ".join(words) not in WITHOUT_A_RUN_THAT_IS_OVER:
            wrong += check(shell, words)
    assert wrong == []


def test_the_examples_of_cancel(shell):
    run = make_run(shell, is_over=False)
    wrong = check(shell, ("run", "cancel"))
    run.complete()
    assert (wrong, run.get_status()) == ([], "Canceled")


def test_the_examples_of_submit_and_node(shell, start_node):
    for name in ("local", "gpu"):
        start_node(name=name, cluster=name, STUDIO_WORKSPACE="vision", STUDIO_URL=shell.url)
    shell("studio folder attach -w vision")
    # An environment with packages would be installed; this one has them already.
    configs = shell.folder / ".studio"
    (configs / "sklearn.runconfig").write_text((configs / "local.runconfig").read_text())
    wrong = check(shell, ("run", "submit-script"))
    assert wrong == []
    statuses = {run.status for run in Experiment(shell.vision, "digits").get_runs()}
    assert statuses <= {"Completed", "Running", "Queued", "Preparing", "Finalizing"}
    assert check(shell, ("node",)) == []
