"""The Celery application: it finds the tasks of the rooms, and when the clock sends them."""

import os
import warnings
from importlib import import_module
from pathlib import Path

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import import_modules, worker_process_init

from studio.clock import add_clock
from studio.up.orphans import die_with_supervisor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

# Celery warns a root user because of pickle; messages are JSON here (CELERY_ACCEPT_CONTENT).
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("studio")
app.config_from_object("django.conf:settings", namespace="CELERY")
add_clock(app)

ROOMS = Path(__file__).resolve().parent.parent / "runs"
TASK_MODULES = tuple(f"runs.{path.parent.name}.tasks" for path in sorted(ROOMS.glob("*/tasks.py")))


@import_modules.connect(sender=app, weak=False)
def import_tasks(**kwargs: object) -> None:
    """Import the `tasks.py` of every room; its `SCHEDULE` says what the clock sends and how often.

    Celery calls this when a worker or a clock starts: Django is ready then.
    """
    for name in TASK_MODULES:
        app.conf.beat_schedule |= import_module(name).SCHEDULE


@worker_process_init.connect
def end_with_worker(**kwargs: object) -> None:
    """The processes of a worker end with it, also when it is killed."""
    die_with_supervisor()
