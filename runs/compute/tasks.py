"""What the clock does for clusters."""

from celery import shared_task

from runs.compute.sweeping import forget_nodes, settle_sweeps, sweep


@shared_task
def sweep_attempts() -> None:
    """End the attempts of nodes that no longer answer, and forget nodes that left long ago."""
    sweep()
    settle_sweeps()
    forget_nodes()


SCHEDULE = {
    "sweep attempts": {
        "task": sweep_attempts.name,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
}
