"""Which studio and which workspace: from a config file, the environment, or `studio login`."""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from studio.sdk.authentication import find_login, find_token
from studio.sdk.exceptions import UserErrorException

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_WORKSPACE = "default"
FOLDERS = (".studio", ".azureml", "aml_config", "")
FILES = ("config.json", "project.json")


class Settings(NamedTuple):
    """A workspace of a studio, and the token that opens it ("" on an open studio)."""

    url: str
    workspace: str
    token: str = ""


def make_settings(url: str = "", workspace: str = "", token: str = "") -> Settings:
    """Return settings; what is not given comes from the environment, then from `studio login`. An
    address may end with that of a workspace, `/w/<name>`."""
    url, named = split_address(url or os.environ.get("STUDIO_URL", ""))
    workspace = workspace or named
    login = find_login(url)
    url = url or (login.url if login else DEFAULT_URL)
    if not url.startswith(("http://", "https://")):
        raise UserErrorException(f"The address of a studio begins with http:// or https://: {url}.")
    known = login.workspace if login and login.url == url else ""
    workspace = workspace or os.environ.get("STUDIO_WORKSPACE", "") or known or DEFAULT_WORKSPACE
    return Settings(url, workspace, token or find_token(url))


def split_address(url: str) -> tuple[str, str]:
    """Return the address of a studio and the workspace that it ends with, "" without one."""
    base, found, name = url.rstrip("/").rpartition("/w/")
    return (base, name) if found and name and "/" not in name else (url.rstrip("/"), "")


def find_config(path: str | Path | None = None) -> Path | None:
    """Return the config file of a folder or of one above it; a path to a file is that file."""
    start = Path(path or ".").absolute()
    if start.is_file():
        return start
    for folder in (start, *start.parents):
        for place in FOLDERS:
            for name in FILES:
                if (file := folder / place / name).is_file() and is_config(file):
                    return file
    return None


def is_config(file: Path) -> bool:
    """Tell whether a file names a workspace: many programs have a `config.json`."""
    return bool(read_json(file).get("workspace_name"))


def read_config(path: str | Path | None = None) -> Settings:
    """Return the settings of the nearest config file, else of the environment or `studio login`.

    Raises UserErrorException where nothing says which studio is meant.
    """
    file = find_config(path)
    if file is not None:
        facts = read_json(file)
        if not facts.get("workspace_name"):
            raise UserErrorException(f"{file} names no workspace: it needs a workspace_name.")
        return make_settings(facts.get("url", ""), facts["workspace_name"])
    if path is None and (os.environ.get("STUDIO_URL") or find_login()):
        return make_settings()
    raise UserErrorException(
        f"There is no config.json in {Path(path or '.').absolute()} or above it. "
        "Make one with `studio folder attach -w <workspace>`, or set STUDIO_URL."
    )


def write_config(settings: Settings, path: Path) -> None:
    """Write a config file; it holds no token."""
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"url": settings.url, "workspace_name": settings.workspace}
    path.write_text(json.dumps(facts, indent=4) + "\n")


def read_json(file: Path) -> dict[str, Any]:
    """Return the object in a JSON file; {} where it holds none."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
