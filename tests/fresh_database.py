"""A SQLite file with the tables of a studio, to copy: to run all migrations takes seconds."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from django.conf import settings

from studio.bootstrap import BASE_DIR
from tests.up.processes import clean_environment

# The variable with the path of the file, which is made once for all processes of the tests.
FRESH_FILE = "STUDIO_TEST_FRESH_FILE"


def copy_fresh_database(target: Path) -> None:
    """Make an empty studio's database at `target`, where there is no file yet."""
    if not target.exists():
        shutil.copy(fresh_database(), target)


@cache
def fresh_database() -> Path:
    """Return the file: that which the test runner names, else one that is made now."""
    named = os.environ.get(FRESH_FILE)
    return Path(named) if named else make_fresh_database(settings.DATA_DIR / "fresh")


def make_fresh_database(folder: Path) -> Path:
    """Have a command make the file on an empty folder, as it does for people."""
    subprocess.run(
        [sys.executable, "manage.py", "token", "list"],
        cwd=BASE_DIR,
        env=clean_environment(STUDIO_DATA_DIR=str(folder)),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder / "studio.sqlite3"
