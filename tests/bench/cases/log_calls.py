"""How long a training waits for one call of `log`, with our client and with others."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.bench.cases.case import Case
from tests.bench.client_calls import CLIENTS, PROCESSES
from tests.bench.target import Options, Sample, Target
from tests.sdk.gate import Gate

COUNT, FEW, SHARED = 100_000, 500, 1_000_000
LONGEST_WAIT_S = 600.0
DELAY_S = 1.0
NOT_INSTALLED = 3
OTHERS = ("mlflow", "fasttrackml")
AWAY = "http://127.0.0.1:9"
BASE_DIR = Path(__file__).resolve().parents[3]


def measure(target: Target, _: None, options: Options) -> list[Sample]:
    """Our client with the server up, slow and away, then the others; of a studio alone."""
    if target.name in OTHERS:
        return []
    gate = Gate(target.url, delay_s=DELAY_S)
    count, python = options.scaled(COUNT), options.python
    try:
        samples = samples_of("studio", "up", target.url, count, python, target)
        samples += samples_of("studio", "slow", gate.url, count, python)
        samples += samples_of("studio", "away", AWAY, count, python)
        samples += shared(target, options.scaled(SHARED) // PROCESSES * PROCESSES, python)
    finally:
        gate.close()
    for client in [name for name in CLIENTS if name != "studio"]:
        few = options.scaled(FEW) if client == "mlflow" else count
        found = samples_of(client, "", target.url, few, python)
        if not found:
            options.note(f"{client} is not installed: its calls are not timed.")
        samples += found
    return samples


def run_client(client: str, url: str, count: int, python: str) -> dict[str, Any] | None:
    """Return what a client tells of its calls; None where it is not installed."""
    command = [python, "-m", "tests.bench.client_calls", client, url, str(count)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder}
        done = subprocess.run(
            command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )
        if client == "shared" and done.returncode == 0:
            wait_until_sent(Path(folder))
    if done.returncode == NOT_INSTALLED:
        return None
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def wait_until_sent(folder: Path) -> None:
    """Wait until the sender has cleared up."""
    deadline = time.monotonic() + LONGEST_WAIT_S
    while list(folder.glob("studio/outbox/*/writers/*")) and time.monotonic() < deadline:
        time.sleep(0.1)


def shared(target: Target, count: int, python: str) -> list[Sample]:
    """Return how long it takes until all that eight processes have logged is stored."""
    began = time.monotonic()
    told = run_client("shared", target.url, count, python)
    assert told is not None
    seconds = time.monotonic() - began
    wrong = missing(target, told["run_id"], count)
    name = f"{PROCESSES} processes, {count:,} points"
    return [
        Sample(f"{name}: logged", told["logged_s"], "s"),
        Sample(f"{name}: stored", seconds, "s", wrong=wrong),
    ]


def samples_of(
    client: str, state: str, url: str, count: int, python: str, target: Target | None = None
) -> list[Sample]:
    """Return median and p99 of the calls of a client; nothing where it is not installed."""
    told = run_client(client, url, count, python)
    if told is None:
        return []
    wrong = missing(target, told["run_id"], count) if target else ""
    name = f"log() {client} {state}".strip()
    return [
        Sample(f"{name}: median", told["median_us"], "µs", wrong=wrong),
        Sample(f"{name}: p99", told["p99_us"], "µs"),
    ]


def missing(target: Target, run_id: str, count: int) -> str:
    """Return what is wrong with the points of a run that has ended."""
    with urlopen(f"{target.url}/api/v1/runs/{run_id}/metrics") as answer:
        items = json.load(answer)["items"]
    there = items[0]["n"] if items else 0
    return "" if there == count else f"{there} points stored of {count}"


CASE = Case(
    "log-calls",
    f"one process calls log() {COUNT:,} times in a row: our client with the server up, with every "
    f"answer {DELAY_S:g} s late, and away; MLflow's client ({FEW} calls), and wandb, swanlab and "
    f"trackio offline where they are installed; then {PROCESSES} processes log {SHARED:,} points "
    "to one run",
    measure,
)
