"""A real JupyterLab for tests, as a process with folders of its own."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from studio.up.orphans import die_with_parent
from tests.sdk.notebooks import NEEDLESS
from tests.up.processes import free_port
from tests.waiting import wait_for

BASE_DIR = Path(__file__).resolve().parents[2]
TOKEN = "for-the-test"
# `python -m jupyterlab`, without what takes longest to import.
START = f"""
import sys
sys.modules[{NEEDLESS!r}] = None
from jupyterlab.labapp import main
sys.exit(main())
"""
OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    f"--IdentityProvider.token={TOKEN}",
)


class Jupyter:
    """Serves the notebooks of a folder; kernels have the client and the variables given."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.port = free_port()
        own = {"HOME": str(folder / "home"), "PYTHONPATH": str(BASE_DIR), **variables}
        own |= {"XDG_STATE_HOME": str(folder / "state"), "PYTHONDONTWRITEBYTECODE": ""}
        kept = {name: one for name, one in os.environ.items() if not name.startswith("STUDIO_")}
        command = [sys.executable, "-c", START, *OPTIONS, f"--ServerApp.port={self.port}"]
        self.log = open(folder / "jupyter.log", "w")  # noqa: SIM115  (closed by `end`)
        self.process = subprocess.Popen(
            command, cwd=folder, env=kept | own, stdout=self.log, stderr=self.log,
            preexec_fn=die_with_parent,
        )  # fmt: skip
        wait_for(self.answers, "JupyterLab", every_s=0.1)

    def answers(self) -> bool:
        """Tell whether it has started."""
        assert self.process.poll() is None, "JupyterLab has ended"
        try:
            address = f"http://127.0.0.1:{self.port}/api/status?token={TOKEN}"
            urllib.request.urlopen(address).close()
        except OSError:
            return False
        return True

    def address(self, notebook: str) -> str:
        """Return the address of a notebook, in a workspace of its own."""
        return f"http://127.0.0.1:{self.port}/lab/tree/{notebook}?reset&token={TOKEN}"

    def kernels(self) -> list[psutil.Process]:
        """Return the processes that it has started."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def end(self, patience_s: float = 5.0) -> None:
        """End it and its kernels, which have sessions of their own; what stays is killed."""
        kernels = self.kernels()
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience_s)
        self.process.kill()
        self.process.wait()
        _, left = psutil.wait_procs(kernels, timeout=5)
        for kernel in left:
            kernel.kill()
        psutil.wait_procs(left)
        self.log.close()


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells."""
    made = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "outputs": [],
         "execution_count": None, "source": cell}
        for number, cell in enumerate(cells)
    ]  # fmt: skip
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))
