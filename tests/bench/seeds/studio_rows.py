"""A studio's store, filled by the rooms themselves but not over HTTP, thousands of runs at a time.

    python -m tests.bench.seeds.studio_rows EXPERIMENT_ID

in the environment of the studio. Reads blocks of seeds from standard input and prints the id of
each run.
"""

import os
import sys

import numpy as np

from tests.bench.seeds.blocks import read_blocks
from tests.bench.seeds.population import RunSeed


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    import django

    django.setup()
    from django.db import transaction

    from runs.tracking.models import Experiment

    experiment = Experiment.objects.get(workspace__slug="default", number=int(sys.argv[1]))
    for block in read_blocks(sys.stdin.buffer):
        with transaction.atomic():
            print("\n".join(store(experiment, block)))


def store(experiment, block: list[RunSeed]) -> list[str]:
    """Write the runs of a block with all they have; return their ids."""
    from runs.tracking.models import Run
    from runs.tracking.notes import PARAMS, TAGS, read_finite
    from runs.tracking.runs import RUNS

    runs = [make_run(experiment, seed) for seed in block]
    RUNS.insert_many(runs)
    experiment.save(update_fields=["next_run_number"])
    names = [run.run_id for run in runs]
    keys = dict(Run.objects.filter(run_id__in=names).values_list("run_id", "id"))
    pairs = [(keys[name], seed) for name, seed in zip(names, block, strict=True)]
    PARAMS.insert_values(
        [
            (run, experiment.id, key, value, read_finite(value))
            for run, seed in pairs
            for key, value in seed.params.items()
        ]
    )
    TAGS.insert_values(
        [
            (run, experiment.id, key, value)
            for run, seed in pairs
            for key, value in {**seed.tags, "mlflow.runName": seed.name}.items()
        ]
    )
    append_points(experiment.id, pairs)
    return names


def make_run(experiment, seed: RunSeed):
    """A run that has ended, with the experiment's next number."""
    import uuid

    from runs.tracking.models import Run
    from runs.tracking.run_names import natural_order

    number = experiment.next_run_number
    experiment.next_run_number += 1
    return Run(
        workspace_id=experiment.workspace_id,
        experiment=experiment,
        run_id=uuid.uuid4().hex,
        number=number,
        name=seed.name,
        name_order=natural_order(seed.name),
        status="Completed",
        started_ms=seed.started_ms,
        ended_ms=seed.ended_ms,
        created_ms=seed.started_ms,
        updated_ms=seed.ended_ms,
        submitted_by="bench",
    )


def append_points(experiment_id: int, pairs: list[tuple[int, RunSeed]]) -> None:
    """Store the curves as the group commit does."""
    from runs.database.cursors import open_cursor
    from runs.metrics.appending import Logged, append_points

    logged = [as_logged(Logged, run, seed) for run, seed in pairs]
    with open_cursor() as cursor:
        append_points(cursor, logged, {run: experiment_id for run, _ in pairs})


def as_logged(kind, run: int, seed: RunSeed):
    from runs.metrics.points import make_points

    lengths = [len(values) for values in seed.curves.values()]
    steps = [step for length in lengths for step in range(length)]
    times = [seed.started_ms + step * 1000 for step in steps]
    values = np.concatenate(list(seed.curves.values())).tolist()
    return kind(
        run_id=run,
        names=[(key, "") for key in seed.curves],
        codes=np.repeat(np.arange(len(lengths)), lengths),
        points=make_points(steps, times, values),
    )


if __name__ == "__main__":
    main()
