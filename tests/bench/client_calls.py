"""One process that logs numbers with a client and times each call: `python -m
tests.bench.client_calls <client> <address> <count>` prints the times as JSON.

The clients that are not installed end with code 3.
"""

import importlib.util
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable

Log = Callable[[int], None]
PROCESSES = 8


def open_studio(url: str) -> tuple[Log, Callable[[], str]]:
    """Our own client; its end gives the id of the run."""
    os.environ["STUDIO_URL"] = url
    os.environ["STUDIO_CONSOLE"] = "off"
    from studio.sdk import Experiment, Workspace

    run = Experiment(Workspace.from_config(), "bench-calls").start_logging()

    def end() -> str:
        run.complete()
        return run.id

    return lambda step: run.log("loss", step * 0.5, step=step), end


def open_mlflow(url: str) -> tuple[Log, Callable[[], str]]:
    """MLflow's client, one request a call."""
    import mlflow

    mlflow.set_tracking_uri(url)
    run = mlflow.start_run()

    def end() -> str:
        mlflow.end_run()
        return run.info.run_id

    return lambda step: mlflow.log_metric("loss", step * 0.5, step=step), end


def open_wandb(url: str) -> tuple[Log, Callable[[], str]]:
    """wandb without a server."""
    import wandb

    run = wandb.init(mode="offline", project="bench", dir=tempfile.mkdtemp())
    return lambda step: run.log({"loss": step * 0.5}, step=step), lambda: run.finish() or ""


def open_swanlab(url: str) -> tuple[Log, Callable[[], str]]:
    """swanlab without a server."""
    import swanlab

    swanlab.init(mode="offline", project="bench", logdir=tempfile.mkdtemp())
    return lambda step: swanlab.log({"loss": step * 0.5}, step=step), lambda: swanlab.finish() or ""


def open_trackio(url: str) -> tuple[Log, Callable[[], str]]:
    """trackio, with its local store."""
    import trackio

    trackio.init(project="bench")
    return lambda step: trackio.log({"loss": step * 0.5}, step=step), lambda: trackio.finish() or ""


CLIENTS = {
    "studio": open_studio,
    "mlflow": open_mlflow,
    "wandb": open_wandb,
    "swanlab": open_swanlab,
    "trackio": open_trackio,
}


def share(url: str, count: int) -> dict[str, object]:
    """Log `count` numbers to one run from eight processes at once; tell its id and the time."""
    log, end = open_studio(url)
    began = time.monotonic()
    each = count // PROCESSES

    def work(number: int) -> None:
        for step in range(number * each, (number + 1) * each):
            log(step)

    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=work, args=(number,)) for number in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - began
    return {"logged_s": seconds, "run_id": end()}


def main(client: str, url: str, count: int) -> None:
    """Log `count` numbers and print how long each call took, in µs."""
    if client == "shared":
        print(json.dumps(share(url, count)))
        return
    if importlib.util.find_spec(client) is None:
        sys.exit(3)
    log, end = CLIENTS[client](url)
    clock, times = time.perf_counter_ns, [0] * count
    for step in range(count):
        began = clock()
        log(step)
        times[step] = clock() - began
    times.sort()
    run_id = end()
    told = {"median_us": times[count // 2] / 1e3, "p99_us": times[count * 99 // 100] / 1e3}
    print(json.dumps(told | {"run_id": run_id}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
