"""The studio's WSGI application, and what each process that serves it begins with."""

import gc
import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
from studio.celery import app as celery_app  # noqa: F401  (binds shared tasks to this app)
from studio.up.orphans import die_with_supervisor

# What is loaded stays. To look through it for garbage would take a fifth of the time of loading.
gc.disable()
django_application = get_wsgi_application()

from django.db import connections  # noqa: E402  (the settings come first)

from runs.compute.sweeping import start_sweeping  # noqa: E402  (its models need loaded apps)
from runs.mlflow_api.fast_path import FastPath  # noqa: E402  (the same)
from studio import urls  # noqa: E402, F401  (loads every page; the first request would do so)

application = FastPath(django_application)

# What is loaded by now stays to the end. Looking through all of it for garbage would now and then
# keep a request waiting, and give each forked process a copy of its own.
gc.freeze()
gc.set_threshold(20_000, 20, 50)
gc.enable()


def begin_process() -> None:
    """Begin serving in this process, which ends with the one that started it."""
    die_with_supervisor()
    # Django looks for an event loop at each use of a connection: a twentieth of a request's time,
    # for tasks that change threads. Here a request stays in one thread.
    connections._connections = threading.local()
    start_sweeping()
