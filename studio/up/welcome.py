"""The text in the terminal when the studio is ready."""

import os

from studio.up import checks, server
from studio.up.options import Options


def welcome(options: Options) -> str:
    """The address, how to log to it, and where everything is kept."""
    url = server.public_url(options)
    lines = [
        f"Studio is ready at {url}",
        "",
        "  Log to it with any script that uses MLflow:",
        f"    export MLFLOW_TRACKING_URI={url}",
        "    python train.py",
        "",
        f"  Everything is kept in {options.data_dir}{beside_database()}",
        "  Ctrl-C ends it.",
    ]
    if not checks.is_private(options):
        token = "    export MLFLOW_TRACKING_TOKEN=…   # python3 manage.py token create <user>"
        lines.insert(4, token)
    return "\n".join(lines)


def beside_database() -> str:
    is_sqlite = os.environ.get("DATABASE_URL", "sqlite:").startswith("sqlite")
    return "" if is_sqlite else ", and in the database of DATABASE_URL"
