"""How the studio itself is doing: versions, sizes, room left, signs of life."""

import platform
import shutil
from dataclasses import dataclass

import django
from django.apps import apps
from django.conf import settings

from runs.database.dialects import current_dialect
from runs.housekeeping.heartbeats import SILENT_AFTER_MS, last_heartbeat
from runs.housekeeping.queue_state import QueueState, read_queue_state
from runs.housekeeping.table_sizes import TableSize, list_table_sizes
from runs.tracking.clock import now_ms


@dataclass(frozen=True)
class DiskFree:
    """The disk of the data folder."""

    free_bytes: int
    total_bytes: int

    @property
    def used_percent(self) -> float:
        return 100 * (self.total_bytes - self.free_bytes) / self.total_bytes

    @property
    def is_nearly_full(self) -> bool:
        return self.free_bytes < self.total_bytes / 20


@dataclass(frozen=True)
class ServerState:
    """The state of the server, for its owners. Nothing in it is secret or a path.

    `worker_ms` is when a worker last ran the task that the clock sends: None for never. A run is
    NotResponding when its client has written nothing for `silent_minutes`.
    """

    versions: list[tuple[str, str]]
    started_ms: int
    database_bytes: int
    tables: list[TableSize]
    disk: DiskFree
    is_in_bucket: bool
    queue: QueueState
    worker_ms: int | None
    is_worker_alive: bool
    silent_minutes: int

    @property
    def is_young(self) -> bool:
        """Whether the server has started too recently for silence to mean anything."""
        return now_ms() - self.started_ms < SILENT_AFTER_MS


def read_server_state() -> ServerState:
    """About fifteen short queries, and one question to the queue."""
    queue, beat_ms = read_queue_state(), last_heartbeat()
    return ServerState(
        versions=list_versions(queue),
        started_ms=apps.get_app_config("runs").started_ms,
        database_bytes=current_dialect().measure_bytes(),
        tables=list_table_sizes(),
        disk=measure_disk(),
        is_in_bucket=bool(settings.STUDIO_S3_BUCKET),
        queue=queue,
        worker_ms=beat_ms,
        is_worker_alive=beat_ms is not None and now_ms() - beat_ms < SILENT_AFTER_MS,
        silent_minutes=settings.STUDIO_SILENT_MINUTES,
    )


def list_versions(queue: QueueState) -> list[tuple[str, str]]:
    return [
        ("Studio", settings.STUDIO_VERSION),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("Database", current_dialect().name_server()),
        ("Queue", queue.kind),
    ]


def measure_disk() -> DiskFree:
    disk = shutil.disk_usage(settings.DATA_DIR)
    return DiskFree(disk.free, disk.total)
