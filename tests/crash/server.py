"""The real server, over the database of the test; started, killed and started again."""

import os
import signal
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from studio.bootstrap import BASE_DIR
from studio.up.options import Options
from studio.up.server import answers, server_command
from tests.forks import OF_SERVERS, Fork
from tests.up.processes import clean_environment, free_port
from tests.waiting import LONGEST_WAIT_S

LONGEST_START_S = LONGEST_WAIT_S
PROCESSES = 2


class Server:
    """Two server processes and the one that minds them, in a process group of their own."""

    def __init__(self, log: Path | None = None, **variables: str) -> None:
        self.variables = variables
        self.log = log
        self.options = Options(
            host="127.0.0.1",
            port=free_port(),
            data_dir=settings.DATA_DIR,
            workers=PROCESSES,
            demo=False,
        )
        self.process: Fork | None = None

    def start(self) -> float:
        """Start the server; return after how many seconds it answers."""
        began = time.monotonic()
        with self.log.open("ab") if self.log else nullcontext() as log:
            self.process = Fork(
                server_command(self.options),
                OF_SERVERS,
                cwd=BASE_DIR,
                env=self.environment(),
                stderr=log,
                start_new_session=True,
            )
        while not answers(self.options):
            assert self.process.poll() is None, "the server ended"
            assert time.monotonic() < began + LONGEST_START_S, "the server does not answer"
            time.sleep(0.02)
        return time.monotonic() - began

    def environment(self) -> dict[str, str]:
        """The variables of its processes."""
        return environment() | self.variables

    def kill(self) -> None:
        """End all its processes at once, without warning."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def environment() -> dict[str, str]:
    """What a process needs to work on the database and the files of this test."""
    return clean_environment(
        DATABASE_URL=database_url(), STUDIO_DATA_DIR=str(settings.DATA_DIR), STUDIO_OPEN="1"
    )


def database_url() -> str:
    """The database that this test runs on, in the server's words."""
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{where['NAME']}"
    account = quote(where["USER"], safe="")
    if where["PASSWORD"]:
        account += f":{quote(where['PASSWORD'], safe='')}"
    host = quote(where["HOST"], safe="") + (f":{where['PORT']}" if where["PORT"] else "")
    return f"postgres://{account}@{host}/{quote(where['NAME'], safe='')}"
