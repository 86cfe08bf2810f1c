"""A SQLite file with the tables of a studio, to copy: to run all migrations takes seconds."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from django.conf import settings

from studio.bootstrap import BASE_DIR
from tests.up.processes import clean_environment


def copy_fresh_database(target: Path) -> None:
    """Make an empty studio's database at `target`, where there is no file yet."""
    if not target.exists():
        shutil.copy(fresh_database(), target)


@cache
def fresh_database() -> Path:
    """Return the file, which a command has made on an empty folder, as it does for people."""
    folder = settings.DATA_DIR / "fresh"
    subprocess.run(
        [sys.executable, "manage.py", "token", "list"],
        cwd=BASE_DIR,
        env=clean_environment(STUDIO_DATA_DIR=str(folder)),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder / "studio.sqlite3"
