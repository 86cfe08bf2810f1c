"""Runs as rows of MLflow's tables, which both MLflow and FastTrackML keep."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.bench.seeds.population import RunSeed

Row = tuple[object, ...]


@dataclass(frozen=True)
class Inserts:
    """The INSERT statements of a store.

    `run` takes (id, name, start, end, artifact address, experiment), `param` and `tag` take
    (run, key, value), `point` and `latest` take (run, key, step, time, value).
    """

    run: str
    param: str
    tag: str
    point: str
    latest: str


def fill(
    path: Path, experiment_id: str, seeds: Iterator[RunSeed], sql: Inserts, root: str
) -> list[str]:
    """Insert all runs in one transaction into an experiment that exists; return their ids."""
    db = sqlite3.connect(path, timeout=60, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    run_ids = [_insert(db, experiment_id, seed, sql, root) for seed in seeds]
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return run_ids


def _insert(
    db: sqlite3.Connection, experiment_id: str, seed: RunSeed, sql: Inserts, root: str
) -> str:
    run_id = sha256(f"{experiment_id}/{seed.index}".encode()).hexdigest()[:32]
    where = f"{root}/{experiment_id}/{run_id}/artifacts"
    row = (run_id, seed.name, seed.started_ms, seed.ended_ms, where, int(experiment_id))
    tags = {**seed.tags, "mlflow.runName": seed.name}
    db.execute(sql.run, row)
    db.executemany(sql.param, [(run_id, *item) for item in seed.params.items()])
    db.executemany(sql.tag, [(run_id, *item) for item in tags.items()])
    db.executemany(sql.point, _points(run_id, seed))
    db.executemany(sql.latest, _latest(run_id, seed))
    return run_id


def _points(run_id: str, seed: RunSeed) -> Iterator[Row]:
    for key, values in seed.curves.items():
        for step, value in enumerate(values.tolist()):
            yield (run_id, key, step, seed.started_ms + step * 1000, value)


def _latest(run_id: str, seed: RunSeed) -> Iterator[Row]:
    for key, values in seed.curves.items():
        step = len(values) - 1
        yield (run_id, key, step, seed.started_ms + step * 1000, float(values[-1]))
