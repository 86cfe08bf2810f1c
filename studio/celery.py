"""The Celery application: the doorbell of the compute room and the clock of housekeeping."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import beat_embedded_init, worker_process_init

from studio.up.orphans import die_with_supervisor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

# Celery warns a root user because of pickle; messages are JSON here (CELERY_ACCEPT_CONTENT).
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("studio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["runs"])


@beat_embedded_init.connect
@worker_process_init.connect
def end_with_worker(**kwargs: object) -> None:
    """Processes of a worker end with it, also when it is killed."""
    die_with_supervisor()
