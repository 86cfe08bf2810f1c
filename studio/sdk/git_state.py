"""Where code comes from: repository, branch, commit, changes that are not committed."""

import os
import re
import subprocess
from dataclasses import dataclass
from typing import ClassVar

TIMEOUT_S = 5.0
MOST_DIFF_BYTES = 5_000_000
SECRET = re.compile(r"(?<=://)[^/@\s]+@")


@dataclass(frozen=True)
class GitState:
    """The state of the repository that a folder is in; `diff` is what is not committed."""

    repository: str
    branch: str
    commit: str
    is_dirty: bool
    diff: bytes = b""

    DIFF_PATH: ClassVar[str] = "source/uncommitted.diff"

    def properties(self) -> dict[str, str]:
        """Return it under the names that Azure ML and MLflow give it."""
        facts = {
            "azureml.git.repository_uri": self.repository,
            "azureml.git.branch": self.branch,
            "azureml.git.commit": self.commit,
            "azureml.git.dirty": str(self.is_dirty),
            "mlflow.source.git.repoURL": self.repository,
            "mlflow.source.git.branch": self.branch,
            "mlflow.source.git.commit": self.commit,
        }
        return {key: value for key, value in facts.items() if value}


def read_git_state(folder: str | os.PathLike[str] = ".") -> GitState | None:
    """Return the state of the repository that `folder` is in; None without git or a commit."""
    commit = ask_git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    repository = ask_git(folder, "config", "--get", "remote.origin.url")
    changes = ask_git(folder, "status", "--porcelain", "--untracked-files=no")
    diff = ask_git_for_bytes(folder, "diff", "HEAD", "--no-ext-diff") if changes else b""
    return GitState(
        repository=SECRET.sub("", repository),
        branch=ask_git(folder, "rev-parse", "--abbrev-ref", "HEAD"),
        commit=commit,
        is_dirty=bool(changes),
        diff=without_secrets(diff[:MOST_DIFF_BYTES]),
    )


def without_secrets(diff: bytes) -> bytes:
    """Return a diff without the user names and passwords that are in addresses."""
    return re.sub(rb"(?<=://)[^/@\s]+@", b"", diff)


def ask_git(folder: str | os.PathLike[str], *words: str) -> str:
    return ask_git_for_bytes(folder, *words).decode(errors="replace").strip()


def ask_git_for_bytes(folder: str | os.PathLike[str], *words: str) -> bytes:
    """Return what git prints; nothing where it fails or takes too long."""
    command = ["git", "-C", os.fspath(folder), *words]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=TIMEOUT_S,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return b""
    return done.stdout if done.returncode == 0 else b""
