"""Clients as separate processes: each sends prepared requests one after another and counts."""

import multiprocessing
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tests.bench.wire import Connection, ConnectionEnded, Endpoint

FORK = multiprocessing.get_context("fork")


def is_ok(status: int, body: bytes) -> bool:
    """Accept the empty success of a write."""
    return status == 200 and body.strip() == b"{}"


@dataclass(frozen=True)
class Client:
    """What one client process does: `request(i)` makes the bytes of its i-th request.

    It stops after `seconds`, or after `count` requests. A request that is not accepted is counted
    under its status, or as `wrong` where the status is 200.
    """

    request: Callable[[int], bytes]
    accept: Callable[[int, bytes], bool] = is_ok
    seconds: float = 3.0
    count: int = 1 << 62
    quick_ack: bool = True


@dataclass
class Outcome:
    """What a client saw. Latencies in seconds, of accepted requests only."""

    latencies: np.ndarray
    errors: Counter = field(default_factory=Counter)
    first_error: str = ""
    elapsed_s: float = 0.0
    cpu_s: float = 0.0

    @property
    def accepted(self) -> int:
        return len(self.latencies)

    @property
    def sent(self) -> int:
        return self.accepted + sum(self.errors.values())


def run_clients(endpoint: Endpoint, clients: list[Client]) -> list[Outcome]:
    """Run all clients at the same time, each in a process of its own; one outcome each."""
    barrier = FORK.Barrier(len(clients))
    pipes = [FORK.Pipe(duplex=False) for _ in clients]
    processes = [
        FORK.Process(target=_run, args=(endpoint, client, barrier, pipe[1]), daemon=True)
        for client, pipe in zip(clients, pipes, strict=True)
    ]
    for process in processes:
        process.start()
    outcomes = [pipe[0].recv() for pipe in pipes]
    for process in processes:
        process.join()
    return outcomes


def _run(endpoint: Endpoint, client: Client, barrier, pipe) -> None:
    connection = Connection(endpoint, client.quick_ack)
    client.request(0)
    barrier.wait()
    cpu, begun = time.process_time(), time.perf_counter()
    outcome = _loop(connection, client, begun)
    outcome.elapsed_s = time.perf_counter() - begun
    outcome.cpu_s = time.process_time() - cpu
    pipe.send(outcome)


def _loop(connection: Connection, client: Client, begun: float) -> Outcome:
    latencies, errors, first = array("d"), Counter(), ""
    clock, request, accept = time.perf_counter, client.request, client.accept
    deadline, number = begun + client.seconds, 0
    while number < client.count:
        raw = request(number)
        sent = clock()
        if sent >= deadline:
            break
        try:
            status, body = connection.exchange(raw)
        except (OSError, ConnectionEnded) as error:
            errors[type(error).__name__] += 1
            first = first or repr(error)
            connection = Connection(connection.endpoint, connection.quick_ack)
        else:
            if accept(status, body):
                latencies.append(clock() - sent)
            else:
                errors["wrong" if status == 200 else str(status)] += 1
                first = first or f"{status} {body[:200].decode(errors='replace')}"
        number += 1
    return Outcome(np.frombuffer(latencies, dtype="f8").copy(), errors, first)


@dataclass(frozen=True)
class Together:
    """The outcomes of clients that ran at the same time, added up."""

    outcomes: list[Outcome]

    @property
    def accepted(self) -> int:
        return sum(outcome.accepted for outcome in self.outcomes)

    @property
    def rate(self) -> float:
        """Accepted requests a second."""
        return sum(outcome.accepted / outcome.elapsed_s for outcome in self.outcomes)

    def percentile_ms(self, percent: float) -> float:
        latencies = np.concatenate([outcome.latencies for outcome in self.outcomes])
        return float(np.percentile(latencies, percent) * 1000) if len(latencies) else float("nan")

    @property
    def cpu_us(self) -> float:
        """What a request costs the client itself, in microseconds of processor time."""
        sent = sum(outcome.sent for outcome in self.outcomes)
        return sum(outcome.cpu_s for outcome in self.outcomes) / max(sent, 1) * 1e6

    @property
    def wrong(self) -> str:
        """Empty where every request was accepted, else what came instead."""
        errors = sum((outcome.errors for outcome in self.outcomes), Counter())
        first = next((o.first_error for o in self.outcomes if o.first_error), "")
        return f"{dict(errors)} {first}" if errors else ""
