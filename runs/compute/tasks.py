"""What the clock does for clusters."""

from celery import shared_task

from runs.compute.sampling import EVERY_S, forget_samples, sample_clusters
from runs.compute.sweeping import forget_nodes, settle_sweeps, sweep


@shared_task
def sweep_attempts() -> None:
    """Mark what is silent, and forget nodes that left long ago. The servers end what is lost."""
    sweep(ends_lost=False)
    settle_sweeps()
    forget_nodes()


@shared_task
def sample() -> None:
    """Note what goes on in every cluster, for its charts."""
    sample_clusters()


@shared_task
def forget_old_samples() -> None:
    """Remove samples that no chart shows any more."""
    forget_samples()


SCHEDULE = {
    "sweep attempts": {
        "task": sweep_attempts.name,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "sample clusters": {
        "task": sample.name,
        "schedule": EVERY_S,
        "options": {"expires": EVERY_S},
    },
    "forget samples": {
        "task": forget_old_samples.name,
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
}
