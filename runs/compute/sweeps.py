"""Sweeps: a parent run, and a child with a job for each choice of arguments.

The parent has no process. Its status follows its children; with a parallel limit the later ones are
held back until an earlier one has ended. Each change of a child's job settles its sweep in the same
transaction, and the clock settles all that are open.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from runs.artifacts.snapshots.models import RunSnapshot, Snapshot
from runs.artifacts.snapshots.queries import find_snapshot
from runs.compute.bell import ring
from runs.compute.errors import UnknownJob
from runs.compute.models import HELD_BACK_MS, Cluster, Job, JobState, Sweep
from runs.compute.submitting import Work, rerun, submit, work_of
from runs.compute.sweep_plans import Argument, Choice, SweepPlan, list_choices
from runs.tracking.clock import now_ms
from runs.tracking.models import GONE, Experiment, Run, RunKind
from runs.tracking.runs import create_run, update_run
from runs.tracking.statuses import FINAL_STATUSES, Status
from runs.tracking.texts import is_key

MAX_NAME_CHARS = 200
MAX_TAG_CHARS = 250
STUDIO = "studio"


def submit_sweep(
    *,
    experiment: Experiment,
    cluster: Cluster,
    work: Work,
    plan: SweepPlan,
    snapshot: Snapshot | None = None,
    **facts: Any,
) -> Run:
    """Make the parent and all its children in one transaction; return the parent.

    Each child runs the command of `work` with its choice of arguments behind it, and carries these
    as tags. `facts` go to `create_run`. Raises what `submit` raises, and InvalidValue.
    """
    choices = list_choices(plan)
    about = {"kind": RunKind.SWEEP, "source": {"command": list(work.command)}} | facts
    with transaction.atomic():
        parent = create_run(
            experiment=experiment, status=Status.QUEUED, target=cluster.name, **about
        )
        if snapshot is not None:
            RunSnapshot.objects.create(run=parent, snapshot=snapshot, created_ms=now_ms())
        Sweep.objects.create(run=parent, plan=asdict(plan), parallel=plan.parallel)
        who = {name: facts[name] for name in ("submitted_by", "user") if name in facts}
        children = [
            submit(
                experiment=experiment, cluster=cluster, work=_with_choice(work, choice),
                snapshot=snapshot, parent=parent, name=_name_of(choice), tags=_tags_of(choice),
                **who,
            )
            for choice in choices
        ]  # fmt: skip
        if plan.parallel is not None:
            later = [child.pk for child in children[plan.parallel :]]
            Job.objects.filter(pk__in=later).update(not_before_ms=HELD_BACK_MS)
    return parent


def run_again(*, run: Run, **facts: Any) -> Run:
    """Submit the job of a run, or a whole sweep, once more as a new run.

    Raises UnknownJob for a run that was not submitted, and what `submit` raises.
    """
    sweep = find_sweep(run)
    if sweep is None:
        return rerun(run=run, **facts)
    first = Job.objects.select_related("cluster").filter(run__parent=run).order_by("rank").first()
    if first is None:
        raise UnknownJob(f"The sweep {run.run_id} has no runs any more.")
    return submit_sweep(
        experiment=run.experiment,
        cluster=first.cluster,
        work=replace(work_of(first), command=run.source["command"]),
        plan=plan_of(sweep),
        snapshot=find_snapshot(run),
        name=run.name,
        description=run.description,
        tags=dict(run.tags.values_list("key", "value")),
        **facts,
    )


def plan_of(sweep: Sweep) -> SweepPlan:
    """Return what a sweep tries."""
    return SweepPlan(
        **sweep.plan | {"arguments": [Argument(**one) for one in sweep.plan["arguments"]]}
    )


def _with_choice(work: Work, choice: Choice) -> Work:
    return replace(work, command=[*work.command, *arguments_of(choice)])


def arguments_of(choice: Sequence[tuple[str, str]]) -> list[str]:
    """Return a choice as it stands on the command line: names and values, empty ones left out."""
    return [text for pair in choice for text in pair if text]


def _name_of(choice: Choice) -> str:
    return ", ".join(f"{name.lstrip('-') or 'argument'}={value}" for name, value in choice)[
        :MAX_NAME_CHARS
    ]


def _tags_of(choice: Choice) -> dict[str, str]:
    """Return the choice as tags: params are the script's own to log."""
    named = {name.lstrip("-")[:MAX_TAG_CHARS]: value for name, value in choice}
    return {name: value for name, value in named.items() if is_key(name)}


