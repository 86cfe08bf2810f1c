"""Runs that the studio starts itself: how soon they speak, how many a second, at what cost.

Where Slurm is there, `sbatch` alone runs the same one-line scripts in the same pass, beside it.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from studio.sdk.supervisor.studio_api import Refused, StudioApi
from tests.bench.cases.case import Case
from tests.bench.load import Client, Together, run_clients
from tests.bench.servers.processes import end_tree, spent_seconds
from tests.bench.target import Options, Sample, Target
from tests.slurm import has_slurm, running_slurm

ROOT = Path(__file__).resolve().parents[3]
FIRST_LINES, RUNS, SLOTS = 20, 1000, 4
VIEWERS, VIEWER_PROCESSES, VIEW_EVERY_S = 200, 8, 2.5
NODES, NODE_PROCESSES, NODE_LOOKS_EVERY_S = 100, 4, 5.0
SECONDS = 20.0
LONGEST_S = 900.0
HELLO = ["python", "-c", "print('hello')"]
LOG = "azureml-logs/70_driver_log.txt"


def studio_of(target: Target) -> StudioApi:
    return StudioApi(target.url, "default")


def submit(api: StudioApi, cluster: str, command: list[str] = HELLO) -> str:
    body = {"experiment_name": "bench", "cluster": cluster, "command": command}
    return api.ask("POST", "jobs", body=body)["run_id"]


def first_line(target: Target, _: None, options: Options) -> list[Sample]:
    """One run after the other; none waits for another."""
    api, seconds = studio_of(target), []
    for _ in range(options.scaled(FIRST_LINES)):
        began = time.perf_counter()
        run_id = submit(api, "local")
        while not has_spoken(api, run_id):
            time.sleep(0.01)
        seconds.append(time.perf_counter() - began)
        time.sleep(0.3)
    return [
        Sample("submit to first line", median(seconds), "s"),
        Sample("submit to first line p95", float(np.percentile(seconds, 95)), "s"),
    ]


def has_spoken(api: StudioApi, run_id: str) -> bool:
    try:
        return bool(api.ask("GET", f"runs/{run_id}/logs/tail", query={"path": LOG}))
    except Refused:
        return False


def many_runs(target: Target, _: None, options: Options) -> list[Sample]:
    """All runs wait before the node starts; timed from its start to the last end."""
    assert target.server and target.server.process
    api, count = studio_of(target), options.scaled(RUNS)
    cluster = f"four-{time.time_ns()}"
    api.ask("POST", "clusters", body={"name": cluster})
    for _ in range(count):
        submit(api, cluster)
    used, began = spent_seconds(target.server.process.pid), time.perf_counter()
    with node(target, cluster) as process:
        wait_until_empty(api, cluster)
        seconds = time.perf_counter() - began
        studio_s = spent_seconds(target.server.process.pid) - used
        node_s = spent_seconds(process.pid)
    found = api.ask("GET", "runs", query={"filter": f"target = '{cluster}'", "limit": 1})
    wrong = "" if found["items"][0]["status"] == "Completed" else "not Completed"
    label = f"one-line runs, {SLOTS} slots"
    samples = [
        Sample(label, count / seconds, "runs/s", True, wrong),
        Sample(f"{label}: studio", studio_s / count * 1000, "CPU ms/run"),
        Sample(f"{label}: node and scripts", node_s / count * 1000, "CPU ms/run"),
    ]
    return samples + (by_sbatch(options) if has_slurm() else [])


@contextmanager
def node(target: Target, cluster: str) -> Iterator[subprocess.Popen]:
    """A node of its own, with the bell of the studio."""
    assert target.server
    with tempfile.TemporaryDirectory(prefix="bench-node-") as folder:
        command = [sys.executable, "-m", "studio.sdk.node", "--url", target.url]
        command += ["--cluster", cluster, "--slots", str(SLOTS), "--folder", folder]
        command += ["--bell-file", str(target.server.data / "broker_url")]
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        try:
            yield process
        finally:
            end_tree(process.pid)
            process.wait()


def wait_until_empty(api: StudioApi, cluster: str) -> None:
    deadline = time.monotonic() + LONGEST_S
    while True:
        told = api.ask("GET", f"clusters/{cluster}")
        if not told["running"] and not told["queued"]:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"runs are left: {told}")
        time.sleep(0.2)


def by_sbatch(options: Options) -> list[Sample]:
    """The same scripts by `sbatch` alone on two nodes with two processors each."""
    with running_slurm() as folder:
        began, output = time.perf_counter(), folder / "first"
        place_by_sbatch(output)
        while not output.exists() or not output.stat().st_size:
            time.sleep(0.01)
        first_s = time.perf_counter() - began
        count = max(options.scaled(RUNS) // 10, 1)
        began = time.perf_counter()
        for at in range(count):
            place_by_sbatch(folder / f"out-{at}")
        while subprocess.run(["squeue", "--noheader"], capture_output=True, check=True).stdout:
            time.sleep(0.2)
        seconds = time.perf_counter() - began
    return [
        Sample("sbatch alone: submit to first line", first_s, "s"),
        Sample("sbatch alone: one-line runs", count / seconds, "runs/s", True),
    ]


def place_by_sbatch(output: Path) -> None:
    script = f"#!/bin/sh\nexec {sys.executable} -c \"print('hello')\"\n"
    subprocess.run(
        ["sbatch", "--parsable", f"--output={output}"],
        input=script, text=True, capture_output=True, check=True,
    )  # fmt: skip


def viewers(target: Target, _: None, options: Options) -> list[Sample]:
    """Many open pages follow the log of one run that speaks all the time."""
    api, seconds = studio_of(target), max(SECONDS * options.scale, 3.0)
    script = f"import time\nfor at in range({int(seconds * 12)}): print('x' * 99); time.sleep(0.1)"
    run_id = submit(api, "local", ["python", "-c", script])
    while not has_spoken(api, run_id):
        time.sleep(0.05)
    path = f"/w/default/api/v1/runs/{run_id}/logs/tail"
    request = target.endpoint.get(path, {"path": LOG, "start": 0})
    share = VIEWERS // VIEWER_PROCESSES
    pace_s = VIEW_EVERY_S / share
    used = target.cpu_seconds()
    clients = [
        Client(paced(request, pace_s, at), lambda status, body: status == 200, seconds)
        for at in range(VIEWER_PROCESSES)
    ]
    seen = Together(run_clients(target.endpoint, clients))
    busy = (target.cpu_seconds() - used) / seconds * 100
    api.ask("POST", f"runs/{run_id}/cancel")
    return [
        Sample(f"{VIEWERS} log viewers: p50", seen.percentile_ms(50), "ms", wrong=seen.wrong),
        Sample(f"{VIEWERS} log viewers: p99", seen.percentile_ms(99), "ms"),
        Sample(f"{VIEWERS} log viewers: studio", busy, "% of a core"),
    ]


def waiting_nodes(target: Target, _: None, options: Options) -> list[Sample]:
    """Many nodes look for work at their pace, where there is none; then one run is claimed."""
    api, seconds = studio_of(target), max(SECONDS * options.scale, 3.0)
    cluster = f"idle-{time.time_ns()}"
    api.ask("POST", "clusters", body={"name": cluster})
    address = f"clusters/{cluster}/nodes"
    paths = []
    for at in range(NODES):
        made = api.ask("POST", address, body={"name": f"n{at}"})
        paths.append(f"/w/default/api/v1/{address}/{made['incarnation']}/claim")
    requests = [target.endpoint.post(path, {"load": {"load": 0.5}}) for path in paths]
    used = target.cpu_seconds()
    share = len(requests) // NODE_PROCESSES
    clients = [
        Client(
            turning(requests[at * share : at * share + share], NODE_LOOKS_EVERY_S / share),
            lambda status, body: status == 204,
            seconds,
        )
        for at in range(NODE_PROCESSES)
    ]
    seen = Together(run_clients(target.endpoint, clients))
    busy = (target.cpu_seconds() - used) / seconds * 100
    submit(api, cluster)
    began = time.perf_counter()
    claimed = api.ask("POST", re.sub("^/w/default/api/v1/", "", paths[0]), body={})
    claim_ms = (time.perf_counter() - began) * 1000
    return [
        Sample(f"{NODES} waiting nodes: studio", busy, "% of a core", wrong=seen.wrong),
        Sample(f"{NODES} waiting nodes: look p50", seen.percentile_ms(50), "ms"),
        Sample("claim", claim_ms, "ms", wrong="" if claimed else "nothing was claimed"),
    ]


def paced(request: bytes, pace_s: float, at: int):
    """Return the same request again and again, at a pace; clients begin one after the other."""
    return turning([request], pace_s, first_s=pace_s * at / VIEWER_PROCESSES)


def turning(requests: list[bytes], pace_s: float, first_s: float = 0.0):
    """Return requests in turn, one every `pace_s` seconds."""
    due: list[float] = []

    def make(number: int) -> bytes:
        if not due:
            due.append(time.perf_counter() + first_s)
        due[0] += pace_s
        time.sleep(max(0.0, due[0] - time.perf_counter()))
        return requests[number % len(requests)]

    return make


CASES = [
    Case(
        "submitted: first line",
        f"{FIRST_LINES} runs, one after the other, of a script that prints one line, on the "
        "cluster `local` of `up`: from the request to the line in the log over REST",
        first_line, started_only=True, servers=("studio",),
    ),
    Case(
        "submitted: many",
        f"{RUNS} such runs wait when a node with {SLOTS} slots starts; processor time of the tree "
        f"of `up` and of the node with all scripts. Beside it {RUNS // 10} by sbatch alone",
        many_runs, started_only=True, servers=("studio",),
    ),
    Case(
        "submitted: viewers",
        f"{VIEWERS} viewers, each every {VIEW_EVERY_S} s, read a log that gets 10 lines a second",
        viewers, started_only=True, servers=("studio",),
    ),
    Case(
        "submitted: nodes",
        f"{NODES} nodes look for work, each every {NODE_LOOKS_EVERY_S:.0f} s; then one claims",
        waiting_nodes, started_only=True, servers=("studio",),
    ),
]  # fmt: skip
