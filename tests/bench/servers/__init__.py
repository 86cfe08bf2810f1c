"""Servers that the benchmark starts and ends itself."""

from collections.abc import Callable
from pathlib import Path

from tests.bench.servers.base import Server
from tests.bench.servers.fasttrackml import FastTrackML
from tests.bench.servers.mlflow import Mlflow
from tests.bench.servers.studio import Studio

KINDS: dict[str, Callable[[Path, str], Server]] = {
    "studio": Studio,
    "mlflow": Mlflow,
    "fasttrackml": FastTrackML,
}
