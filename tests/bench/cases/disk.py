"""What a point costs on disk."""

from tests.bench.cases.case import Case
from tests.bench.cases.log_batch import BATCH, batch_request, check_batches
from tests.bench.load import Client, Together, run_clients
from tests.bench.target import Options, Sample, Target

BATCHES, LONGEST_S = 200, 60.0


def measure(target: Target, _: None, options: Options) -> list[Sample]:
    server = target.server
    assert server
    run_id = target.api().create_run(target.new_experiment("disk"), "disk")
    empty = _bytes_at_rest(target)
    request = batch_request(target.endpoint, run_id)
    client = Client(request, seconds=LONGEST_S, count=options.scaled(BATCHES))
    together = Together(run_clients(target.endpoint, [client]))
    batches = together.outcomes[0].accepted
    wrong = together.wrong or check_batches(target.api(), run_id, batches)
    grown = _bytes_at_rest(target) - empty
    return [Sample("bytes per point", grown / (batches * BATCH), "B", wrong=wrong)]


def _bytes_at_rest(target: Target) -> int:
    """The size of the data folder of a stopped server; it runs again afterwards."""
    assert target.server
    target.server.stop()
    size = target.server.data_bytes()
    target.server.start()
    return size


CASE = Case(
    "disk",
    f"growth of the data folder of the stopped server by {BATCHES} batches of {BATCH} points "
    f"(or what goes in within {LONGEST_S:.0f} s)",
    measure,
    fresh=True,
    started_only=True,
)
