"""The Submit page: the form, the upload of a folder, what a cluster would do, and `Run`."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from runs.artifacts.snapshots.from_git import store_git_snapshot
from runs.artifacts.snapshots.services import store_snapshot
from runs.compute.clusters import find_or_create_local, get_cluster, read_renamed
from runs.compute.foresight import Foresight, foresee
from runs.compute.queries import list_clusters
from runs.compute.sweeps import run_again
from runs.http.bodies import declared_bytes, read_chunks
from runs.tracking.models import Experiment, Run
from runs.tracking.queries import get_run, read_renamed_experiments
from runs.web import page_events
from runs.web.addresses import run_address
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.web.numbers import format_seconds
from runs.web.submit_body import find_refusals, read_job, submit_job
from runs.web.submit_draft import describe_snapshot, draft_of, snapshot_of
from runs.workspaces.permissions import Action


@page(Action.RUN_SUBMIT)
def submit(request: HttpRequest) -> HttpResponse:
    """The form. `?from=run-7`: filled with what that run was made of; `?target=gpu&exp=digits`."""
    find_or_create_local(request.workspace)
    run_id = request.GET.get("from", "")
    run = get_run(request.workspace, run_id) if run_id else None
    clusters = [one.cluster for one in list_clusters(request.workspace)]
    context = {
        "place": "submit",
        "crumbs": [{"label": "Submit"}],
        "clusters": clusters,
        "git_servers": settings.STUDIO_GIT_SERVERS,
        "start": {
            "from": run and {"name": run.name, "address": address_of(request, run)},
            "draft": draft_of(run) if run else asked_for(request),
            "snapshot": snapshot_of(run) if run else None,
            "renamed": read_renamed(request.workspace),
            "origin": request.build_absolute_uri("/").rstrip("/"),
            "workspace": request.workspace.slug,
        },
    }
    return render(request, "submit/page.html", context)


def asked_for(request: HttpRequest) -> dict[str, str]:
    """What the address says of an empty form; an experiment may have another name by now."""
    asked = {"cluster": request.GET.get("target"), "experiment_name": request.GET.get("exp")}
    if name := asked["experiment_name"]:
        renamed = read_renamed_experiments(request.workspace, [name])
        asked["experiment_name"] = renamed.get(name, name)
    return {name: value for name, value in asked.items() if value}


@page(Action.RUN_SUBMIT, ("POST",), None)
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a folder, sent as a zip, for a run that is submitted within a day."""
    stored = store_snapshot(chunks=read_chunks(request), size_bytes=declared_bytes(request))
    return as_json(describe_snapshot(stored))


@page(Action.RUN_SUBMIT, ("POST",))
def fetch_git(request: HttpRequest) -> HttpResponse:
    """Keep the code at `address` as of `ref`, a branch, tag or commit, for a run to come."""
    address, ref = request.POST.get("address", "").strip(), request.POST.get("ref", "").strip()
    return as_json(describe_snapshot(store_git_snapshot(address=address, ref=ref or "HEAD")))


@page(Action.RUN_SUBMIT)
def outlook(request: HttpRequest) -> HttpResponse:
    """`?cluster=gpu&experiment=digits&script=train.py`: when a run would start there, and a cluster
    where it would start at once."""
    cluster = get_cluster(request.workspace, request.GET.get("cluster", ""))
    name, script = request.GET.get("experiment", ""), request.GET.get("script", "")
    experiment = Experiment.objects.filter(workspace=request.workspace, name=name).first()
    seen = foresee(cluster, experiment=experiment, script=script)
    other = None if seen.starts_at_once else find_free(request, cluster.pk)
    answer = {"words": words_of(seen), "is_free": seen.starts_at_once, "other": other}
    return as_json(answer)


def words_of(seen: Foresight) -> str:
    """Say when a run would start."""
    if seen.is_paused:
        return "paused: runs wait until it is activated"
    if not seen.slots:
        return "no node is connected: runs wait for one"
    busy = f"{min(seen.busy, seen.slots)} of {seen.slots} slots busy"
    if seen.starts_at_once:
        return f"{busy} · starts at once"
    if seen.start is None:
        return f"{busy} · place {seen.place}"
    start = seen.start
    between = f"{format_seconds(start.low_s)} to {format_seconds(start.high_s)}"
    return f"{busy} · place {seen.place} · starts in {format_seconds(start.expected_s)} ({between})"


def find_free(request: HttpRequest, but: int) -> str | None:
    """The name of another cluster with a free slot and nothing that waits."""
    for one in list_clusters(request.workspace):
        is_open = one.cluster.state == "active" and not one.queued
        if one.cluster.pk != but and is_open and one.running < one.slots:
            return one.cluster.name
    return None


@page(Action.RUN_SUBMIT, ("POST",))
def run(request: HttpRequest) -> HttpResponse:
    """Submit the job in the body; 400 with `errors` by field where something speaks against it."""
    job = read_job(request)
    if errors := find_refusals(request.workspace, job):
        told = {"title": "Nothing was submitted", "message": next(iter(errors.values()))}
        return as_json(told | {"errors": errors}, status=400)
    made = submit_job(request.workspace, job, **who(request))
    return as_json({"run_id": made.run_id, "address": address_of(request, made)})


@page(Action.RUN_SUBMIT, ("POST",))
def again(request: HttpRequest, run_id: str) -> HttpResponse:
    """Submit the job of a run, or its whole sweep, once more, and go to the new run."""
    made = run_again(run=get_run(request.workspace, run_id), **who(request))
    return page_events.go(address_of(request, made))


def who(request: HttpRequest) -> dict[str, Any]:
    """Who submits, as `create_run` takes it."""
    return {"submitted_by": request.principal.name, "user": request.principal.user}


def address_of(request: HttpRequest, run: Run) -> str:
    """The page of a run."""
    return run_address(request.workspace.slug, run.run_id)
