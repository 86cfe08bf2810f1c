"""`manage.py monitor RUN`: watches this machine for a run, until the run ends."""

import os
import time
import urllib.error
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from runs.management.machine import Machine
from runs.management.watch import Refused, Watch


class Command(BaseCommand):
    """Samples go over the MLflow protocol, so the machine need not be the studio's own. While the
    studio does not answer, samples are kept and sent later."""

    help = "Log CPU, memory, disk, network and GPU of this machine to a run until it ends."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        address = os.environ.get("MLFLOW_TRACKING_URI") or "http://127.0.0.1:8000"
        parser.add_argument("run", help="id of the run")
        parser.add_argument("--url", default=address, help="address of the studio (%(default)s)")
        parser.add_argument("--every", type=float, default=10.0, help="seconds between samples")
        parser.add_argument("--disk", default=".", help="a path on the disk to watch")

    def handle(self, *args: object, **options: Any) -> None:
        if not options["url"].startswith(("http://", "https://")):
            raise CommandError("--url begins with http:// or https://.")
        if options["every"] <= 0:
            raise CommandError("--every is a number of seconds above 0.")
        if not os.path.exists(options["disk"]):
            raise CommandError(f"--disk names a path that does not exist: {options['disk']}.")
        try:
            sent = self.watch(options)
        except Refused as error:
            raise CommandError(str(error)) from error
        except (urllib.error.URLError, TimeoutError) as error:
            raise CommandError(f"{options['url']} does not answer: {error}.") from error
        self.stdout.write(f"{sent:,} values logged to {options['run']}.")

    def watch(self, options: dict[str, Any]) -> int:
        """Log samples until the run ends or Ctrl-C; return how many values were sent."""
        watch = Watch(options["url"].rstrip("/"), options["run"], Machine(options["disk"]))
        with suppress(KeyboardInterrupt):
            while watch.tick():
                time.sleep(options["every"])
        return watch.sent