def find_sweep(run: Run) -> Sweep | None:
    """Return the sweep whose parent is `run`, None for every other run. One query."""
    return Sweep.objects.select_related("run").filter(run=run).first()


def open_children(sweep: Sweep) -> QuerySet[Job]:
    """The jobs of a sweep that have not ended, those of deleted runs left out."""
    jobs = Job.objects.filter(run__parent=sweep.run_id).exclude(state=JobState.ENDED)
    return jobs.exclude(run__lifecycle__in=GONE)


def follow_child(child: Run) -> None:
    """Settle the sweep of a run whose job has changed. Nothing for a run without one."""
    if child.parent_id is not None:
        settle(child.parent_id)


def settle(parent_id: int) -> None:
    """Release the children whose turn it is, and bring the parent's status up to date."""
    with transaction.atomic():
        sweeps = Sweep.objects.select_for_update(of=("self",)).select_related("run")
        sweep = sweeps.filter(run=parent_id).first()
        if sweep is None:
            return
        _release(sweep)
        _update_parent(sweep)


def _release(sweep: Sweep) -> None:
    """Let as many children into the queue as the parallel limit leaves room for."""
    if sweep.parallel is None or sweep.run.status == Status.CANCEL_REQUESTED:
        return
    jobs = open_children(sweep)
    held_back = jobs.filter(not_before_ms=HELD_BACK_MS).order_by("-priority", "rank", "pk")
    room = sweep.parallel - jobs.exclude(not_before_ms=HELD_BACK_MS).count()
    for job in held_back.select_related("cluster")[: max(room, 0)]:
        Job.objects.filter(pk=job.pk).update(not_before_ms=0)
        transaction.on_commit(lambda cluster=job.cluster: ring(cluster))


def _update_parent(sweep: Sweep) -> None:
    run = sweep.run
    if run.status in FINAL_STATUSES or run.lifecycle in GONE:
        return
    counts = _count_children(sweep)
    if counts["open"] == 0:
        status, reason = _end_of(run, counts)
        update_run(run=run, status=status, reason=reason, by=STUDIO, by_cluster=True)
    elif run.status == Status.QUEUED and counts["begun"]:
        update_run(run=run, status=Status.RUNNING, by=STUDIO, by_cluster=True)


def _count_children(sweep: Sweep) -> dict[str, int]:
    jobs = Job.objects.filter(run__parent=sweep.run_id).exclude(run__lifecycle__in=GONE)
    return jobs.aggregate(
        all=Count("pk"),
        open=Count("pk", filter=~Q(state=JobState.ENDED)),
        begun=Count("pk", filter=Q(fence__gt=0)),
        failed=Count("pk", filter=Q(run__status=Status.FAILED)),
        canceled=Count("pk", filter=Q(run__status=Status.CANCELED)),
    )


def _end_of(run: Run, counts: dict[str, int]) -> tuple[Status, str]:
    """Return how a sweep ends, and why."""
    if run.status == Status.CANCEL_REQUESTED:
        return Status.CANCELED, run.status_reason
    if counts["failed"]:
        return Status.FAILED, f"{counts['failed']} of {counts['all']} runs failed"
    if counts["canceled"] == counts["all"]:
        return Status.CANCELED, "all runs were canceled"
    reason = f"{counts['canceled']} of {counts['all']} runs were canceled"
    return Status.COMPLETED, reason if counts["canceled"] else ""
