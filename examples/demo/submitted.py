"""Scripts that the studio runs itself: submitted to the cluster `local`, where its own node works.

A training, a sweep of eight, one that fails, one that is canceled, those of examples/submitted
whose packages are installed, and at last some that take minutes: there is a queue to look at.
"""

import importlib.util
import io
import json
import time
import zipfile
from pathlib import Path
from urllib.request import Request, urlopen

from examples.demo.client import Studio

SCRIPTS = Path(__file__).parent / "scripts"
PLAIN_SCRIPTS = SCRIPTS.parents[1] / "submitted"
EXPERIMENT = "submitted/ridge"
SWEEP = {
    "arguments": [
        {"name": "--alpha", "values": ["0.1", "1", "10", "100"]},
        {"name": "--lr", "values": ["0.02", "0.05"]},
    ],
    "parallel": 2,
}
SLOW_SWEEP = {"arguments": [{"name": "--alpha", "values": ["2", "4", "8", "16"]}], "parallel": 1}
TWO = {"processes_per_node": 2, "communicator": "torch"}
# What a script needs besides the standard library, and how it is submitted.
PLAIN = (
    ("mlflow", "with_mlflow.py", {"name": "plain mlflow", "experiment_name": "submitted/valley"}),
    ("sklearn", "digits.py", {"name": "digits", "experiment_name": "submitted/digits"}),
    ("torch", "two_processes.py", {"name": "wave", "experiment_name": "submitted/wave", **TWO}),
)
NODE_WAIT_S = 30.0
RUNS_FIRST_S = 60.0


def submit_all(studio: Studio, slow_epochs: int = 60) -> None:
    """Submit the scripts; nothing where no node is there to run them (`--no-node`)."""
    if not wait_for_node(studio):
        return
    code = store(studio, SCRIPTS)
    to_cancel = submit(studio, code, ["train.py", "--epochs", "3000"], name="far too long")
    submit(studio, code, ["train.py", "--alpha", "3"], name="ridge")
    submit(studio, code, ["broken.py"], name="no labels")
    plain = store(studio, PLAIN_SCRIPTS)
    for package, script, fields in PLAIN:
        if importlib.util.find_spec(package):
            submit(studio, plain, [script], **fields)
    submit(studio, code, ["train.py"], name="search for alpha and lr", sweep=SWEEP)
    slow = ["train.py", "--pause", "1", "--epochs", str(slow_epochs)]
    submit(studio, code, slow, name="search for alpha, slowly", sweep=SLOW_SWEEP)
    submit(studio, code, [*slow, "--lr", "0.01"], name="ridge, slowly", priority=-10)
    if wait_until_running(studio, to_cancel):
        ask(studio, "POST", f"runs/{to_cancel}/cancel")


def store(studio: Studio, folder: Path) -> str:
    """Store the scripts of a folder; return the sha256 of the snapshot."""
    return ask(studio, "PUT", "snapshots", zip_folder(folder), "application/zip")["sha256"]


def submit(studio: Studio, code: str, words: list[str], **fields: object) -> str:
    """Submit a script of the stored folder, with its arguments; return the id of its run."""
    body = {"experiment_name": EXPERIMENT, "script": words[0], "snapshot": code}
    body["command"] = ["python", *words]
    return ask(studio, "POST", "jobs", json.dumps(body | fields).encode())["run_id"]


def ask(
    studio: Studio, method: str, path: str, body: bytes = b"", kind: str = "application/json"
) -> dict:
    """Ask the studio's REST API."""
    request = Request(f"{studio.url}/api/v1/{path}", body or None, method=method)
    request.add_header("Content-Type", kind)
    if method in ("POST", "PUT"):
        request.add_header("Content-Length", str(len(body)))
    with urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"{}")


def wait_for_node(studio: Studio) -> bool:
    """Wait until a node has joined; tell whether one has."""
    deadline = time.monotonic() + NODE_WAIT_S
    while not studio.stop.wait(0.5) and time.monotonic() < deadline:
        clusters = ask(studio, "GET", "clusters")["items"]
        if any(one["name"] == "local" and one["slots"] for one in clusters):
            return True
    return False


def wait_until_running(studio: Studio, run_id: str) -> bool:
    """Wait until a run has run for a moment; tell whether it does."""
    deadline = time.monotonic() + RUNS_FIRST_S
    while not studio.stop.wait(1.0) and time.monotonic() < deadline:
        if ask(studio, "GET", f"runs/{run_id}")["status"] == "Running":
            return not studio.stop.wait(4.0)
    return False


def zip_folder(folder: Path) -> bytes:
    """Return the files of a folder as a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.glob("*.py")):
            archive.write(file, file.name)
    return buffer.getvalue()
