"""The Celery application: the doorbell of the compute room and the clock of housekeeping."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_process_init

from studio.clock import add_clock
from studio.up.orphans import die_with_supervisor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

# Celery warns a root user because of pickle; messages are JSON here (CELERY_ACCEPT_CONTENT).
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("studio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["runs", "runs.artifacts", "runs.metrics", "runs.housekeeping"])
add_clock(app)


@worker_process_init.connect
def end_with_worker(**kwargs: object) -> None:
    """The processes of a worker end with it, also when it is killed."""
    die_with_supervisor()
