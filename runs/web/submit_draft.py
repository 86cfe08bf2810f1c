"""What the form of the Submit page holds at first: empty, or what an earlier run was made of."""

from typing import Any

from runs.artifacts.queries import read_file
from runs.artifacts.snapshots.models import Snapshot, SnapshotFile
from runs.artifacts.snapshots.queries import find_snapshot, list_snapshot_files
from runs.compute.models import Job, Sweep
from runs.compute.queries import find_job, retries_of
from runs.compute.sweeps import find_sweep
from runs.tracking.models import Run
from runs.tracking.sources import source_of_run

REQUIREMENTS = "requirements.txt"
MOST_REQUIREMENTS_BYTES = 100_000


def draft_of(run: Run) -> dict[str, Any]:
    """Return what a run was made of, in the words of the body of a job: of a job, of a sweep, or as
    far as the client of a run told it."""
    sweep = find_sweep(run)
    job = _first_job(sweep) if sweep else find_job(run)
    draft = {
        "experiment_name": run.experiment.name,
        "name": run.name,
        "description": run.description,
        **(_work_of(job) if job else _source_of(run)),
    }
    if sweep:
        draft |= {"command": run.source.get("command", []), "sweep": sweep.plan}
    return draft


def _first_job(sweep: Sweep) -> Job | None:
    jobs = Job.objects.select_related("cluster").filter(run__parent=sweep.run_id)
    return jobs.order_by("rank").first()


def _work_of(job: Job) -> dict[str, Any]:
    return {
        "cluster": job.cluster.name,
        "command": job.command,
        "script": job.script,
        "environment": job.environment,
        "variables": job.variables,
        "priority": job.priority,
        "max_seconds": job.max_seconds,
        "retries": retries_of(job),
        "options": job.options,
        "nodes": job.nodes,
        "processes_per_node": job.processes_per_node,
        "communicator": job.communicator,
    }


def _source_of(run: Run) -> dict[str, Any]:
    """Return the script or command that a client told."""
    source, command = source_of_run(run), run.source.get("command")
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        return {"command": command, "script": source.script}
    return {"command": ["python", source.script] if source.script else [], "script": source.script}


def snapshot_of(run: Run) -> dict[str, Any] | None:
    """Return the snapshot of a run for the form, None where it has none."""
    snapshot = find_snapshot(run)
    return None if snapshot is None else describe_snapshot(snapshot) | {"of": run.name}


def describe_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the form shows of a snapshot: its files, and the requirements among them."""
    files = list_snapshot_files(snapshot)
    return {
        "sha256": snapshot.sha256,
        "size_bytes": snapshot.size_bytes,
        "files": [{"path": file.path, "size_bytes": file.size_bytes} for file in files],
        "requirements": _requirements_in(files),
    }


def _requirements_in(files: list[SnapshotFile]) -> str:
    found = next((file for file in files if file.path == REQUIREMENTS), None)
    if found is None or found.size_bytes > MOST_REQUIREMENTS_BYTES:
        return ""
    return b"".join(read_file(found)).decode(errors="replace")
