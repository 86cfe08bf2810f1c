"""The settings that depend on the version of the collected static files."""

from pathlib import Path
from typing import Any


def static_settings(builds: Path, version: str) -> dict[str, Any]:
    """Return the settings for files collected in `builds/<version>`; without a version, for files
    that are served from where they are written."""
    return {
        "STATIC_VERSION": version,
        "STATIC_URL": f"static/{version}/" if version else "static/",
        "STATIC_ROOT": builds / version if version else None,
        "WHITENOISE_USE_FINDERS": not version,
        "WHITENOISE_AUTOREFRESH": not version,
    }
