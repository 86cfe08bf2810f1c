"""What a run was started as: script, command, host, Python, packages."""

import os
import platform
import re
import socket
import sys
from typing import Any

NAMED = re.compile("(Name|Version): .")
SECRET_OPTIONS = ("password", "passwd", "secret", "token", "api-key", "api_key", "apikey")


def describe_source() -> dict[str, Any]:
    """Return what this process runs, as the studio keeps it with a run."""
    script = sys.argv[0] if sys.argv and sys.argv[0] not in ("", "-c", "-m") else ""
    if "ipykernel" in sys.modules:
        script = os.environ.get("JPY_SESSION_NAME", "notebook")
        return {"script": os.path.basename(script), "command": "notebook"}
    command = [os.path.basename(sys.executable), *without_secrets(sys.argv)]
    return {"script": os.path.basename(script), "command": " ".join(command)}


def without_secrets(words: list[str]) -> list[str]:
    """Return a command line without the values of options whose names say that they are secret."""
    found, hide = [], False
    for word in words:
        name, has_value, _ = word.partition("=")
        is_secret = word.startswith("-") and any(part in name.lower() for part in SECRET_OPTIONS)
        if hide:
            found.append("***")
        elif is_secret and has_value:
            found.append(f"{name}=***")
        else:
            found.append(word)
        hide = is_secret and not has_value
    return found


def describe_host() -> dict[str, str]:
    """Return on what this process runs, as properties."""
    return {
        "host.name": socket.gethostname(),
        "host.platform": platform.platform(),
        "host.python": platform.python_version(),
        "host.cpus": str(os.cpu_count() or 1),
        "host.folder": os.getcwd(),
    }


def list_packages() -> str:
    """Return the installed packages, one a line, as `pip freeze` does."""
    from importlib import metadata

    found: dict[str, str] = {}
    for one in metadata.distributions():
        name, version = read_name(read_description(one))
        if name:
            # Of two the one that is imported: it is found first.
            found.setdefault(name, version)
    return "".join(f"{name}=={found[name]}\n" for name in sorted(found, key=str.lower))


def read_description(package: Any) -> str:
    """Return the text with the name of a package: in a wheel, an egg, or a file of its own."""
    places = ("METADATA", "PKG-INFO", "")
    return next(filter(None, (package.read_text(place) for place in places)), "")


def read_name(text: str) -> tuple[str, str]:
    """Return the name and the version that the description of a package begins with.

    `importlib.metadata` parses the whole text, which is most of the work of logging a short run.
    """
    head = text.partition("\n\n")[0]
    facts = dict(line.split(": ", 1) for line in head.splitlines() if NAMED.match(line))
    return facts.get("Name", "").strip(), facts.get("Version", "").strip()
