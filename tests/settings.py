"""Settings of the tests: the studio's own, over a private data folder that vanishes afterwards.

`DATABASE_URL` decides on which database they run; without it, on a SQLite file of their own.
"""

import atexit
import os
import shutil
import tempfile

# Nothing of the studio of the person who runs the tests, its data folder least of all. Each xdist
# worker has a folder of its own.
for name in [*filter(lambda name: name.startswith("STUDIO_"), os.environ), "REDIS_URL"]:
    if not name.startswith("STUDIO_TEST_"):
        os.environ.pop(name, None)
os.environ["STUDIO_DATA_DIR"] = tempfile.mkdtemp(prefix="studio-test-")
# Playwright runs an event loop in the thread of the test; Django then fears for its connections.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
atexit.register(shutil.rmtree, os.environ["STUDIO_DATA_DIR"], ignore_errors=True)

from studio.settings import *  # noqa: E402, F403  (the data folder is chosen first)
from studio.settings import DATA_DIR, DATABASES  # noqa: E402  (see above)

if DATABASES["default"]["ENGINE"] == "runs.database.engines.sqlite3":
    # A file, as in production: an in-memory database knows neither WAL nor other connections.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
elif template := os.environ.get("STUDIO_TEST_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": template}

CELERY_BROKER_URL = "memory://"
# A thread that stores words would wait for the transaction of the test.
STUDIO_HEAR_S = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
